package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// QueueState is how a queue stands. Everything counts live items only.
type QueueState struct {
	Queue      triage.Queue
	Open       int64
	Claimed    int64
	Snoozed    int64
	Waiting    int64
	Unassigned int64 // nobody holds them
	Unsure     int64
	Overdue    int64
	Oldest     time.Time // when the oldest one was received; zero when there is none
	ByPriority map[triage.Priority]int64
}

// Queues returns how both queues of a brand stand at now.
func (r Reads) Queues(ctx context.Context, brand triage.ID, now time.Time) ([]QueueState, error) {
	states := make([]QueueState, 0, 2)
	at := map[triage.Queue]*QueueState{}
	for _, q := range triage.Queues() {
		states = append(states, QueueState{Queue: q, ByPriority: map[triage.Priority]int64{}})
	}
	for n := range states {
		at[states[n].Queue] = &states[n]
	}
	if err := r.counted(ctx, brand, at); err != nil {
		return nil, err
	}
	for _, s := range at {
		var oldest *time.Time
		err := r.db.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM items i WHERE brand_id = $1 AND queue = $2 AND due_at < $3 AND `+liveItems+`),
			       (SELECT min(received_at) FROM items i WHERE brand_id = $1 AND queue = $2 AND `+liveItems+`)`,
			brand, s.Queue, now).Scan(&s.Overdue, &oldest)
		if err != nil {
			return nil, unavailable(fmt.Errorf("queue %s: %w", s.Queue, err))
		}
		s.Oldest = orZero(oldest)
	}
	return states, nil
}

// counted adds up the kept counters.
func (r Reads) counted(ctx context.Context, brand triage.ID, at map[triage.Queue]*QueueState) error {
	var q triage.Queue
	var status triage.Status
	var priority triage.Priority
	var unsure bool
	var n int64
	rows, _ := r.db.Query(ctx, `
		SELECT queue, status, priority, unsure, sum(n)::bigint FROM queue_counts i
		WHERE brand_id = $1 AND `+liveItems+`
		GROUP BY queue, status, priority, unsure`, brand)
	_, err := pgx.ForEachRow(rows, []any{&q, &status, &priority, &unsure, &n}, func() error {
		if s := at[q]; s != nil {
			s.count(status, priority, unsure, n)
		}
		return nil
	})
	if err != nil {
		return unavailable(fmt.Errorf("queue counts: %w", err))
	}
	return nil
}

func (s *QueueState) count(status triage.Status, priority triage.Priority, unsure bool, n int64) {
	s.ByPriority[priority] += n
	if unsure {
		s.Unsure += n
	}
	switch status {
	case triage.StatusOpen:
		s.Open += n
		s.Unassigned += n
	case triage.StatusClaimed:
		s.Claimed += n
	case triage.StatusSnoozed:
		s.Snoozed += n
	case triage.StatusWaiting:
		s.Waiting += n
	case triage.StatusResolved, triage.StatusDismissed:
	}
}

// FoldQueueCounts replaces the differences that were appended to the kept counters by
// their sums. Sums read before, meanwhile and afterwards are the same.
func (t *Tx) FoldQueueCounts(ctx context.Context) error {
	_, err := t.tx.Exec(ctx, `
		WITH many AS (
			SELECT brand_id, queue, status, priority, unsure FROM queue_counts
			GROUP BY brand_id, queue, status, priority, unsure HAVING count(*) > 1),
		folded AS (
			DELETE FROM queue_counts c USING many m
			WHERE (c.brand_id, c.queue, c.status, c.priority, c.unsure) = (m.brand_id, m.queue, m.status, m.priority, m.unsure)
			RETURNING c.brand_id, c.queue, c.status, c.priority, c.unsure, c.n)
		INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
		SELECT brand_id, queue, status, priority, unsure, sum(n) FROM folded
		GROUP BY brand_id, queue, status, priority, unsure HAVING sum(n) <> 0`)
	if err != nil {
		return fmt.Errorf("fold queue counts: %w", err)
	}
	return nil
}
