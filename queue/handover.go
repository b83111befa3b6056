package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

var queueNames = map[triage.Queue]string{triage.SMM: "content queue", triage.CM: "relationship queue"}

// HandOver moves the item to the other queue, open for anybody there, until somebody there
// accepts or returns it. reason is a person's own words and must not be empty; note may
// be. From the second time on a lead decides, where the brand has one.
func (d *Desk) HandOver(ctx context.Context, who postgres.Caller, id triage.ID, given Given, reason, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.handed_over", handOver(reason, note)))
}

func handOver(reason, note string) work {
	return func(c *change) error {
		if err := c.move(reason); err != nil {
			return err
		}
		c.item.HandedBy = c.who.PersonID
		return c.note("note", note)
	}
}

// Return gives back what was handed over and not accepted yet, with a reason. It counts as
// a handover.
func (d *Desk) Return(ctx context.Context, who postgres.Caller, id triage.ID, given Given, reason string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.returned", func(c *change) error {
		if c.item.HandedBy == "" {
			return conflict(c.item, "Nothing was handed over here, or it is accepted already.")
		}
		c.item.HandedBy = ""
		return c.move(reason)
	}))
}

// Accept says that what was handed over belongs here. It stays open for anybody; a lead
// who accepts has decided.
func (d *Desk) Accept(ctx context.Context, who postgres.Caller, id triage.ID, given Given) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.accepted", func(c *change) error {
		i := &c.item
		if i.HandedBy == "" && !i.NeedsLead {
			return conflict(*i, "Nothing was handed over here, or it is accepted already.")
		}
		i.HandedBy, i.NeedsLead = "", false
		i.Reasons = reasonsOf(*i)
		return nil
	}))
}

// move puts the item into the other queue, for the given reason.
func (c *change) move(why string) error {
	why, err := cleanNote(why)
	if err != nil || why == "" {
		return triage.Errorf(triage.Invalid, "Give a reason of at most %d characters.", maxNote)
	}
	if err := c.resume(); err != nil {
		return err
	}
	c.undone = true
	c.take()
	i := &c.item
	from := i.Queue
	i.Queue = from.Other()
	i.Handovers++
	i.NeedsLead = i.Handovers > 1 && !leads(c.who.Role)
	c.open()
	i.Reasons = reasonsOf(*i)
	c.detail["from"], c.detail["to"] = from, i.Queue
	return c.note("reason", why)
}

// reasonsOf returns the reasons of an item with what its handovers make of them.
func reasonsOf(i postgres.Item) []triage.Reason {
	if i.Handovers == 0 {
		return postgres.WithoutReasons(i, "handed_over", "needs_lead")
	}
	return postgres.WithReason(i, triage.Reason{Rule: "handed_over", Text: "A person handed this over from the " +
		queueNames[i.Queue.Other()] + " to the " + queueNames[i.Queue] + "."}, "handed_over")
}

// Assign gives the item to a person, who works on its queue: leads to anybody, everybody
// else to themselves. It is open without a lease, and nobody else is dealt it. A lead who
// assigns has decided what was waiting for a lead.
func (d *Desk) Assign(ctx context.Context, who postgres.Caller, id triage.ID, given Given, to triage.ID) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.assigned", assign(to)))
}

func assign(to triage.ID) work {
	return func(c *change) error {
		if to != c.who.PersonID && !leads(c.who.Role) {
			return triage.Errorf(triage.Forbidden, "You can assign items to yourself; leads assign them to others.")
		}
		role, err := c.tx.RoleOf(c.ctx, c.who.BrandID, to)
		if triage.KindOf(err) == triage.NotFound {
			return triage.Errorf(triage.Invalid, "Nobody with this id works here.")
		}
		if err != nil {
			return err
		}
		if !role.Works(c.item.Queue) {
			return triage.Errorf(triage.Invalid, "That person's role does not work on this queue.")
		}
		if err := c.resume(); err != nil {
			return err
		}
		c.undone = true
		i := &c.item
		if i.Assignee != to {
			i.Fence++
		}
		if i.Assignee != "" {
			c.detail["before"] = i.Assignee
		}
		i.Status, i.Assignee, i.LeaseUntil = triage.StatusOpen, to, time.Time{}
		i.SnoozedUntil, i.WakeOnAuthor, i.HandedBy = time.Time{}, false, ""
		if i.NeedsLead {
			i.NeedsLead = false
			i.Reasons = reasonsOf(*i)
		}
		c.detail["to"] = to
		return nil
	}
}
