package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Why nothing was dealt.
type Why string

// The reasons why nothing is dealt.
const (
	WhyNone       Why = "none"        // nothing waits that fits the person
	WhyAtCapacity Why = "at_capacity" // what waits would be too much in hand
	WhyOffDuty    Why = "off_duty"    // outside the person's hours
	WhyOnLeave    Why = "on_leave"
	WhyExposure   Why = "exposure" // what waits hurts to read, and the person has read enough of it
)

// Dealt is an item that was dealt, or why none was.
type Dealt struct {
	Item postgres.Item
	Why  Why // empty when there is an item
}

// ClaimNext gives who the next best item of a queue for the length of a lease, and false
// when there is none. A role that does not work on the queue is Forbidden.
func (d *Desk) ClaimNext(ctx context.Context, who postgres.Caller, q triage.Queue) (postgres.Item, bool, error) {
	got, err := d.DealFrom(ctx, who, q)
	return got.Item, err == nil && got.Why == "", err
}

// DealFrom gives who the next best item of one queue, as Deal does.
func (d *Desk) DealFrom(ctx context.Context, who postgres.Caller, q triage.Queue) (Dealt, error) {
	if !who.Role.Works(q) {
		return Dealt{}, errRole
	}
	return d.deal(ctx, who, func(*dealing) []look { return []look{{queue: q}} })
}

// Deal gives who the next best item of the queues that their role works on, for the length
// of a lease. Who works both is dealt what is urgent in either first, and apart from that a
// mix in the proportion of the brand's goal. Who works one and helps out is dealt of the
// other when their own has nothing and the other is short of people or overdue. It gives
// no more than the person's capacity allows, and nothing outside their hours.
func (d *Desk) Deal(ctx context.Context, who postgres.Caller) (Dealt, error) {
	var own []triage.Queue
	for _, q := range triage.Queues() {
		if who.Role.Works(q) {
			own = append(own, q)
		}
	}
	switch len(own) {
	case 0:
		return Dealt{}, errRole
	case 1:
		return d.deal(ctx, who, func(g *dealing) []look { return g.ownThenOther(own[0]) })
	}
	return d.deal(ctx, who, (*dealing).mixed)
}

// look is one attempt to find something to deal.
type look struct {
	queue    triage.Queue
	urgent   bool // only what is urgent
	overflow bool // only when the queue is short of people or overdue
}

// ownThenOther are the looks of somebody with one queue.
func (g *dealing) ownThenOther(own triage.Queue) []look {
	if !g.desk.Care.Overflow {
		return []look{{queue: own}}
	}
	return []look{{queue: own}, {queue: own.Other(), overflow: true}}
}

// mixed are the looks of somebody who works both queues.
func (g *dealing) mixed() []look {
	first := preferred(g.desk, g.team.goal, g.team.settings.Streak)
	usual := []look{{queue: first}, {queue: first.Other()}}
	if !g.desk.Urgent {
		return usual
	}
	return append([]look{{queue: first, urgent: true}, {queue: first.Other(), urgent: true}}, usual...)
}

// dealing is one person's request inside its transaction.
type dealing struct {
	tx   *postgres.Tx
	who  postgres.Caller
	team team
	desk postgres.Desk
	fit  postgres.Fit
	last bool // there is no further attempt
}

// closed says why a person is dealt nothing at now, whatever waits.
func closed(d postgres.Desk, now time.Time) Why {
	switch {
	case !d.AwayTil.IsZero():
		return WhyOnLeave
	case !d.Care.Open(now):
		return WhyOffDuty
	case d.Care.Capacity <= d.Claimed:
		return WhyAtCapacity
	}
	return ""
}

// fitOf says what may be dealt to a person.
func fitOf(who postgres.Caller, d postgres.Desk, t team, now time.Time) postgres.Fit {
	f := postgres.Fit{
		BrandID: who.BrandID, Person: who.PersonID, Lease: now.Add(Lease),
		Languages: d.Care.Languages, Skills: d.Care.Skills,
		Room: d.Care.Capacity - d.Load(), OwnRoom: d.Care.Capacity - d.Claimed,
		Present: t.others(who.PersonID),
	}
	alone := len(f.Present) == 0
	f.Lead = leads(who.Role) || t.leads == 0 || alone
	if !alone {
		f.Resting = d.Resting
	}
	switch {
	case d.Exposed < d.Care.HeavyPerHour:
		f.Heavy = postgres.HeavyAny
	case alone && leads(who.Role):
		f.Heavy = postgres.HeavyDanger
	}
	return f
}

// first deals what the first look finds, with its audit row.
func (g *dealing) first(ctx context.Context, looks []look) (Dealt, error) {
	for _, l := range looks {
		if l.overflow {
			if may, err := g.mayOverflow(ctx, l.queue); err != nil || !may {
				return Dealt{Why: WhyNone}, err
			}
		}
		claimed, err := g.tx.ClaimNext(ctx, g.ask(l))
		if triage.KindOf(err) == triage.NotFound {
			continue
		}
		if err != nil {
			return Dealt{}, err
		}
		items, err := g.tx.NoteDealt(ctx, g.note(l.queue, claimed))
		if err != nil {
			return Dealt{}, err
		}
		return Dealt{Item: items[0]}, nil
	}
	return g.nothing(ctx, looks)
}

func (g *dealing) ask(l look) postgres.Ask {
	return postgres.Ask{Fit: g.fit, Queue: l.queue, Urgent: l.urgent}
}

// note says what is to be written down when c was dealt from a queue.
func (g *dealing) note(q triage.Queue, c postgres.Claimed) postgres.Deal {
	return postgres.Deal{
		Person: g.who.PersonID, Desk: dealt(g.desk, q, g.team.goal, g.team.settings.Streak),
		Claimed: c, Audit: claimRow(g.who, c),
	}
}

// mayOverflow reports whether the other role's queue needs help.
func (g *dealing) mayOverflow(ctx context.Context, q triage.Queue) (bool, error) {
	if g.team.short(q) {
		return true, nil
	}
	return g.tx.OpenDue(ctx, g.who.BrandID, q, g.tx.Now)
}

// nothing says which bound kept back what waits, the easiest to lift first. What fits and is
// only locked for a moment, by whoever counts or changes it, is worth another attempt.
func (g *dealing) nothing(ctx context.Context, looks []look) (Dealt, error) {
	roomy := g.fit
	roomy.Room, roomy.OwnRoom = maxEffort, maxEffort
	unhurt := roomy
	unhurt.Heavy, unhurt.Resting = postgres.HeavyAny, nil
	for _, wider := range []struct {
		fit postgres.Fit
		why Why
	}{{g.fit, WhyNone}, {roomy, WhyAtCapacity}, {unhurt, WhyExposure}} {
		for _, l := range looks {
			if l.urgent {
				continue
			}
			some, err := g.tx.Fits(ctx, wider.fit, l.queue, g.tx.Now)
			if err != nil {
				return Dealt{}, err
			}
			switch {
			case some && wider.why == WhyNone && !g.last:
				return Dealt{}, postgres.ErrHeld
			case some:
				return Dealt{Why: wider.why}, nil
			}
		}
	}
	return Dealt{Why: WhyNone}, nil
}

// maxEffort is more than any item takes.
const maxEffort = 1 << 14

func claimRow(who postgres.Caller, c postgres.Claimed) postgres.AuditRow {
	detail := map[string]any{"fence": c.Fence, "version": c.Version}
	if c.Before != "" {
		detail["before"] = c.Before
	}
	return postgres.AuditRow{
		BrandID: who.BrandID, Actor: who.Actor(), Action: "item.claimed", Subject: "item", SubjectID: c.ID, Detail: detail,
	}
}
