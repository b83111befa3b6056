package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/postgres"
	"triage/triage"
)

// history measures what is known of a person and of a post: of those with most, and of
// others, at the first page and at later ones, while comments arrive.
func (q *queues) history(ctx context.Context) error {
	authors, err := q.some(ctx, "author_id")
	if err != nil {
		return err
	}
	threads, err := q.some(ctx, "thread_id")
	if err != nil {
		return err
	}
	kinds := []struct {
		name string
		ask  func(s *postgres.Store, i int) error
	}{
		{"author timeline", func(s *postgres.Store, i int) error {
			after := &postgres.Position{Rank: float64(time.Now().Add(-time.Duration(i%2*i) * 24 * time.Hour).UnixMicro()), ID: postgres.NewID()}
			_, err := s.Timeline(ctx, largeBrand, []triage.ID{authors[i%len(authors)]}, "", after, 51)
			return err
		}},
		{"author in numbers", func(s *postgres.Store, i int) error {
			_, err := s.Moments(ctx, largeBrand, []triage.ID{authors[i%len(authors)]})
			return err
		}},
		{"thread as a tree", func(s *postgres.Store, i int) error {
			_, err := s.Tree(ctx, largeBrand, threads[i%len(threads)], postgres.TreePage{Limit: 50})
			return err
		}},
	}
	return q.whileArriving(ctx, func(ctx context.Context) error {
		for _, kind := range kinds {
			took, err := timed(2*reads, func(i int) error { return kind.ask(q.store, i) })
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			q.add(kind.name+", p95", ms(percentile(took, 0.95)), "ms", atMost(20))
			q.explain(ctx, kind.name, func(s *postgres.Store) error { return kind.ask(s, 0) })
		}
		return nil
	})
}

// some returns the values of a column with most items, and some that newer items have.
func (q *queues) some(ctx context.Context, column string) ([]triage.ID, error) {
	rows, _ := q.plain.Query(ctx, fmt.Sprintf(`
		SELECT id FROM (
		    (SELECT %[1]s AS id FROM items WHERE brand_id = $1 AND received_at > now() - interval '10 days' GROUP BY 1 ORDER BY count(*) DESC LIMIT 20)
		    UNION (SELECT %[1]s FROM items WHERE brand_id = $1 ORDER BY received_at DESC LIMIT 100)) ids WHERE id IS NOT NULL ORDER BY md5(id::text)`, column), largeBrand)
	return pgx.CollectRows(rows, pgx.RowTo[triage.ID])
}
