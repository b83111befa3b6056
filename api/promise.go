package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"triage/postgres"
	"triage/relation"
	"triage/triage"
)

func (s *Server) promiseRoutes() {
	register(s, route{
		method: http.MethodPost, path: "/v1/items/{id}/promises", id: "promise-on-item", needs: mayWork,
		summary: "Promise the author of an item something by a time: it comes up again then", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.promiseOnItem)
	register(s, route{
		method: http.MethodPost, path: "/v1/authors/{id}/promises", id: "promise-to-author", needs: mayWork,
		summary: "Promise a person something by a time: their newest item comes up again then", fails: []int{http.StatusNotFound},
	}, s.promiseToAuthor)
	register(s, route{
		method: http.MethodPost, path: "/v1/promises/{id}/keep", id: "keep-promise", needs: mayWork,
		summary: "Say that a promise was kept", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.closePromise(postgres.PromiseKept))
	register(s, route{
		method: http.MethodPost, path: "/v1/promises/{id}/withdraw", id: "withdraw-promise", needs: mayWork,
		summary: "Say that a promise is not to be kept any more", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.closePromise(postgres.PromiseWithdrawn))
	register(s, route{
		method: http.MethodPost, path: "/v1/promises/suggest", id: "suggest-promises", needs: mayWork,
		summary: "Dates that a text of ours names, as promises to make of it; nothing is stored",
	}, s.suggestPromises)
}

// promiseBody is a promise on the wire.
type promiseBody struct {
	ID         string      `json:"id"`
	Engagement *string     `json:"engagement_id" doc:"What it was promised about; null for the person as such"`
	Author     *string     `json:"author_id"`
	By         *personBody `json:"by"`
	Text       string      `json:"text"`
	DueAt      time.Time   `json:"due_at"`
	Overdue    bool        `json:"overdue"`
	State      string      `json:"state" enum:"open,kept,withdrawn"`
	CreatedAt  time.Time   `json:"created_at"`
	RaisedAt   *time.Time  `json:"raised_at" doc:"When its item came up for it"`
	ClosedAt   *time.Time  `json:"closed_at"`
}

func promiseOf(p postgres.Promise, now time.Time) promiseBody {
	return promiseBody{
		ID: string(p.ID), Engagement: textOrNull(string(p.EngagementID)), Author: textOrNull(string(p.AuthorID)),
		By: personOf(p.PersonID, p.Person), Text: p.Text, DueAt: p.DueAt, Overdue: p.State == postgres.PromiseOpen && p.DueAt.Before(now),
		State: string(p.State), CreatedAt: p.CreatedAt, RaisedAt: timeOrNull(p.RaisedAt), ClosedAt: timeOrNull(p.ClosedAt),
	}
}

func promisesOf(all []postgres.Promise, now time.Time) []promiseBody {
	out := make([]promiseBody, len(all))
	for n, p := range all {
		out[n] = promiseOf(p, now)
	}
	return out
}

type promiseInput struct {
	ID   string `path:"id" doc:"Id of an item or an author"`
	Body struct {
		Text  string    `json:"text" minLength:"1" maxLength:"500" doc:"What was promised"`
		DueAt time.Time `json:"due_at" doc:"In the future, at most a year away"`
	}
}

type promiseOutput struct {
	Body promiseBody
}

func promised(p postgres.Promise, err error) (*promiseOutput, error) {
	if err != nil {
		return nil, err
	}
	return &promiseOutput{Body: promiseOf(p, time.Now())}, nil
}

func (s *Server) promiseOnItem(ctx context.Context, who postgres.Caller, in *promiseInput) (*promiseOutput, error) {
	return promised(s.desk.Promise(ctx, who, triage.ID(in.ID), in.Body.Text, in.Body.DueAt))
}

func (s *Server) promiseToAuthor(ctx context.Context, who postgres.Caller, in *promiseInput) (*promiseOutput, error) {
	return promised(s.desk.PromiseAuthor(ctx, who, triage.ID(in.ID), in.Body.Text, in.Body.DueAt))
}

type closePromiseInput struct {
	ID string `path:"id" doc:"Id of a promise"`
}

func (s *Server) closePromise(state postgres.PromiseState) func(context.Context, postgres.Caller, *closePromiseInput) (*promiseOutput, error) {
	return func(ctx context.Context, who postgres.Caller, in *closePromiseInput) (*promiseOutput, error) {
		return promised(s.desk.ClosePromise(ctx, who, triage.ID(in.ID), state))
	}
}

type suggestInput struct {
	Body struct {
		Text string `json:"text" maxLength:"2000" doc:"A note or an answer of ours"`
	}
}

type suggestOutput struct {
	Body struct {
		Promises []suggestedBody `json:"promises" nullable:"false"`
	}
}

// suggestedBody is a promise that a text of ours seems to make.
type suggestedBody struct {
	Text  string    `json:"text" doc:"The sentence that names the date"`
	DueAt time.Time `json:"due_at" doc:"By the brand's time zone; 09:00 unless the text names a time"`
	Start int       `json:"start" doc:"Byte offset of the date into the text"`
	End   int       `json:"end"`
}

func (s *Server) suggestPromises(ctx context.Context, who postgres.Caller, in *suggestInput) (*suggestOutput, error) {
	plan, err := s.store.Plan(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	out := &suggestOutput{}
	out.Body.Promises = []suggestedBody{}
	for _, d := range relation.Dates(in.Body.Text, now, plan.Calendar.Local(now).Location()) {
		out.Body.Promises = append(out.Body.Promises, suggestedBody{sentenceAround(in.Body.Text, d.Start, d.End), d.Due, d.Start, d.End})
	}
	return out, nil
}

// sentenceAround returns the line or sentence of text that bytes [start, end) stand in.
func sentenceAround(text string, start, end int) string {
	from := strings.LastIndexAny(text[:start], "\n!?") + 1
	if dot := strings.LastIndex(text[:start], ". "); dot >= from {
		from = dot + 2
	}
	to := len(text)
	for _, mark := range []string{"\n", "!", "?", ". "} {
		if at := strings.Index(text[end:], mark); at >= 0 {
			to = min(to, end+at)
		}
	}
	return strings.TrimSpace(text[from:to])
}
