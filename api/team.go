package api

import (
	"context"
	"net/http"
	"time"

	"triage/postgres"
	"triage/queue"
)

func (s *Server) teamRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/me", id: "me", needs: mayRead, summary: "Who I am, and what I have in hand",
	}, s.me)
	register(s, route{
		method: http.MethodGet, path: "/v1/team", id: "team", needs: mayRead, summary: "Who is on duty, and how the group is doing",
	}, s.team)
}

type meOutput struct {
	Body struct {
		Person  personBody `json:"person"`
		BrandID string     `json:"brand_id"`
		Role    string     `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer"`
		OnDuty  bool       `json:"on_duty"`
		BackAt  *time.Time `json:"back_at" doc:"When I am on duty next"`
		Load    loadBody   `json:"load"`
		Dealt   dealtBody  `json:"dealt"`
		Care    CareBody   `json:"care"`
	}
}

// loadBody is what one person has in hand.
type loadBody struct {
	Points       int `json:"points" doc:"Effort of what is claimed, or reserved for them"`
	Capacity     int `json:"capacity"`
	Exposed      int `json:"exposed" doc:"Texts that may hurt, read within the last hour"`
	HeavyPerHour int `json:"heavy_per_hour"`
}

// dealtBody says of which queue somebody was dealt how much.
type dealtBody struct {
	SMM    int64   `json:"smm"`
	CM     int64   `json:"cm"`
	Last   *string `json:"last" doc:"The queue of the last item"`
	Streak int     `json:"streak" doc:"Items in a row of it"`
}

func (s *Server) me(ctx context.Context, who postgres.Caller, _ *struct{}) (*meOutput, error) {
	me, err := s.desk.Me(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &meOutput{}
	b := &out.Body
	b.Person, b.BrandID, b.Role = personBody{string(who.PersonID), who.Person}, string(who.BrandID), string(who.Role)
	b.OnDuty, b.BackAt, b.Care = me.OnDuty, timeOrNull(me.BackAt), careBody(me.Care)
	b.Load = loadBody{me.Desk.Load(), me.Care.Capacity, me.Desk.Exposed, me.Care.HeavyPerHour}
	b.Dealt = dealtBody{me.Desk.SMM, me.Desk.CM, textOrNull(string(me.Desk.LastQueue)), me.Desk.Streak}
	return out, nil
}

type teamOutput struct {
	Body struct {
		People []mateBody   `json:"people" nullable:"false"`
		Queues []coverBody  `json:"queues" nullable:"false"`
		Group  groupFigures `json:"group"`
		Alerts []alertBody  `json:"alerts" nullable:"false" doc:"Of the last hour, the newest first; for leads"`
	}
}

// mateBody is one of us. How much they have in hand is for themselves, and for leads as far
// as the brand wants it.
type mateBody struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Role   string     `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer"`
	OnDuty bool       `json:"on_duty"`
	BackAt *time.Time `json:"back_at" doc:"When they are on duty next"`
	Load   *loadBody  `json:"load" doc:"null when it is not yours to see"`
}

// coverBody says who is there for a queue.
type coverBody struct {
	Queue       string     `json:"queue" enum:"smm,cm"`
	OnDuty      int        `json:"on_duty"`
	Nobody      bool       `json:"nobody" doc:"Nobody is on duty"`
	Since       *time.Time `json:"since" doc:"When the last one left, while nobody is on duty"`
	NextOpening *time.Time `json:"next_opening" doc:"When the next one comes, while nobody is on duty"`
}

// groupFigures are figures of all together, or the reason why there are none.
type groupFigures struct {
	Handled           *int    `json:"handled" doc:"Items closed within a day"`
	FirstAnswerMedian *int    `json:"first_answer_median" doc:"Seconds from receiving to the first answer, of those"`
	Heavy             *int    `json:"heavy" doc:"Texts that may hurt, read within the last hour"`
	Reason            *string `json:"reason" doc:"Why there are none"`
}

type alertBody struct {
	At      time.Time      `json:"at"`
	Cause   string         `json:"cause" enum:"team.overload_near,team.nobody_on_duty,person.exposure_reached,engine.drift"`
	Subject string         `json:"subject" doc:"A queue, the id of a person, or what has drifted"`
	Detail  map[string]any `json:"detail"`
}

func (s *Server) team(ctx context.Context, who postgres.Caller, _ *struct{}) (*teamOutput, error) {
	crew, err := s.desk.Crew(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &teamOutput{}
	b := &out.Body
	b.People, b.Queues, b.Alerts = make([]mateBody, len(crew.People)), make([]coverBody, len(crew.Queues)), make([]alertBody, len(crew.Alerts))
	for n, m := range crew.People {
		b.People[n] = mateOf(m)
	}
	for n, c := range crew.Queues {
		b.Queues[n] = coverBody{string(c.Queue), c.OnDuty, c.OnDuty == 0, timeOrNull(c.Since), timeOrNull(c.Next)}
	}
	b.Group = groupFiguresOf(crew.Figures)
	for n, a := range crew.Alerts {
		b.Alerts[n] = alertBody(a)
	}
	return out, nil
}

func mateOf(m queue.Mate) mateBody {
	out := mateBody{ID: string(m.ID), Name: m.Name, Role: string(m.Role), OnDuty: m.OnDuty, BackAt: timeOrNull(m.BackAt)}
	if m.Load != nil {
		out.Load = &loadBody{m.Load.Points, m.Care.Capacity, m.Load.Exposed, m.Care.HeavyPerHour}
	}
	return out
}

func groupFiguresOf(f *postgres.Figures) groupFigures {
	if f == nil {
		reason := "Fewer than five people: figures of the group would be figures of somebody."
		return groupFigures{Reason: &reason}
	}
	out := groupFigures{Handled: &f.Handled, Heavy: &f.Heavy}
	if f.FirstAnswer > 0 {
		seconds := int(f.FirstAnswer.Seconds())
		out.FirstAnswerMedian = &seconds
	}
	return out
}
