package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// SaidAt returns the platform's ids of what was said at an account of a brand and is still
// there, oldest first.
func (r Reads) SaidAt(ctx context.Context, brand triage.ID, account string) ([]string, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT e.external_id FROM engagements e JOIN channels c ON c.brand_id = e.brand_id AND c.id = e.channel_id
		WHERE e.brand_id = $1 AND c.external_id = $2 AND e.deleted_at IS NULL ORDER BY e.received_at, e.id`, brand, account)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, unavailable(fmt.Errorf("engagements of brand %s: %w", brand, err))
	}
	return found, nil
}
