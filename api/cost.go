package api

import (
	"context"
	"net/http"
	"time"

	"triage/insight"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) costRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/costs", id: "insights-costs", needs: mayLead,
		summary: "What judging costs: by day, step, engine and model, beside budget and forecast",
	}, s.costs)
	register(s, route{
		method: http.MethodGet, path: "/v1/thrift", id: "thrift", needs: mayLead,
		summary: "Which steps of the cascade are on, and how much may be spent",
	}, s.thrift)
	register(s, route{
		method: http.MethodPut, path: "/v1/thrift", id: "set-thrift", needs: mayRule,
		summary: "Change which steps of the cascade are on, and how much may be spent",
	}, s.setThrift)
}

// ThriftBody is how a brand wants its comments judged for little money. Money is in
// millionths of a US dollar, days and months are UTC.
type ThriftBody struct {
	ReuseExact    bool    `json:"reuse_exact" doc:"A judgement of the same text below the same post is used again"`
	ReuseNear     bool    `json:"reuse_near" doc:"So is one of a near copy"`
	NearDistance  float64 `json:"near_distance" minimum:"0" maximum:"0.5" doc:"Cosine distance up to which comments are near copies"`
	ReuseSeconds  int64   `json:"reuse_seconds" minimum:"0" maximum:"2592000" doc:"How old a judgement may be to be used again"`
	Builtin       bool    `json:"builtin" doc:"The built-in engine's word is taken where it is sure"`
	Sure          float64 `json:"sure" minimum:"0" maximum:"1" doc:"From which confidence it is; 0: the service's own"`
	Model         bool    `json:"model" doc:"A language model may be asked"`
	Together      int     `json:"together" minimum:"0" maximum:"16" doc:"About how many short comments at once, at most; 0 and 1: about each alone"`
	DayMicroUSD   int64   `json:"day_micro_usd" minimum:"0" doc:"0: no bound"`
	MonthMicroUSD int64   `json:"month_micro_usd" minimum:"0" doc:"0: no bound"`
}

// ThriftOf returns t as it is on the wire.
func ThriftOf(t triage.Thrift) ThriftBody {
	return ThriftBody{
		t.ReuseExact, t.ReuseNear, share(t.NearDistance), int64(t.ReuseWithin / time.Second), t.Builtin, share(t.Sure),
		t.Model, t.Together, t.DayMicroUSD, t.MonthMicroUSD,
	}
}

type thriftOutput struct{ Body ThriftBody }

type setThriftInput struct{ Body ThriftBody }

func (s *Server) thrift(ctx context.Context, who postgres.Caller, _ *struct{}) (*thriftOutput, error) {
	t, err := s.store.Thrift(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	return &thriftOutput{ThriftOf(t)}, nil
}

func (s *Server) setThrift(ctx context.Context, who postgres.Caller, in *setThriftInput) (*thriftOutput, error) {
	b := in.Body
	t := triage.Thrift{
		ReuseExact: b.ReuseExact, ReuseNear: b.ReuseNear, NearDistance: b.NearDistance,
		ReuseWithin: time.Duration(b.ReuseSeconds) * time.Second, Builtin: b.Builtin, Sure: b.Sure, Model: b.Model, Together: b.Together,
		DayMicroUSD: b.DayMicroUSD, MonthMicroUSD: b.MonthMicroUSD,
	}
	err := s.store.InTx(ctx, func(tx *postgres.Tx) error { return tx.SetThrift(ctx, who.Actor(), who.BrandID, t) })
	if err != nil {
		return nil, err
	}
	return &thriftOutput{ThriftOf(t)}, nil
}

type costLineBody struct {
	Day              string `json:"day" format:"date" doc:"UTC"`
	Step             string `json:"step" enum:"reuse_exact,reuse_near,builtin,together,model,stood_in,embed"`
	Engine           string `json:"engine"`
	Model            string `json:"model"`
	Items            int64  `json:"items" doc:"Comments that it judged"`
	Calls            int64  `json:"calls"`
	PromptTokens     int64  `json:"prompt_tokens"`
	CachedTokens     int64  `json:"cached_tokens" doc:"Of the prompt"`
	CompletionTokens int64  `json:"completion_tokens"`
	MicroUSD         int64  `json:"micro_usd"`
	UnpricedCalls    int64  `json:"unpriced_calls" doc:"Of a model whose price is not known"`
}

type budgetBody struct {
	BudgetMicroUSD   int64      `json:"budget_micro_usd" doc:"0: no bound"`
	SpentMicroUSD    int64      `json:"spent_micro_usd"`
	ForecastMicroUSD int64      `json:"forecast_micro_usd" doc:"At its end, if money goes as in the last seven days"`
	EmptyAt          *time.Time `json:"empty_at" doc:"When the budget is spent then; null when it lasts"`
}

type costsOutput struct {
	Body struct {
		PricesAsOf  string         `json:"prices_as_of" format:"date" doc:"Of the price list that calls are priced by"`
		Day         budgetBody     `json:"day"`
		Month       budgetBody     `json:"month"`
		Held        int64          `json:"held_micro_usd" doc:"Set aside for calls under way"`
		Provisional int            `json:"provisional" doc:"Items that wait for a better judgement"`
		Lines       []costLineBody `json:"lines" nullable:"false" doc:"Oldest day first"`
	}
}

type costsInput struct {
	Days int `query:"days" minimum:"1" maximum:"92" default:"30" doc:"How many days, today included"`
}

func (s *Server) costs(ctx context.Context, who postgres.Caller, in *costsInput) (*costsOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	c, err := s.insights.Costs(ctx, who.BrandID, in.Days)
	if err != nil {
		return nil, err
	}
	out := &costsOutput{}
	b := &out.Body
	b.PricesAsOf, b.Held, b.Provisional = s.pricesAsOf, c.Spent.Held, c.Provisional
	b.Day = budgetOf(c.Thrift.DayMicroUSD, c.Spent.Day, c.Day)
	b.Month = budgetOf(c.Thrift.MonthMicroUSD, c.Spent.Month, c.Month)
	b.Lines = make([]costLineBody, len(c.Lines))
	for n, l := range c.Lines {
		b.Lines[n] = costLineBody{
			l.Day.Format(time.DateOnly), string(l.Step), l.Engine, l.Model, l.Items, l.Calls, l.Prompt, l.Cached,
			l.Completion, l.MicroUSD, l.Unpriced,
		}
	}
	return out, nil
}

func budgetOf(budget, spent int64, f insight.Forecast) budgetBody {
	out := budgetBody{BudgetMicroUSD: budget, SpentMicroUSD: spent, ForecastMicroUSD: f.MicroUSD}
	if !f.EmptyAt.IsZero() {
		out.EmptyAt = &f.EmptyAt
	}
	return out
}
