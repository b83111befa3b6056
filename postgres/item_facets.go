package postgres

import (
	"strconv"
	"strings"

	"triage/triage"
)

// facets adds the conditions of f on live item l, whose brand is the first argument and whose
// queue the second, unless w names queues. Words are not among them.
func (w *where) facets(f ItemFilter) {
	if live := statusWords(f.Statuses); len(live) < liveStatuses {
		addAny(w, `l.status = ANY(?)`, live)
	}
	addID(w, `l.assignee_id = ?`, f.Assignee)
	if f.Unassigned {
		w.add(`l.assignee_id IS NULL`)
	}
	for _, facet := range []struct {
		name  string
		words []string
	}{
		{"priority", priorityWords(f.Priorities)}, {"intent", strs(f.Intents)}, {"sentiment", strs(f.Sentiments)},
		{"language", f.Languages}, {"platform", strs(f.Platforms)}, {"risk", strs(f.Risks)},
		{"channel", idWords(f.Channel)}, {"author", idWords(f.Author)}, {"thread", idWords(f.Thread)}, {"wave", idWords(f.Wave)},
	} {
		w.facet(facet.name, facet.words...)
	}
	if f.Unsure != nil {
		w.facet("unsure", strconv.FormatBool(*f.Unsure))
	}
	if !f.From.IsZero() {
		w.add(`l.received_at >= ?`, f.From)
	}
	if !f.To.IsZero() {
		w.add(`l.received_at < ?`, f.To)
	}
}

// facet adds the condition that l has any of the words of a facet, unless there are none.
func (w *where) facet(name string, words ...string) {
	if len(words) == 0 {
		return
	}
	w.termed = true
	queues := w.queues
	if queues == nil {
		queues = []string{`$2`}
	}
	var terms []string
	for _, word := range words {
		facet := w.arg(name + ":" + word)
		for _, queue := range queues {
			terms = append(terms, `item_term($1, `+queue+`, `+facet+`)`)
		}
	}
	w.sql.WriteString(` AND l.terms && ARRAY[` + strings.Join(terms, `, `) + `]`)
}

// liveWords adds the condition that the text of live item l is found by the words of q.
func (w *where) liveWords(brand triage.ID, q string) wordsQuery {
	found := w.compileWords(brand, q)
	w.sql.WriteString(` AND l.words @@ ` + found.any() + ` AND ` + found.findsLive())
	return found
}

// liveStatuses is how many statuses a live item may have.
const liveStatuses = 4

func statusWords(statuses []triage.Status) []string {
	var words []string
	for _, s := range statuses {
		if (Item{Status: s}).Live() {
			words = append(words, string(s))
		}
	}
	return words
}

func priorityWords(priorities []triage.Priority) []string {
	var words []string
	for _, p := range priorities {
		words = append(words, strconv.Itoa(int(p)))
	}
	return words
}

// idWords returns an id as the terms hold it, and none for the empty id. A malformed one
// finds nothing.
func idWords(id triage.ID) []string {
	if id == "" {
		return nil
	}
	return []string{strings.ToLower(string(orNil(id)))}
}
