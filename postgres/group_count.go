package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// count fills in the numbers of the groups: those of threads from the kept counts, as long
// as the filter asks for nothing that they do not tell apart.
func (g *grouping) count(ctx context.Context) error {
	var keys []triage.ID
	for _, group := range g.groups {
		if group.Key != "" {
			keys = append(keys, group.Key)
		}
	}
	switch {
	case len(keys) == 0:
		return nil
	case g.by == ByThread && g.kept():
		return g.countKept(ctx, keys)
	case g.filtered():
		return g.countFiltered(ctx, keys)
	}
	return g.countItems(ctx, keys)
}

// filtered reports whether the list holds some of what is live, and nothing else.
func (g *grouping) filtered() bool { return len(g.pages(nil)) > 1 }

// countFiltered counts what passes the filter, by the index on its terms: a busy post may
// have thousands of items of which few pass.
func (g *grouping) countFiltered(ctx context.Context, keys []triage.ID) error {
	key, _ := g.by.key()
	w := g.passing(keys)
	rows, _ := g.reads.db.Query(ctx, `
		SELECT `+key+`, i.sentiment, i.priority, i.unsure, count(*), min(i.received_at), max(i.received_at)
		FROM live_items l JOIN items i ON i.brand_id = $1 AND i.id = l.id
		WHERE l.brand_id = $1 AND l.queue = $2 AND `+key+` IS NOT NULL`+w.sql.String()+`
		GROUP BY 1, 2, 3, 4`, g.planned(w.args)...)
	return g.read(rows)
}

// planned makes a statement be planned for its own words: see list.page.
func (g *grouping) planned(args []any) []any {
	if g.filter.Text == "" {
		return args
	}
	return append([]any{pgx.QueryExecModeCacheDescribe}, args...)
}

// passing returns the conditions that live item l passes the filter and belongs to one of
// the groups.
func (g *grouping) passing(keys []triage.ID) *where {
	w := &where{args: []any{g.brand, g.queue}}
	w.facets(g.filter)
	w.facet(string(g.by), strs(keys)...)
	if g.filter.Text != "" {
		w.liveWords(g.brand, g.filter.Text)
	}
	return w
}

// read adds rows of a count to the groups.
func (g *grouping) read(rows pgx.Rows) error {
	var c counted
	_, err := pgx.ForEachRow(rows, []any{&c.key, &c.sentiment, &c.priority, &c.unsure, &c.n, &c.first, &c.last}, func() error {
		g.add(c)
		g.span(c.key, c.first, c.last)
		return nil
	})
	return err
}

// kept reports whether the filter speaks only of what thread_counts knows.
func (g *grouping) kept() bool {
	f := g.filter
	live := 0
	for _, s := range f.Statuses {
		if !(Item{Status: s}).Live() {
			return false
		}
		live++
	}
	f.Statuses, f.Priorities, f.Sentiments, f.Unsure = nil, nil, nil, nil
	var rest where
	rest.narrow(g.brand, f)
	return rest.sql.Len() == 0 && (live == 0 || live == liveStatuses)
}

// countItems counts the items themselves.
func (g *grouping) countItems(ctx context.Context, keys []triage.ID) error {
	w, all := g.among(keys)
	rows, _ := g.reads.db.Query(ctx, `
		SELECT k.key, c.sentiment, c.priority, c.unsure, c.n, c.first, c.last
		FROM unnest($`+all+`::uuid[]) AS k (key)
		CROSS JOIN LATERAL (
			SELECT i.sentiment, i.priority, i.unsure, count(*) AS n, min(i.received_at) AS first, max(i.received_at) AS last
			FROM items i WHERE true`+w.sql.String()+`
			GROUP BY i.sentiment, i.priority, i.unsure) c`, w.args...)
	return g.read(rows)
}

// among returns the conditions that an item of the list belongs to the group k.key, and
// the place of the parameter with all keys.
func (g *grouping) among(keys []triage.ID) (w *where, all string) {
	_, one := g.by.key()
	w = g.where()
	w.sql.WriteString(` AND ` + one)
	w.args = append(w.args, uuids(keys))
	return w, strconv.Itoa(len(w.args))
}

// countKept adds up the kept counts, and looks for the first and the last item.
func (g *grouping) countKept(ctx context.Context, keys []triage.ID) error {
	sql, args := g.keptOf(keys)
	rows, _ := g.reads.db.Query(ctx, sql, args...)
	var c counted
	_, err := pgx.ForEachRow(rows, []any{&c.key, &c.sentiment, &c.priority, &c.unsure, &c.n}, func() error {
		if c.n > 0 {
			g.add(c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sql, args = g.spansOf(keys)
	rows, _ = g.reads.db.Query(ctx, sql, args...)
	_, err = pgx.ForEachRow(rows, []any{&c.key, &c.first, &c.last}, func() error {
		g.span(c.key, c.first, c.last)
		return nil
	})
	return err
}

func (g *grouping) keptOf(keys []triage.ID) (sql string, args []any) {
	var w where
	w.add(`c.brand_id = ?`, g.brand)
	w.add(`c.queue = ?`, g.queue)
	w.add(`c.thread_id = ANY(?)`, uuids(keys))
	if len(g.filter.Priorities) > 0 {
		w.add(`c.priority = ANY(?)`, numbers(g.filter.Priorities))
	}
	addAny(&w, `c.sentiment = ANY(?)`, g.filter.Sentiments)
	if g.filter.Unsure != nil {
		w.add(`c.unsure = ?`, *g.filter.Unsure)
	}
	return `SELECT c.thread_id, c.sentiment, c.priority, c.unsure, sum(c.n)::bigint FROM thread_counts c
		WHERE true` + w.sql.String() + ` GROUP BY 1, 2, 3, 4`, w.args
}

func (g *grouping) spansOf(keys []triage.ID) (sql string, args []any) {
	w, all := g.among(keys)
	one := `(SELECT i.received_at FROM items i WHERE true` + w.sql.String() + ` ORDER BY i.received_at`
	return `SELECT key, first, last FROM (
			SELECT k.key, ` + one + ` LIMIT 1) AS first, ` + one + ` DESC LIMIT 1) AS last
			FROM unnest($` + all + `::uuid[]) AS k (key)) s
		WHERE first IS NOT NULL AND last IS NOT NULL`, w.args
}

// counted are items of one group that are alike.
type counted struct {
	key         triage.ID
	sentiment   triage.Sentiment
	priority    triage.Priority
	unsure      bool
	n           int
	first, last time.Time
}

func (g *grouping) add(c counted) {
	group := &g.groups[g.byKey[c.key]]
	group.Count += c.n
	group.BySentiment[c.sentiment] += c.n
	group.ByPriority[c.priority] += c.n
	if c.unsure {
		group.Unsure += c.n
	}
}

func (g *grouping) span(key triage.ID, first, last time.Time) {
	group := &g.groups[g.byKey[key]]
	if group.FirstAt.IsZero() || first.Before(group.FirstAt) {
		group.FirstAt = first
	}
	if last.After(group.LastAt) {
		group.LastAt = last
	}
}

func numbers(priorities []triage.Priority) []int16 {
	out := make([]int16, len(priorities))
	for n, p := range priorities {
		out[n] = int16(p)
	}
	return out
}

// foldedPerStep bounds how many appended changes one step folds.
const foldedPerStep = 20_000

// FoldThreadCounts adds changes that were appended to the kept counts to those folded
// before, and returns true when there may be more. Sums read before, meanwhile and
// afterwards are the same.
func (t *Tx) FoldThreadCounts(ctx context.Context) (bool, error) {
	var mine bool
	if err := t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('fold threads', 0))`).Scan(&mine); err != nil {
		return false, fmt.Errorf("fold thread counts: %w", err)
	}
	if !mine {
		return false, nil
	}
	var n int
	err := t.tx.QueryRow(ctx, `
		WITH fresh AS (
			DELETE FROM thread_counts WHERE ctid = ANY(ARRAY(SELECT ctid FROM thread_counts WHERE NOT folded LIMIT $1))
			RETURNING brand_id, queue, thread_id, priority, sentiment, unsure, n),
		added AS (
			INSERT INTO thread_counts AS c (brand_id, queue, thread_id, priority, sentiment, unsure, n, folded)
			SELECT brand_id, queue, thread_id, priority, sentiment, unsure, sum(n), true FROM fresh
			GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
			ORDER BY 1, 2, 3, 4, 5, 6
			ON CONFLICT (brand_id, queue, thread_id, priority, sentiment, unsure) WHERE folded
			DO UPDATE SET n = c.n + excluded.n)
		SELECT count(*) FROM fresh`, foldedPerStep).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("fold thread counts: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return n == foldedPerStep, t.exec(ctx, `DELETE FROM thread_counts WHERE folded AND n = 0`)
}
