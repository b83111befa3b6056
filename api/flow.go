package api

import (
	"context"
	"net/http"
	"time"

	"triage/postgres"
	"triage/triage"
)

func (s *Server) flowRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/flow", id: "insights-flow", needs: mayRead,
		summary: "What came in, day by day: how much, in which mood, wanting what, from where",
	}, s.flow)
}

type flowInput struct {
	From     time.Time `query:"from" doc:"Received at or after; default: a week before to"`
	To       time.Time `query:"to" doc:"Received before; default: now"`
	Platform string    `query:"platform" pattern:"^[a-z0-9_]{1,40}$" doc:"Only this one"`
	Queue    string    `query:"queue" enum:"smm,cm" doc:"Only what belongs there"`
}

// FlowDayBody is what came in on one day. It is exported because the contract library reads
// no others as part of a body.
type FlowDayBody struct {
	Day         string         `json:"day" format:"date" doc:"By the clock of the brand's plan"`
	Engagements int            `json:"engagements"`
	Sentiments  map[string]int `json:"by_sentiment" nullable:"false"`
}

type flowOutput struct {
	Body struct {
		From        time.Time      `json:"from"`
		To          time.Time      `json:"to"`
		Engagements int            `json:"engagements" doc:"Owner items, as they are judged and placed now; without deleted ones"`
		Days        []FlowDayBody  `json:"days" nullable:"false" doc:"Oldest first, without gaps"`
		Sentiments  map[string]int `json:"by_sentiment" nullable:"false"`
		Intents     map[string]int `json:"by_intent" nullable:"false"`
		Platforms   map[string]int `json:"by_platform" nullable:"false"`
		Queues      map[string]int `json:"by_queue" nullable:"false"`
	}
}

func (s *Server) flow(ctx context.Context, who postgres.Caller, in *flowInput) (*flowOutput, error) {
	from, to, err := spanOf(in.From, in.To, s.store.Now())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	plan, err := s.store.Plan(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	zone := plan.Calendar.Local(from).Location()
	received := postgres.Received{Platform: triage.Platform(in.Platform), Queue: triage.Queue(in.Queue), From: from, To: to}
	lines, err := s.store.Flow(ctx, who.BrandID, received, zone)
	if err != nil {
		return nil, err
	}
	return flowOf(received, zone, lines), nil
}

// flowOf adds the lines up, with a day for each of the time asked for.
func flowOf(of postgres.Received, zone *time.Location, lines []postgres.FlowLine) *flowOutput {
	out := &flowOutput{}
	b := &out.Body
	b.From, b.To = of.From.UTC(), of.To.UTC()
	b.Sentiments, b.Intents, b.Platforms, b.Queues = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	place := map[string]int{}
	first := of.From.In(zone)
	for day := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone); day.Before(of.To); day = day.AddDate(0, 0, 1) {
		name := day.Format(time.DateOnly)
		place[name] = len(b.Days)
		b.Days = append(b.Days, FlowDayBody{Day: name, Sentiments: map[string]int{}})
	}
	for _, l := range lines {
		day := &b.Days[place[l.Day.Format(time.DateOnly)]]
		day.Engagements += l.Count
		day.Sentiments[string(l.Sentiment)] += l.Count
		b.Engagements += l.Count
		b.Sentiments[string(l.Sentiment)] += l.Count
		b.Intents[string(l.Intent)] += l.Count
		b.Platforms[string(l.Platform)] += l.Count
		b.Queues[string(l.Queue)] += l.Count
	}
	return out
}
