package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// longestAway bounds how far away an item can be put.
const longestAway = 366 * 24 * time.Hour

// Snooze takes the item out of the queue until a time, when it comes back for anybody, or
// until its author writes again, whichever is first. No target moves by that.
func (d *Desk) Snooze(ctx context.Context, who postgres.Caller, id triage.ID, given Given, until time.Time, orAuthor bool) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.snoozed", snooze(until, orAuthor)))
}

func snooze(until time.Time, orAuthor bool) work {
	return func(c *change) error {
		if err := c.away(triage.StatusSnoozed, until, orAuthor); err != nil {
			return err
		}
		return c.resume()
	}
}

// followUp is when an item that waits for its author comes back by itself, unless somebody
// says otherwise.
const followUp = 7 * 24 * time.Hour

// Wait says that we have written to the author and wait for them: the item leaves the
// dealing and its clocks stand, until the author writes again or the time to follow up has
// come. A zero followUp is a week from now. It counts as an answer.
func (d *Desk) Wait(ctx context.Context, who postgres.Caller, id triage.ID, given Given, until time.Time, note string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.waiting", func(c *change) error {
		if until.IsZero() {
			until = c.tx.Now.Add(followUp)
		}
		if err := c.away(triage.StatusWaiting, until, true); err != nil {
			return err
		}
		c.detail["answered"] = true
		if err := c.note("note", note); err != nil {
			return err
		}
		if err := c.resume(); err != nil {
			return err
		}
		if err := c.clock((*postgres.Item).Answer); err != nil {
			return err
		}
		c.item.Pause(c.tx.Now)
		return nil
	}))
}

// away puts the item away. It stays with whoever put it there.
func (c *change) away(status triage.Status, until time.Time, orAuthor bool) error {
	if !until.After(c.tx.Now) || until.After(c.tx.Now.Add(longestAway)) {
		return triage.Errorf(triage.Invalid, "Name a time in the future, at most a year away.")
	}
	c.undone = true
	c.take()
	i := &c.item
	i.Status, i.Assignee, i.LeaseUntil, i.HandedBy = status, c.who.PersonID, time.Time{}, ""
	i.SnoozedUntil, i.WakeOnAuthor = until.UTC().Truncate(time.Microsecond), orAuthor
	c.detail["until"] = i.SnoozedUntil
	if orAuthor {
		c.detail["wake_on_author"] = true
	}
	return nil
}
