package postgres

import (
	"time"

	"triage/routing"
	"triage/triage"
)

// The states of Item.SLA.
const (
	slaFine     = "fine"
	slaAtRisk   = "at_risk"
	slaBreached = "breached"
)

// Answer notes that the author got an answer at now: the first one ends its target, each
// one ends the wait of an author who wrote again.
func (i *Item) Answer(p routing.Plan, now time.Time) {
	i.noteAnswer(p, now)
	i.retarget(p, now)
}

func (i *Item) noteAnswer(p routing.Plan, now time.Time) {
	if i.AnsweredAt.IsZero() {
		i.AnsweredAt, i.AnsweredIn = now, i.openSince(p, now)
	}
	i.NextDueAt = time.Time{}
}

// Pause stops the clocks: we wait for the author.
func (i *Item) Pause(now time.Time) {
	if i.PausedAt.IsZero() {
		i.PausedAt, i.SLAAt = now, time.Time{}
	}
}

// Resume lets the clocks run on. What was left of each open target when they stopped, in
// open time by the brand's calendar, is left of it now; what was breached stays so.
func (i *Item) Resume(p routing.Plan, now time.Time) {
	if i.PausedAt.IsZero() {
		return
	}
	targets := []*time.Time{&i.NextDueAt, &i.ResolveDueAt}
	if i.AnsweredAt.IsZero() {
		targets = append(targets, &i.FirstDueAt)
	}
	for _, t := range targets {
		if t.After(i.PausedAt) {
			*t = p.Calendar.Add(now, p.Calendar.Between(i.PausedAt, *t))
		}
	}
	i.PausedFor += seconds(p.Calendar.Between(i.PausedAt, now))
	i.PausedAt = time.Time{}
	i.retarget(p, now)
}

// AuthorWrote notes that the author wrote again at a time: the clocks run on, and where a
// person had answered before, the next answer is due. It reports whether it became due.
func (i *Item) AuthorWrote(p routing.Plan, at, now time.Time) bool {
	i.Resume(p, now)
	asked := !i.AnsweredAt.IsZero() && i.NextDueAt.IsZero()
	if asked {
		i.NextDueAt = p.Calendar.Add(at, i.nextAnswer(p))
	}
	i.retarget(p, now)
	return asked
}

// Close ends the item with an outcome. Its targets stay, so that it can be seen whether
// they were met.
func (i *Item) Close(p routing.Plan, o triage.Outcome, now time.Time) {
	if o.Answers() {
		i.noteAnswer(p, now)
	}
	if !i.PausedAt.IsZero() {
		i.PausedFor += seconds(p.Calendar.Between(i.PausedAt, now))
	}
	i.Status, i.Outcome, i.ClosedAt = o.Status(), string(o), now
	i.ClosedIn = i.openSince(p, now)
	i.PausedAt, i.NextDueAt, i.SLAAt = time.Time{}, time.Time{}, time.Time{}
	i.LeaseUntil, i.SnoozedUntil, i.WakeOnAuthor = time.Time{}, time.Time{}, false
}

// Promise replaces what was promised when the item was placed, by a target of the first
// answer and one of closing it, zero for none. What was answered keeps the target that the
// answer met or missed, and time that we waited for the author does not count.
func (i *Item) Promise(p routing.Plan, first, resolve, now time.Time) {
	if i.AnsweredAt.IsZero() {
		i.FirstDueAt = first
	}
	i.ResolveDueAt = resolve
	if !resolve.IsZero() && i.PausedFor > 0 {
		i.ResolveDueAt = p.Calendar.Add(resolve, time.Duration(i.PausedFor)*time.Second)
	}
	i.retarget(p, now)
}

// Reopen makes a closed item open for anybody. No target moves by that: what was closed
// too early has taken as long as it takes.
func (i *Item) Reopen(p routing.Plan, now time.Time) {
	i.Status, i.Outcome, i.ClosedAt, i.ClosedIn = triage.StatusOpen, "", time.Time{}, 0
	i.Assignee, i.LeaseUntil, i.SnoozedUntil = "", time.Time{}, time.Time{}
	i.retarget(p, now)
}

// retarget makes the nearest open target the one that the item is due by, and lets its
// place in the queue follow. The answer that is owed comes before closing.
func (i *Item) retarget(p routing.Plan, now time.Time) {
	if !i.Live() {
		return
	}
	due := i.nearest()
	promised := !due.IsZero()
	if !promised { // nothing is owed: it comes up again as if the author had written
		due = p.Calendar.Add(now, i.nextAnswer(p))
	}
	if !due.Equal(i.DueAt) {
		i.DueAt, i.Rank, i.SLA = due, routing.Rank(due, i.Parts), slaFine
	}
	i.SLAAt = time.Time{}
	if promised && i.PausedAt.IsZero() && i.SLA != slaBreached {
		i.SLAAt = i.riskAt(p, now)
	}
}

// nearest returns the nearest target that is still open, zero when there is none.
func (i *Item) nearest() time.Time {
	first := i.FirstDueAt
	switch {
	case !i.AnsweredAt.IsZero():
		first = time.Time{}
	case first.IsZero():
		first = i.DueAt // placed before there were several targets
	}
	var due time.Time
	for _, t := range []time.Time{first, i.NextDueAt, i.ResolveDueAt} {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	return due
}

// nextAnswer returns how soon the author is answered who wrote again.
func (i *Item) nextAnswer(p routing.Plan) time.Duration {
	_, next, _ := p.TargetsFor(i.Priority, i.Intent, i.Engagement.Platform)
	return next
}

// riskAt returns when the item becomes at risk: at four fifths of the open time to its
// target, as when it is placed. One that is at risk already is looked at again when it is due.
func (i *Item) riskAt(p routing.Plan, now time.Time) time.Time {
	if i.SLA == slaAtRisk {
		return i.DueAt
	}
	start := i.start()
	if i.DueAt.Equal(i.NextDueAt) {
		start = now
	}
	return p.Calendar.Add(start, p.Calendar.Between(start, i.DueAt)*4/5)
}

// openSince returns how long the item has been with us in open time, without the time in
// which we waited for the author, in seconds.
func (i *Item) openSince(p routing.Plan, now time.Time) int {
	return max(0, seconds(p.Calendar.Between(i.start(), now))-i.PausedFor)
}

// start returns when the item's clocks began: when we received the engagement, and for a
// companion when it was made.
func (i *Item) start() time.Time {
	if i.Kind == "companion" {
		return i.CreatedAt
	}
	return i.ReceivedAt
}

func seconds(d time.Duration) int { return int(d / time.Second) }
