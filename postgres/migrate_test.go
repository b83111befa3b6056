package postgres_test

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"triage/internal/pgtest"
	"triage/migrations"
	"triage/postgres"
)

func TestTheJobLibrarysSchemaIsItsNewest(t *testing.T) {
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range migrator.AllVersions() {
		if v.Version == 1 {
			continue // the library's own bookkeeping
		}
		found, err := fs.Glob(migrations.FS, fmt.Sprintf("*_river_v%d.sql", v.Version))
		if err != nil || len(found) != 1 {
			t.Errorf("river's schema version %d is not among the migrations", v.Version)
		}
	}
}

func TestSeveralProcessesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	applied := make(chan int, 3)
	for range cap(applied) {
		go func() {
			n, err := postgres.Migrate(t.Context(), db.URL)
			if err != nil {
				t.Error(err)
			}
			applied <- n
		}()
	}
	total := 0
	for range cap(applied) {
		total += <-applied
	}
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || total != len(files) {
		t.Errorf("%d migrations were applied in all, of %d files (%v)", total, len(files), err)
	}
}
