package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// leaveWaves takes erased items out of their waves. Nothing that is derived from them
// stays: counts are right at once, the centre and the representative with the next step.
func leaveWaves(batch *pgx.Batch, brand triage.ID, engagements []triage.ID) {
	batch.Queue(`
		WITH gone AS (
			SELECT id, wave_id FROM items WHERE brand_id = $1 AND engagement_id = ANY($2) AND wave_id IS NOT NULL),
		out AS (
			UPDATE items i SET wave_id = NULL, wave_outlier = false FROM gone g WHERE i.brand_id = $1 AND i.id = g.id)
		UPDATE waves w SET dirty = true, centre = NULL, count = greatest(0, w.count - n.n),
		    representative_id = CASE WHEN w.representative_id = ANY(n.ids) THEN NULL ELSE w.representative_id END
		FROM (SELECT wave_id, count(*) AS n, array_agg(id) AS ids FROM gone GROUP BY wave_id) n
		WHERE w.brand_id = $1 AND w.id = n.wave_id`, brand, uuids(engagements))
	batch.Queue(`DELETE FROM wave_traces WHERE brand_id = $1 AND engagement_id = ANY($2)`, brand, uuids(engagements))
}

var noWave = triage.Errorf(triage.NotFound, "There is no such wave.")

// LeaveWave takes an item out of a wave, for good, and makes the figures of the wave anew
// with the next step. An item that is not in the wave, and a wave that does not exist, are
// NotFound.
func (t *Tx) LeaveWave(ctx context.Context, actor Actor, brand, id, item triage.ID) error {
	if !wellFormed(id) || !wellFormed(item) {
		return noWave
	}
	var engagement triage.ID
	err := t.tx.QueryRow(ctx, `
		UPDATE items SET wave_id = NULL, wave_left = $2, wave_outlier = false, version = version + 1, changed_at = $4
		WHERE brand_id = $1 AND wave_id = $2 AND id = $3 RETURNING engagement_id`, brand, id, item, t.Now).Scan(&engagement)
	if errors.Is(err, pgx.ErrNoRows) {
		return noWave
	}
	if err != nil {
		return fmt.Errorf("leave wave %s: %w", id, err)
	}
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM wave_traces WHERE brand_id = $1 AND engagement_id = $2`, brand, engagement)
	batch.Queue(`UPDATE waves SET dirty = true, count = greatest(0, count - 1) WHERE brand_id = $1 AND id = $2`, brand, id)
	unrank(batch, t.Now, brand, []triage.ID{item})
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("leave wave %s: %w", id, err)
	}
	return t.Audit(ctx, AuditRow{
		BrandID: brand, Actor: actor, Action: "wave.released", Subject: "wave", SubjectID: id, Detail: map[string]any{"item": item},
	})
}
