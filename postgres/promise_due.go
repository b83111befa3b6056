package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// promiseHours is how far a promise that is due brings its item forward: a word that was
// given comes before what is due within a working day.
const promiseHours = 8

// duePromise is an open promise whose time has come.
type duePromise struct {
	Brand, ID          triage.ID
	Engagement, Author *triage.ID
	Person             triage.ID
	DueAt              time.Time
}

// RaisePromises lets the items of at most limit promises of any brand come up whose time
// has come, and returns how many. Each stands in a transaction of its own: several
// processes may do it at once, and one that fails keeps no other.
func (s *Store) RaisePromises(ctx context.Context, limit int) (int, error) {
	rows, _ := s.db.Query(ctx, `
		SELECT brand_id, id, engagement_id, author_id, person_id, due_at FROM promises
		WHERE state = 'open' AND raised_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2`, s.Now(), limit)
	due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[duePromise])
	if err != nil {
		return 0, unavailable(fmt.Errorf("due promises: %w", err))
	}
	var failed []error
	for _, p := range due {
		if err := s.Retrying(ctx, promiseAttempts, func(tx *Tx) error { return tx.raise(ctx, p) }); err != nil {
			failed = append(failed, fmt.Errorf("promise %s: %w", p.ID, err))
		}
	}
	return len(due) - len(failed), errors.Join(failed...)
}

const promiseAttempts = 3

// raise lets the item of a promise come up: the owner item of what it was about, or the
// newest one of the author. The item is locked before the promise, as an erasure does it.
func (t *Tx) raise(ctx context.Context, p duePromise) error {
	item, found, err := t.lockPromised(ctx, p)
	if err != nil {
		return err
	}
	tag, err := t.tx.Exec(ctx, `
		UPDATE promises SET raised_at = $3 WHERE brand_id = $1 AND id = $2 AND state = 'open' AND raised_at IS NULL`, p.Brand, p.ID, t.Now)
	if err != nil || tag.RowsAffected() == 0 || !found {
		return err
	}
	plan, err := t.Plan(ctx, p.Brand)
	if err != nil {
		return err
	}
	var member bool
	if err := t.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM memberships WHERE brand_id = $1 AND person_id = $2)`, p.Brand, p.Person).Scan(&member); err != nil {
		return err
	}
	before := item.Status
	item.owe(plan, p, member, t.Now)
	if _, err := t.SaveItem(ctx, item); err != nil {
		return err
	}
	return t.Audit(ctx, AuditRow{
		BrandID: p.Brand, Action: "item.promise_due", Subject: "item", SubjectID: item.ID,
		Detail: map[string]any{"promise": p.ID, "before": before, "version": item.Version + 1},
	})
}

// lockPromised locks the item of a promise; there may be none any more.
func (t *Tx) lockPromised(ctx context.Context, p duePromise) (Item, bool, error) {
	var id triage.ID
	err := t.tx.QueryRow(ctx, `
		SELECT id FROM items WHERE brand_id = $1 AND kind = 'owner'
		  AND CASE WHEN $2::uuid IS NOT NULL THEN engagement_id = $2 ELSE author_id = $3 END
		ORDER BY received_at DESC, id DESC LIMIT 1`, p.Brand, p.Engagement, p.Author).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Item{}, false, nil
	}
	if err != nil {
		return Item{}, false, err
	}
	item, err := t.LockItem(ctx, p.Brand, id)
	return item, err == nil && !item.Erased, err
}

// owe makes the item due by a promise: a closed one opens again, one that was put away
// comes back, and unless somebody is at work on it, it waits for the one who promised.
func (i *Item) owe(plan routing.Plan, p duePromise, member bool, now time.Time) {
	held, closed := i.HeldAt(now), !i.Live()
	switch {
	case closed:
		i.ResolveDueAt = time.Time{} // that was met when it was closed
		i.Reopen(plan, now)
	case i.Status == triage.StatusSnoozed || i.Status == triage.StatusWaiting:
		i.Resume(plan, now)
		i.wake()
	}
	if !held {
		i.Status, i.Assignee, i.LeaseUntil = triage.StatusOpen, "", time.Time{}
		if member {
			i.Assignee = p.Person
		}
	}
	i.Parts = slices.DeleteFunc(slices.Clone(i.Parts), func(part triage.Part) bool { return part.Name == "promise" })
	i.Parts = append(i.Parts, triage.Part{Name: "promise", Hours: promiseHours, Text: "Something promised to the author is due."})
	i.Reasons = WithReason(*i, triage.Reason{Rule: "promise_due", Text: "Something promised to the author is due."}, "promise_due")
	i.NextDueAt = p.DueAt
	i.DueAt = time.Time{} // whatever it was: what is owed now decides
	i.retarget(plan, now)
	if closed { // older targets that it missed are told by the figures, not by the queue
		i.DueAt, i.Rank = p.DueAt, routing.Rank(p.DueAt, i.Parts)
	}
}
