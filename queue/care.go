package queue

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

var errOthers = triage.Errorf(triage.Forbidden, "Only a lead may do this for somebody else.")

// mayCareFor lets people decide about themselves, and leads about everybody. It is asked
// before anybody is looked up.
func mayCareFor(who postgres.Caller, person triage.ID) error {
	if who.PersonID == person || leads(who.Role) {
		return nil
	}
	return errOthers
}

// Care returns a member of the brand with how they are cared for. Others than the person
// and leads are Forbidden to see it.
func (d *Desk) Care(ctx context.Context, who postgres.Caller, person triage.ID) (postgres.Colleague, error) {
	if err := mayCareFor(who, person); err != nil {
		return postgres.Colleague{}, err
	}
	return d.store.Colleague(ctx, who.BrandID, person, d.store.Now())
}

// SetCare replaces how a member of the brand is cared for, from their next item on.
func (d *Desk) SetCare(ctx context.Context, who postgres.Caller, person triage.ID, c triage.Care) (postgres.Colleague, error) {
	var after postgres.Colleague
	err := d.caring(ctx, who, person, func(tx *postgres.Tx) (err error) {
		if after, err = tx.Colleague(ctx, who.BrandID, person, tx.Now); err != nil {
			return err
		}
		after.Care = c.Clean()
		return tx.SetCare(ctx, who.Actor(), who.BrandID, person, c)
	})
	return after, err
}

// AddLeave notes that a member of the brand is away, and returns the leave.
func (d *Desk) AddLeave(ctx context.Context, who postgres.Caller, person triage.ID, l triage.Leave) (triage.Leave, error) {
	err := d.caring(ctx, who, person, func(tx *postgres.Tx) (err error) {
		l.ID, err = tx.AddLeave(ctx, who.Actor(), who.BrandID, person, l)
		return err
	})
	return l, err
}

// DropLeave takes a leave back.
func (d *Desk) DropLeave(ctx context.Context, who postgres.Caller, person, leave triage.ID) error {
	return d.caring(ctx, who, person, func(tx *postgres.Tx) error {
		return tx.DropLeave(ctx, who.Actor(), who.BrandID, person, leave)
	})
}

func (d *Desk) caring(ctx context.Context, who postgres.Caller, person triage.ID, work func(*postgres.Tx) error) error {
	if err := mayCareFor(who, person); err != nil {
		return err
	}
	defer d.teams.forget(who.BrandID)
	return d.store.Retrying(ctx, attempts, work)
}

// ChangeSettings lets change work on the settings of the caller's brand, keeps and returns
// them.
func (d *Desk) ChangeSettings(ctx context.Context, who postgres.Caller, change func(*postgres.Settings)) (postgres.Settings, error) {
	defer d.teams.forget(who.BrandID)
	var settings postgres.Settings
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if settings, err = tx.Settings(ctx, who.BrandID); err != nil {
			return err
		}
		change(&settings)
		return tx.SaveSettings(ctx, who.Actor(), who.BrandID, settings)
	})
	return settings, err
}

// Uncover returns an item whose text may hurt, for somebody who asks to read it, and
// counts that. A text that does not hurt is nobody's exposure.
func (d *Desk) Uncover(ctx context.Context, who postgres.Caller, id triage.ID) (postgres.Item, error) {
	var item postgres.Item
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if item, err = tx.Item(ctx, who.BrandID, id); err != nil {
			return err
		}
		if item.Erased {
			return errGone
		}
		if !item.Heavy {
			return nil
		}
		if err := tx.NoteUncovered(ctx, who.PersonID, item); err != nil {
			return err
		}
		return tx.Audit(ctx, postgres.AuditRow{
			BrandID: who.BrandID, Actor: who.Actor(), Action: "item.uncovered", Subject: "item", SubjectID: id,
		})
	})
	return item, err
}

// mayHold checks that an item fits into what who can carry. Leads may take what they want,
// and so may everybody who says that they want to have more.
func mayHold(ctx context.Context, tx *postgres.Tx, who postgres.Caller, i postgres.Item, over bool) error {
	if over || leads(who.Role) {
		return nil
	}
	d, err := tx.LockDesk(ctx, who.BrandID, who.PersonID)
	if err != nil {
		return err
	}
	load := d.Load()
	if i.Assignee == who.PersonID && i.Status == triage.StatusOpen {
		load -= i.Effort // it is counted as reserved already
	}
	if load+i.Effort <= d.Care.Capacity {
		return nil
	}
	return triage.Errorf(triage.Conflict, "With this item you would have more in hand than your capacity. Say over_capacity to take it nevertheless.").
		With("reason", WhyAtCapacity).With("load", load).With("effort", i.Effort).With("capacity", d.Care.Capacity)
}
