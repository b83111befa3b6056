package queue

import (
	"context"
	"slices"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Claim gives who the item for the length of a lease. Claiming an item that who holds
// already renews the lease under the same fencing number. An item that somebody else
// holds, or that is closed, is a Conflict.
func (d *Desk) Claim(ctx context.Context, who postgres.Caller, id triage.ID, given Given) (postgres.Item, error) {
	return d.change(ctx, who, id, given, func(c *change) error {
		i := &c.item
		if err := mayClaim(*i, who, given, c.tx.Now); err != nil {
			return err
		}
		c.action = "item.lease_renewed"
		if !i.HeldAt(c.tx.Now) {
			c.action = "item.claimed"
			if i.Assignee != "" && i.Assignee != who.PersonID {
				c.detail["before"] = i.Assignee
			}
			i.Fence++
		}
		i.Status, i.Assignee, i.SnoozedUntil = triage.StatusClaimed, who.PersonID, time.Time{}
		i.LeaseUntil = c.tx.Now.Add(Lease)
		c.detail["fence"] = i.Fence
		return nil
	})
}

// Release gives the item back to the queue, where it was.
func (d *Desk) Release(ctx context.Context, who postgres.Caller, id triage.ID, given Given) (postgres.Item, error) {
	return d.held(ctx, who, id, given, "item.released", func(c *change) error {
		if c.item.Status != triage.StatusClaimed {
			return conflict(c.item, "Nobody holds this item.")
		}
		c.open()
		return nil
	})
}

// Outcome is how a person closed an item.
type Outcome string

// The outcomes that people give. Dismissed closes an item as dismissed, all others as
// resolved. What they say is spam is corrected instead, which dismisses it too.
const (
	Answered      Outcome = "answered"
	NoReplyNeeded Outcome = "no_reply_needed"
	Published     Outcome = "published"
	Forwarded     Outcome = "forwarded"
	Dismissed     Outcome = "dismissed"
	Other         Outcome = "other"
)

// spam is the outcome of what is dismissed, by the machine or by a correction.
const spam = "spam"

// Outcomes returns all outcomes that people give.
func Outcomes() []Outcome {
	return []Outcome{Answered, NoReplyNeeded, Published, Forwarded, Dismissed, Other}
}

// Resolve closes the item. note may be empty.
func (d *Desk) Resolve(ctx context.Context, who postgres.Caller, id triage.ID, given Given, o Outcome, note string) (postgres.Item, error) {
	if !slices.Contains(Outcomes(), o) {
		return postgres.Item{}, triage.Errorf(triage.Invalid, "There is no such outcome.")
	}
	return d.held(ctx, who, id, given, "item.resolved", func(c *change) error {
		c.item.Status = triage.StatusResolved
		if o == Dismissed {
			c.item.Status = triage.StatusDismissed
		}
		c.item.Assignee, c.item.Outcome, c.item.ClosedAt = who.PersonID, string(o), c.tx.Now
		c.item.LeaseUntil, c.item.SnoozedUntil = time.Time{}, time.Time{}
		c.detail["outcome"] = o
		return c.note("note", note)
	})
}

// longestSnooze bounds how far away an item can be put.
const longestSnooze = 366 * 24 * time.Hour

// Snooze takes the item out of the queue until a time, when it comes back for anybody.
func (d *Desk) Snooze(ctx context.Context, who postgres.Caller, id triage.ID, given Given, until time.Time) (postgres.Item, error) {
	return d.held(ctx, who, id, given, "item.snoozed", func(c *change) error {
		if !until.After(c.tx.Now) || until.After(c.tx.Now.Add(longestSnooze)) {
			return triage.Errorf(triage.Invalid, "Snooze until a time in the future, at most a year away.")
		}
		c.item.Status, c.item.Assignee, c.item.LeaseUntil = triage.StatusSnoozed, who.PersonID, time.Time{}
		c.item.SnoozedUntil = until.UTC().Truncate(time.Microsecond)
		c.detail["until"] = c.item.SnoozedUntil
		return nil
	})
}

// HandOver moves the item to the other queue, open for anybody there. reason is a
// person's own words and must not be empty; note may be. From the second time on the item
// asks for a lead.
func (d *Desk) HandOver(ctx context.Context, who postgres.Caller, id triage.ID, given Given, reason, note string) (postgres.Item, error) {
	return d.held(ctx, who, id, given, "item.handed_over", func(c *change) error {
		from := c.item.Queue
		c.item.Queue = from.Other()
		c.item.Handovers++
		c.item.NeedsLead = c.item.Handovers > 1
		c.open()
		c.reason(triage.Reason{Rule: "handed_over", Text: "A person handed this over from the " +
			queueNames[from] + " to the " + queueNames[c.item.Queue] + "."})
		c.detail["from"], c.detail["to"] = from, c.item.Queue
		if reason, err := cleanNote(reason); err != nil || reason == "" {
			return triage.Errorf(triage.Invalid, "A handover needs a reason of at most %d characters.", maxNote)
		}
		if err := c.note("reason", reason); err != nil {
			return err
		}
		return c.note("note", note)
	})
}

var queueNames = map[triage.Queue]string{triage.SMM: "content queue", triage.CM: "relationship queue"}

// held is change for what nobody else may do while somebody holds the item, leads apart.
func (d *Desk) held(
	ctx context.Context, who postgres.Caller, id triage.ID, given Given, action string, work func(*change) error,
) (postgres.Item, error) {
	return d.change(ctx, who, id, given, func(c *change) error {
		if err := mayAct(c.item, who, given, c.tx.Now); err != nil {
			return err
		}
		if c.item.Assignee != who.PersonID {
			c.item.Fence++ // taken anew: whoever else believes to hold it is late from now on
		}
		c.action = action
		return work(c)
	})
}

// open puts the item back for anybody.
func (c *change) open() {
	c.item.Status, c.item.Assignee = triage.StatusOpen, ""
	c.item.LeaseUntil, c.item.SnoozedUntil, c.item.ClosedAt, c.item.Outcome = time.Time{}, time.Time{}, time.Time{}, ""
}

// note keeps text, unless it is empty, and names it in the audit row.
func (c *change) note(name, text string) error {
	text, err := cleanNote(text)
	if err != nil || text == "" {
		return err
	}
	id, err := c.tx.AddNote(c.ctx, c.item, c.who.PersonID, c.action, text)
	c.detail[name] = id
	return err
}

// byPeople are the rules that say what a person did to the item. They stand first.
var byPeople = []string{"corrected", "handed_over", "needs_lead"}

// reason puts r before the reasons of the placement, in place of earlier words of people.
func (c *change) reason(r triage.Reason) {
	reasons := []triage.Reason{r}
	if c.item.Handovers > 1 {
		reasons = append(reasons, triage.Reason{Rule: "needs_lead", Text: "It was handed over more than once, so a lead should decide."})
	}
	for _, old := range c.item.Reasons {
		if !slices.Contains(byPeople, old.Rule) {
			reasons = append(reasons, old)
		}
	}
	c.item.Reasons = reasons
}
