package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/migrations"
)

// Facts are what a database says about itself, whether or not it is migrated.
type Facts struct {
	Version           int    // as server_version_num: 150004
	Vector            string // version of pgvector in the database, empty when absent
	VectorAvailable   string // version that could be created, empty when absent
	SynchronousCommit string
	ReadOnly          bool
	MayCreate         bool     // may create tables in the schema in use
	Denied            []string // tables that our role may not read and write
	Migration         int64    // the last one applied, 0 for none
	NewestMigration   int64    // the last one that this program knows
	Skew              time.Duration
}

// Examine connects to the database at url and reads its facts. Skew is how far its clock
// is ahead of ours, give or take half the time that asking took.
func Examine(ctx context.Context, url string) (Facts, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return Facts{}, fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it only ever read
	var f Facts
	err = conn.QueryRow(ctx, `
		SELECT current_setting('server_version_num')::int,
		       coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'), ''),
		       coalesce((SELECT default_version FROM pg_available_extensions WHERE name = 'vector'), ''),
		       current_setting('synchronous_commit'),
		       pg_is_in_recovery() OR current_setting('transaction_read_only')::bool,
		       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).
		Scan(&f.Version, &f.Vector, &f.VectorAvailable, &f.SynchronousCommit, &f.ReadOnly, &f.MayCreate)
	if err != nil {
		return Facts{}, fmt.Errorf("read facts: %w", err)
	}
	if f.Skew, err = skew(ctx, conn); err != nil {
		return Facts{}, err
	}
	f.NewestMigration, err = newestMigration()
	if err != nil {
		return Facts{}, err
	}
	return f, f.readSchema(ctx, conn)
}

func skew(ctx context.Context, conn *pgx.Conn) (time.Duration, error) {
	var theirs time.Time
	asked := time.Now()
	if err := conn.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return 0, fmt.Errorf("read clock: %w", err)
	}
	return theirs.Sub(asked.Add(time.Since(asked) / 2)), nil
}

// readSchema reads what only a migrated database has.
func (f *Facts) readSchema(ctx context.Context, conn *pgx.Conn) error {
	var migrated bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&migrated); err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if !migrated {
		return nil
	}
	err := conn.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&f.Migration)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	rows, _ := conn.Query(ctx, `
		SELECT relname::text FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		  AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
		           AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
		ORDER BY relname`)
	if f.Denied, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return fmt.Errorf("read rights: %w", err)
	}
	return nil
}

// newestMigration reads the number of the last migration from its file's name.
func newestMigration() (int64, error) {
	files, err := migrations.FS.ReadDir(".")
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	var newest int64
	for _, file := range files {
		number, _, _ := strings.Cut(file.Name(), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest, nil
}
