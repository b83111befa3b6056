package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// ReadPlan reads a plan's document as a brand could use it: people whom rules name must
// work for the brand. The plan is usable only when there are no problems.
func (d *Desk) ReadPlan(ctx context.Context, brand triage.ID, document []byte) (routing.Plan, []routing.Problem, error) {
	read, problems := routing.Parse(document)
	if len(problems) > 0 || len(read.Assignees()) == 0 {
		return read, problems, nil
	}
	strangers, err := d.store.Strangers(ctx, brand, read.Assignees())
	if err != nil {
		return read, nil, err
	}
	for i, r := range read.Rules {
		if slices.Contains(strangers, r.Then.Assignee) {
			problems = append(problems, routing.Problem{
				Pointer: fmt.Sprintf("/rules/%d/then/assignee", i), Message: "Nobody with this id works for the brand.",
			})
		}
	}
	return read, problems, nil
}

// AddPlan keeps a document that ReadPlan found good as the next version of the brand's
// plan, a draft. A document that is there already stays the version that it is, and false
// is returned.
func (d *Desk) AddPlan(ctx context.Context, who postgres.Caller, document []byte, note string) (postgres.PlanRow, bool, error) {
	note, err := cleanNote(note)
	if err != nil {
		return postgres.PlanRow{}, false, err
	}
	var row postgres.PlanRow
	var added bool
	err = d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		row, added, err = tx.AddPlan(ctx, who.Actor(), who.BrandID, document, note)
		return err
	})
	return row, added, err
}

// ActivatePlan puts a version in force for all that is placed from now on; 0 is the plan
// that follows the taxonomy. With expected, another version in force is Stale.
func (d *Desk) ActivatePlan(ctx context.Context, who postgres.Caller, version int, expected *int) error {
	return d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		return tx.ActivatePlan(ctx, who.Actor(), who.BrandID, version, expected)
	})
}

// PlanVersion returns a version of the brand's plan as it would be in force; 0 is the plan
// that follows the taxonomy.
func (d *Desk) PlanVersion(ctx context.Context, brand triage.ID, version int) (routing.Plan, error) {
	inForce, err := d.store.Plan(ctx, brand)
	if err != nil || version == inForce.Version {
		return inForce, err
	}
	read := routing.Default(inForce.Goal)
	if version != 0 {
		row, err := d.store.PlanVersion(ctx, brand, version)
		if err != nil {
			return read, err
		}
		if read, err = routing.Load(row.Body); err != nil {
			return read, fmt.Errorf("plan %d of brand %s: %w", version, brand, err)
		}
	}
	read.Version, read.Goal = version, inForce.Goal
	return read, nil
}

// LongestPreview bounds how many days what-if looks back.
const LongestPreview = 90

// Preview places what the brand received in the last days anew, by the plan in force and by
// another with the brand's goal, and compares. It changes nothing.
func (d *Desk) Preview(ctx context.Context, brand triage.ID, days int, then routing.Plan, now time.Time) (*routing.WhatIf, error) {
	if days < 1 || days > LongestPreview {
		return nil, triage.Errorf(triage.Invalid, "A preview looks 1 to %d days back.", LongestPreview)
	}
	inForce, err := d.store.Plan(ctx, brand)
	if err != nil {
		return nil, err
	}
	then.Goal = inForce.Goal
	whatIf := routing.NewWhatIf(inForce, then)
	since := now.Add(-time.Duration(days) * 24 * time.Hour)
	err = d.store.EachPast(ctx, brand, since, inForce.ReadsText() || then.ReadsText(), func(p routing.Past) error {
		whatIf.Add(p)
		return nil
	})
	return whatIf, err
}
