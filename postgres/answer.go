package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// askedAgain is an item whose author wrote again after an answer, and when.
type askedAgain struct {
	Item
	at time.Time
}

// addAsked keeps that authors asked again, so that it can be told later how soon they were
// answered.
func (t *Tx) addAsked(ctx context.Context, asked []askedAgain) error {
	batch := &pgx.Batch{}
	for _, a := range asked {
		batch.Queue(`
			INSERT INTO next_answers (brand_id, item_id, engagement_id, asked_at, due_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (brand_id, item_id, asked_at) DO NOTHING`, a.BrandID, a.ID, a.EngagementID, a.at, a.NextDueAt)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("authors who asked again: %w", err)
	}
	return nil
}

// EndAsked notes that the authors of items who had asked again wait no more: they were
// answered, or somebody closed the item.
func (t *Tx) EndAsked(ctx context.Context, plan routing.Plan, brand triage.ID, items []triage.ID) error {
	if len(items) == 0 {
		return nil
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT item_id, asked_at FROM next_answers
		WHERE brand_id = $1 AND item_id = ANY($2) AND ended_at IS NULL`, brand, uuids(items))
	batch := &pgx.Batch{}
	var id triage.ID
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		batch.Queue(`UPDATE next_answers SET ended_at = $4, ended_in = $5 WHERE brand_id = $1 AND item_id = $2 AND asked_at = $3`,
			brand, id, at, t.Now, seconds(plan.Calendar.Between(at, t.Now)))
		return nil
	})
	if err == nil {
		err = t.tx.SendBatch(ctx, batch).Close()
	}
	if err != nil {
		return fmt.Errorf("authors who asked again: %w", err)
	}
	return nil
}

// Touch notes that person answered the authors of items: the last human touch.
func (t *Tx) Touch(ctx context.Context, brand, person triage.ID, authors []triage.ID) error {
	if len(authors) == 0 {
		return nil
	}
	err := t.exec(ctx, `
		WITH touched AS (
			SELECT id FROM authors WHERE brand_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE)
		UPDATE authors a SET touched_at = $3, touched_by = $4 FROM touched
		WHERE a.brand_id = $1 AND a.id = touched.id`, brand, uuids(authors), t.Now, person)
	if err != nil {
		return fmt.Errorf("touch authors: %w", err)
	}
	return nil
}
