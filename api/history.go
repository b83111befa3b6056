package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"golang.org/x/text/language"

	"triage/audit"
	"triage/postgres"
	"triage/triage"
)

// Spoken is the language in which a caller wants sentences. It is exported because the
// contract library reads no others.
type Spoken struct {
	AcceptLanguage string `header:"Accept-Language" doc:"Sentences are told in English or German"`
}

var spoken = language.NewMatcher([]language.Tag{language.English, language.German})

// language returns German for who wants it more than English (RFC 9110, section 12.5.4).
func (s Spoken) language() audit.Language {
	if _, n := language.MatchStrings(spoken, s.AcceptLanguage); n == 1 {
		return audit.German
	}
	return audit.English
}

// HistoryBody is one thing that happened. It is exported because the contract library reads
// no others as part of a body.
type HistoryBody struct {
	ID       string          `json:"id"`
	At       time.Time       `json:"at"`
	Actor    actorBody       `json:"actor"`
	Action   string          `json:"action"`
	Sentence string          `json:"sentence" doc:"The same, to read"`
	Changes  []changeBody    `json:"changes" nullable:"false" doc:"What was before and after"`
	Detail   json.RawMessage `json:"detail" doc:"Ids and words of ours"`
}

type actorBody struct {
	Kind   string      `json:"kind" enum:"machine,person"`
	Person *personBody `json:"person"`
}

type changeBody struct {
	Field  string  `json:"field"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

func historyBodyOf(r audit.Row, names audit.Names, in audit.Language) HistoryBody {
	out := HistoryBody{
		ID: string(r.ID), At: r.At, Actor: actorBody{r.ActorKind(), personOf(r.Person, r.Name)}, Action: r.Action,
		Sentence: audit.Sentence(r, names, in), Changes: []changeBody{}, Detail: json.RawMessage(r.Detail),
	}
	for _, c := range audit.Changes(r) {
		out.Changes = append(out.Changes, changeBody{c.Field, textOrNull(c.Before), textOrNull(c.After)})
	}
	return out
}

func historyOf(rows []audit.Row, names audit.Names, in audit.Language) []HistoryBody {
	out := make([]HistoryBody, len(rows))
	for n, r := range rows {
		out[n] = historyBodyOf(r, names, in)
	}
	return out
}

func (s *Server) historyRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/items/{id}/history", id: "get-item-history", needs: mayRead,
		summary: "What happened to an item, in sentences, oldest first", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.getHistory)
}

type historyInput struct {
	Spoken
	ID     string `path:"id" doc:"Id of an item"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
}

type historyOutput struct {
	Body struct {
		History    []HistoryBody `json:"history" nullable:"false"`
		NextCursor *string       `json:"next_cursor" doc:"null on the last page"`
	}
}

func (s *Server) getHistory(ctx context.Context, who postgres.Caller, in *historyInput) (*historyOutput, error) {
	item, err := s.store.Item(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	if item.Erased {
		return nil, triage.Errorf(triage.Gone, "This comment was erased.")
	}
	list := "history/" + string(who.BrandID) + "/" + string(item.ID)
	after, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.AuditHistory(ctx, who.BrandID, []triage.ID{item.ID, item.EngagementID}, idAt(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := s.cut(rows, list, in.Limit)
	names, err := s.store.Names(ctx, audit.IDs(rows))
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.History, out.Body.NextCursor = historyOf(rows, names, in.language()), next
	return out, nil
}

// cut leaves at most limit rows, and a cursor when there were more.
func (s *Server) cut(rows []audit.Row, list string, limit int) ([]audit.Row, *string) {
	if len(rows) <= limit {
		return rows, nil
	}
	rows = rows[:limit]
	return rows, textOrNull(sealCursor(s.cursorKey, list, postgres.Position{ID: rows[limit-1].ID}))
}

// idAt returns the id of a position, none for the beginning of a list.
func idAt(p *postgres.Position) triage.ID {
	if p == nil {
		return ""
	}
	return p.ID
}
