package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// UndoFor is how long what people did can be taken back.
const UndoFor = time.Minute

// Corrected is the audit's name of a correction. Taking it back takes the label back too.
const Corrected = "item.corrected"

// Undo is what one person can take back. Its items are as they were before.
type Undo struct {
	ID        triage.ID
	BrandID   triage.ID
	PersonID  triage.ID
	Action    string // the audit's name of what was done
	CreatedAt time.Time
	ExpiresAt time.Time

	before []Item
}

// Add notes how an item stood before t changes it. The first one names the undo.
func (u *Undo) Add(t *Tx, person triage.ID, action string, before Item) {
	if u.ID == "" {
		u.ID, u.CreatedAt = NewID(), t.Now
	}
	u.ExpiresAt = t.Now.Add(UndoFor)
	u.BrandID, u.PersonID, u.Action = before.BrandID, person, action
	u.before = append(u.before, before)
}

// Forget returns u without the items that are kept already, to go on with.
func (u Undo) Forget() Undo {
	u.before = nil
	return u
}

// KeepUndo keeps what was added to u since the last time. The items must have been saved
// once since they were as added.
func (t *Tx) KeepUndo(ctx context.Context, u Undo) error {
	if len(u.before) == 0 {
		return nil
	}
	var items, engagements []triage.ID
	var versions []int64
	var before [][]byte
	for _, i := range u.before {
		was := standingOf(i)
		if u.Action == Corrected {
			was.Reading = readingOf(i)
		}
		stood, err := json.Marshal(was)
		if err != nil {
			return fmt.Errorf("undo: %w", err)
		}
		items, engagements = append(items, i.ID), append(engagements, i.EngagementID)
		versions, before = append(versions, i.Version+1), append(before, stood)
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		INSERT INTO undos (brand_id, id, person_id, action, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (brand_id, id) DO UPDATE SET expires_at = excluded.expires_at`,
		u.BrandID, u.ID, u.PersonID, u.Action, u.CreatedAt, u.ExpiresAt)
	batch.Queue(`
		INSERT INTO undo_items (brand_id, undo_id, item_id, engagement_id, version, before)
		SELECT $1, $2, i, e, v, b FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::jsonb[]) AS r (i, e, v, b)`,
		u.BrandID, u.ID, uuids(items), uuids(engagements), versions, before)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	return nil
}

// noUndo is the one answer for ids of other brands, absent, malformed and long gone ones.
var noUndo = triage.Errorf(triage.NotFound, "There is nothing to undo under this id.")

// Undo returns what can be taken back under an id. It is there until housekeeping removes
// it: look at ExpiresAt.
func (r Reads) Undo(ctx context.Context, brand, id triage.ID) (Undo, error) {
	u := Undo{BrandID: brand, ID: id}
	if !wellFormed(id) {
		return Undo{}, noUndo
	}
	err := r.db.QueryRow(ctx, `
		SELECT person_id, action, created_at, expires_at FROM undos WHERE brand_id = $1 AND id = $2`, brand, id).
		Scan(&u.PersonID, &u.Action, &u.CreatedAt, &u.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Undo{}, noUndo
	}
	if err != nil {
		return Undo{}, unavailable(fmt.Errorf("undo %s: %w", id, err))
	}
	return u, nil
}

// UndoItems returns the ids of at most limit items that u still holds, in order.
func (r Reads) UndoItems(ctx context.Context, u Undo, limit int) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT item_id FROM undo_items WHERE brand_id = $1 AND undo_id = $2 ORDER BY item_id LIMIT $3`, u.BrandID, u.ID, limit)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("undo %s: %w", u.ID, err))
	}
	return ids, nil
}

// TakeUndo removes from u what it holds of items, which must be locked, and lets those
// stand as they did before whose version says that nobody has changed them since. It
// returns them, not saved yet, with their former standing in the second list; all others
// stay as they are.
func (t *Tx) TakeUndo(ctx context.Context, u Undo, items []Item) (restored, now []Item, err error) {
	at := map[triage.ID]Item{}
	ids := make([]triage.ID, len(items))
	for n, i := range items {
		ids[n], at[i.ID] = i.ID, i
	}
	rows, _ := t.tx.Query(ctx, `
		DELETE FROM undo_items WHERE brand_id = $1 AND undo_id = $2 AND item_id = ANY($3)
		RETURNING item_id, version, before`, u.BrandID, u.ID, uuids(ids))
	var id triage.ID
	var version int64
	var before []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &version, &before}, func() error {
		i, ok := at[id]
		if !ok || i.Version != version || i.Erased {
			return nil
		}
		var stood standing
		if err := json.Unmarshal(before, &stood); err != nil {
			return err
		}
		now = append(now, i)
		stood.restore(&i)
		restored = append(restored, i)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("undo %s: %w", u.ID, err)
	}
	return restored, now, nil
}

// Unlearn takes back what u taught about items that it restored.
func (t *Tx) Unlearn(ctx context.Context, u Undo, restored []Item) error {
	if u.Action != Corrected {
		return nil
	}
	engagements := make([]triage.ID, len(restored))
	for n, i := range restored {
		engagements[n] = i.EngagementID
	}
	return t.DropLabels(ctx, u.BrandID, u.PersonID, engagements, u.CreatedAt)
}

// AskAgain lets the authors of items wait again whose waiting ended with u.
func (t *Tx) AskAgain(ctx context.Context, u Undo, items []triage.ID) error {
	if len(items) == 0 {
		return nil
	}
	err := t.exec(ctx, `
		UPDATE next_answers SET ended_at = NULL, ended_in = NULL
		WHERE brand_id = $1 AND item_id = ANY($2) AND ended_at >= $3`, u.BrandID, uuids(items), u.CreatedAt)
	if err != nil {
		return fmt.Errorf("undo %s: %w", u.ID, err)
	}
	return nil
}

// DropUndos forgets what can no longer be taken back. It stays for a while beyond its
// time, so that whoever comes late is told so.
func (t *Tx) DropUndos(ctx context.Context) error {
	batch := &pgx.Batch{}
	past := t.Now.Add(-10 * UndoFor)
	batch.Queue(`
		DELETE FROM undo_items i USING undos u
		WHERE u.expires_at < $1 AND i.brand_id = u.brand_id AND i.undo_id = u.id`, past)
	batch.Queue(`DELETE FROM undos WHERE expires_at < $1`, past)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("drop undos: %w", err)
	}
	return nil
}
