package queue

import (
	"context"
	"strings"
	"unicode/utf8"

	"triage/postgres"
	"triage/triage"
)

// Bounds of saved views.
const (
	viewsEach = 100 // that one person sees, shared ones included
	viewName  = 80  // characters
)

var errShared = triage.Errorf(triage.Forbidden, "Views for all are the lead's matter.")

// AddView saves a view: for who alone, or, by a lead, for all. Its filter has been read
// already. A name that is taken, and more views than a person can overlook, are a
// Conflict.
func (d *Desk) AddView(ctx context.Context, who postgres.Caller, v postgres.View) (postgres.View, error) {
	v.BrandID = who.BrandID
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if err := mayView(who, v); err != nil {
			return err
		}
		known, err := tx.Views(ctx, who.BrandID, who.PersonID)
		if err != nil {
			return err
		}
		if len(known) >= viewsEach {
			return triage.Errorf(triage.Conflict, "There are %d views already; remove one first.", viewsEach)
		}
		if v, err = tx.AddView(ctx, v); err != nil {
			return err
		}
		return auditView(ctx, tx, who, v, "view.added")
	})
	return v, err
}

// ChangeView lets work change a view that who sees, and saves it. One that is or becomes
// shared is a lead's matter.
func (d *Desk) ChangeView(
	ctx context.Context, who postgres.Caller, id triage.ID, work func(*postgres.View) error,
) (v postgres.View, err error) {
	err = d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		if v, err = tx.LockView(ctx, who.BrandID, who.PersonID, id); err != nil {
			return err
		}
		before := v
		if err := work(&v); err != nil {
			return err
		}
		for _, side := range []postgres.View{before, v} {
			if err := mayView(who, side); err != nil {
				return err
			}
		}
		if v, err = tx.SaveView(ctx, v); err != nil {
			return err
		}
		if before.Shared() && !v.Shared() {
			return auditView(ctx, tx, who, before, "view.removed")
		}
		return auditView(ctx, tx, who, v, "view.changed")
	})
	return v, err
}

// DropView removes a view that who sees.
func (d *Desk) DropView(ctx context.Context, who postgres.Caller, id triage.ID) error {
	return d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		v, err := tx.LockView(ctx, who.BrandID, who.PersonID, id)
		if err != nil {
			return err
		}
		if err := mayView(who, v); err != nil {
			return err
		}
		if err := tx.DropView(ctx, v); err != nil {
			return err
		}
		return auditView(ctx, tx, who, v, "view.removed")
	})
}

// mayView reports whether who may save v as it is.
func mayView(who postgres.Caller, v postgres.View) error {
	name := strings.TrimSpace(v.Name)
	switch {
	case name == "" || !utf8.ValidString(name) || strings.ContainsRune(name, 0) || utf8.RuneCountInString(name) > viewName:
		return triage.Errorf(triage.Invalid, "A view needs a name of at most %d characters.", viewName)
	case !v.Queue.Valid():
		return triage.Errorf(triage.Invalid, "A view belongs to a queue.")
	case v.Shared() && !leads(who.Role):
		return errShared
	}
	return nil
}

// auditView tells of views that all share. One's own are one's own matter.
func auditView(ctx context.Context, tx *postgres.Tx, who postgres.Caller, v postgres.View, action string) error {
	if !v.Shared() {
		return nil
	}
	return tx.Audit(ctx, postgres.AuditRow{
		BrandID: who.BrandID, Actor: who.Actor(), Action: action, Subject: "view", SubjectID: v.ID,
		Detail: map[string]any{"queue": v.Queue},
	})
}
