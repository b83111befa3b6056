package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// DriftWeek is how a week of a brand went for the engine.
type DriftWeek struct {
	Week     time.Time // its Monday, UTC
	Placed   int       // engagements placed for the first time
	Unsure   int       // of those, without being sure of the queue
	Intents  map[triage.Intent]IntentWeek
	Comments int  // of which the words were looked at
	NewWords *int // uses of words that no comment of the weeks before held; nil without such weeks
	Moved    []string
}

// IntentWeek is how often an intent was read, and how often people then named another one.
type IntentWeek struct {
	Judged    int `json:"judged"`
	Corrected int `json:"corrected"`
}

// CountWeek counts the week that begins on monday.
func (r Reads) CountWeek(ctx context.Context, brand triage.ID, monday time.Time) (DriftWeek, error) {
	w := DriftWeek{Week: monday, Intents: map[triage.Intent]IntentWeek{}}
	next := monday.AddDate(0, 0, 7)
	err := r.db.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE detail->'rules' ? 'unsure') FROM audit
		WHERE brand_id = $1 AND id >= $2 AND id < $3 AND action = 'item.placed'`, brand, firstID(monday), firstID(next)).
		Scan(&w.Placed, &w.Unsure)
	if err != nil {
		return w, unavailable(fmt.Errorf("week of brand %s: %w", brand, err))
	}
	rows, _ := r.db.Query(ctx, `
		SELECT intent, sum(judged)::int, sum(corrected)::int FROM (
			SELECT intent, count(*) AS judged, 0 AS corrected FROM judgements
			WHERE brand_id = $1 AND id >= $2 AND id < $3 AND NOT provisional
			  AND engagement_id >= $6 GROUP BY intent
			UNION ALL
			SELECT j.intent, 0, count(DISTINCT l.engagement_id) FROM labels l
			JOIN LATERAL (
				SELECT intent FROM judgements WHERE brand_id = l.brand_id AND engagement_id = l.engagement_id AND round = l.round
				ORDER BY judged_at DESC, id DESC LIMIT 1) j ON j.intent <> l.intent
			WHERE l.brand_id = $1 AND l.created_at >= $4 AND l.created_at < $5 AND l.intent IS NOT NULL GROUP BY j.intent) n
		GROUP BY intent`, brand, firstID(monday), firstID(next), monday, next, firstID(monday.AddDate(0, 0, -7)))
	var intent triage.Intent
	var n IntentWeek
	if _, err := pgx.ForEachRow(rows, []any{&intent, &n.Judged, &n.Corrected}, func() error {
		w.Intents[intent] = n
		return nil
	}); err != nil {
		return w, unavailable(fmt.Errorf("week of brand %s: %w", brand, err))
	}
	words, err := r.NewWords(ctx, brand, monday, next, 1)
	if w.Comments = words.Comments; words.Before > 0 {
		w.NewWords = &words.Uses
	}
	return w, err
}

// WordCount is a word, as searches fold it, and how many comments use it.
type WordCount struct {
	Word     string
	Comments int
}

// Novelty is what is new among the words of a time.
type Novelty struct {
	Comments int         // that were looked at
	Before   int         // of the weeks before, that they were compared with
	Uses     int         // comments with a new word, summed over the new words
	Words    []WordCount // the most used new words
}

// Bounds of the search for new words: how many comments are looked at, the newest of each
// time, how far back words count as known, and how many comments make a word one.
const (
	wordComments = 5000
	wordsBefore  = 4 * 7 * 24 * time.Hour
	wordUsers    = 3
)

// NewWords compares the words of what was received in [from, to) with those of the four weeks
// before. Words with digits, and those of fewer than three letters, are none.
func (r Reads) NewWords(ctx context.Context, brand triage.ID, from, to time.Time, most int) (Novelty, error) {
	var out Novelty
	rows, _ := r.db.Query(ctx, `
		WITH spans (part, query, n) AS (
			SELECT part, format('SELECT tsv FROM documents WHERE brand_id = %L AND engagement_id >= %L AND engagement_id < %L '
			           || 'ORDER BY engagement_id DESC LIMIT %s', $1::uuid, a, b, most),
			       (SELECT count(*) FROM (SELECT FROM documents WHERE brand_id = $1 AND engagement_id >= a AND engagement_id < b LIMIT most) d)
			FROM (VALUES ('now', $3::uuid, $4::uuid, $5::int), ('before', $2::uuid, $3::uuid, 4 * $5::int)) v (part, a, b, most)),
		words AS (
			SELECT s.word, s.ndoc FROM spans, ts_stat(spans.query, 'd') s
			WHERE spans.part = 'now' AND s.ndoc >= $6 AND length(s.word) >= 3 AND s.word !~ '[0-9]'),
		fresh AS (
			SELECT word, ndoc FROM words
			WHERE word NOT IN (SELECT s.word FROM spans, ts_stat(spans.query, 'd') s WHERE spans.part = 'before'))
		SELECT (SELECT n::int FROM spans WHERE part = 'now'), (SELECT n::int FROM spans WHERE part = 'before'),
		       coalesce((SELECT sum(ndoc) FROM fresh), 0)::int, f.word, f.ndoc
		FROM (SELECT) one LEFT JOIN (SELECT word, ndoc FROM fresh ORDER BY ndoc DESC, word LIMIT $7) f ON true
		ORDER BY f.ndoc DESC, f.word`,
		brand, firstID(from.Add(-wordsBefore)), firstID(from), firstID(to), wordComments, wordUsers, most)
	var word *string
	var uses *int
	_, err := pgx.ForEachRow(rows, []any{&out.Comments, &out.Before, &out.Uses, &word, &uses}, func() error {
		if word != nil && uses != nil {
			out.Words = append(out.Words, WordCount{*word, *uses})
		}
		return nil
	})
	if err != nil {
		return out, unavailable(fmt.Errorf("new words of brand %s: %w", brand, err))
	}
	if out.Before == 0 { // everything would be new
		out.Uses, out.Words = 0, nil
	}
	return out, nil
}

// KeepWeek keeps a counted week and reports whether it was not there yet.
func (t *Tx) KeepWeek(ctx context.Context, brand triage.ID, w DriftWeek) (fresh bool, err error) {
	intents, err := json.Marshal(w.Intents)
	if err != nil {
		return false, fmt.Errorf("week: %w", err)
	}
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO drift_weeks (brand_id, week, placed, unsure, intents, comments, new_words, moved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		brand, w.Week, w.Placed, w.Unsure, intents, w.Comments, w.NewWords, strs(w.Moved))
	if err != nil {
		return false, fmt.Errorf("week of brand %s: %w", brand, err)
	}
	return tag.RowsAffected() == 1, nil
}

// DriftWeeks returns the weeks of a brand that were kept, from a Monday on, at most limit,
// the newest first.
func (r Reads) DriftWeeks(ctx context.Context, brand triage.ID, from time.Time, limit int) ([]DriftWeek, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT week, placed, unsure, intents, comments, new_words, moved FROM drift_weeks
		WHERE brand_id = $1 AND week >= $2 ORDER BY week DESC LIMIT $3`, brand, from, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DriftWeek, error) {
		var w DriftWeek
		var intents []byte
		if err := row.Scan(&w.Week, &w.Placed, &w.Unsure, &intents, &w.Comments, &w.NewWords, &w.Moved); err != nil {
			return w, err
		}
		return w, json.Unmarshal(intents, &w.Intents)
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("weeks of brand %s: %w", brand, err))
	}
	return found, nil
}
