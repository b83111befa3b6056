package postgres

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Bounds of a search by words.
const (
	rareWord    = 15_000 // a word that fewer have, as the planner guesses, is looked for in all at once
	rareWords   = 3_000  // the same for several, which the planner takes for strangers to each other
	commonWords = 50_000 // what more have is looked for among what the brand has, which is slow for few
	firstDays   = 2      // how far back a search looks first
	dayByDay    = 21     // how many days are looked for each by its own lexeme
	maxDays     = 7 * 40 // beyond it a search looks through all
)

// lookback is how many days a search by words looks back; 0 for all.
type lookback int

// query is the tsquery of b at now, as text; empty for all.
func (b lookback) query(now time.Time) string {
	lexeme, step, n := dayLexeme, 1, int(b)
	if n > dayByDay {
		lexeme, step, n = weekLexeme, 7, (n+6)/7+1 // the first week has hardly begun
	}
	any := make([]string, n)
	for k := range any {
		any[k] = "'" + lexeme(now.AddDate(0, 0, -step*k)) + "'"
	}
	return strings.Join(any, " | ")
}

// further is how far to look after found of what is wanted: as far as will do if the words
// were as common before, and two to ten times as far.
func (b lookback) further(found, wanted int) lookback {
	factor := min(max(1.5*float64(wanted)/float64(max(found, 1)), 2), 10)
	if days := lookback(float64(b) * factor); days <= maxDays {
		return days
	}
	return 0
}

// byWords returns the best of the newest that the words find. Rare words are looked for in
// all. Words that many have are looked for in the newest days, and further back only as long
// as there is not enough to choose from. Among live items alone their own index is used.
func (t *Tx) byWords(ctx context.Context, brand triage.ID, q Query, depth int) ([]found, error) {
	if q.live() {
		best, _, err := t.someByWords(ctx, liveWordsSQL(brand, q, depth))
		return best, err
	}
	guess, err := t.guess(ctx, brand, q.Text)
	if err != nil {
		return nil, err
	}
	back := lookback(firstDays)
	rare := rareWords
	if words := parseWords(q.Text); len(words) == 1 && len(words[0]) == 1 {
		rare = rareWord
	}
	if guess <= rare {
		back = 0
	}
	for {
		s := wordsSQL(brand, q, depth, back.query(t.Now), guess > commonWords)
		best, total, err := t.someByWords(ctx, s)
		if err != nil || total >= s.candidates || back == 0 {
			return best, err
		}
		back = back.further(total, s.candidates)
	}
}

// wordSearch is a statement that returns engagements found, best first, each with their
// number among at most so many candidates.
type wordSearch struct {
	sql        string
	args       []any
	candidates int
}

func (t *Tx) someByWords(ctx context.Context, s wordSearch) (best []found, total int, err error) {
	rows, _ := t.tx.Query(ctx, s.sql, append([]any{pgx.QueryExecModeCacheDescribe}, s.args...)...)
	best, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f found, err error) {
		return f, row.Scan(&f.id, &f.value, &total)
	})
	return best, total, err
}

// guess returns how many documents of all brands the words find, as the planner thinks: it
// knows the words that many have.
func (t *Tx) guess(ctx context.Context, brand triage.ID, text string) (int, error) {
	var w where
	found := w.compileWords(brand, text)
	var raw []byte
	err := t.tx.QueryRow(ctx, `EXPLAIN (FORMAT JSON) SELECT FROM documents d WHERE d.tsv @@ `+found.any(),
		append([]any{pgx.QueryExecModeCacheDescribe}, w.args...)...).Scan(&raw)
	if err != nil {
		return 0, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(raw, &plans); err != nil || len(plans) == 0 {
		return 0, err
	}
	return int(plans[0].Plan.Rows), nil
}

// wordsSQL looks through what has the times, all when they are empty. With own it goes by
// what the brand has too, so that a word of other brands costs little.
func wordsSQL(brand triage.ID, q Query, depth int, times string, own bool) wordSearch {
	var w where
	query := w.compileWords(brand, q.Text)
	matches := query.any()
	switch {
	case times != "":
		matches = w.arg(times) + `::tsquery && nullif(` + matches + `, '')`
	case own:
		matches = query.of(matches)
	}
	join := w.joined("d", brand, q)
	candidates := max(depth, newest)
	// Ids are in the order in which engagements came in, so the key serves the order.
	return ranked(&w, `SELECT d.engagement_id, `+query.rank()+` AS rank FROM documents d`+join+`
		WHERE d.brand_id = `+w.arg(brand)+` AND d.tsv @@ (`+matches+`) AND `+query.finds()+w.sql.String()+`
		ORDER BY d.engagement_id DESC`, candidates, depth)
}

// live reports whether q asks for live items alone, by what live_items knows.
func (q Query) live() bool {
	for _, s := range q.Filter.Statuses {
		if !(Item{Status: s}).Live() {
			return false
		}
	}
	return len(q.Filter.Statuses) > 0 && q.Filter.Text == "" && !q.answered
}

// liveWordsSQL looks through live items in both queues.
func liveWordsSQL(brand triage.ID, q Query, depth int) wordSearch {
	w := where{args: []any{brand}, queues: []string{`'smm'`, `'cm'`}}
	w.facets(q.Filter)
	query := w.liveWords(brand, q.Text)
	if q.Except != "" {
		w.add(`l.engagement_id <> ?`, q.Except)
	}
	if q.Before != "" {
		w.add(`l.engagement_id < ?`, q.Before)
	}
	candidates := max(depth, newest)
	return ranked(&w, `SELECT d.engagement_id, `+query.rank()+` AS rank FROM (
			SELECT l.engagement_id, l.id FROM live_items l WHERE l.brand_id = $1`+w.sql.String()+`
			ORDER BY l.engagement_id DESC OFFSET 0) l
		JOIN items i ON i.brand_id = $1 AND i.id = l.id AND i.kind = 'owner'
		JOIN documents d ON d.brand_id = $1 AND d.engagement_id = l.engagement_id
		ORDER BY l.engagement_id DESC`, candidates, depth)
}

// ranked chooses the best of the first candidates of inner.
func ranked(w *where, inner string, candidates, depth int) wordSearch {
	sql := `SELECT engagement_id, rank, count(*) OVER ()::int FROM (` + inner + ` LIMIT ` + w.arg(candidates) + `) found
		ORDER BY rank DESC, engagement_id DESC LIMIT ` + w.arg(depth)
	return wordSearch{sql, w.args, candidates}
}
