package postgres

import (
	"context"
	"fmt"

	"triage/triage"
)

// AddNote keeps what a person wrote down about an item, for which action, and returns the note's id, by
// which audit rows name it. The item must have been locked, so that the note does not
// outlive an erasure.
func (t *Tx) AddNote(ctx context.Context, i Item, person triage.ID, action, text string) (triage.ID, error) {
	id := NewID()
	err := t.exec(ctx, `
		INSERT INTO notes (brand_id, id, engagement_id, item_id, person_id, action, text, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i.BrandID, id, i.EngagementID, i.ID, person, action, text, t.Now)
	if err != nil {
		return "", fmt.Errorf("note on item %s: %w", i.ID, err)
	}
	return id, nil
}
