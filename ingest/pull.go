package ingest

import (
	"context"
	"errors"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// Pulled names what was asked: a platform, the endpoint whose secret was used, and how
// ("poll" or "stream").
type Pulled struct {
	Platform triage.Platform
	Endpoint triage.ID
	Source   string
}

// Pull takes what a platform answered when it was asked, in one transaction with what keep
// writes: either all of it is durable, or nothing. keep runs first; its error comes back
// as it is. What cannot be read is quarantined and does not come again. When one part of a
// page cannot be stored, the others are, each by itself, and what keep writes comes last.
func (d *Door) Pull(ctx context.Context, what Pulled, in connector.Delivery, keep func(context.Context, *postgres.Tx) error) (Result, error) {
	p, e, err := d.open(ctx, what.Platform, what.Endpoint)
	if err != nil {
		return Result{}, err
	}
	parsed, err := p.Parse(in)
	if err != nil {
		parsed = connector.Parsed{Rejects: []connector.Reject{{Reason: connector.Malformed}}}
	}
	row, changes, err := d.prepare(ctx, e, what.Source, in, parsed)
	if err != nil {
		return Result{}, err
	}
	effects, err := d.pull(ctx, row, changes, keep)
	if broken := (*unkept)(nil); err != nil && refused(err) && !errors.As(err, &broken) {
		effects, err = d.pullEach(ctx, &row, changes, keep)
	}
	if broken := (*unkept)(nil); errors.As(err, &broken) {
		err = broken.error
	}
	if err != nil {
		return Result{}, err
	}
	return counted(row, effects), nil
}

// refused reports whether the database cannot store what it was given, now or later.
func refused(err error) bool {
	kind := triage.KindOf(err)
	return kind == triage.Internal || kind == triage.Invalid
}

func nothing(context.Context, *postgres.Tx) error { return nil }

// unkept marks an error of keep, so that nothing of the page is tried without it.
type unkept struct{ error }

func (u *unkept) Unwrap() error { return u.error }

func (d *Door) pull(ctx context.Context, row postgres.Delivery, changes []postgres.Change, keep func(context.Context, *postgres.Tx) error) (effects []bool, err error) {
	err = d.endpoints.store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		if err := keep(ctx, tx); err != nil {
			return &unkept{err}
		}
		fresh, done, err := tx.Record(ctx, []postgres.Delivery{row}, changes)
		if err != nil {
			return err
		}
		effects = done
		return tx.Enqueue(ctx, fresh)
	})
	return effects, err
}

// pullEach stores the changes of a page one by one, each with a copy of its delivery, and
// then, with keep, how many the database refused. Whoever dies on the way has kept nothing:
// the page is asked for again, and what is known of it changes nothing.
func (d *Door) pullEach(ctx context.Context, row *postgres.Delivery, changes []postgres.Change, keep func(context.Context, *postgres.Tx) error) ([]bool, error) {
	var effects []bool
	for _, change := range changes {
		one := *row
		one.ID, one.Accepted, one.Ignored, one.Quarantined, one.Rejects = postgres.NewID(), 1, 0, 0, nil
		change.DeliveryID = one.ID
		done, err := d.pull(ctx, one, []postgres.Change{change}, nothing)
		switch {
		case err == nil:
			effects = append(effects, done...)
		case !refused(err):
			return nil, err
		default:
			row.Rejects = append(row.Rejects, postgres.Reject{Reason: "unstorable"})
		}
	}
	row.Accepted, row.Quarantined = 0, len(row.Rejects)
	if _, err := d.pull(ctx, *row, nil, keep); err != nil {
		return nil, err
	}
	row.Accepted = len(effects)
	return effects, nil
}
