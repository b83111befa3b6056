package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Withdrawn says what taking back all corrections of a person did.
type Withdrawn struct {
	Placed []triage.ID // items that stand again as the engine and other people say
	Kept   []triage.ID // items that somebody has in hand, handed over or finished: only what they taught is gone
}

// Withdraw takes back everything that a person has corrected in the brand since a time, by
// whomever and whenever: what it taught goes at once, and the items are placed anew by the
// engine's reading and what other people say. It is for a person who was wrong or meant harm,
// and cannot be taken back itself. People of other brands, absent and malformed ids are the
// same NotFound; somebody who has left can still be taken back.
func (d *Desk) Withdraw(ctx context.Context, who postgres.Caller, person triage.ID, since time.Time) (Withdrawn, error) {
	var all Withdrawn
	_, absent := d.store.Member(ctx, who.BrandID, person)
	if absent != nil && triage.KindOf(absent) != triage.NotFound {
		return all, absent
	}
	for {
		ids, err := d.store.CorrectedBy(ctx, who.BrandID, person, since, chunk)
		if err != nil {
			return all, err
		}
		if len(ids) == 0 {
			break
		}
		one, err := d.withdraw(ctx, who, person, since, ids)
		if err != nil {
			return all, err
		}
		all.Placed, all.Kept = append(all.Placed, one.Placed...), append(all.Kept, one.Kept...)
	}
	if len(all.Placed)+len(all.Kept) == 0 && absent != nil {
		return all, absent
	}
	return all, nil
}

// withdraw takes back what person said about some items.
func (d *Desk) withdraw(ctx context.Context, who postgres.Caller, person triage.ID, since time.Time, ids []triage.ID) (Withdrawn, error) {
	var out Withdrawn
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		out = Withdrawn{}
		items, err := tx.LockItems(ctx, who.BrandID, ids)
		if err != nil {
			return err
		}
		engagements := make([]triage.ID, len(items))
		for n, i := range items {
			engagements[n] = i.EngagementID
		}
		if err := tx.DropLabels(ctx, who.BrandID, person, engagements, since); err != nil {
			return err
		}
		s := &session{ctx: ctx, tx: tx, who: who}
		var changes []*change
		for _, i := range items {
			if !placeable(i, tx.Now) {
				out.Kept = append(out.Kept, i.ID)
				continue
			}
			c, err := s.apply(i, Given{}, func(c *change) error { return c.withoutThem(person) })
			if err != nil {
				return err
			}
			changes, out.Placed = append(changes, c), append(out.Placed, i.ID)
		}
		if err := s.save(changes...); err != nil {
			return err
		}
		return tx.Audit(ctx, postgres.AuditRow{
			BrandID: who.BrandID, Actor: who.Actor(), Action: "person.uncorrected", Subject: "person", SubjectID: person,
			Detail: map[string]any{"items": len(items), "placed": len(out.Placed)},
		})
	})
	return out, err
}

// placeable reports whether an item can be placed anew without taking it out of somebody's
// hand or overruling what people did with it.
func placeable(i postgres.Item, now time.Time) bool {
	return !i.Erased && i.Handovers == 0 && !i.HeldAt(now) && (i.Status == triage.StatusOpen || i.Status == triage.StatusDismissed)
}

// withoutThem places the item by the engine's reading and what is left of people's words.
func (c *change) withoutThem(person triage.ID) error {
	var err error
	if c.item, err = c.tx.ReadAlone(c.ctx, c.item); err != nil {
		return err
	}
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
	i, right := &c.item, label.Over(judged)
	i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected = right.Intent, right.Sentiment, right.Urgency, right.ReplyExpected
	c.action, c.detail["person"] = "item.correction_withdrawn", person
	q := plan.Place(i.Engagement, right, around, c.tx.Now).Queue
	if label.Queue != nil {
		q = *label.Queue
	}
	placed := plan.PlaceIn(q, i.Engagement, right, around, c.tx.Now)
	placed.Unsure = placed.Unsure && label.Queue == nil
	return c.replace(placed, plan, triage.Reason{
		Rule: "corrections_withdrawn", Text: "What one person had corrected was taken back; this is what the engine and others say.",
	})
}
