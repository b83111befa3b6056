package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"triage/postgres"
)

// What the service needs of a database, and how far clocks may be apart: leases and
// signed timestamps are compared with both.
const (
	minServer     = 15
	minVectorText = "0.8"
	maxSkew       = 2 * time.Second
)

func checkDatabase(ctx context.Context, config Config) []finding {
	const check = "database"
	if config.DatabaseURL == "" {
		return []finding{failed(check, "DATABASE_URL is not set", "set it, or use 'make run', which brings its own database")}
	}
	facts, err := postgres.Examine(ctx, config.DatabaseURL.Reveal())
	if err != nil {
		return []finding{failed(check, short(err), "check DATABASE_URL and that the server runs and lets this role in")}
	}
	return []finding{
		serverFinding(facts), vectorFinding(facts), durableFinding(facts), rightsFinding(facts), migrationFinding(facts), clockFinding(facts),
	}
}

func serverFinding(f postgres.Facts) finding {
	const check = "database"
	found := fmt.Sprintf("PostgreSQL %d.%d", f.Version/10_000, f.Version%10_000)
	switch {
	case f.Version < minServer*10_000:
		return failed(check, found, fmt.Sprintf("PostgreSQL %d or later is needed", minServer))
	case f.ReadOnly:
		return failed(check, found+", read-only", "point DATABASE_URL at the primary")
	}
	return ok(check, found)
}

func vectorFinding(f postgres.Facts) finding {
	const check = "pgvector"
	switch {
	case f.Vector == "" && f.VectorAvailable == "":
		return failed(check, "not on the server", fmt.Sprintf("install postgresql-%d-pgvector there, version %s or later", f.Version/10_000, minVectorText))
	case f.Vector == "" && atLeastVersion(f.VectorAvailable, minVectorText):
		return warning(check, f.VectorAvailable+" can be created", "run 'triage migrate', or CREATE EXTENSION vector as a superuser")
	case f.Vector == "":
		return failed(check, f.VectorAvailable+" is what the server offers", "version "+minVectorText+" or later is needed")
	case !atLeastVersion(f.Vector, minVectorText):
		return failed(check, f.Vector, "install "+minVectorText+" or later on the server, then ALTER EXTENSION vector UPDATE")
	}
	return ok(check, f.Vector)
}

func durableFinding(f postgres.Facts) finding {
	found := "synchronous_commit is " + f.SynchronousCommit
	if f.SynchronousCommit == "off" {
		return failed("durability", found, "set it to on: with off a comment that was acknowledged could be lost")
	}
	return ok("durability", found)
}

func rightsFinding(f postgres.Facts) finding {
	const check = "rights"
	switch {
	case len(f.Denied) > 0:
		return failed(check, "no full access to "+strings.Join(f.Denied, ", "), "grant SELECT, INSERT, UPDATE and DELETE on them")
	case !f.MayCreate && f.Migration < f.NewestMigration:
		return failed(check, "may not create tables", "GRANT CREATE ON SCHEMA public, or migrate with another role")
	case !f.MayCreate:
		return warning(check, "may not create tables", "day partitions are made by this role: GRANT CREATE ON SCHEMA public")
	}
	return ok(check, "may read, write and create tables")
}

func migrationFinding(f postgres.Facts) finding {
	const check = "migrations"
	switch {
	case f.Migration == 0:
		return failed(check, "the database is empty", "run 'triage migrate'")
	case f.Migration < f.NewestMigration:
		return failed(check, fmt.Sprintf("at %d of %d", f.Migration, f.NewestMigration), "run 'triage migrate'")
	case f.Migration > f.NewestMigration:
		return warning(check, fmt.Sprintf("at %d, newer than this program's %d", f.Migration, f.NewestMigration), "update this program")
	}
	return ok(check, fmt.Sprintf("up to date at %d", f.Migration))
}

func clockFinding(f postgres.Facts) finding {
	found := fmt.Sprintf("%v apart from the database's", f.Skew.Abs().Round(time.Millisecond))
	if f.Skew.Abs() > maxSkew {
		return failed("clock", found, "synchronise both machines' clocks (NTP): leases and signatures depend on them")
	}
	return ok("clock", found)
}

// atLeastVersion compares dotted versions number by number.
func atLeastVersion(version, least string) bool {
	have, want := strings.Split(version, "."), strings.Split(least, ".")
	for i := range want {
		w, _ := strconv.Atoi(want[i])
		h, _ := strconv.Atoi(at(have, i)) // what is missing, or no number, counts as 0
		if h != w {
			return h > w
		}
	}
	return true
}
