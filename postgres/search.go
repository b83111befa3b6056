package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Query is one search through the engagements of a brand. With Text alone it goes by
// words, with Vector alone by meaning, with both by both, fused; with neither it returns
// the newest.
type Query struct {
	Text   string         // words, as people type them: "phrase", OR, -not
	Vector *triage.Vector // what it means
	Filter ItemFilter     // on owner items; no status at all means any; its Text counts too
	Except triage.ID      // engagement to leave out
	Before triage.ID      // only those that came in before this engagement; for lists of the newest
	Offset int
	Limit  int // most hits to return

	answered bool // only what a person has closed
}

// Hit is one engagement found, with its owner item.
type Hit struct {
	Item
	Score      float64       // greater is better; comparable within one search only
	ByWords    int           // place in the list by words, from 1; 0 when not in it
	ByMeaning  int           // place in the list by meaning, from 1; 0 when not in it
	Distance   float64       // cosine distance, 0 to 2; meaningful with ByMeaning
	Highlights []triage.Span // bytes of the text that the words found; Why is "words"
}

// Depths of a search. Beyond them there are no further pages.
const (
	MaxDepth  = 1000 // of a search by words or by meaning alone
	fuseDepth = 200  // of each list that is fused
	fuseFew   = 30   // of the list by meaning, with a filter: each may be far from the next
	newest    = 200  // a search by words ranks the newest of all that it finds, or as many as are asked for
	fuseK     = 60   // Cormack, Clarke, Büttcher: Reciprocal Rank Fusion, SIGIR 2009
)

// found is one engagement of a list.
type found struct {
	id    triage.ID
	value float64 // rank of the words, or distance
}

// Search returns the hits of q from its offset on, best first. By words it ranks the
// newest 200 engagements that are found. By meaning it looks on until it has enough
// that pass the filter, within the bounds of the index. Fused it takes the best 200 of
// both, with a filter 30 by meaning, and adds 1/(60+place) of each list. Erased engagements are never found.
func (s *Store) Search(ctx context.Context, brand triage.ID, q Query) ([]Hit, error) {
	var hits []Hit
	search := func(tx *Tx) (err error) {
		hits, err = tx.search(ctx, brand, q)
		return err
	}
	if q.Text != "" && q.Vector != nil {
		words, meaning, err := s.besides(ctx, brand, q)
		if err != nil {
			return nil, err
		}
		search = func(tx *Tx) (err error) {
			hits, err = tx.hits(ctx, brand, q, words, meaning)
			return err
		}
	}
	err := s.InTx(ctx, search)
	return hits, err
}

// search asks for one list: by words, by meaning, or by time.
func (t *Tx) search(ctx context.Context, brand triage.ID, q Query) ([]Hit, error) {
	depth := min(q.Offset+q.Limit, MaxDepth)
	var words, meaning []found
	var err error
	switch {
	case q.Vector != nil:
		meaning, err = t.byMeaning(ctx, brand, q, depth)
	case q.Text != "":
		words, err = t.byWords(ctx, brand, q, depth)
	default:
		words, err = t.byTime(ctx, brand, q, depth)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return t.hits(ctx, brand, q, words, meaning)
}

// hits are those of the page that q asks for.
func (t *Tx) hits(ctx context.Context, brand triage.ID, q Query, words, meaning []found) ([]Hit, error) {
	hits := fuse(words, meaning)
	hits, err := t.fillHits(ctx, brand, hits[min(q.Offset, len(hits)):min(q.Offset+q.Limit, len(hits))])
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return hits, t.highlight(ctx, q.Text, hits)
}

// besides asks for the words and for the meaning at the same time, in transactions of their
// own: whoever types waits for the slower one only.
func (s *Store) besides(ctx context.Context, brand triage.ID, q Query) (words, meaning []found, err error) {
	var byWords, byMeaning error
	var both sync.WaitGroup
	both.Go(func() {
		byWords = s.InTx(ctx, func(tx *Tx) (err error) {
			words, err = tx.byWords(ctx, brand, q, fuseDepth)
			return err
		})
	})
	both.Go(func() {
		depth := fuseDepth
		if q.narrows(brand) {
			depth = fuseFew
		}
		byMeaning = s.InTx(ctx, func(tx *Tx) (err error) {
			meaning, err = tx.byMeaning(ctx, brand, q, depth)
			return err
		})
	})
	both.Wait()
	if err := errors.Join(byWords, byMeaning); err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	return words, meaning, nil
}

// narrows reports whether q has a filter.
func (q Query) narrows(brand triage.ID) bool {
	var w where
	return w.joined("v", brand, q) != ""
}

// byTime returns the newest.
func (t *Tx) byTime(ctx context.Context, brand triage.ID, q Query, depth int) ([]found, error) {
	sql, args := timeSQL(brand, q, depth)
	return t.list(ctx, sql, args)
}

func timeSQL(brand triage.ID, q Query, depth int) (sql string, args []any) {
	var w where
	from := `documents d` + w.joined("d", brand, q)
	return `SELECT d.engagement_id, 0::float8 FROM ` + from + ` WHERE d.brand_id = ` + w.arg(brand) + w.sql.String() + `
		ORDER BY d.engagement_id DESC LIMIT ` + w.arg(depth), w.args
}

// joined adds the conditions of the filter and returns the join that they need of the
// table called alias.
func (w *where) joined(alias string, brand triage.ID, q Query) string {
	w.narrow(brand, q.Filter)
	addAny(w, `i.status = ANY(?)`, q.Filter.Statuses)
	if q.answered {
		w.add(`i.status = 'resolved' AND i.assignee_id IS NOT NULL AND i.outcome <> 'deleted'`)
	}
	join := ``
	if w.sql.Len() > 0 {
		join = ` JOIN items i ON i.brand_id = ` + alias + `.brand_id AND i.engagement_id = ` + alias + `.engagement_id AND i.kind = 'owner'`
	}
	if q.Except != "" {
		w.add(alias+`.engagement_id <> ?`, q.Except)
	}
	if q.Before != "" {
		w.add(alias+`.engagement_id < ?`, q.Before)
	}
	return join
}

// byMeaning takes the best of two searches, as nearest does.
func (t *Tx) byMeaning(ctx context.Context, brand triage.ID, q Query, depth int) ([]found, error) {
	tuples := scanTuples
	if q.answered {
		tuples = scanNeighbours
	}
	if err := t.scanOn(ctx, depth, tuples); err != nil {
		return nil, err
	}
	sql, args, err := t.meaningSQL(ctx, brand, q, depth)
	if err != nil {
		return nil, err
	}
	return t.list(ctx, sql, args)
}

func (t *Tx) meaningSQL(ctx context.Context, brand triage.ID, q Query, depth int) (string, []any, error) {
	var model string
	if err := t.tx.QueryRow(ctx, `SELECT quote_literal($1::text)`, q.Vector.Model).Scan(&model); err != nil {
		return "", nil, err
	}
	var w where
	distance := fmt.Sprintf(`v.vector::halfvec(%[1]d) <=> %[2]s::halfvec(%[1]d)`, len(q.Vector.Values), w.arg(pgvector.NewHalfVector(q.Vector.Values)))
	from := `embeddings v` + w.joined("v", brand, q)
	limit := w.arg(depth)
	half := func(indexed string) string {
		return `(SELECT v.engagement_id, ` + distance + ` AS distance FROM ` + from + `
			WHERE ` + indexed + ` AND v.model = ` + model + ` AND v.brand_id = ` + w.arg(brand) + w.sql.String() + `
			ORDER BY ` + distance + ` LIMIT ` + limit + `)`
	}
	return `SELECT engagement_id, distance FROM (` + half(`v.indexed`) + ` UNION ALL ` + half(`NOT v.indexed`) + `) found
		ORDER BY distance, engagement_id LIMIT ` + limit, w.args, nil
}

// Bounds of a walk through the vector index.
const (
	scanTuples      = 8_000 // rows that a search looks at to find enough that pass its filter
	scanNeighbours  = 4_000 // the same for the few beside an item
	leastCandidates = 200
)

// scanOn lets the vector index go on until enough rows pass the filter. Candidates beyond
// the rows wanted raise recall.
func (t *Tx) scanOn(ctx context.Context, depth, tuples int) error {
	candidates := min(max(depth, leastCandidates), MaxDepth) // the extension's own bound is 1000
	return t.exec(ctx, `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
		set_config('hnsw.ef_search', $1::int::text, true), set_config('hnsw.max_scan_tuples', $2::int::text, true)`, candidates, tuples)
}

// list runs a search. It is planned for its own words: a plan for any words would be
// wrong for most.
func (t *Tx) list(ctx context.Context, sql string, args []any) ([]found, error) {
	rows, _ := t.tx.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f found, err error) {
		return f, row.Scan(&f.id, &f.value)
	})
}

// fuse makes one list of two by reciprocal rank. With one list it keeps its order.
func fuse(words, meaning []found) []Hit {
	at := map[triage.ID]int{}
	var hits []Hit
	hit := func(f found, place int) *Hit {
		n, known := at[f.id]
		if !known {
			n = len(hits)
			at[f.id] = n
			hits = append(hits, Hit{Item: Item{EngagementID: f.id}})
		}
		hits[n].Score += 1 / float64(fuseK+place)
		return &hits[n]
	}
	for n, f := range words {
		hit(f, n+1).ByWords = n + 1
	}
	for n, f := range meaning {
		h := hit(f, n+1)
		h.ByMeaning, h.Distance = n+1, f.value
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.EngagementID, a.EngagementID))
	})
	return hits
}

// fillHits reads the owner items of hits. Those without one are left out.
func (t *Tx) fillHits(ctx context.Context, brand triage.ID, hits []Hit) ([]Hit, error) {
	ids := make([]triage.ID, len(hits))
	for n, h := range hits {
		ids[n] = h.EngagementID
	}
	items, err := t.owners(ctx, brand, ids)
	if err != nil {
		return nil, err
	}
	var out []Hit
	for _, h := range hits {
		if item, ok := items[h.EngagementID]; ok {
			h.Item = item
			out = append(out, h)
		}
	}
	return out, nil
}

// owners returns the owner items of engagements that are not erased, by engagement.
func (r Reads) owners(ctx context.Context, brand triage.ID, engagements []triage.ID) (map[triage.ID]Item, error) {
	if len(engagements) == 0 {
		return nil, nil //nolint:nilnil // no engagements have no items
	}
	rows, _ := r.db.Query(ctx, `SELECT `+itemColumns+itemTables+`
		WHERE i.brand_id = $1 AND i.engagement_id = ANY($2) AND i.kind = 'owner' AND e.deleted_at IS NULL`, brand, uuids(engagements))
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, err
	}
	out := make(map[triage.ID]Item, len(items))
	for _, i := range items {
		out[i.EngagementID] = i
	}
	return out, nil
}
