package postgres

import (
	"context"
	"fmt"

	"triage/triage"
)

// NewNote is what a person wrote down about an item, and for which action.
type NewNote struct {
	ID       triage.ID
	Item     Item
	PersonID triage.ID
	Action   string
	Text     string
}

// AddNotes keeps notes. Audit rows name them by id. Their items must have been locked, so
// that no note outlives an erasure.
func (t *Tx) AddNotes(ctx context.Context, notes []NewNote) error {
	if len(notes) == 0 {
		return nil
	}
	var brands, ids, engagements, items, people []triage.ID
	var actions, texts []string
	for _, n := range notes {
		brands, ids = append(brands, n.Item.BrandID), append(ids, n.ID)
		engagements, items = append(engagements, n.Item.EngagementID), append(items, n.Item.ID)
		people, actions, texts = append(people, n.PersonID), append(actions, n.Action), append(texts, n.Text)
	}
	err := t.exec(ctx, `
		INSERT INTO notes (brand_id, id, engagement_id, item_id, person_id, action, text, created_at)
		SELECT b, n, e, i, p, a, x, $8
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[]) AS r (b, n, e, i, p, a, x)`,
		uuids(brands), uuids(ids), uuids(engagements), uuids(items), uuids(people), actions, texts, t.Now)
	if err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	return nil
}

// AddNote is AddNotes for one note, whose id it makes and returns.
func (t *Tx) AddNote(ctx context.Context, i Item, person triage.ID, action, text string) (triage.ID, error) {
	id := NewID()
	return id, t.AddNotes(ctx, []NewNote{{ID: id, Item: i, PersonID: person, Action: action, Text: text}})
}
