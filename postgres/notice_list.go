package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// NoticeRow is a notice, as those who lead look at it.
type NoticeRow struct {
	ID        triage.ID
	Kind      string
	ItemID    triage.ID // empty for one about no item
	Place     string
	Why       string
	Rule      string
	State     string
	Error     string // our word for the last failure
	Attempts  int
	CreatedAt time.Time
	DueAt     time.Time
	SentAt    *time.Time
}

// NoticesOf returns the notices of a brand in a state, empty for any, the newest first.
func (r Reads) NoticesOf(ctx context.Context, brand triage.ID, state string, limit int) ([]NoticeRow, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT id, kind, coalesce(item_id::text, ''), target, why, why_name, state, coalesce(error, ''), attempts, created_at, next_at, sent_at
		FROM notices WHERE brand_id = $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3`, brand, state, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[NoticeRow])
	if err != nil {
		return nil, unavailable(fmt.Errorf("notices of brand %s: %w", brand, err))
	}
	return found, nil
}
