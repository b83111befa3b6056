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
