package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// DeadJob is background work that was given up.
type DeadJob struct {
	Kind     string // notice, or the job library's name
	ID       string
	ItemID   triage.ID // of a notice, otherwise empty
	Attempts int
	Reason   string // our word for the last failure of a notice, otherwise empty
	At       time.Time
}

// DeadJobs returns the newest work of a brand that was given up: notices to Slack, and
// judging that failed every time, whose comments were placed without a judgement.
func (r Reads) DeadJobs(ctx context.Context, brand triage.ID, limit int) ([]DeadJob, error) {
	rows, _ := r.db.Query(ctx, `
		(SELECT 'notice', id::text, coalesce(item_id::text, ''), attempts::int, coalesce(error, ''), created_at
		 FROM notices WHERE brand_id = $1 AND state = 'dead' ORDER BY id DESC LIMIT $3)
		UNION ALL
		(SELECT kind, id::text, '', attempt::int, '', finalized_at
		 FROM river_job WHERE state = 'discarded' AND kind = $2 AND args ->> 'brand' = $1::text
		 ORDER BY finalized_at DESC LIMIT $3)
		ORDER BY 6 DESC LIMIT $3`, brand, triage.JudgeJob{}.Kind(), limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DeadJob])
	if err != nil {
		return nil, unavailable(fmt.Errorf("dead jobs of brand %s: %w", brand, err))
	}
	return found, nil
}

// RetryDead lets work of a brand that was given up be tried once more. What is not there, or
// not dead, is NotFound.
func (t *Tx) RetryDead(ctx context.Context, actor Actor, brand triage.ID, kind, id string) error {
	sql := `
		UPDATE notices SET state = 'pending', attempts = 0, error = NULL, next_at = now()
		WHERE brand_id = $1 AND id::text = $2 AND state = 'dead'`
	args := []any{brand, id}
	if kind != "notice" { // as the job library's own retry does it
		sql = `
		UPDATE river_job SET state = 'available', scheduled_at = now(), finalized_at = NULL,
			max_attempts = CASE WHEN attempt >= max_attempts THEN attempt + 1 ELSE max_attempts END
		WHERE args ->> 'brand' = $1::text AND id::text = $2 AND kind = $3 AND state = 'discarded'`
		args = append(args, triage.JudgeJob{}.Kind())
	}
	tag, err := t.tx.Exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("dead work %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return triage.Errorf(triage.NotFound, "There is no such work.")
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "work.retried", Subject: "brand", SubjectID: brand,
		Detail: map[string]any{"kind": kind, "work": id}})
}
