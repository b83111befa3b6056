package api

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

type queuesOutput struct {
	Body struct {
		Queues []queueBody `json:"queues" nullable:"false"`
	}
}

// queueBody is how a queue stands, on the wire. All numbers count live items.
type queueBody struct {
	Queue      string         `json:"queue" enum:"smm,cm"`
	Open       int64          `json:"open"`
	Claimed    int64          `json:"claimed"`
	Snoozed    int64          `json:"snoozed"`
	Waiting    int64          `json:"waiting"`
	Unassigned int64          `json:"unassigned" doc:"Items that nobody holds"`
	Unsure     int64          `json:"unsure"`
	Overdue    int64          `json:"overdue"`
	Oldest     *time.Time     `json:"oldest" doc:"When the oldest one was received"`
	ByPriority byPriorityBody `json:"by_priority"`
}

type byPriorityBody struct {
	Urgent int64 `json:"urgent"`
	High   int64 `json:"high"`
	Normal int64 `json:"normal"`
	Low    int64 `json:"low"`
}

func (s *Server) listQueues(ctx context.Context, who postgres.Caller, _ *struct{}) (*queuesOutput, error) {
	states, err := s.store.Queues(ctx, who.BrandID, time.Now())
	if err != nil {
		return nil, err
	}
	out := &queuesOutput{}
	for _, q := range states {
		out.Body.Queues = append(out.Body.Queues, queueBody{
			Queue: string(q.Queue), Open: q.Open, Claimed: q.Claimed, Snoozed: q.Snoozed, Waiting: q.Waiting, Unassigned: q.Unassigned,
			Unsure: q.Unsure, Overdue: q.Overdue, Oldest: timeOrNull(q.Oldest),
			ByPriority: byPriorityBody{
				q.ByPriority[triage.P1], q.ByPriority[triage.P2], q.ByPriority[triage.P3], q.ByPriority[triage.P4],
			},
		})
	}
	return out, nil
}

type claimNextInput struct {
	Queue string `path:"queue" doc:"smm or cm"`
}

type claimNextOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Reason string `header:"Triage-Reason" doc:"With 204, why nothing is dealt: none, at_capacity, off_duty, on_leave or exposure"`
	Body   *ItemBody
}

func (s *Server) claimNext(ctx context.Context, who postgres.Caller, in *claimNextInput) (*claimNextOutput, error) {
	q, err := queueNamed(in.Queue)
	if err != nil {
		return nil, err
	}
	return dealtOutput(s.desk.DealFrom(ctx, who, q))
}
