package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Grouping is what items of a list have in common that are shown as one.
type Grouping string

// The groupings. ByWave leaves outliers alone, which need an answer of their own.
const (
	ByThread Grouping = "thread"
	ByAuthor Grouping = "author"
	ByWave   Grouping = "wave"
)

// key returns the expression for what items of a group share, NULL for an item alone, and
// the condition that an item belongs to the group k.key. The conditions are written as the
// partial indexes have them.
func (g Grouping) key() (key, one string) {
	switch g {
	case ByThread:
		return `i.thread_id`, `i.thread_id IS NOT NULL AND i.thread_id = k.key`
	case ByAuthor:
		return `i.author_id`, `i.author_id IS NOT NULL AND i.author_id = k.key`
	case ByWave:
		return `CASE WHEN NOT i.wave_outlier THEN i.wave_id END`, `i.wave_id IS NOT NULL AND i.wave_id = k.key AND NOT i.wave_outlier`
	}
	return `NULL::uuid`, `false`
}

// Group is some items of a list that are shown as one, or one item that is alone.
type Group struct {
	Key         triage.ID // of the thread, author or wave; empty for an item alone
	Top         Item      // the first of them in the order of the list
	Count       int
	FirstAt     time.Time
	LastAt      time.Time
	BySentiment map[triage.Sentiment]int
	ByPriority  map[triage.Priority]int
	Unsure      int
}

// Place returns where the group stands in its list.
func (g Group) Place() Position { return Position{Rank: g.Top.Rank, ID: g.Top.ID} }

// Groups returns at most limit groups of the items that Items would return, in the order of
// the best item of each, after the given position, and whether there are more. All numbers
// count what the filter lets pass. A group whose best item comes before the position is
// not repeated.
func (r Reads) Groups(
	ctx context.Context, brand triage.ID, q triage.Queue, by Grouping, f ItemFilter, after *Position, limit int,
) (groups []Group, more bool, err error) {
	g := grouping{reads: r, brand: brand, queue: q, by: by, filter: f, after: after, limit: limit + 1, byKey: map[triage.ID]int{}}
	if err := g.walk(ctx); err != nil {
		return nil, false, unavailable(fmt.Errorf("groups of %s: %w", q, err))
	}
	if more = len(g.groups) > limit; more {
		g.groups = g.groups[:limit]
	}
	for _, step := range []func(context.Context) error{g.count, g.tops} {
		if err := step(ctx); err != nil {
			return nil, false, unavailable(fmt.Errorf("groups of %s: %w", q, err))
		}
	}
	return g.groups, more, nil
}

type grouping struct {
	reads  Reads
	brand  triage.ID
	queue  triage.Queue
	by     Grouping
	filter ItemFilter
	after  *Position
	limit  int

	groups []Group
	keys   []triage.ID       // seen by the walk, those of earlier pages too
	byKey  map[triage.ID]int // place in groups
	rare   bool              // little of what is live passes the filter
}

// where returns the conditions of the list.
func (g *grouping) where() *where {
	w := &where{}
	w.add(`i.brand_id = ?`, g.brand)
	w.add(`i.queue = ?`, g.queue)
	if slices.ContainsFunc(g.filter.Statuses, func(s triage.Status) bool { return !(Item{Status: s}).Live() }) {
		w.add(`i.outcome IS DISTINCT FROM 'deleted'`) // erasing closes
	}
	w.filter(g.brand, g.filter)
	return w
}

// walk goes along the order of the list and passes over items of groups that it has met,
// until it has met enough groups.
func (g *grouping) walk(ctx context.Context) error {
	at := g.after
	for len(g.groups) < g.limit {
		best, err := g.next(ctx, at)
		if err != nil || len(best) == 0 {
			return err
		}
		earlier, err := g.earlier(ctx, best)
		if err != nil {
			return err
		}
		for _, b := range best {
			if len(g.groups) == g.limit {
				return nil
			}
			at = &b.Position
			g.meet(b, earlier[b.key])
		}
	}
	return nil
}

// met is an item that the walk has come to.
type met struct {
	Position
	key triage.ID // empty for one that is alone
}

// meet takes an item in as the best of its group, unless the group is known or its best
// item stands on an earlier page.
func (g *grouping) meet(m met, earlier bool) {
	if m.key != "" {
		if _, known := g.byKey[m.key]; known {
			return
		}
		g.byKey[m.key] = -1
		g.keys = append(g.keys, m.key)
		if earlier {
			return
		}
		g.byKey[m.key] = len(g.groups)
	}
	g.groups = append(g.groups, Group{
		Key: m.key, Top: Item{ID: m.ID, Rank: m.Rank}, BySentiment: map[triage.Sentiment]int{}, ByPriority: map[triage.Priority]int{},
	})
}

// next returns the next items after a position, all or all but those of groups met so far.
func (g *grouping) next(ctx context.Context, at *Position) ([]met, error) {
	pages := g.pages(at)
	if len(pages) == 1 {
		return g.unmet(ctx, at)
	}
	key, _ := g.by.key()
	var found []met
	for n, p := range pages {
		g.rare = g.rare || n > 0
		rows, _ := g.reads.db.Query(ctx, `
			SELECT page.rank, page.id, `+key+` FROM (`+p.sql+`) page
			JOIN items i ON i.brand_id = $1 AND i.id = page.id
			ORDER BY page.rank, page.id`, p.args...)
		var err error
		if found, err = pgx.CollectRows(rows, scanMet); err != nil || len(found) == 2*g.limit {
			return found, err
		}
	}
	return found, nil
}

func (g *grouping) pages(at *Position) []page {
	return list{g.brand, g.queue, g.filter, at, 2 * g.limit}.pages()
}

// unmet walks a list without a filter, or one of closed items, and passes over items of
// groups met so far: a busy post may have thousands in a row.
func (g *grouping) unmet(ctx context.Context, at *Position) ([]met, error) {
	sql, args := g.unmetAfter(at)
	rows, _ := g.reads.db.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, scanMet)
}

func (g *grouping) unmetAfter(at *Position) (sql string, args []any) {
	key, _ := g.by.key()
	w := g.where()
	if at != nil {
		w.add(`(i.rank, i.id) > (?, ?)`, at.Rank, at.ID)
	}
	if len(g.keys) > 0 {
		w.add(`(`+key+` = ANY(?)) IS NOT TRUE`, uuids(g.keys))
	}
	w.args = append(w.args, 2*g.limit)
	return `SELECT i.rank, i.id, ` + key + ` FROM items i WHERE true` + w.sql.String() +
		` ORDER BY i.rank, i.id LIMIT $` + strconv.Itoa(len(w.args)), w.args
}

func scanMet(row pgx.CollectableRow) (met, error) {
	var m met
	var key *triage.ID
	err := row.Scan(&m.Rank, &m.ID, &key)
	m.key = idOr(key)
	return m, err
}

// earlier tells which groups of the items have one up to the position where the list goes
// on: they stand on an earlier page.
func (g *grouping) earlier(ctx context.Context, items []met) (map[triage.ID]bool, error) {
	if g.after == nil {
		return map[triage.ID]bool{}, nil
	}
	var keys []triage.ID
	for _, m := range items {
		if _, known := g.byKey[m.key]; m.key != "" && !known {
			keys = append(keys, m.key)
		}
	}
	if len(keys) == 0 {
		return map[triage.ID]bool{}, nil
	}
	sql, args := g.earlierOf(keys)
	rows, _ := g.reads.db.Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	out := make(map[triage.ID]bool, len(found))
	for _, key := range found {
		out[key] = true
	}
	return out, err
}

// earlierOf returns the statement that tells which groups have an item up to the position.
// Where much passes, the first items of each group tell; where little does, what passes.
func (g *grouping) earlierOf(keys []triage.ID) (sql string, args []any) {
	key, _ := g.by.key()
	if g.rare {
		w := g.passing(keys)
		w.add(`(l.rank, l.id) <= (?, ?)`, g.after.Rank, g.after.ID)
		return `SELECT DISTINCT ` + key + ` FROM live_items l JOIN items i ON i.brand_id = $1 AND i.id = l.id
			WHERE l.brand_id = $1 AND l.queue = $2 AND ` + key + ` IS NOT NULL` + w.sql.String(), g.planned(w.args)
	}
	w, all := g.among(keys)
	w.add(`(i.rank, i.id) <= (?, ?)`, g.after.Rank, g.after.ID)
	return `SELECT k.key FROM unnest($` + all + `::uuid[]) AS k (key)
		WHERE EXISTS (SELECT FROM items i WHERE true` + w.sql.String() + `)`, w.args
}

// tops reads the best item of each group; one that is alone is also its numbers.
func (g *grouping) tops(ctx context.Context) error {
	ids := make([]triage.ID, len(g.groups))
	for n, group := range g.groups {
		ids[n] = group.Top.ID
	}
	items, err := g.reads.itemsByID(ctx, g.brand, ids)
	if err != nil {
		return err
	}
	kept := g.groups[:0]
	for _, group := range g.groups {
		top, ok := items[group.Top.ID]
		if !ok { // erased meanwhile
			continue
		}
		rank := group.Top.Rank // the one that it was found by: the cursor goes on from there
		group.Top = top
		group.Top.Rank = rank
		if group.Key == "" {
			group.Count, group.FirstAt, group.LastAt = 1, top.ReceivedAt, top.ReceivedAt
			group.BySentiment[top.Sentiment], group.ByPriority[top.Priority] = 1, 1
			if top.Unsure {
				group.Unsure = 1
			}
		}
		kept = append(kept, group)
	}
	g.groups = kept
	return nil
}
