package postgres_test

import (
	"testing"
	"time"
)

// A new installation takes in thousands of comments before autovacuum looks at it first.
func TestTheFirstThousandsOfRowsAreKnownToThePlanner(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.exec(`ALTER TABLE items SET (autovacuum_enabled = off)`)
	in.exec(`INSERT INTO items (brand_id, id, engagement_id, queue, status, priority, due_at, rank, round, platform, channel_id,
		    received_at, created_at, changed_at)
		SELECT $1, md5('i' || n)::uuid, md5('e' || n)::uuid, 'cm', 'open', 3, now(), n, 1, 'facebook', $2, now(), now(), now()
		FROM generate_series(1, 4000) n`, in.brand, in.channel)
	known := func() (rows float64) {
		if err := in.Pool().QueryRow(t.Context(), `SELECT reltuples FROM pg_class WHERE oid = 'items'::regclass`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for until := time.Now().Add(time.Minute); known() != 4000; { // the changes are counted a moment after the commit
		if err := in.AnalyzeGrown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(until) {
			t.Fatalf("the planner takes the items for %v rows, want 4000", known())
		}
	}
}
