package postgres_test

import (
	"slices"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// enqueue schedules n engagements of a brand for judging.
func (in *intake) enqueue(brand triage.ID, n int) {
	in.t.Helper()
	refs := make([]postgres.Ref, n)
	for i := range refs {
		refs[i] = postgres.Ref{BrandID: brand, ID: postgres.NewID(), Round: 1}
	}
	in.tx(func(tx *postgres.Tx) error { return tx.Enqueue(in.t.Context(), refs) })
}

// line returns whose jobs workers of a queue take, in their order, and takes the first n of
// them away.
func (in *intake) line(queue string, n int) (brands []triage.ID) {
	in.t.Helper()
	const order = ` WHERE state = 'available' AND queue = $1 AND scheduled_at <= now() ORDER BY priority, scheduled_at, id `
	rows, err := in.Pool().Query(in.t.Context(), `SELECT args->>'brand' FROM river_job`+order, queue)
	if err != nil {
		in.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var b triage.ID
		if err := rows.Scan(&b); err != nil {
			in.t.Fatal(err)
		}
		brands = append(brands, b)
	}
	if err := rows.Err(); err != nil {
		in.t.Fatal(err)
	}
	in.exec(`UPDATE river_job SET state = 'running' WHERE id IN (SELECT id FROM river_job`+order+`LIMIT $2)`, queue, n)
	return brands
}

func TestAFloodOfOneBrandDelaysTheOthersByOneJob(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	flooded, other, third := in.brand, postgres.NewID(), postgres.NewID()
	for range 10 {
		in.enqueue(flooded, 500)
	}
	in.enqueue(other, 1)
	line := in.line(postgres.JudgeQueue, 30)
	if at := slices.Index(line, other); at != 1 || len(line) > 7 {
		t.Errorf("the other brand's comment is number %d in a line of %d", at, len(line))
	}
	if got := len(in.line(postgres.CrowdQueue, 1)); got < 90 {
		t.Errorf("%d of the flood's 100 jobs stand in the line for crowds", got)
	}
	in.enqueue(flooded, 1)
	if got := in.line(postgres.JudgeQueue, 30); len(got) != 0 {
		t.Errorf("a comment of the flooded brand passes the others: %v", got)
	}
	in.enqueue(third, 1000)
	var turns []int
	for i, b := range in.line(postgres.CrowdQueue, 0) {
		if b == third {
			turns = append(turns, i)
		}
	}
	if len(turns) < 14 || turns[9] > 21 {
		t.Errorf("of two brands that flood, the second has its turns at %v", turns)
	}
	if got := in.count(`SELECT count(*) FROM river_job WHERE state = 'available' AND scheduled_at > now()`); got != 0 {
		t.Errorf("%d jobs wait for a time to come", got)
	}
	if got := in.count(`SELECT count(*) FROM (SELECT scheduled_at < lag(scheduled_at) OVER (PARTITION BY args->>'brand', queue ORDER BY id) AS passed
		FROM river_job) p WHERE passed`); got != 0 {
		t.Errorf("%d jobs pass older ones of their brand", got)
	}
}

func TestAJobThatFailedIsNotPassedForEver(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	other := postgres.NewID()
	in.enqueue(in.brand, 200)
	in.enqueue(other, 1)
	in.exec(`UPDATE river_job SET attempt = 1, scheduled_at = now() - interval '20 seconds' WHERE args->>'brand' = '` + string(other) + `'`)
	if at := slices.Index(in.line(postgres.JudgeQueue, 0), other); at != 4 {
		t.Fatalf("what failed is number %d of the line", at)
	}
	in.tx(func(tx *postgres.Tx) error {
		_, err := tx.RescueJudging(t.Context(), time.Hour, 15*time.Second)
		return err
	})
	if at := slices.Index(in.line(postgres.JudgeQueue, 0), other); at != 0 {
		t.Errorf("what failed is number %d of the line after the rescue", at)
	}
}
