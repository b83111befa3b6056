package queue

import (
	"context"
	"slices"
	"strings"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// Correct keeps what who says is right about the comment, and places the item again. While
// somebody else holds it, that is a Conflict; saying the same again changes nothing. The
// judgement stays as it was. A queue that people named wins over the plan; the plan moves
// the item only when people named its intent. A closed item stays closed, but dismissed
// spam that is none comes back. A companion only learns the words: its owner is placed.
// From then on the engine weighs it for similar comments. It can be taken back for a minute,
// that included; a companion that came or moved with it stays.
func (d *Desk) Correct(ctx context.Context, who postgres.Caller, id triage.ID, given Given, says postgres.Label) (postgres.Item, error) {
	fields := fieldsOf(says)
	if len(fields) == 0 {
		return postgres.Item{}, triage.Errorf(triage.Invalid, "Say at least one thing that is right.")
	}
	return d.change(ctx, who, id, given, func(c *change) error {
		if c.item.HeldAt(c.tx.Now) && c.item.Assignee != who.PersonID {
			return conflict(c.item, "Somebody else holds this item.")
		}
		if err := current(c.item, given); err != nil {
			return err
		}
		known, err := c.tx.LabelOf(ctx, c.item)
		if err != nil {
			return err
		}
		if c.kept = repeats(known, says); c.kept {
			return nil
		}
		if err := c.tx.AddLabel(ctx, c.item, who.PersonID, says); err != nil {
			return err
		}
		c.action, c.undone = postgres.Corrected, true
		c.detail["fields"] = fields
		return d.placeAgain(c, says, fields)
	})
}

// repeats reports whether says holds nothing but what is known.
func repeats(known, says postgres.Label) bool {
	return within(says.Intent, known.Intent) && within(says.Sentiment, known.Sentiment) && within(says.Urgency, known.Urgency) &&
		within(says.Queue, known.Queue) && within(says.ReplyExpected, known.ReplyExpected)
}

func within[T comparable](said, known *T) bool {
	return said == nil || (known != nil && *said == *known)
}

// fieldsOf names what a label says, as people read it.
func fieldsOf(l postgres.Label) []string {
	var fields []string
	for _, f := range []struct {
		said bool
		name string
	}{
		{l.Intent != nil, "intent"}, {l.Sentiment != nil, "sentiment"}, {l.Urgency != nil, "urgency"},
		{l.Queue != nil, "queue"}, {l.ReplyExpected != nil, "reply_expected"},
	} {
		if f.said {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func (d *Desk) placeAgain(c *change, says postgres.Label, fields []string) error {
	label, err := c.tx.LabelOf(c.ctx, c.item)
	if err != nil {
		return err
	}
	judged, around, err := c.tx.Judged(c.ctx, c.item)
	if err != nil {
		return err
	}
	plan, err := c.planned()
	if err != nil {
		return err
	}
	i := &c.item
	c.detail["before"] = map[string]any{
		"intent": i.Intent, "sentiment": i.Sentiment, "urgency": i.Urgency, "reply_expected": i.ReplyExpected,
		"queue": i.Queue, "priority": i.Priority.String(),
	}
	right := label.Over(judged)
	i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected = right.Intent, right.Sentiment, right.Urgency, right.ReplyExpected
	said := triage.Reason{Rule: "corrected", Text: sentence(says, fields)}
	if i.Kind != owner { // the owner decides where the engagement belongs
		c.reason(said)
		return nil
	}
	q := i.Queue
	switch {
	case says.Queue != nil:
		q = *says.Queue
	case says.Intent != nil && label.Queue != nil:
		q = *label.Queue
	case says.Intent != nil:
		q = plan.Place(i.Engagement, right, around, c.tx.Now).Queue
	}
	placed := plan.PlaceIn(q, i.Engagement, right, around, c.tx.Now)
	placed.Unsure = placed.Unsure && label.Queue == nil
	return c.replace(placed, plan, said)
}

// replace lets the item stand where it is placed by what people say now.
func (c *change) replace(placed triage.Placement, plan plan, said triage.Reason) error {
	c.seat(placed, plan)
	c.reason(said)
	c.settleStatus(placed, plan)
	c.detail["queue"], c.detail["priority"] = c.item.Queue, c.item.Priority.String()
	return c.wantedCompanion(placed, plan)
}

// owner is the kind of the item that owns an engagement.
const owner = "owner"

// seat gives the item the place that the plan decides. Tags of people stay.
func (c *change) seat(p triage.Placement, plan plan) {
	i := &c.item
	i.Queue, i.Priority, i.PlanVersion, i.Unsure, i.Reasons = p.Queue, p.Priority, p.PlanVersion, p.Unsure, p.Reasons
	i.Parts, i.Skills, i.Heavy, i.Effort = p.Parts, p.Skills, p.Heavy, p.Effort
	ruled := plan.RuleTags()
	i.Tags = slices.DeleteFunc(slices.Clone(i.Tags), func(t string) bool { return slices.Contains(ruled, t) })
	for _, tag := range p.Tags {
		if !slices.Contains(i.Tags, tag) {
			i.Tags = append(i.Tags, tag)
		}
	}
	i.Promise(plan, p.DueAt, p.ResolveDue, c.tx.Now)
	i.Rank = routing.Rank(i.DueAt, i.Parts)
}

// wantedCompanion lets the companion follow the corrected placement: adds it, moves it out
// of its owner's queue, closes it, as far as no person has made or touched it.
func (c *change) wantedCompanion(p triage.Placement, plan plan) error {
	linked, err := c.tx.LinkedTo(c.ctx, c.item)
	if err != nil {
		return err
	}
	if linked != nil {
		return c.moveCompanion(linked.ID, p, plan)
	}
	if p.Companion == nil || !c.item.Live() {
		return nil
	}
	id, err := c.tx.AddCompanion(c.ctx, c.item, p.Companion.Placement)
	if err != nil {
		return err
	}
	c.detail["companion"] = id
	return c.tx.Audit(c.ctx, c.row("item.companion_placed", id, map[string]any{
		"owner": c.item.ID, "queue": p.Companion.Placement.Queue, "rules": []string{p.Companion.Reason.Rule}, "version": 1,
	}))
}

func (c *change) moveCompanion(id triage.ID, p triage.Placement, plan plan) error {
	companion, err := c.tx.LockItem(c.ctx, c.who.BrandID, id)
	if err != nil {
		return err
	}
	byHand := slices.ContainsFunc(companion.Reasons, func(r triage.Reason) bool { return r.Rule == "companion_by_hand" })
	if byHand || companion.Fence > 0 || companion.Handovers > 0 {
		return nil
	}
	moved := &change{session: c.session, before: companion, item: companion, detail: map[string]any{"owner": c.item.ID}}
	open, wanted := companion.Status == triage.StatusOpen, p.Companion != nil && c.item.Live()
	switch {
	case open && !wanted:
		moved.action = "item.companion_closed"
		moved.item.Close(plan, triage.OutcomeDismissed, c.tx.Now)
	case companion.Status == triage.StatusDismissed && wanted:
		moved.action = "item.reopened"
		moved.item.Reopen(plan, c.tx.Now)
		moved.seat(p.Companion.Placement, plan)
	case open && companion.Queue == c.item.Queue:
		moved.action = "item.companion_moved"
		moved.seat(p.Companion.Placement, plan)
	default:
		return nil
	}
	return c.save(moved)
}

func sentence(l postgres.Label, fields []string) string {
	if l.Queue != nil {
		return "A person decided that this belongs to the " + queueNames[*l.Queue] + "."
	}
	names := strings.ReplaceAll(strings.Join(fields, ", "), "_", " ")
	return "A person corrected this: " + names + "."
}

// settleStatus lets the placement open or close the item. What the machine dismissed, or
// people as spam, comes back when it is none; what leaves the queues that its holder works
// on is open for others.
func (c *change) settleStatus(placed triage.Placement, plan plan) {
	i := &c.item
	dismissed := i.Status == triage.StatusDismissed && !placed.Dismiss
	switch {
	case dismissed && i.Outcome == string(triage.OutcomeSpam) && i.Intent != triage.Spam,
		dismissed && i.Outcome == string(triage.OutcomeDismissed) && i.Assignee == "": // by a rule
		i.Reopen(plan, c.tx.Now)
	case i.Live() && placed.Dismiss:
		i.Assignee = ""
		i.Close(plan, dismissal(i.Intent), c.tx.Now)
	case i.Status == triage.StatusClaimed && !c.who.Role.Works(i.Queue):
		c.open()
	case i.Status == triage.StatusClaimed && i.Assignee == c.who.PersonID:
		i.LeaseUntil = c.tx.Now.Add(Lease)
	case i.Status == triage.StatusClaimed: // its lease had run out
		c.open()
	}
	if i.Status != triage.StatusSnoozed && i.Status != triage.StatusWaiting {
		i.SnoozedUntil = time.Time{}
	}
}

func dismissal(i triage.Intent) triage.Outcome {
	if i == triage.Spam {
		return triage.OutcomeSpam
	}
	return triage.OutcomeDismissed
}
