// Package pgtest gives each test a PostgreSQL database of its own, migrated and empty.
//
// The server is the one of DATABASE_URL if that is set, else a private cluster below
// .data that all test processes of this working tree share; it stays up for the next
// run until `make stop`. Migrations run once into a template named after their content,
// each test gets a copy. Without a server tests fail and say how to get one; they never
// skip.
//
// It imports postgres for its migrations, so postgres' own tests stand in postgres_test.
package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"triage/internal/localpg"
	"triage/postgres"
)

// DB is the database of one test. It is dropped when the test ends, whoever is still
// connected.
type DB struct {
	Name string
	URL  string // of a role that owns it
}

// New returns a fresh database with the whole schema and no rows beyond those that
// migrations make.
func New(t testing.TB) *DB {
	t.Helper()
	s := testServer(t)
	template, err := s.ensureTemplate(t.Context(), migrationsTemplate(), func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url)
		return err
	})
	if err != nil {
		t.Fatalf("database template: %v", err)
	}
	return s.create(t, template)
}

// NewEmpty returns a fresh database with nothing in it, not even the extension: for
// tests of the migrations themselves.
func NewEmpty(t testing.TB) *DB {
	t.Helper()
	return testServer(t).create(t, "template0")
}

// Pool opens a plain pool on the database; it is closed when the test ends. It is for
// looking at and preparing rows: the program's own store opens its own.
func (db *DB) Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), db.URL)
	if err != nil {
		t.Fatalf("pool of %s: %v", db.Name, err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// create clones a template. Copying through the log is twice as fast here as copying
// files, which needs two checkpoints.
func (s *server) create(t testing.TB, template string) *DB {
	t.Helper()
	name := newName()
	sql := "CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(template) + " STRATEGY wal_log"
	if err := s.exec(t.Context(), sql); err != nil {
		t.Fatalf("database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := s.exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return &DB{Name: name, URL: localpg.WithDatabase(s.url, name)}
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
