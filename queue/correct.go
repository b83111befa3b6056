package queue

import (
	"context"
	"strings"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// Correct keeps what who says is right about the comment, and places the item again. While
// somebody else holds it, that is a Conflict; saying the same again changes nothing. The
// judgement stays as it was. A queue that people named
// wins over the plan; the plan moves the item only when people named its intent. A closed
// item stays closed, but dismissed spam that is none comes back.
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
		c.action = "item.corrected"
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
	known, err := c.tx.Judged(c.ctx, c.item)
	if err != nil {
		return err
	}
	plan, err := c.tx.Plan(c.ctx, c.item.BrandID)
	if err != nil {
		return err
	}
	known = corrected(known, label)
	placed := plan.Place(c.item.Engagement, known, routing.Context{}, c.tx.Now)
	i := &c.item
	c.detail["before"] = map[string]any{
		"intent": i.Intent, "sentiment": i.Sentiment, "urgency": i.Urgency, "reply_expected": i.ReplyExpected,
		"queue": i.Queue, "priority": i.Priority.String(),
	}
	switch {
	case says.Queue != nil:
		i.Queue = *says.Queue
	case says.Intent != nil && label.Queue != nil:
		i.Queue = *label.Queue
	case says.Intent != nil:
		i.Queue = placed.Queue
	}
	i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected = known.Intent, known.Sentiment, known.Urgency, known.ReplyExpected
	i.Priority, i.DueAt, i.Rank, i.PlanVersion = placed.Priority, placed.DueAt, placed.Rank, placed.PlanVersion
	i.Unsure = placed.Unsure && label.Queue == nil
	i.Reasons = placed.Reasons
	c.reason(triage.Reason{Rule: "corrected", Text: sentence(says, fields)})
	c.settleStatus(placed)
	c.detail["queue"], c.detail["priority"] = i.Queue, i.Priority.String()
	return nil
}

// corrected lays what people say over what an engine said. What a person said is sure.
func corrected(c triage.Classification, l postgres.Label) triage.Classification {
	if !c.Judged() {
		c.Engine = "person"
	}
	if l.Intent != nil {
		c.Intent, c.Confidence.Intent, c.Confidence.Queue = *l.Intent, 1, 1
	}
	if l.Sentiment != nil {
		c.Sentiment, c.Confidence.Sentiment = *l.Sentiment, 1
	}
	if l.Urgency != nil {
		c.Urgency, c.Confidence.Urgency = *l.Urgency, 1
	}
	if l.ReplyExpected != nil {
		c.ReplyExpected, c.Confidence.ReplyExpected = *l.ReplyExpected, 1
	}
	return c
}

func sentence(l postgres.Label, fields []string) string {
	if l.Queue != nil {
		return "A person decided that this belongs to the " + queueNames[*l.Queue] + "."
	}
	names := strings.ReplaceAll(strings.Join(fields, ", "), "_", " ")
	return "A person corrected this: " + names + "."
}

// settleStatus lets the placement open or close the item, and renews the holder's lease
// unless the item has left the queues that the holder works on.
func (c *change) settleStatus(placed triage.Placement) {
	i := &c.item
	switch {
	case i.Status == triage.StatusDismissed && i.Outcome == spam && i.Intent != triage.Spam:
		c.open()
	case i.Live() && placed.Dismiss:
		c.open()
		i.Status, i.Outcome, i.ClosedAt = triage.StatusDismissed, spam, c.tx.Now
	case i.Status == triage.StatusClaimed && !c.who.Role.Works(i.Queue):
		c.open()
	case i.Status == triage.StatusClaimed && i.Assignee == c.who.PersonID:
		i.LeaseUntil = c.tx.Now.Add(Lease)
	case i.Status == triage.StatusClaimed: // its lease had run out
		c.open()
	}
	if i.Status != triage.StatusSnoozed {
		i.SnoozedUntil = time.Time{}
	}
}
