package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// View is a saved filter of a queue.
type View struct {
	ID        triage.ID
	BrandID   triage.ID
	PersonID  triage.ID // whose it is; empty when all of the brand share it
	Name      string
	Queue     triage.Queue
	Filter    json.RawMessage // as the door reads it
	Position  int             // among the views, lowest first
	CreatedAt time.Time
	ChangedAt time.Time
}

// Shared reports whether all of the brand see the view.
func (v View) Shared() bool { return v.PersonID == "" }

const viewColumns = `brand_id, id, person_id, name, queue, filter, position, created_at, changed_at`

// noView is the one answer for ids of other brands and people, absent and malformed ones.
var noView = triage.Errorf(triage.NotFound, "There is no such view.")

// Views returns a person's own views and the shared ones, in their order.
func (r Reads) Views(ctx context.Context, brand, person triage.ID) ([]View, error) {
	return r.views(ctx, brand, person, `ORDER BY position, lower(name), id`)
}

// View returns one view that a person sees, or a NotFound error.
func (r Reads) View(ctx context.Context, brand, person, id triage.ID) (View, error) {
	return r.view(ctx, brand, person, id, ``)
}

// LockView returns a view for changing it.
func (t *Tx) LockView(ctx context.Context, brand, person, id triage.ID) (View, error) {
	return t.view(ctx, brand, person, id, ` FOR UPDATE`)
}

func (r Reads) view(ctx context.Context, brand, person, id triage.ID, lock string) (View, error) {
	if !wellFormed(id) {
		return View{}, noView
	}
	found, err := r.views(ctx, brand, person, `AND id = $3`+lock, id)
	switch {
	case err != nil:
		return View{}, err
	case len(found) == 0:
		return View{}, noView
	}
	return found[0], nil
}

func (r Reads) views(ctx context.Context, brand, person triage.ID, rest string, args ...any) ([]View, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+viewColumns+` FROM views
		WHERE brand_id = $1 AND (person_id IS NULL OR person_id = $2) `+rest, append([]any{brand, person}, args...)...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (View, error) {
		var v View
		var owner *triage.ID
		err := row.Scan(&v.BrandID, &v.ID, &owner, &v.Name, &v.Queue, &v.Filter, &v.Position, &v.CreatedAt, &v.ChangedAt)
		v.PersonID = idOr(owner)
		return v, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("views of brand %s: %w", brand, err))
	}
	return found, nil
}

// AddView stores a new view and returns it. A name that is taken is a Conflict.
func (t *Tx) AddView(ctx context.Context, v View) (View, error) {
	v.ID, v.CreatedAt, v.ChangedAt = NewID(), t.Now, t.Now
	_, err := t.tx.Exec(ctx, `INSERT INTO views (`+viewColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		v.BrandID, v.ID, idOrNull(v.PersonID), v.Name, v.Queue, v.Filter, v.Position, v.CreatedAt, v.ChangedAt)
	return v, nameTaken(v, err)
}

// SaveView writes a view that LockView returned. A name that is taken is a Conflict.
func (t *Tx) SaveView(ctx context.Context, v View) (View, error) {
	v.ChangedAt = t.Now
	_, err := t.tx.Exec(ctx, `
		UPDATE views SET person_id = $3, name = $4, queue = $5, filter = $6, position = $7, changed_at = $8
		WHERE brand_id = $1 AND id = $2`,
		v.BrandID, v.ID, idOrNull(v.PersonID), v.Name, v.Queue, v.Filter, v.Position, v.ChangedAt)
	return v, nameTaken(v, err)
}

func nameTaken(v View, err error) error {
	if violated(err) == "views_name" {
		return triage.Errorf(triage.Conflict, "There is a view of that name.")
	}
	if err != nil {
		return fmt.Errorf("view %s: %w", v.ID, err)
	}
	return nil
}

// DropView removes a view that LockView returned.
func (t *Tx) DropView(ctx context.Context, v View) error {
	if err := t.exec(ctx, `DELETE FROM views WHERE brand_id = $1 AND id = $2`, v.BrandID, v.ID); err != nil {
		return fmt.Errorf("view %s: %w", v.ID, err)
	}
	return nil
}

// CountItems counts the items that a list would hold, but no more than limit.
func (r Reads) CountItems(ctx context.Context, brand triage.ID, q triage.Queue, f ItemFilter, limit int) (int, error) {
	n := 0
	for _, p := range (list{brand, q, f, nil, limit}).pages() {
		if err := r.db.QueryRow(ctx, `SELECT count(*) FROM (`+p.sql+`) page`, p.args...).Scan(&n); err != nil {
			return 0, unavailable(fmt.Errorf("count items of %s: %w", q, err))
		}
		if n == limit {
			break
		}
	}
	return n, nil
}

// ForgetViewsOf removes the own views of somebody who has left a brand.
func (t *Tx) ForgetViewsOf(ctx context.Context, brand, person triage.ID) error {
	if err := t.exec(ctx, `DELETE FROM views WHERE brand_id = $1 AND person_id = $2`, brand, person); err != nil {
		return fmt.Errorf("views of person %s: %w", person, err)
	}
	return nil
}
