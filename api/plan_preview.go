package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

type previewInput struct {
	Body struct {
		Days    int             `json:"days" minimum:"1" maximum:"90" doc:"How many days to look back"`
		Plan    json.RawMessage `json:"plan,omitempty" doc:"A document; or else name a version"`
		Version *int            `json:"version,omitempty" minimum:"0" doc:"A version of the plan, 0 for the one that follows the taxonomy"`
	}
}

// PreviewBody says what a plan would have done with the engagements of the last days,
// compared with the plan in force. It is exported because the contract library reads no
// others.
type PreviewBody struct {
	Engagements int           `json:"engagements"`
	Changed     int           `json:"changed" doc:"Those that differ in at least one way"`
	Ways        waysBody      `json:"ways"`
	ByIntent    []intentBody  `json:"by_intent" nullable:"false"`
	Moves       []moveBody    `json:"moves" nullable:"false" doc:"From where to where, the most frequent first"`
	Now         totalsBody    `json:"now" doc:"By the plan in force"`
	Then        totalsBody    `json:"then" doc:"By the plan previewed"`
	Examples    []exampleBody `json:"examples" nullable:"false"`
	Versions    versionsBody  `json:"versions"`
}

type versionsBody struct {
	Now  int  `json:"now"`
	Then *int `json:"then" doc:"null for a document that is no version yet"`
}

type waysBody struct {
	Queue     int `json:"queue"`
	Priority  int `json:"priority"`
	Dismissed int `json:"dismissed"`
	Companion int `json:"companion"`
	Tags      int `json:"tags" doc:"Tags or skills"`
	Unsure    int `json:"unsure"`
	Assignee  int `json:"assignee"`
	Due       int `json:"due"`
	Order     int `json:"order" doc:"Another place among items of the same target"`
}

type intentBody struct {
	Intent      string `json:"intent"`
	Engagements int    `json:"engagements"`
	Changed     int    `json:"changed"`
}

// SeatBody is a place in the queues. It is exported because the contract library reads no
// others as part of a body.
type SeatBody struct {
	Queue     string `json:"queue" enum:"smm,cm"`
	Priority  string `json:"priority" enum:"urgent,high,normal,low"`
	Dismissed bool   `json:"dismissed"`
}

type moveBody struct {
	From        SeatBody `json:"from"`
	To          SeatBody `json:"to"`
	Engagements int      `json:"engagements"`
}

type totalsBody struct {
	Seats      []seatedBody   `json:"seats" nullable:"false"`
	Companions int            `json:"companions"`
	Unsure     int            `json:"unsure"`
	Reserved   int            `json:"reserved" doc:"For one person"`
	Heavy      int            `json:"heavy"`
	Effort     int            `json:"effort" doc:"Points of capacity in all"`
	Tags       map[string]int `json:"tags"`
}

type seatedBody struct {
	SeatBody
	Engagements int `json:"engagements"`
}

type exampleBody struct {
	ItemID string        `json:"item_id"`
	Intent string        `json:"intent"`
	Ways   []string      `json:"ways" nullable:"false"`
	Now    exampleInBody `json:"now"`
	Then   exampleInBody `json:"then"`
}

type exampleInBody struct {
	SeatBody
	DueAt   time.Time    `json:"due_at"`
	Tags    []string     `json:"tags" nullable:"false"`
	Reasons []reasonBody `json:"reasons" nullable:"false"`
	Parts   []partBody   `json:"parts" nullable:"false"`
}

type previewOutput struct{ Body PreviewBody }

func (s *Server) previewPlan(ctx context.Context, who postgres.Caller, in *previewInput) (*previewOutput, error) {
	b := in.Body
	if (b.Version == nil) == (len(b.Plan) == 0) {
		return nil, invalid("body", "expected either plan or version")
	}
	var then routing.Plan
	var err error
	if b.Version != nil {
		then, err = s.desk.PlanVersion(ctx, who.BrandID, *b.Version)
	} else {
		then, err = s.readPlan(ctx, who.BrandID, b.Plan)
	}
	if err != nil {
		return nil, err
	}
	whatIf, err := s.desk.Preview(ctx, who.BrandID, b.Days, then, time.Now())
	if err != nil {
		return nil, err
	}
	out := &previewOutput{PreviewOf(whatIf)}
	out.Body.Versions.Then = b.Version
	return out, nil
}

// PreviewOf returns a comparison as the interface shows it.
func PreviewOf(w *routing.WhatIf) PreviewBody {
	out := PreviewBody{
		Engagements: w.Engagements, Changed: w.Changed, Ways: waysBody(w.Ways), Now: totalsOf(w.Now), Then: totalsOf(w.Then),
		ByIntent: []intentBody{}, Moves: []moveBody{}, Examples: make([]exampleBody, len(w.Examples)),
		Versions: versionsBody{Now: w.InForce()},
	}
	for _, intent := range triage.Intents() {
		if t := w.ByIntent[intent]; t.Engagements > 0 {
			out.ByIntent = append(out.ByIntent, intentBody{string(intent), t.Engagements, t.Changed})
		}
	}
	for _, m := range w.ShiftsByCount() {
		out.Moves = append(out.Moves, moveBody{seatOf(m.From), seatOf(m.To), w.Moves[m]})
	}
	for i, x := range w.Examples {
		out.Examples[i] = exampleBody{string(x.Item), string(x.Intent), x.Ways, exampleIn(x.Now), exampleIn(x.Then)}
	}
	return out
}

func seatOf(s routing.Seat) SeatBody {
	return SeatBody{string(s.Queue), s.Priority.String(), s.Dismissed}
}

func totalsOf(t routing.Totals) totalsBody {
	out := totalsBody{
		Seats: []seatedBody{}, Companions: t.Companions, Unsure: t.Unsure, Reserved: t.Reserved, Heavy: t.Heavy, Effort: t.Effort, Tags: t.Tags,
	}
	for _, seat := range slices.SortedFunc(maps.Keys(t.Seats), routing.Seat.Compare) {
		out.Seats = append(out.Seats, seatedBody{seatOf(seat), t.Seats[seat]})
	}
	return out
}

func exampleIn(p triage.Placement) exampleInBody {
	out := exampleInBody{
		SeatBody: SeatBody{string(p.Queue), p.Priority.String(), p.Dismiss}, DueAt: p.DueAt, Tags: texts(p.Tags),
		Reasons: reasonsOf(p.Reasons), Parts: make([]partBody, len(p.Parts)),
	}
	for i, part := range p.Parts {
		out.Parts[i] = partBody(part)
	}
	return out
}
