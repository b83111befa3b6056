package routing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"triage/triage"
)

// Past is an engagement of the past as what-if places it again.
type Past struct {
	Item           triage.ID
	Engagement     triage.Engagement
	Classification triage.Classification // the newest
	Label          triage.Label          // what people said since
	Known          Context               // what placing knew
}

// WhatIf compares what two plans do with the same engagements. Make it with NewWhatIf.
type WhatIf struct {
	now, then Plan

	Engagements int
	Changed     int // those that differ in at least one way
	Ways        Ways
	ByIntent    map[triage.Intent]Tally
	Moves       map[Shift]int // of those whose queue, priority or dismissal changed
	Now, Then   Totals
	Examples    []Example // the first of each kind of change, at most mostExamples

	kinds map[string]int
}

// Ways counts the engagements that differ, by what differs.
type Ways struct {
	Queue, Priority, Dismissed, Companion, Tags, Unsure, Assignee, Due, Order int
}

// Tally is how many of some engagements changed.
type Tally struct{ Engagements, Changed int }

// Seat is where an item stands, as a table shows it.
type Seat struct {
	Queue     triage.Queue
	Priority  triage.Priority
	Dismissed bool
}

// Shift is from where to where an item goes.
type Shift struct{ From, To Seat }

// Totals are how all engagements stand under one plan.
type Totals struct {
	Seats                   map[Seat]int
	Companions, Unsure      int
	Reserved, Heavy, Effort int
	Tags                    map[string]int
}

// Example is one engagement that changes.
type Example struct {
	Item      triage.ID
	Intent    triage.Intent
	Ways      []string // what differs
	Now, Then triage.Placement
}

// Bounds of what a what-if shows.
const (
	mostExamples = 20
	mostOfAKind  = 3
)

// NewWhatIf returns an empty comparison of the plan in force with another.
func NewWhatIf(now, then Plan) *WhatIf {
	return &WhatIf{
		now: now, then: then, ByIntent: map[triage.Intent]Tally{}, Moves: map[Shift]int{}, kinds: map[string]int{},
		Now:  Totals{Seats: map[Seat]int{}, Tags: map[string]int{}},
		Then: Totals{Seats: map[Seat]int{}, Tags: map[string]int{}},
	}
}

// InForce returns the version that the other plan is compared with.
func (w *WhatIf) InForce() int { return w.now.Version }

// Add places one engagement by both plans and counts what differs.
func (w *WhatIf) Add(p Past) {
	at := p.Engagement.ReceivedAt
	before := w.now.PlaceLabelled(p.Engagement, p.Classification, p.Label, p.Known, at)
	after := w.then.PlaceLabelled(p.Engagement, p.Classification, p.Label, p.Known, at)
	w.Engagements++
	w.Now.add(before)
	w.Then.add(after)
	ways := w.Ways.add(before, after)
	intent := cmp.Or(p.Label.Over(p.Classification).Intent, triage.Other)
	tally := w.ByIntent[intent]
	tally.Engagements++
	if len(ways) > 0 {
		w.Changed++
		tally.Changed++
		w.show(Example{p.Item, intent, ways, before, after})
	}
	w.ByIntent[intent] = tally
	if move := (Shift{seatOf(before), seatOf(after)}); move.From != move.To {
		w.Moves[move]++
	}
}

func seatOf(p triage.Placement) Seat { return Seat{p.Queue, p.Priority, p.Dismiss} }

func (t *Totals) add(p triage.Placement) {
	t.Seats[seatOf(p)]++
	t.Effort += p.Effort
	for _, tag := range p.Tags {
		t.Tags[tag]++
	}
	for _, one := range []struct {
		is  bool
		sum *int
	}{
		{p.Companion != nil, &t.Companions}, {p.Unsure, &t.Unsure}, {p.Assignee != "", &t.Reserved}, {p.Heavy, &t.Heavy},
	} {
		if one.is {
			*one.sum++
		}
	}
}

// add counts the ways in which two placements differ and returns their names. The order
// differs where the hours of precedence against the target do.
func (w *Ways) add(a, b triage.Placement) []string {
	var ways []string
	for _, one := range []struct {
		name    string
		differs bool
		sum     *int
	}{
		{"queue", a.Queue != b.Queue, &w.Queue},
		{"priority", a.Priority != b.Priority, &w.Priority},
		{"dismissed", a.Dismiss != b.Dismiss, &w.Dismissed},
		{"companion", (a.Companion == nil) != (b.Companion == nil), &w.Companion},
		{"tags", !slices.Equal(a.Tags, b.Tags) || !slices.Equal(a.Skills, b.Skills), &w.Tags},
		{"unsure", a.Unsure != b.Unsure, &w.Unsure},
		{"assignee", a.Assignee != b.Assignee, &w.Assignee},
		{"due", !a.DueAt.Equal(b.DueAt) || !a.ResolveDue.Equal(b.ResolveDue), &w.Due},
		{"order", precedence(a) != precedence(b), &w.Order},
	} {
		if one.differs {
			*one.sum++
			ways = append(ways, one.name)
		}
	}
	return ways
}

// precedence is how far parts move p against its due time, to the second.
func precedence(p triage.Placement) time.Duration {
	seconds := p.Rank - float64(p.DueAt.UnixMilli())/1000
	return time.Duration(seconds) * time.Second
}

// show keeps an example, few of each kind, so that rare kinds are seen too.
func (w *WhatIf) show(x Example) {
	kind := ""
	for _, way := range x.Ways {
		kind += way + " "
	}
	if w.kinds[kind] < mostOfAKind && len(w.Examples) < mostExamples {
		w.kinds[kind]++
		w.Examples = append(w.Examples, x)
	}
}

// ShiftsByCount returns the moves, the most frequent first.
func (w *WhatIf) ShiftsByCount() []Shift {
	return slices.SortedFunc(maps.Keys(w.Moves), func(a, b Shift) int {
		return cmp.Or(cmp.Compare(w.Moves[b], w.Moves[a]), a.From.Compare(b.From), a.To.Compare(b.To))
	})
}

// Compare orders seats: by queue, then by priority, what is dismissed last.
func (s Seat) Compare(o Seat) int {
	dismissed := map[bool]int{true: 1}
	return cmp.Or(cmp.Compare(s.Queue, o.Queue), cmp.Compare(s.Priority, o.Priority),
		cmp.Compare(dismissed[s.Dismissed], dismissed[o.Dismissed]))
}
