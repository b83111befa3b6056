package queue

import (
	"context"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// Companion makes the linked item of an owner item in the other queue, for a reason in a
// person's own words, and returns it. One that was closed opens again; one that is not is
// a Conflict. The two are worked on, and closed, apart.
func (d *Desk) Companion(ctx context.Context, who postgres.Caller, id triage.ID, given Given, reason string) (postgres.Item, error) {
	var made postgres.Item
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		owner, err := tx.LockItem(ctx, who.BrandID, id)
		if err != nil {
			return err
		}
		s := &session{ctx: ctx, tx: tx, who: who}
		var companion triage.ID
		c, err := s.apply(owner, given, func(c *change) (err error) {
			companion, err = c.companion(reason)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.save(c); err != nil {
			return err
		}
		made, err = tx.Item(ctx, who.BrandID, companion)
		return err
	})
	return made, err
}

// companion makes or opens the companion of the item.
func (c *change) companion(reason string) (triage.ID, error) {
	reason, err := cleanNote(reason)
	switch {
	case !c.who.Role.Works(c.item.Queue):
		return "", errRole
	case c.item.Kind != "owner":
		return "", conflict(c.item, "This item is a companion itself.")
	case err != nil || reason == "":
		return "", triage.Errorf(triage.Invalid, "Give a reason of at most %d characters.", maxNote)
	}
	linked, err := c.tx.LinkedTo(c.ctx, c.item)
	if err != nil {
		return "", err
	}
	var id triage.ID
	if linked == nil {
		id, err = c.addCompanion()
	} else {
		id, err = c.openCompanion(linked.ID)
	}
	if err != nil {
		return "", err
	}
	c.action = "item.companion_made"
	c.detail["companion"] = id
	return id, c.note("reason", reason)
}

func (c *change) addCompanion() (triage.ID, error) {
	plan, err := c.planned()
	if err != nil {
		return "", err
	}
	p := triage.Placement{
		Queue: c.item.Queue.Other(), Priority: min(c.item.Priority+1, triage.P4), Heavy: c.item.Heavy,
		PlanVersion: plan.Version, Reasons: []triage.Reason{byHand(c.item)},
	}
	p.Effort = plan.Effort.At(p.Priority)
	first, _, resolution := plan.TargetsFor(p.Priority, c.item.Intent, c.item.Engagement.Platform)
	p.DueAt, p.AtRiskAt = plan.Calendar.Add(c.tx.Now, first), plan.Calendar.Add(c.tx.Now, first*4/5)
	if resolution > 0 {
		p.ResolveDue = plan.Calendar.Add(c.tx.Now, resolution)
	}
	p.Rank = routing.Rank(p.DueAt, nil)
	id, err := c.tx.AddCompanion(c.ctx, c.item, p)
	if err != nil {
		return "", err
	}
	return id, c.tx.Audit(c.ctx, c.row("item.companion_placed", id, map[string]any{"owner": c.item.ID, "queue": p.Queue, "version": 1}))
}

func (c *change) openCompanion(id triage.ID) (triage.ID, error) {
	companion, err := c.tx.LockItem(c.ctx, c.who.BrandID, id)
	if err != nil {
		return "", err
	}
	if companion.Live() {
		return "", conflict(companion, "There is a companion already.").With("companion", id)
	}
	plan, err := c.planned()
	if err != nil {
		return "", err
	}
	opened := &change{session: c.session, before: companion, item: companion, action: "item.reopened", detail: map[string]any{"owner": c.item.ID}}
	opened.item.Reopen(plan, c.tx.Now)
	opened.item.Queue = c.item.Queue.Other()
	opened.item.Reasons = postgres.WithReason(opened.item, byHand(c.item), "companion_by_hand")
	return id, c.save(opened)
}

func byHand(owner postgres.Item) triage.Reason {
	return triage.Reason{Rule: "companion_by_hand", Text: "A person asked the " + queueNames[owner.Queue.Other()] + " to look at it too."}
}
