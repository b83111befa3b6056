package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// PromiseState is what became of a promise.
type PromiseState string

// The states of a promise.
const (
	PromiseOpen      PromiseState = "open"
	PromiseKept      PromiseState = "kept"
	PromiseWithdrawn PromiseState = "withdrawn"
)

// Promise is what a person promised an author by a time.
type Promise struct {
	ID           triage.ID
	EngagementID triage.ID // what it was promised about; empty for the author as such
	AuthorID     triage.ID // empty when the platform hides the author
	PersonID     triage.ID
	Person       string // name
	Text         string
	DueAt        time.Time
	State        PromiseState
	CreatedAt    time.Time
	RaisedAt     time.Time // when its item came up for it, zero before
	ClosedAt     time.Time
	ClosedBy     triage.ID
}

const promiseColumns = `
	SELECT r.id, r.engagement_id, r.author_id, r.person_id, coalesce(p.name, ''), r.text, r.due_at, r.state, r.created_at,
	    r.raised_at, r.closed_at, r.closed_by
	FROM promises r LEFT JOIN people p ON p.id = r.person_id`

func scanPromise(row pgx.CollectableRow) (Promise, error) {
	var r Promise
	var engagement, author, by *triage.ID
	var raised, closed *time.Time
	err := row.Scan(&r.ID, &engagement, &author, &r.PersonID, &r.Person, &r.Text, &r.DueAt, &r.State, &r.CreatedAt, &raised, &closed, &by)
	r.EngagementID, r.AuthorID, r.ClosedBy = idOr(engagement), idOr(author), idOr(by)
	r.RaisedAt, r.ClosedAt = orZero(raised), orZero(closed)
	return r, err
}

// AddPromise stores a new promise. What it is about must have been locked, so that it does
// not outlive an erasure.
func (t *Tx) AddPromise(ctx context.Context, brand triage.ID, p Promise) (Promise, error) {
	p.ID, p.State, p.CreatedAt = NewID(), PromiseOpen, t.Now
	if err := t.exec(ctx, `
		INSERT INTO promises (brand_id, id, engagement_id, author_id, person_id, text, due_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		brand, p.ID, idOrNull(p.EngagementID), idOrNull(p.AuthorID), p.PersonID, p.Text, p.DueAt, t.Now); err != nil {
		return p, fmt.Errorf("promise: %w", err)
	}
	return t.promise(ctx, brand, p.ID)
}

var noPromise = triage.Errorf(triage.NotFound, "There is no such promise.")

func (r Reads) promise(ctx context.Context, brand, id triage.ID) (Promise, error) {
	found, err := r.promises(ctx, ` WHERE r.brand_id = $1 AND r.id = $2`, brand, id)
	if err == nil && len(found) == 0 {
		return Promise{}, noPromise
	}
	if err != nil {
		return Promise{}, fmt.Errorf("promise %s: %w", id, err)
	}
	return found[0], nil
}

func (r Reads) promises(ctx context.Context, where string, args ...any) ([]Promise, error) {
	rows, _ := r.db.Query(ctx, promiseColumns+where, args...)
	return pgx.CollectRows(rows, scanPromise)
}

// promisesShown bounds each list of promises.
const promisesShown = 100

// PromisesTo returns the open promises to authors, by date.
func (r Reads) PromisesTo(ctx context.Context, brand triage.ID, authors []triage.ID) ([]Promise, error) {
	found, err := r.promises(ctx, ` WHERE r.brand_id = $1 AND r.author_id = ANY($2) AND r.state = 'open'
		ORDER BY r.due_at, r.id LIMIT $3`, brand, uuids(authors), promisesShown)
	if err != nil {
		return nil, unavailable(fmt.Errorf("promises to authors: %w", err))
	}
	return found, nil
}

// PromisesAbout returns the open promises about an engagement or to its author, by date.
func (r Reads) PromisesAbout(ctx context.Context, i Item) ([]Promise, error) {
	found, err := r.promises(ctx, ` WHERE r.brand_id = $1 AND r.state = 'open' AND (r.engagement_id = $2 OR r.author_id = $3)
		ORDER BY r.due_at, r.id LIMIT $4`, i.BrandID, i.EngagementID, idOrNull(i.AuthorID), promisesShown)
	if err != nil {
		return nil, unavailable(fmt.Errorf("promises about item %s: %w", i.ID, err))
	}
	return found, nil
}

// LockPromise returns one promise for closing it, or a NotFound error that is the same for
// absent, foreign and malformed ids.
func (t *Tx) LockPromise(ctx context.Context, brand, id triage.ID) (Promise, error) {
	if !wellFormed(id) {
		return Promise{}, noPromise
	}
	if err := t.exec(ctx, `SELECT FROM promises WHERE brand_id = $1 AND id = $2 FOR NO KEY UPDATE`, brand, id); err != nil {
		return Promise{}, fmt.Errorf("promise %s: %w", id, err)
	}
	return t.promise(ctx, brand, id)
}

// ClosePromise ends a locked promise and returns it.
func (t *Tx) ClosePromise(ctx context.Context, brand, id, person triage.ID, state PromiseState) (Promise, error) {
	if err := t.exec(ctx, `UPDATE promises SET state = $3, closed_at = $4, closed_by = $5 WHERE brand_id = $1 AND id = $2`,
		brand, id, string(state), t.Now, person); err != nil {
		return Promise{}, fmt.Errorf("promise %s: %w", id, err)
	}
	return t.promise(ctx, brand, id)
}
