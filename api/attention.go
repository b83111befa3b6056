package api

import (
	"context"
	"net/http"
	"time"

	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// attentionRoutes say how often places are interrupted, and by what.
func (s *Server) attentionRoutes() {
	register(s, route{
		method: http.MethodPost, path: "/v1/notices/{id}/not-worth-a-ping", id: "not-worth-a-ping", needs: mayWork,
		summary: "Say that a notice was not worth a ping: its kind must weigh more to ring at its place", fails: []int{http.StatusNotFound},
	}, s.notWorth)
	register(s, route{
		method: http.MethodGet, path: "/v1/notice-thresholds", id: "list-notice-thresholds", needs: mayRead,
		summary: "What people said not to be worth a ping, by place and kind",
	}, s.listThresholds)
	register(s, route{
		method: http.MethodDelete, path: "/v1/notice-thresholds", id: "drop-notice-threshold", needs: mayLead,
		summary: "Let a kind ring at a place as it did at first", fails: []int{http.StatusNotFound},
	}, s.dropThreshold)
	register(s, route{
		method: http.MethodGet, path: "/v1/notice-budgets", id: "list-notice-budgets", needs: mayRead,
		summary: "How often places may be interrupted within an hour",
	}, s.listBudgets)
	register(s, route{
		method: http.MethodPut, path: "/v1/notice-budgets", id: "set-notice-budget", needs: mayLead,
		summary: "Say how often a place may be interrupted within an hour",
	}, s.setBudget)
}

// ThresholdBody is what people at a place said of a kind of notices, on the wire.
type ThresholdBody struct {
	Place     string    `json:"place"`
	Kind      string    `json:"kind" doc:"A risk or an intent"`
	Rings     string    `json:"rings" enum:"high,urgent,risk" doc:"What rings of it: high and urgent; urgent only; urgent and with a risk only"`
	Said      int       `json:"said" doc:"How often somebody said so"`
	ChangedAt time.Time `json:"changed_at"`
}

func thresholdBody(h postgres.Threshold) ThresholdBody {
	rings := map[notify.Level]string{notify.LevelHigh: "high", notify.LevelUrgent: "urgent", notify.LevelRisk: "risk"}
	return ThresholdBody{h.Place, h.Kind, rings[h.Level], h.Said, h.ChangedAt}
}

// OnNotice names a notice.
type OnNotice struct {
	ID string `path:"id" doc:"Id of a notice"`
}

type thresholdOutput struct{ Body ThresholdBody }

func (s *Server) notWorth(ctx context.Context, who postgres.Caller, in *OnNotice) (*thresholdOutput, error) {
	h, err := s.gate.NotWorth(ctx, who, triage.ID(in.ID))
	return &thresholdOutput{thresholdBody(h)}, err
}

type thresholdsOutput struct {
	Body struct {
		Thresholds []ThresholdBody `json:"thresholds" nullable:"false"`
	}
}

func (s *Server) listThresholds(ctx context.Context, who postgres.Caller, _ *struct{}) (*thresholdsOutput, error) {
	all, err := s.store.Thresholds(ctx, who.BrandID)
	out := &thresholdsOutput{}
	out.Body.Thresholds = []ThresholdBody{}
	for _, h := range all {
		out.Body.Thresholds = append(out.Body.Thresholds, thresholdBody(h))
	}
	return out, err
}

type onThreshold struct {
	Place string `query:"place" required:"true" doc:"Id of a Slack channel, or @ and the id of a person"`
	Kind  string `query:"kind" required:"true" doc:"A risk or an intent"`
}

func (s *Server) dropThreshold(ctx context.Context, who postgres.Caller, in *onThreshold) (*struct{}, error) {
	return nil, s.gate.DropThreshold(ctx, who, in.Place, in.Kind)
}

// AttentionBody is how often a place may be interrupted, on the wire.
type AttentionBody struct {
	Place   string `json:"place"`
	PerHour int    `json:"per_hour" doc:"0: without a bound"`
}

type budgetsOutput struct {
	Body struct {
		Default int             `json:"default" doc:"Of places that are not listed"`
		Budgets []AttentionBody `json:"budgets" nullable:"false"`
	}
}

func (s *Server) listBudgets(ctx context.Context, who postgres.Caller, _ *struct{}) (*budgetsOutput, error) {
	all, err := s.store.Budgets(ctx, who.BrandID)
	out := &budgetsOutput{}
	out.Body.Default, out.Body.Budgets = notify.DefaultBudget, []AttentionBody{}
	for _, b := range all {
		out.Body.Budgets = append(out.Body.Budgets, AttentionBody(b))
	}
	return out, err
}

type setBudgetInput struct {
	Body struct {
		Place   string `json:"place" minLength:"2" maxLength:"60" doc:"Id of a Slack channel, or @ and the id of a person"`
		PerHour int    `json:"per_hour" minimum:"0" maximum:"60" doc:"0: without a bound"`
	}
}

func (s *Server) setBudget(ctx context.Context, who postgres.Caller, in *setBudgetInput) (*struct{}, error) {
	return nil, s.gate.SetBudget(ctx, who, postgres.Budget(in.Body))
}
