package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Again is an engagement that waits for a better judgement.
type Again struct {
	Ref
	Pressing int // 0 urgent, 1 unsure, 2 neither
	Short    triage.Shortfall
	DueAt    time.Time // it is not tried before
}

// JudgeAgain notes what waits for a better judgement; done are those that wait no more.
func (t *Tx) JudgeAgain(ctx context.Context, brand triage.ID, wait []Again, done []triage.ID) error {
	batch := &pgx.Batch{}
	if len(done) > 0 {
		batch.Queue(`DELETE FROM again WHERE brand_id = $1 AND engagement_id = ANY($2)`, brand, uuids(done))
	}
	wait = slices.Clone(wait)
	slices.SortFunc(wait, func(a, b Again) int { return compareIDs(a.ID, b.ID) })
	for _, a := range wait {
		batch.Queue(`
			INSERT INTO again (brand_id, engagement_id, round, pressing, short, since, due_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (brand_id, engagement_id) DO UPDATE SET round = excluded.round, pressing = excluded.pressing,
			    short = excluded.short, due_at = excluded.due_at, tried_at = NULL`,
			brand, a.ID, a.Round, a.Pressing, a.Short, t.Now, a.DueAt)
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("judge again: %w", err)
	}
	return nil
}

func compareIDs(a, b triage.ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// wakeAgain lets what waits for money be tried now.
func (t *Tx) wakeAgain(ctx context.Context, brand triage.ID) error {
	if err := t.exec(ctx, `UPDATE again SET due_at = $2 WHERE brand_id = $1 AND due_at > $2`, brand, t.Now); err != nil {
		return fmt.Errorf("judge again: %w", err)
	}
	return nil
}

// patienceAgain is how long a better judgement is waited for; after a week it helps nobody.
const patienceAgain = 7 * 24 * time.Hour

// EnqueueDue enqueues what waits and is due, so that at most limit are being tried: of each
// brand in turn, urgent ones first, then unsure ones, then the oldest. They wait on, so that
// none is lost, and are not due again within pause. What has waited for a week is given up.
func (t *Tx) EnqueueDue(ctx context.Context, limit int, pause time.Duration) (int, error) {
	if err := t.exec(ctx, `DELETE FROM again WHERE since < $1`, t.Now.Add(-patienceAgain)); err != nil {
		return 0, fmt.Errorf("judge again: %w", err)
	}
	var trying int
	if err := t.tx.QueryRow(ctx, `SELECT count(*) FROM again WHERE tried_at > $1 AND due_at > $2`,
		t.Now.Add(-pause), t.Now).Scan(&trying); err != nil {
		return 0, fmt.Errorf("judge again: %w", err)
	}
	if limit -= trying; limit <= 0 {
		return 0, nil
	}
	rows, _ := t.tx.Query(ctx, `
		WITH brand AS (SELECT DISTINCT brand_id FROM again WHERE due_at <= $1),
		first AS (
			SELECT f.*, row_number() OVER (PARTITION BY f.brand_id ORDER BY f.pressing, f.since) AS n
			FROM brand b CROSS JOIN LATERAL (
				SELECT * FROM again a WHERE a.brand_id = b.brand_id AND a.due_at <= $1
				ORDER BY a.pressing, a.since LIMIT $2 FOR UPDATE SKIP LOCKED) f),
		chosen AS (SELECT brand_id, engagement_id, pressing, since, n FROM first ORDER BY n, pressing, since LIMIT $2),
		tried AS (
			UPDATE again a SET due_at = $3, tried_at = $1 FROM chosen c
			WHERE a.brand_id = c.brand_id AND a.engagement_id = c.engagement_id
			RETURNING a.brand_id, a.engagement_id, a.round, c.pressing, c.n)
		SELECT brand_id, engagement_id, round FROM tried ORDER BY pressing, n`, t.Now, limit, t.Now.Add(pause))
	refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Ref])
	if err != nil {
		return 0, fmt.Errorf("judge again: %w", err)
	}
	return len(refs), t.enqueueAgain(ctx, refs)
}

// Provisional counts what waits for a better judgement of a brand.
func (r Reads) Provisional(ctx context.Context, brand triage.ID) (int, error) {
	var n int
	if err := r.db.QueryRow(ctx, `SELECT count(*) FROM again WHERE brand_id = $1`, brand).Scan(&n); err != nil {
		return 0, unavailable(fmt.Errorf("judge again: %w", err))
	}
	return n, nil
}
