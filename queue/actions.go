package queue

import (
	"context"
	"slices"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Claim gives who the item for the length of a lease. Claiming an item that who holds
// already renews the lease under the same fencing number. An item that is somebody else's,
// or that is closed, is a Conflict. Claiming what was handed over accepts it.
func (d *Desk) Claim(ctx context.Context, who postgres.Caller, id triage.ID, given Given) (postgres.Item, error) {
	return d.change(ctx, who, id, given, func(c *change) error {
		i := &c.item
		if err := c.decided(); err != nil {
			return err
		}
		if err := mayClaim(*i, who, given, c.tx.Now); err != nil {
			return err
		}
		c.action = "item.lease_renewed"
		if !i.HeldAt(c.tx.Now) {
			if err := mayHold(ctx, c.tx, who, *i, given.OverCapacity); err != nil {
				return err
			}
			c.action = "item.claimed"
			if i.Assignee != "" && i.Assignee != who.PersonID {
				c.detail["before"] = i.Assignee
			}
			i.Fence++
		}
		if i.HandedBy != "" {
			c.detail["accepted"] = true
		}
		i.Status, i.Assignee, i.SnoozedUntil, i.WakeOnAuthor = triage.StatusClaimed, who.PersonID, time.Time{}, false
		i.LeaseUntil, i.HandedBy = c.tx.Now.Add(Lease), ""
		c.detail["fence"] = i.Fence
		return c.resume()
	})
}

// Release gives the item back to the queue, where it was, for anybody.
func (d *Desk) Release(ctx context.Context, who postgres.Caller, id triage.ID, given Given) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.released", release))
}

func release(c *change) error {
	if c.item.Status != triage.StatusClaimed && c.item.Assignee == "" {
		return conflict(c.item, "Nobody holds this item.")
	}
	c.undone = true
	c.take()
	if err := c.resume(); err != nil {
		return err
	}
	c.open()
	return nil
}

// Outcome is how a person closed an item.
type Outcome = triage.Outcome

// Outcomes returns the outcomes that people resolve with.
func Outcomes() []Outcome {
	return []Outcome{
		triage.OutcomeAnswered, triage.OutcomeNoReply, triage.OutcomePublished, triage.OutcomeForwarded,
		triage.OutcomeDismissed, triage.OutcomeOther,
	}
}

// Resolve closes the item. Answered and published say that the author got an answer. note
// may be empty.
func (d *Desk) Resolve(ctx context.Context, who postgres.Caller, id triage.ID, given Given, o Outcome, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.resolved", resolve(o, Outcomes(), note)))
}

// Dismiss closes an item that deserves nothing. Whoever wants the machine to learn that it
// is spam corrects it instead, which dismisses it too. note may be empty.
func (d *Desk) Dismiss(ctx context.Context, who postgres.Caller, id triage.ID, given Given, o Outcome, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.dismissed", resolve(o, triage.Dismissals(), note)))
}

func resolve(o Outcome, allowed []Outcome, note string) work {
	return func(c *change) error {
		if !slices.Contains(allowed, o) {
			return triage.Errorf(triage.Invalid, "There is no such outcome.")
		}
		c.undone = true
		c.take()
		c.item.Assignee, c.item.HandedBy = c.who.PersonID, ""
		c.detail["outcome"] = o
		if o.Answers() {
			c.detail["answered"] = true
		}
		if err := c.note("note", note); err != nil {
			return err
		}
		return c.clock(func(i *postgres.Item, plan plan, now time.Time) { i.Close(plan, o, now) })
	}
}

// Reopen takes back that the item was closed, by a person or by the machine. It is open
// for anybody then. What was erased stays closed.
func (d *Desk) Reopen(ctx context.Context, who postgres.Caller, id triage.ID, given Given, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, func(c *change) error {
		if c.item.Live() {
			return conflict(c.item, "The item is not closed.")
		}
		c.action, c.undone = "item.reopened", true
		c.detail["before"] = c.item.Outcome
		if err := c.note("note", note); err != nil {
			return err
		}
		return c.clock((*postgres.Item).Reopen)
	})
}

// Answered notes that the author got an answer. The item stays where it is: there may be
// more to do.
func (d *Desk) Answered(ctx context.Context, who postgres.Caller, id triage.ID, given Given, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.answered", func(c *change) error {
		c.undone = true
		c.detail["answered"] = true
		if err := c.note("note", note); err != nil {
			return err
		}
		return c.clock((*postgres.Item).Answer)
	}))
}

// acting is work that nobody may do to what is somebody else's, leads apart.
func acting(action string, do work) work {
	return func(c *change) error {
		if err := c.decided(); err != nil {
			return err
		}
		if err := mayAct(c.item, c.who, c.given, c.tx.Now); err != nil {
			return err
		}
		c.action = action
		return do(c)
	}
}
