package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

func (s *Server) careRoutes() {
	register(s, route{
		method: http.MethodPost, path: "/v1/next", id: "next", needs: mayWork,
		summary: "The next best item for me, of the queues that my role works on; 204 with Triage-Reason when there is none",
	}, s.next)
	register(s, route{
		method: http.MethodPost, path: "/v1/items/{id}/uncover", id: "uncover-item", needs: mayRead,
		summary: "Read a text that may hurt; it is counted as exposure", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.uncoverItem)
	ofPerson := func(method, path, id, summary string) route {
		return route{
			method: method, path: "/v1/people/{id}/" + path, id: id, needs: mayRead, summary: summary,
			fails: []int{http.StatusNotFound, http.StatusConflict},
		}
	}
	register(s, ofPerson(http.MethodGet, "care", "get-care", "How somebody is cared for: their own, or anybody's for leads"), s.getCare)
	register(s, ofPerson(http.MethodPut, "care", "set-care", "Replace how somebody is cared for"), s.setCare)
	register(s, ofPerson(http.MethodGet, "leaves", "list-leaves", "Leaves that have not ended, the next first"), s.listLeaves)
	register(s, ofPerson(http.MethodPost, "leaves", "add-leave", "Say that somebody is away"), s.addLeave)
	register(s, ofPerson(http.MethodDelete, "leaves/{leave}", "drop-leave", "Take a leave back"), s.dropLeave)
	register(s, route{
		method: http.MethodGet, path: "/v1/settings", id: "get-settings", needs: mayRead, summary: "The brand's own ways",
	}, s.getSettings)
	register(s, route{
		method: http.MethodPut, path: "/v1/settings", id: "set-settings", needs: mayLead, summary: "Replace the brand's own ways",
	}, s.setSettings)
}

func (s *Server) next(ctx context.Context, who postgres.Caller, _ *struct{}) (*claimNextOutput, error) {
	return dealtOutput(s.desk.Deal(ctx, who))
}

// dealtOutput answers with what was dealt, or with the reason why nothing was.
func dealtOutput(got queue.Dealt, err error) (*claimNextOutput, error) {
	if err != nil {
		return nil, err
	}
	if got.Why != "" {
		return &claimNextOutput{Status: http.StatusNoContent, Reason: string(got.Why)}, nil
	}
	body := bodyOf(got.Item, time.Now())
	return &claimNextOutput{Status: http.StatusOK, ETag: etag(got.Item), Body: &body}, nil
}

func (s *Server) uncoverItem(ctx context.Context, who postgres.Caller, in *getInput) (*getOutput, error) {
	item, err := s.desk.Uncover(ctx, who, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	receipt, err := s.store.Receipt(ctx, item)
	if err != nil {
		return nil, err
	}
	body := detailOf(uncovered(item), receipt, time.Now(), in.language())
	body.Heavy, body.Answered = item.Heavy, s.answered(ctx, item)
	return &getOutput{ETag: etag(item), Body: body}, nil
}

// PersonPath names a person. It is exported because the contract library reads no others as
// part of an input.
type PersonPath struct {
	ID string `path:"id" doc:"Id of a person"`
}

// CareBody is how much of what somebody is dealt, and when, on the wire.
type CareBody struct {
	Capacity     int              `json:"capacity" minimum:"0" maximum:"1000" doc:"Points of effort in hand at once; 0 and nothing is dealt"`
	HeavyPerHour int              `json:"heavy_per_hour" minimum:"0" maximum:"1000" doc:"Texts that may hurt, within an hour"`
	Languages    []string         `json:"languages" nullable:"false" maxItems:"50" doc:"Such as de; empty for any"`
	Skills       []string         `json:"skills" nullable:"false" maxItems:"50" doc:"Words of the plan"`
	Hours        *triage.Calendar `json:"hours,omitempty" doc:"Left out: always"`
	Overflow     bool             `json:"overflow" doc:"Helps the other role when it is short"`
}

func careBody(c triage.Care) CareBody {
	return CareBody{c.Capacity, c.HeavyPerHour, texts(c.Languages), texts(c.Skills), c.Hours, c.Overflow}
}

func (b CareBody) care() triage.Care {
	return triage.Care{
		Capacity: b.Capacity, HeavyPerHour: b.HeavyPerHour, Languages: b.Languages, Skills: b.Skills, Hours: b.Hours, Overflow: b.Overflow,
	}
}

type careOutput struct {
	Body CareBody
}

func (s *Server) getCare(ctx context.Context, who postgres.Caller, in *PersonPath) (*careOutput, error) {
	c, err := s.desk.Care(ctx, who, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	return &careOutput{careBody(c.Care)}, nil
}

type setCareInput struct {
	PersonPath
	Body CareBody
}

func (s *Server) setCare(ctx context.Context, who postgres.Caller, in *setCareInput) (*careOutput, error) {
	c, err := s.desk.SetCare(ctx, who, triage.ID(in.ID), in.Body.care())
	if err != nil {
		return nil, err
	}
	return &careOutput{careBody(c.Care)}, nil
}

// LeaveBody is a time when somebody is away.
type LeaveBody struct {
	ID   string    `json:"id"`
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"When they are back"`
}

func leaveBody(l triage.Leave) LeaveBody { return LeaveBody{string(l.ID), l.From, l.To} }

type leavesOutput struct {
	Body struct {
		Leaves []LeaveBody `json:"leaves" nullable:"false"`
	}
}

func (s *Server) listLeaves(ctx context.Context, who postgres.Caller, in *PersonPath) (*leavesOutput, error) {
	c, err := s.desk.Care(ctx, who, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &leavesOutput{}
	out.Body.Leaves = make([]LeaveBody, len(c.Leaves))
	for n, l := range c.Leaves {
		out.Body.Leaves[n] = leaveBody(l)
	}
	return out, nil
}

type addLeaveInput struct {
	PersonPath
	Body struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to" doc:"When they are back; at most two years later"`
	}
}

type leaveOutput struct {
	Status int
	Body   LeaveBody
}

func (s *Server) addLeave(ctx context.Context, who postgres.Caller, in *addLeaveInput) (*leaveOutput, error) {
	l := triage.Leave{From: in.Body.From.UTC().Truncate(time.Second), To: in.Body.To.UTC().Truncate(time.Second)}
	l, err := s.desk.AddLeave(ctx, who, triage.ID(in.ID), l)
	if err != nil {
		return nil, err
	}
	return &leaveOutput{http.StatusCreated, leaveBody(l)}, nil
}

type dropLeaveInput struct {
	PersonPath
	Leave string `path:"leave" doc:"Id of a leave"`
}

func (s *Server) dropLeave(ctx context.Context, who postgres.Caller, in *dropLeaveInput) (*struct{}, error) {
	return nil, s.desk.DropLeave(ctx, who, triage.ID(in.ID), triage.ID(in.Leave))
}

// SettingsBody are a brand's own ways that are no routing, on the wire.
type SettingsBody struct {
	PersonalFigures string `json:"personal_figures" enum:"self,leads" doc:"Who sees how much one person has in hand"`
	Streak          int    `json:"streak" minimum:"1" maximum:"50" doc:"Items in a row of one queue for those who work both"`
	History         bool   `json:"history" doc:"Whether the brand keeps what it knows of people over time"`
	Language        string `json:"language,omitempty" enum:"en,de" doc:"What notices speak in the brand's Slack channels; without it that stays as it is"`
}

func settingsBody(s postgres.Settings) SettingsBody {
	return SettingsBody{PersonalFigures: s.PersonalFigures, Streak: s.Streak, History: s.History, Language: s.Language}
}

type settingsOutput struct {
	Body SettingsBody
}

func (s *Server) getSettings(ctx context.Context, who postgres.Caller, _ *struct{}) (*settingsOutput, error) {
	found, err := s.store.Settings(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	return &settingsOutput{settingsBody(found)}, nil
}

type setSettingsInput struct {
	Body SettingsBody
}

// setSettings lays what the body says over the rest of the settings, which have routes of
// their own.
func (s *Server) setSettings(ctx context.Context, who postgres.Caller, in *setSettingsInput) (*settingsOutput, error) {
	after, err := s.desk.ChangeSettings(ctx, who, func(known *postgres.Settings) {
		known.PersonalFigures, known.Streak, known.History = in.Body.PersonalFigures, in.Body.Streak, in.Body.History
		known.Language = cmp.Or(in.Body.Language, known.Language)
	})
	if err != nil {
		return nil, err
	}
	return &settingsOutput{settingsBody(after)}, nil
}
