package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// WaveMembers returns the ids of at most limit live items of a wave that need no answer of
// their own. An absent wave, and one of another brand, has none.
func (r Reads) WaveMembers(ctx context.Context, brand, wave triage.ID, limit int) ([]triage.ID, error) {
	return r.itemIDs(ctx, `
		SELECT i.id FROM items i
		WHERE i.brand_id = $1 AND i.wave_id = $2 AND NOT i.wave_outlier AND `+liveItems+`
		ORDER BY i.id LIMIT $3`, brand, uuids([]triage.ID{wave})[0], limit)
}

// ItemIDs returns the ids of at most limit items that a list holds, in its order.
func (r Reads) ItemIDs(ctx context.Context, brand triage.ID, q triage.Queue, f ItemFilter, limit int) (ids []triage.ID, err error) {
	for _, p := range (list{brand, q, f, nil, limit}).pages() {
		ids, err = r.itemIDs(ctx, `SELECT page.id FROM (`+p.sql+`) page ORDER BY page.rank, page.id`, p.args...)
		if err != nil || len(ids) == limit {
			break
		}
	}
	return ids, err
}

func (r Reads) itemIDs(ctx context.Context, sql string, args ...any) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, sql, args...)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("selection: %w", err))
	}
	return ids, nil
}
