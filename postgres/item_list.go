package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// ItemFilter says which items of a queue a list holds. Zero fields do not filter, but no
// status at all means the live ones.
type ItemFilter struct {
	Statuses   []triage.Status
	Priorities []triage.Priority
	Intents    []triage.Intent
	Sentiments []triage.Sentiment
	Languages  []string
	Platforms  []triage.Platform
	Risks      []triage.Risk // items with any of them
	Channel    triage.ID
	Author     triage.ID
	Thread     triage.ID
	Wave       triage.ID
	Assignee   triage.ID
	Unassigned bool
	Unsure     *bool
	From, To   time.Time // received at or after From, before To
	Text       string    // the engagement's text is found by it: see parseWords
}

// Position is a place in the order of a list: after the item with that rank and id.
type Position struct {
	Rank float64
	ID   triage.ID
}

// where collects conditions. Their texts are constants of this package: a ? in one
// stands for its argument.
type where struct {
	sql    strings.Builder
	args   []any
	queues []string // SQL for the queues whose terms facets look for
	termed bool     // facets look for a term
}

func (w *where) add(condition string, args ...any) {
	for _, arg := range args {
		w.args = append(w.args, arg)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.sql.WriteString(" AND ")
	w.sql.WriteString(condition)
}

// addAny adds a condition on a list, unless it is empty.
func addAny[T ~string](w *where, condition string, words []T) {
	if len(words) > 0 {
		w.add(condition, strs(words))
	}
}

func addID(w *where, condition string, id triage.ID) {
	if id != "" {
		w.add(condition, uuids([]triage.ID{id})[0]) // a malformed one finds nothing, and never fails
	}
}

// Conditions that let the partial indexes on items be used.
const (
	liveItems   = `i.status IN ('open', 'claimed', 'snoozed', 'waiting')`
	closedItems = `i.status IN ('resolved', 'dismissed')`
)

func (w *where) statuses(statuses []triage.Status) {
	live, closed := len(statuses) == 0, false
	for _, s := range statuses {
		if (Item{Status: s}).Live() {
			live = true
		} else {
			closed = true
		}
	}
	switch {
	case live && !closed:
		w.add(liveItems)
	case closed && !live:
		w.add(closedItems)
	}
	addAny(w, `i.status = ANY(?)`, statuses)
}

func (w *where) filter(brand triage.ID, f ItemFilter) {
	w.statuses(f.Statuses)
	w.narrow(brand, f)
}

// narrow adds all conditions of f but that on the status. They speak of item i only.
func (w *where) narrow(brand triage.ID, f ItemFilter) {
	if len(f.Priorities) > 0 {
		numbers := make([]int16, len(f.Priorities))
		for n, p := range f.Priorities {
			numbers[n] = int16(p)
		}
		w.add(`i.priority = ANY(?)`, numbers)
	}
	addAny(w, `i.intent = ANY(?)`, f.Intents)
	addAny(w, `i.sentiment = ANY(?)`, f.Sentiments)
	addAny(w, `i.language = ANY(?)`, f.Languages)
	addAny(w, `i.platform = ANY(?)`, f.Platforms)
	addAny(w, `i.risks && ?`, f.Risks)
	addID(w, `i.channel_id = ?`, f.Channel)
	addID(w, `i.author_id = ?`, f.Author)
	addID(w, `i.thread_id = ?`, f.Thread)
	addID(w, `i.wave_id = ?`, f.Wave)
	addID(w, `i.assignee_id = ?`, f.Assignee)
	if f.Unassigned {
		w.add(`i.assignee_id IS NULL`)
	}
	if f.Unsure != nil {
		w.add(`i.unsure = ?`, *f.Unsure)
	}
	if !f.From.IsZero() {
		w.add(`i.received_at >= ?`, f.From)
	}
	if !f.To.IsZero() {
		w.add(`i.received_at < ?`, f.To)
	}
	if f.Text != "" {
		w.words(brand, f.Text)
	}
}

// Items returns at most limit items of a queue in the order in which they are dealt,
// after the given position when there is one. Erased ones are left out.
func (r Reads) Items(ctx context.Context, brand triage.ID, q triage.Queue, f ItemFilter, after *Position, limit int) ([]Item, error) {
	var items []Item
	for _, p := range (list{brand, q, f, after, limit}).pages() {
		rows, _ := r.db.Query(ctx, p.items(), p.args...)
		var err error
		if items, err = pgx.CollectRows(rows, scanItem); err != nil {
			return nil, unavailable(fmt.Errorf("items of %s: %w", q, err))
		}
		if len(items) == limit {
			break
		}
	}
	return items, nil
}
