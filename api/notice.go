package api

import (
	"context"
	"net/http"
	"time"

	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// noticeRoutes say who is told, and let people see what became of it.
func (s *Server) noticeRoutes() {
	rule := func(method, path, id, summary string) route {
		return route{method: method, path: path, id: id, needs: mayLead, summary: summary, fails: []int{http.StatusNotFound}}
	}
	register(s, rule(http.MethodGet, "/v1/notice-rules", "list-notice-rules", "The rules that say who is told, the oldest first"), s.listRules)
	register(s, rule(http.MethodPost, "/v1/notice-rules", "add-notice-rule", "Add a rule that says who is told"), s.addRule)
	register(s, rule(http.MethodPut, "/v1/notice-rules/{id}", "change-notice-rule", "Replace a rule"), s.changeRule)
	register(s, rule(http.MethodDelete, "/v1/notice-rules/{id}", "remove-notice-rule", "Remove a rule"), s.removeRule)
	register(s, rule(http.MethodPost, "/v1/notices/test", "test-notice", "Send a test message to a place"), s.testNotice)
	register(s, rule(http.MethodGet, "/v1/notices", "list-notices", "What was told or is to be told, the newest first"), s.listNotices)
	register(s, route{
		method: http.MethodPost, path: "/v1/slack/code", id: "slack-code", needs: maySelf,
		summary: "A code by which I show in Slack who I am here: /triage link CODE",
	}, s.slackCode)
	register(s, route{
		method: http.MethodDelete, path: "/v1/slack", id: "unlink-slack", needs: maySelf, summary: "Forget my Slack account",
	}, s.unlinkSlack)
}

// RuleBody is a rule that says who is told, on the wire. An empty list fits everything,
// apart from the priorities, where it stands for urgent and high.
type RuleBody struct {
	Name       string           `json:"name" minLength:"1" maxLength:"80"`
	Place      string           `json:"place" minLength:"2" maxLength:"60" doc:"Id of a Slack channel, or @ and the id of a person"`
	Queues     []string         `json:"queues" nullable:"false" enum:"smm,cm" maxItems:"2"`
	Priorities []int            `json:"priorities" nullable:"false" maxItems:"4" minimum:"1" maximum:"4" doc:"1 is urgent"`
	Risks      []string         `json:"risks" nullable:"false" maxItems:"20" doc:"Any of them"`
	Languages  []string         `json:"languages" nullable:"false" maxItems:"50" doc:"Such as de"`
	Platforms  []string         `json:"platforms" nullable:"false" maxItems:"50"`
	Hours      *triage.Calendar `json:"hours,omitempty" doc:"When it may ring; without it: always. What comes outside waits"`
	Urgent     bool             `json:"urgent" doc:"What is urgent rings at any hour"`
}

// RuleState is a rule as it is kept.
type RuleState struct {
	RuleBody
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
}

func (b RuleBody) row(id string) postgres.RouteRow {
	r := postgres.RouteRow{ID: triage.ID(id), Route: notify.Route{
		Name: b.Name, Place: b.Place, Queues: wordsOf[triage.Queue](b.Queues), Risks: wordsOf[triage.Risk](b.Risks),
		Languages: b.Languages, Platforms: wordsOf[triage.Platform](b.Platforms), Hours: b.Hours, Urgent: b.Urgent,
	}}
	for _, p := range b.Priorities {
		r.Priorities = append(r.Priorities, triage.Priority(p))
	}
	return r
}

func ruleState(r postgres.RouteRow) RuleState {
	b := RuleState{ID: string(r.ID), CreatedAt: r.CreatedAt, RuleBody: RuleBody{
		Name: r.Name, Place: r.Place, Queues: texts(r.Queues), Priorities: []int{}, Risks: texts(r.Risks), Languages: texts(r.Languages),
		Platforms: texts(r.Platforms), Hours: r.Hours, Urgent: r.Urgent,
	}}
	for _, p := range r.Priorities {
		b.Priorities = append(b.Priorities, int(p))
	}
	return b
}

type rulesOutput struct {
	Body struct {
		Rules []RuleState `json:"rules" nullable:"false"`
	}
}

func (s *Server) listRules(ctx context.Context, who postgres.Caller, _ *struct{}) (*rulesOutput, error) {
	rows, err := s.store.RouteRows(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	out := &rulesOutput{}
	out.Body.Rules = []RuleState{}
	for _, r := range rows {
		out.Body.Rules = append(out.Body.Rules, ruleState(r))
	}
	return out, nil
}

type keptOutput struct {
	Body struct {
		ID string `json:"id"`
	}
}

func kept(id triage.ID, err error) (*keptOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &keptOutput{}
	out.Body.ID = string(id)
	return out, nil
}

type addRuleInput struct{ Body RuleBody }

func (s *Server) addRule(ctx context.Context, who postgres.Caller, in *addRuleInput) (*keptOutput, error) {
	return kept(s.gate.SaveRoute(ctx, who, in.Body.row("")))
}

// OnRule names a rule.
type OnRule struct {
	ID string `path:"id" doc:"Id of a rule"`
}

type changeRuleInput struct {
	OnRule
	Body RuleBody
}

func (s *Server) changeRule(ctx context.Context, who postgres.Caller, in *changeRuleInput) (*keptOutput, error) {
	return kept(s.gate.SaveRoute(ctx, who, in.Body.row(in.ID)))
}

func (s *Server) removeRule(ctx context.Context, who postgres.Caller, in *OnRule) (*struct{}, error) {
	return nil, s.gate.DropRoute(ctx, who, triage.ID(in.ID))
}

type testNoticeInput struct {
	Body struct {
		Place string `json:"place" minLength:"2" maxLength:"60" doc:"Id of a Slack channel, or @ and the id of a person"`
	}
}

func (s *Server) testNotice(ctx context.Context, who postgres.Caller, in *testNoticeInput) (*keptOutput, error) {
	return kept(s.gate.TestNotice(ctx, who, in.Body.Place))
}

type noticesInput struct {
	State string `query:"state" enum:"pending,sent,cancelled,dead" doc:"Default: any"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// NoticeBody is one notice, on the wire.
type NoticeBody struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" doc:"new, retract, test"`
	ItemID    *string    `json:"item_id"`
	Place     string     `json:"place"`
	Why       string     `json:"why" doc:"queue, route, test"`
	Rule      string     `json:"rule" doc:"The rule's name, where that is why"`
	State     string     `json:"state"`
	Error     string     `json:"error" doc:"Our word for the last failure"`
	Attempts  int        `json:"attempts"`
	CreatedAt time.Time  `json:"created_at"`
	DueAt     time.Time  `json:"due_at" doc:"Not before"`
	SentAt    *time.Time `json:"sent_at"`
}

type noticesOutput struct {
	Body struct {
		Notices []NoticeBody `json:"notices" nullable:"false"`
	}
}

func (s *Server) listNotices(ctx context.Context, who postgres.Caller, in *noticesInput) (*noticesOutput, error) {
	rows, err := s.store.NoticesOf(ctx, who.BrandID, in.State, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &noticesOutput{}
	out.Body.Notices = []NoticeBody{}
	for _, n := range rows {
		out.Body.Notices = append(out.Body.Notices, NoticeBody{
			ID: string(n.ID), Kind: n.Kind, ItemID: textOrNull(string(n.ItemID)), Place: n.Place, Why: n.Why, Rule: n.Rule, State: n.State,
			Error: n.Error, Attempts: n.Attempts, CreatedAt: n.CreatedAt, DueAt: n.DueAt, SentAt: n.SentAt,
		})
	}
	return out, nil
}

type slackCodeOutput struct {
	Body struct {
		Code      string    `json:"code" doc:"Serves once"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (s *Server) slackCode(ctx context.Context, who postgres.Caller, _ *struct{}) (*slackCodeOutput, error) {
	out := &slackCodeOutput{}
	var err error
	out.Body.Code, out.Body.ExpiresAt, err = s.gate.SlackCode(ctx, who)
	return out, err
}

func (s *Server) unlinkSlack(ctx context.Context, who postgres.Caller, _ *struct{}) (*struct{}, error) {
	return nil, s.gate.UnlinkSlack(ctx, who)
}
