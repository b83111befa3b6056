package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"triage/embeddings"
	"triage/postgres"
	"triage/triage"
)

// Bounds of a search.
const (
	embedTimeout     = 2 * time.Second        // reading the meaning of the words
	neighbourTimeout = 300 * time.Millisecond // looking for answers beside an item
	answersShown     = 5
)

func (s *Server) searchRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/engagements", id: "search-engagements", needs: mayRead,
		summary: "Search by words, by meaning or both; without q the newest. No status means any",
	}, s.searchEngagements)
	register(s, route{
		method: http.MethodGet, path: "/v1/engagements/{id}", id: "get-engagement", needs: mayRead,
		summary: "One engagement with its items", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.getEngagement)
	register(s, route{
		method: http.MethodGet, path: "/v1/items/{id}/similar", id: "list-similar", needs: mayRead,
		summary: "Engagements that mean nearly the same; no status means any", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.listSimilar)
}

type searchInput struct {
	ListFilter
	Mode   string `query:"mode" enum:"text,semantic,hybrid" default:"hybrid" doc:"By words, by meaning, or both"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same search"`
}

type searchOutput struct {
	Body struct {
		Mode       string    `json:"mode" enum:"newest,text,semantic,hybrid" doc:"How these were found"`
		Degraded   *string   `json:"degraded" doc:"Why they were not found as asked for, to read; else null"`
		Hits       []hitBody `json:"hits" nullable:"false"`
		NextCursor *string   `json:"next_cursor" doc:"null on the last page; searches end 1000 hits deep, fused ones at 200 of each kind"`
	}
}

// hitBody is one engagement that a search found.
type hitBody struct {
	Item       ItemBody        `json:"item" doc:"Its owner item"`
	Score      float64         `json:"score" doc:"Greater is better; comparable within one search only"`
	FoundBy    []string        `json:"found_by" nullable:"false" enum:"words,meaning"`
	Likeness   *string         `json:"likeness" enum:"nearly_the_same,very_like,like,somewhat_like" doc:"Of the meaning; null when found by words alone"`
	Highlights []highlightBody `json:"highlights" nullable:"false" doc:"Words of the text that were found"`
}

type highlightBody struct {
	Start int `json:"start" doc:"Byte offset into the text"`
	End   int `json:"end"`
}

// likeness says in a word how near two texts are in meaning.
func likeness(distance float64) string {
	switch {
	case distance <= 0.15:
		return "nearly_the_same"
	case distance <= 0.45:
		return "very_like"
	case distance <= 0.65:
		return "like"
	}
	return "somewhat_like"
}

func (s *Server) searchEngagements(ctx context.Context, who postgres.Caller, in *searchInput) (*searchOutput, error) {
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	q := postgres.Query{Filter: filter, Limit: in.Limit}
	q.Text, q.Filter.Text = filter.Text, ""
	name, err := searchName(who.BrandID, in.Mode, filter)
	if err != nil {
		return nil, err
	}
	if err := s.turnTo(&q, name, in.Cursor); err != nil {
		return nil, err
	}
	out := &searchOutput{}
	out.Body.Mode = in.Mode
	if q.Text == "" {
		out.Body.Mode = "newest"
	} else if in.Mode != "text" {
		out.Body.Mode, out.Body.Degraded = s.byMeaning(ctx, who.BrandID, &q, in.Mode)
	}
	return s.hits(ctx, who.BrandID, q, name, out)
}

// byMeaning adds to q what its words mean, and returns the mode in which it then searches.
// Without an engine, or while it is down, that is by words, and a sentence says so.
func (s *Server) byMeaning(ctx context.Context, brand triage.ID, q *postgres.Query, mode string) (string, *string) {
	if s.embedder == nil {
		return "text", textOrNull("This server does not read meanings, so these were found by words.")
	}
	ctx, cancel := context.WithTimeout(ctx, embedTimeout)
	defer cancel()
	embedder, err := s.reader(ctx, brand)
	if err != nil {
		return "text", textOrNull("The engine that reads meanings is away, so these were found by words.")
	}
	vectors, used, err := embeddings.Hiding(ctx, embedder, []string{q.Text}, [][]string{nil})
	s.pay(ctx, brand, embedder.Model(), used)
	if err != nil || len(vectors) != 1 {
		s.log.WarnContext(ctx, "meaning of a search not read", "request", requestOf(ctx), "err", err)
		return "text", textOrNull("The engine that reads meanings is away, so these were found by words.")
	}
	q.Vector = &vectors[0]
	if mode == "semantic" {
		q.Text = ""
	}
	return mode, nil
}

// pay writes down what reading a search cost. No budget holds it back: somebody waits for it,
// and it costs next to nothing.
func (s *Server) pay(ctx context.Context, brand triage.ID, model string, used triage.Tokens) {
	if s.purse != nil && used != (triage.Tokens{}) {
		line := triage.Charge{Step: triage.StepEmbed, Engine: "llm", Model: model, Tokens: used}
		_ = s.purse.Pay(context.WithoutCancel(ctx), brand, "", []triage.Charge{line}) // the purse itself tells of its trouble
	}
}

// reader returns the engine in whose space a brand's comments are: the built-in one where
// nothing may leave the house, words of a search included.
func (s *Server) reader(ctx context.Context, brand triage.ID) (embeddings.Engine, error) {
	if s.near == nil {
		return s.embedder, nil
	}
	outflow, err := s.store.Outflow(ctx, brand)
	if err == nil && outflow.Nothing {
		return s.near, nil
	}
	return s.embedder, err
}

// hits answers with the page of q, of which one more is read to know of a next one.
func (s *Server) hits(ctx context.Context, brand triage.ID, q postgres.Query, name string, out *searchOutput) (*searchOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	limit := q.Limit
	q.Limit++
	hits, err := s.store.Search(ctx, brand, q)
	if err != nil {
		return nil, err
	}
	if len(hits) > limit {
		hits = hits[:limit]
		at := postgres.Position{Rank: float64(q.Offset + limit), ID: nowhere}
		if q.Text == "" && q.Vector == nil {
			at = postgres.Position{ID: hits[limit-1].EngagementID}
		}
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, name, at))
	}
	now := time.Now()
	out.Body.Hits = make([]hitBody, len(hits))
	for n, h := range hits {
		out.Body.Hits[n] = hitOf(h, now)
	}
	return out, nil
}

// nowhere stands for the id in cursors that count.
const nowhere = triage.ID("00000000-0000-0000-0000-000000000000")

// turnTo lets q go on where the cursor says: after a number of hits, or before one.
func (s *Server) turnTo(q *postgres.Query, name, cursor string) error {
	at, err := openCursor(s.cursorKey, name, cursor)
	if err != nil || at == nil {
		return err
	}
	if at.ID == nowhere {
		q.Offset = int(at.Rank)
		return nil
	}
	q.Before = at.ID
	return nil
}

// searchName names brand, kind of search and filters, so that a cursor opens no other one.
func searchName(brand triage.ID, kind string, f postgres.ItemFilter) (string, error) {
	filters, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("search: %w", err)
	}
	return string(brand) + "/search/" + kind + "/" + string(filters), nil
}

func hitOf(h postgres.Hit, now time.Time) hitBody {
	out := hitBody{Item: bodyOf(h.Item, now), Score: h.Score, FoundBy: []string{}, Highlights: make([]highlightBody, len(h.Highlights))}
	if h.ByWords > 0 {
		out.FoundBy = append(out.FoundBy, "words")
	}
	if h.ByMeaning > 0 {
		out.FoundBy, out.Likeness = append(out.FoundBy, "meaning"), textOrNull(likeness(h.Distance))
	}
	for n, span := range h.Highlights {
		out.Highlights[n] = highlightBody{span.Start, span.End}
	}
	if out.Item.Engagement.Covered {
		out.Highlights = []highlightBody{} // they lie in words that are not shown
	}
	return out
}

type engagementInput struct {
	ID string `path:"id" doc:"Id of an engagement"`
}

type engagementOutput struct {
	Body struct {
		Engagement engagementBody `json:"engagement"`
		Items      []ItemBody     `json:"items" nullable:"false" doc:"The owner first"`
	}
}

func (s *Server) getEngagement(ctx context.Context, who postgres.Caller, in *engagementInput) (*engagementOutput, error) {
	items, err := s.store.ItemsOf(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	if items[0].Erased {
		return nil, erased
	}
	out := &engagementOutput{}
	out.Body.Engagement = engagementOf(items[0])
	for _, i := range items {
		out.Body.Items = append(out.Body.Items, bodyOf(i, time.Now()))
	}
	return out, nil
}

var erased = triage.Errorf(triage.Gone, "This comment was erased.")

type similarInput struct {
	ID string `path:"id" doc:"Id of an item"`
	ListFilter
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same filters"`
}

func (s *Server) listSimilar(ctx context.Context, who postgres.Caller, in *similarInput) (*searchOutput, error) {
	item, err := s.store.Item(ctx, who.BrandID, triage.ID(in.ID))
	if err == nil && item.Erased {
		err = erased
	}
	if err != nil {
		return nil, err
	}
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	name, err := searchName(who.BrandID, "like "+string(item.EngagementID), filter)
	if err != nil {
		return nil, err
	}
	q := postgres.Query{Filter: filter, Except: item.EngagementID, Limit: in.Limit}
	if err := s.turnTo(&q, name, in.Cursor); err != nil {
		return nil, err
	}
	out := &searchOutput{}
	out.Body.Mode, out.Body.Hits = "semantic", []hitBody{}
	if q.Vector, err = s.store.VectorOf(ctx, who.BrandID, item.EngagementID); err != nil {
		return nil, err
	}
	if q.Vector == nil {
		out.Body.Degraded = textOrNull("The meaning of this comment was never read.")
		return out, nil
	}
	return s.hits(ctx, who.BrandID, q, name, out)
}

// answeredBody is a comment like this one that a person closed.
type answeredBody struct {
	ItemID     string      `json:"item_id"`
	Engagement string      `json:"engagement_id"`
	Text       string      `json:"text" doc:"Its beginning"`
	Likeness   string      `json:"likeness" enum:"nearly_the_same,very_like,like,somewhat_like"`
	Intent     string      `json:"intent"`
	Outcome    string      `json:"outcome"`
	By         *personBody `json:"by"`
	ClosedAt   *time.Time  `json:"closed_at"`
	Note       *string     `json:"note" doc:"What was written down when it was closed"`
}

// answered returns what people did with comments like this one. It is help, not the item:
// when it takes too long or fails, the item is shown without.
func (s *Server) answered(ctx context.Context, i postgres.Item) []answeredBody {
	bounded, cancel := context.WithTimeout(ctx, neighbourTimeout)
	defer cancel()
	found, err := s.store.AnsweredBefore(bounded, i.BrandID, i.EngagementID, answersShown)
	if err != nil {
		s.log.WarnContext(ctx, "answers to comments like this one not read", "request", requestOf(ctx), "item", i.ID, "err", err)
	}
	out := make([]answeredBody, len(found))
	for n, a := range found {
		out[n] = answeredBody{
			ItemID: string(a.ID), Engagement: string(a.EngagementID), Text: beginning(engagementOf(a.Item).Text), Likeness: likeness(a.Distance),
			Intent: string(a.Intent), Outcome: a.Outcome, By: personOf(a.Assignee, a.AssigneeName), ClosedAt: timeOrNull(a.ClosedAt),
			Note: textOrNull(a.Note),
		}
	}
	return out
}

// beginning returns at most the first 280 characters of a text.
func beginning(text string) string {
	const most = 280
	n := 0
	for at := range text {
		if n == most {
			return text[:at] + "…"
		}
		n++
	}
	return text
}
