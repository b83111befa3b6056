package main

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// weigh adds how much room tables and their indexes take, for each million of their rows.
func (q *queues) weigh(ctx context.Context) error {
	rows, _ := q.plain.Query(ctx, `
		SELECT relname::text, reltuples::float8, (pg_table_size(oid) / 1048576.0)::float8, (pg_indexes_size(oid) / 1048576.0)::float8
		FROM pg_class WHERE oid = ANY(ARRAY['engagements', 'items', 'live_items', 'documents', 'authors', 'threads', 'embeddings']::regclass[])
		ORDER BY 3 + 4 DESC`)
	var table string
	var tuples, heap, indexes float64
	_, err := pgx.ForEachRow(rows, []any{&table, &tuples, &heap, &indexes}, func() error {
		if tuples > 0 {
			q.add(table+": rows", tuples, "", none)
			q.add(table+": table, per million rows", heap/tuples*1e6, "MiB", none)
			q.add(table+": indexes, per million rows", indexes/tuples*1e6, "MiB", none)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var all float64
	err = q.plain.QueryRow(ctx, `SELECT (pg_database_size(current_database()) / 1073741824.0)::float8`).Scan(&all)
	q.add("the whole database", all, "GiB", none)
	return err
}
