package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed fill/*.sql
var fillSQL embed.FS

// workers is how many connections fill at the same time.
const workers = 2

// filledTables are loaded without their indexes.
var filledTables = []string{"engagements", "items", "documents", "authors", "threads", "embeddings"}

// fill makes the rows unless an earlier run made them: tables without indexes first, then
// indexes, then what is derived, then statistics. Nothing is safe from a crash meanwhile.
func (q *queues) fill(ctx context.Context) error {
	full, err := q.filled(ctx)
	if err != nil || full {
		return err
	}
	began := time.Now()
	if err := q.setting(ctx, "fsync", "off"); err != nil {
		return err
	}
	var indexes []index
	for _, s := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"places", func(ctx context.Context) error { return q.places(ctx, began) }},
		{"drop indexes", func(ctx context.Context) (err error) { indexes, err = q.dropIndexes(ctx); return err }},
		{"authors", q.authors}, {"threads", q.threads}, {"engagements and items", q.engagements},
		{"vectors", q.vectors},
		{"indexes", func(ctx context.Context) error { return q.makeIndexes(ctx, indexes) }}, {"vector index", q.vectorIndex}, {"derived tables", q.derive}, {"vacuum", q.vacuum},
	} {
		start := time.Now()
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		step("filling: %s took %.1f s", s.name, time.Since(start).Seconds())
	}
	if err := q.setting(ctx, "fsync", "on"); err != nil {
		return err
	}
	if _, err := q.plain.Exec(ctx, `CREATE TABLE bench.filled AS SELECT $1::bigint AS engagements, $2::bigint AS open, $3::bigint AS vectors`,
		q.sizes.Engagements, q.sizes.Open, q.sizes.Vectors); err != nil {
		return err
	}
	if _, err := q.plain.Exec(ctx, `CHECKPOINT`); err != nil {
		return err
	}
	q.add("filling the database", time.Since(began).Seconds(), "s", none)
	return nil
}

// filled reports whether the database holds rows of a finished run, and takes its sizes.
func (q *queues) filled(ctx context.Context) (bool, error) {
	var there bool
	if err := q.plain.QueryRow(ctx, `SELECT to_regclass('bench.filled') IS NOT NULL`).Scan(&there); err != nil || !there {
		return false, err
	}
	err := q.plain.QueryRow(ctx, `SELECT engagements, open, vectors FROM bench.filled`).Scan(&q.sizes.Engagements, &q.sizes.Open, &q.sizes.Vectors)
	step("the database is filled: %+v", q.sizes)
	return true, err
}

func (q *queues) setting(ctx context.Context, name, value string) error {
	if _, err := q.plain.Exec(ctx, `ALTER SYSTEM SET `+name+` = `+value); err != nil {
		return err
	}
	_, err := q.plain.Exec(ctx, `SELECT pg_reload_conf()`)
	return err
}

func (q *queues) places(ctx context.Context, now time.Time) error {
	functions, err := fillSQL.ReadFile("fill/functions.sql")
	if err != nil {
		return err
	}
	places, err := fillSQL.ReadFile("fill/places.sql")
	if err != nil {
		return err
	}
	_, err = q.plain.Exec(ctx, string(functions)+fmt.Sprintf(`
		CREATE OR REPLACE FUNCTION bench.now() RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
		$$ SELECT timestamptz '%s' $$;`, now.UTC().Format(time.RFC3339))+string(places))
	return err
}

func (q *queues) authorCount() int64 { return max(100, q.sizes.Engagements/5) }
func (q *queues) threadCount() int64 { return max(100, q.sizes.Engagements/500) } // in each of ten channels

func (q *queues) authors(ctx context.Context) error {
	return q.chunks(ctx, "authors", q.authorCount(), 50_000)
}

func (q *queues) threads(ctx context.Context) error {
	return q.chunks(ctx, "threads", q.threadCount(), 10_000, q.threadCount())
}

func (q *queues) engagements(ctx context.Context) error {
	return q.chunks(ctx, "engagements", q.sizes.Engagements, 50_000, q.sizes.Engagements, q.sizes.Open, q.authorCount(), q.threadCount())
}

// chunks runs a statement over the numbers 1 to total, a piece at a time on all workers.
func (q *queues) chunks(ctx context.Context, name string, total, size int64, args ...any) error {
	sql, err := fillSQL.ReadFile("fill/" + name + ".sql")
	if err != nil {
		return err
	}
	var next, done atomic.Int64
	told := time.Now()
	work := func(n int) error {
		for {
			from := next.Add(size) - size + 1
			if from > total {
				return nil
			}
			to := min(total, from+size-1)
			if _, err := q.plain.Exec(ctx, string(sql), append([]any{from, to}, args...)...); err != nil {
				return err
			}
			if made := done.Add(to - from + 1); n == 0 && time.Since(told) > 10*time.Second {
				told = time.Now()
				step("filling: %d of %d %s", made, total, name)
			}
		}
	}
	return together(workers, work)
}

// together runs work for 0 to n-1, each in a goroutine, and waits for all.
func together(n int, work func(n int) error) error {
	errs := make([]error, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { errs[i] = work(i) })
	}
	running.Wait()
	return errors.Join(errs...)
}

// each runs statements on all workers, as they become free.
func each(statements []string, run func(sql string) error) error {
	var next atomic.Int64
	return together(workers, func(int) error {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(statements) {
				return nil
			}
			if err := run(statements[i]); err != nil {
				return err
			}
		}
	})
}

// derive makes what triggers keep otherwise: every such table has a function that makes it
// anew.
func (q *queues) derive(ctx context.Context) error {
	rows, _ := q.plain.Query(ctx, `SELECT proname::text FROM pg_proc WHERE proname LIKE '%\_anew' AND pronargs = 0`)
	functions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	var sql strings.Builder
	sql.WriteString(`INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
		SELECT brand_id, queue, status, priority, unsure, count(*) FROM items GROUP BY 1, 2, 3, 4, 5;`)
	for _, name := range functions {
		fmt.Fprintf(&sql, "SELECT %s();", pgx.Identifier{name}.Sanitize())
	}
	for _, table := range filledTables {
		fmt.Fprintf(&sql, "ALTER TABLE %s ENABLE TRIGGER USER;", table)
	}
	_, err = q.plain.Exec(ctx, sql.String())
	return err
}

func (q *queues) vacuum(ctx context.Context) error {
	var statements []string
	for _, table := range append(slices.Clone(filledTables), "live_items", "due_counts", "queue_counts", "thread_counts") {
		statements = append(statements, `VACUUM (ANALYZE, PARALLEL 0) `+table)
	}
	return each(statements, func(sql string) error {
		_, err := q.plain.Exec(ctx, sql)
		return err
	})
}

// index is one that was dropped before the load.
type index struct {
	table, definition string
	constraint        string // what it stands for, empty when it is no constraint
}

// dropIndexes takes the indexes and the triggers of the filled tables away.
func (q *queues) dropIndexes(ctx context.Context) ([]index, error) {
	rows, _ := q.plain.Query(ctx, `
		SELECT x.indrelid::regclass::text, x.indexrelid::regclass::text, pg_get_indexdef(x.indexrelid), coalesce(c.contype::text, '')
		FROM pg_index x LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype IN ('p', 'u')
		WHERE x.indrelid = ANY($1::text[]::regclass[]) AND x.indexrelid::regclass::text NOT LIKE '%hnsw%'
		  AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = x.indexrelid)`, filledTables)
	var table, name, definition, kind string
	var indexes []index
	var drop strings.Builder
	for _, table := range filledTables {
		fmt.Fprintf(&drop, "ALTER TABLE %s DISABLE TRIGGER USER;", table)
	}
	_, err := pgx.ForEachRow(rows, []any{&table, &name, &definition, &kind}, func() error {
		switch kind {
		case "":
			indexes = append(indexes, index{table, definition, ""})
			fmt.Fprintf(&drop, "DROP INDEX %s;", name)
		default:
			word := map[string]string{"p": "PRIMARY KEY", "u": "UNIQUE"}[kind]
			indexes = append(indexes, index{table, definition, fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s", table, name, word, name)})
			fmt.Fprintf(&drop, "ALTER TABLE %s DROP CONSTRAINT %s;", table, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = q.plain.Exec(ctx, drop.String())
	return indexes, err
}

func (q *queues) makeIndexes(ctx context.Context, indexes []index) error {
	definitions := make([]string, len(indexes))
	for n, i := range indexes {
		definitions[n] = i.definition
	}
	if err := each(definitions, func(sql string) error { return q.withMemory(ctx, 0, sql) }); err != nil {
		return err
	}
	for _, i := range indexes {
		if i.constraint == "" {
			continue
		}
		if _, err := q.plain.Exec(ctx, i.constraint); err != nil {
			return err
		}
	}
	return nil
}

// withMemory runs a statement that sorts or builds much, with parallel helpers.
func (q *queues) withMemory(ctx context.Context, helpers int, sql string) error {
	conn, err := q.plain.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, fmt.Sprintf(`SET maintenance_work_mem = '2GB'; SET max_parallel_maintenance_workers = %d`, helpers))
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, sql); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `RESET maintenance_work_mem; RESET max_parallel_maintenance_workers`)
	return err
}
