package notify

import (
	"cmp"
	"slices"
	"time"

	"triage/triage"
)

// DefaultBudget is how often a place is interrupted within an hour, where nobody said.
const DefaultBudget = 6

// MergeOver is how many that wait at a place become one digest.
const MergeOver = 20

// How long something waits before it is looked at again.
const (
	soonAgain  = time.Second      // its message is about to be posted
	laterAgain = 30 * time.Second // the place has heard enough for now
)

// highEvery is how often something rings that is merely high, for a budget of one an hour.
const highEvery = 12 * time.Hour

// Weight is how much a matter deserves to interrupt.
type Weight int

// The weights.
const (
	WeightHigh   Weight = iota // high, or what a rule of the brand wants to be told
	WeightUrgent               // urgent
	WeightRisk                 // with a risk
)

// WeightOf weighs a matter.
func WeightOf(p triage.Priority, risks []triage.Risk) Weight {
	switch {
	case len(risks) > 0:
		return WeightRisk
	case p == triage.P1:
		return WeightUrgent
	}
	return WeightHigh
}

// Bundle is what hangs together: one wave, else one thread, else one author. An empty id is
// of nothing.
type Bundle struct{ Wave, Thread, Author triage.ID }

func (b Bundle) shares(o Bundle) bool {
	same := func(x, y triage.ID) bool { return x != "" && x == y }
	return same(b.Wave, o.Wave) || same(b.Thread, o.Thread) || same(b.Author, o.Author)
}

// Waiting is a notice that nobody has heard of.
type Waiting struct {
	ID triage.ID
	Bundle
	Weight Weight
	Since  time.Time
	Level  Level // what people said of its kind
	Always bool  // whatever they said
}

// Standing is a message that stands at a place, or will in a moment (Pending).
type Standing struct {
	ID triage.ID
	Bundle
	Weight  Weight
	SentAt  time.Time
	Pending bool
}

// Attention is what a place has heard.
type Attention struct {
	PerHour  int        // interruptions; 0: no bound
	Rung     int        // in the last hour
	HighAt   time.Time  // when something that was merely high rang last; zero: never
	Standing []Standing // what may gather more
}

// Share is what becomes of one that waits: it rings, or is told in a message that stands
// (With), or waits until later.
type Share struct {
	ID    triage.ID
	Ring  bool
	With  triage.ID
	Until time.Time
}

// Share decides about what waits at one place. Risk comes first and may spend all of the
// budget; a third is kept for it. What hangs together with a message that stands is told
// there, unless it weighs more. What is merely high rings rarely, and is gathered meanwhile,
// whatever it is about; what is more never waits: where it can be gathered nowhere, it rings.
func (a Attention) Share(waiting []Waiting, now time.Time) []Share {
	sorted := slices.Clone(waiting)
	slices.SortStableFunc(sorted, func(x, y Waiting) int {
		return cmp.Or(cmp.Compare(y.Weight, x.Weight), x.Since.Compare(y.Since))
	})
	for _, s := range a.Standing {
		if s.Pending {
			a.Rung++
			if s.Weight == WeightHigh {
				a.HighAt = now
			}
		}
	}
	out := make([]Share, 0, len(sorted))
	var strangers []int
	for _, w := range sorted {
		share, stranger := a.one(w, now)
		if stranger {
			strangers = append(strangers, len(out))
		}
		out = append(out, share)
		if share.Ring {
			a.Rung++
			a.Standing = append(a.Standing, Standing{ID: w.ID, Bundle: w.Bundle, Weight: w.Weight, SentAt: now, Pending: true})
			if w.Weight == WeightHigh {
				a.HighAt = now
			}
		}
	}
	if len(strangers) > MergeOver { // they become one digest, which rings once
		for _, at := range strangers {
			out[at] = Share{ID: out[at].ID, Ring: true}
		}
	}
	return out
}

// one decides about one. A stranger would ring, and waits for the message of another.
func (a Attention) one(w Waiting, now time.Time) (share Share, stranger bool) {
	share.ID = w.ID
	if a.PerHour == 0 {
		share.Ring = true
		return share, false
	}
	if s, ok := a.newest(func(s Standing) bool { return s.shares(w.Bundle) && s.Weight >= w.Weight }); ok {
		return share.join(s, now), false
	}
	quiet := w.Level.quiets(w.Weight) && !w.Always
	if !quiet && a.affords(w.Weight, now) {
		share.Ring = true
		return share, false
	}
	s, ok := a.newest(func(s Standing) bool { return s.Weight == w.Weight })
	if !ok {
		s, ok = a.newest(func(s Standing) bool { return s.Weight > w.Weight })
	}
	switch {
	case ok:
		return share.join(s, now), s.Pending && !quiet
	case w.Weight == WeightHigh || quiet:
		share.Until = now.Add(laterAgain)
		return share, false
	}
	share.Ring = true
	return share, false
}

func (s Share) join(to Standing, now time.Time) Share {
	if to.Pending {
		s.Until = now.Add(soonAgain)
	} else {
		s.With = to.ID
	}
	return s
}

// newest returns the newest standing message that fits; one that people see before one that
// is still to come.
func (a Attention) newest(fits func(Standing) bool) (found Standing, ok bool) {
	for _, s := range a.Standing {
		if fits(s) && (!ok || (found.Pending && !s.Pending) || (found.Pending == s.Pending && s.SentAt.After(found.SentAt))) {
			found, ok = s, true
		}
	}
	return found, ok
}

// affords reports whether something of a weight may interrupt now.
func (a Attention) affords(w Weight, now time.Time) bool {
	left := a.PerHour - a.Rung
	if w == WeightRisk {
		return left > 0
	}
	if left <= a.PerHour/3 {
		return false
	}
	return w != WeightHigh || a.HighAt.IsZero() || now.Sub(a.HighAt) >= highEvery/time.Duration(a.PerHour)
}

// maxBudget is one a minute.
const maxBudget = 60

// CheckBudget returns an Invalid error unless a place may have perHour interruptions.
func CheckBudget(perHour int) error {
	if perHour < 0 || perHour > maxBudget {
		return triage.Errorf(triage.Invalid, "A budget is at most %d interruptions an hour; 0 is without a bound.", maxBudget)
	}
	return nil
}
