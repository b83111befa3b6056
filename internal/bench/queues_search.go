package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/postgres"
	"triage/triage"
)

// searched are what people type; each is asked for together with a meaning.
var searched = []string{"K1234", "Rechnung doppelt", "parcel late", "\"looks great\"", "Reißverschluss -Berlin", "backpack OR Rucksack", "Geld zurück", "blue bag"}

// search measures search by meaning, by words and by both, while comments arrive, and how
// much of the exact answer the vector index finds.
func (q *queues) search(ctx context.Context) error {
	m := newMeanings(99)
	meant := make([]triage.Vector, reads)
	for i := range meant {
		meant[i] = triage.Vector{Model: vectorModel, Values: m.next()}
	}
	if err := q.recall(ctx, meant[:50]); err != nil {
		return err
	}
	kinds := []struct {
		name  string
		query func(i int) postgres.Query
	}{
		{"meaning", func(i int) postgres.Query { return postgres.Query{Vector: &meant[i], Limit: 20} }},
		{"words", func(i int) postgres.Query { return postgres.Query{Text: searched[i%len(searched)], Limit: 20} }},
		{"words and meaning", func(i int) postgres.Query {
			return postgres.Query{Text: searched[i%len(searched)], Vector: &meant[i], Limit: 20}
		}},
		{"words and meaning, open complaints", func(i int) postgres.Query {
			return postgres.Query{Text: searched[i%len(searched)], Vector: &meant[i], Limit: 20, Filter: postgres.ItemFilter{
				Statuses: []triage.Status{triage.StatusOpen}, Intents: []triage.Intent{triage.Complaint},
			}}
		}},
	}
	return q.whileArriving(ctx, func(ctx context.Context) error {
		for _, kind := range kinds {
			took, err := timed(reads, func(i int) error {
				_, err := q.store.Search(ctx, largeBrand, kind.query(i))
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			q.add("search by "+kind.name+", p95", ms(percentile(took, 0.95)), "ms", atMost(60))
			q.explain(ctx, "search by "+kind.name, func(s *postgres.Store) error {
				_, err := s.Search(ctx, largeBrand, kind.query(2))
				return err
			})
		}
		return nil
	})
}

// recall compares the ten nearest that a search finds with the ten nearest there are.
func (q *queues) recall(ctx context.Context, meant []triage.Vector) error {
	var found, of int
	var took []time.Duration
	for i := range meant {
		exact, err := q.exact(ctx, meant[i])
		if err != nil {
			return err
		}
		began := time.Now()
		near, err := q.store.Search(ctx, largeBrand, postgres.Query{Vector: &meant[i], Limit: 10})
		if err != nil {
			return err
		}
		took = append(took, time.Since(began))
		of += len(exact)
		for _, n := range near {
			if exact[n.EngagementID] {
				found++
			}
		}
	}
	q.add("recall of the ten nearest", float64(found)/float64(max(of, 1)), "", atLeast(0.95))
	q.add("ten nearest, p95", ms(percentile(took, 0.95)), "ms", atMost(60))
	return nil
}

// exact reads all vectors.
func (q *queues) exact(ctx context.Context, v triage.Vector) (map[triage.ID]bool, error) {
	out := map[triage.ID]bool{}
	err := pgx.BeginFunc(ctx, q.plain, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL enable_indexscan = off; SET LOCAL max_parallel_workers_per_gather = 2`); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, fmt.Sprintf(`SELECT engagement_id FROM embeddings WHERE brand_id = $1 AND model = $2
			ORDER BY vector::halfvec(%d) <=> $3::halfvec LIMIT 10`, dimensions), largeBrand, v.Model, pgvector.NewHalfVector(v.Values).String())
		ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
		for _, id := range ids {
			out[id] = true
		}
		return err
	})
	return out, err
}
