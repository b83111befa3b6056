package queue

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"triage/postgres"
	"triage/triage"
)

// Bounds of a promise.
const (
	maxPromise    = 500 // characters
	promisedAhead = 366 * 24 * time.Hour
)

// Promise keeps what who promises the author of an item by a time. On that time the item
// comes up again, for who first. An erased engagement is Gone, a role that does not work
// on the item's queue Forbidden.
func (d *Desk) Promise(ctx context.Context, who postgres.Caller, item triage.ID, text string, due time.Time) (postgres.Promise, error) {
	return d.promise(ctx, who, text, due, func(tx *postgres.Tx) (postgres.Promise, string, triage.ID, error) {
		i, err := tx.LockItem(ctx, who.BrandID, item)
		switch {
		case err != nil:
		case i.Erased:
			err = errGone
		case !who.Role.Works(i.Queue):
			err = errRole
		}
		return postgres.Promise{EngagementID: i.EngagementID, AuthorID: i.AuthorID}, "item", item, err
	})
}

// PromiseAuthor keeps what who promises an author by a time. On that time their newest item
// comes up again, for who first.
func (d *Desk) PromiseAuthor(ctx context.Context, who postgres.Caller, author triage.ID, text string, due time.Time) (postgres.Promise, error) {
	return d.promise(ctx, who, text, due, func(tx *postgres.Tx) (postgres.Promise, string, triage.ID, error) {
		_, err := tx.LockAuthor(ctx, who.BrandID, author)
		return postgres.Promise{AuthorID: author}, "author", author, err
	})
}

func (d *Desk) promise(
	ctx context.Context, who postgres.Caller, text string, due time.Time,
	about func(*postgres.Tx) (p postgres.Promise, subject string, id triage.ID, err error),
) (postgres.Promise, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > maxPromise {
		return postgres.Promise{}, triage.Errorf(triage.Invalid, "A promise is text of 1 to %d characters.", maxPromise)
	}
	var kept postgres.Promise
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		p, subject, id, err := about(tx)
		if err != nil {
			return err
		}
		if !due.After(tx.Now) || due.After(tx.Now.Add(promisedAhead)) {
			return triage.Errorf(triage.Invalid, "A promise is due in the future, at most a year away.")
		}
		p.PersonID, p.Text, p.DueAt = who.PersonID, text, due.UTC().Truncate(time.Microsecond)
		if kept, err = tx.AddPromise(ctx, who.BrandID, p); err != nil {
			return err
		}
		return tx.Audit(ctx, postgres.AuditRow{
			BrandID: who.BrandID, Actor: who.Actor(), Action: subject + ".promised", Subject: subject, SubjectID: id,
			Detail: map[string]any{"promise": kept.ID, "due_at": kept.DueAt},
		})
	})
	return kept, err
}

// ClosePromise says that a promise was kept or is withdrawn. Saying the same again changes
// nothing; one that was closed otherwise is a Conflict.
func (d *Desk) ClosePromise(ctx context.Context, who postgres.Caller, id triage.ID, state postgres.PromiseState) (postgres.Promise, error) {
	var p postgres.Promise
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if p, err = tx.LockPromise(ctx, who.BrandID, id); err != nil || p.State == state {
			return err
		}
		if p.State != postgres.PromiseOpen {
			return triage.Errorf(triage.Conflict, "The promise is closed already.").With("state", p.State)
		}
		if p, err = tx.ClosePromise(ctx, who.BrandID, id, who.PersonID, state); err != nil {
			return err
		}
		return tx.Audit(ctx, postgres.AuditRow{
			BrandID: who.BrandID, Actor: who.Actor(), Action: "promise." + string(state), Subject: "promise", SubjectID: id,
		})
	})
	return p, err
}
