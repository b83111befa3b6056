// Package notify decides who is told what: which placements ring, at which place and when,
// and what the message says. It is pure: values in, values out. It knows no database, no
// network and no messenger's markup; what comes from outside is kept apart from our own
// words, so that a messenger's renderer can disarm it.
package notify

import (
	"slices"
	"time"

	"triage/triage"
)

// Targets are the team channels of a brand, one per queue; an empty one is never told.
type Targets struct{ SMM, CM string }

// Of returns the team channel of q, empty when there is none.
func (t Targets) Of(q triage.Queue) string {
	switch q {
	case triage.SMM:
		return t.SMM
	case triage.CM:
		return t.CM
	}
	return ""
}

// Matter is a placement as the rules look at it.
type Matter struct {
	Queue    triage.Queue
	Priority triage.Priority
	Risks    []triage.Risk
	Language string // BCP 47
	Platform triage.Platform
	Dismiss  bool          // the machine closed it
	Action   triage.Action // of the engagement
}

// Going is one notice that a matter gives rise to.
type Going struct {
	Place   string
	Why     Why
	At      time.Time // not before
	Patient bool      // it also waits while the place is quiet or muted
}

// For returns who hears of a matter. Only what is there rings, and what nobody closed.
// Every rule that fits tells its place, once each; what fits no rule and cannot wait
// (priority urgent or high) is told in the channel of its queue.
func For(m Matter, routes []Route, brand Targets, now time.Time) []Going {
	if m.Dismiss || m.Action == triage.Deleted || m.Action == triage.AuthorErased {
		return nil
	}
	var all []Going
	for _, r := range routes {
		told := func(g Going) bool { return g.Place == r.Place }
		if r.fits(m) && !slices.ContainsFunc(all, told) {
			all = append(all, r.going(m, now))
		}
	}
	if len(all) > 0 || !pressing(m.Priority) {
		return all
	}
	if place := brand.Of(m.Queue); place != "" {
		return []Going{{Place: place, Why: Why{Kind: WhyQueue}, At: now}}
	}
	return nil
}

func pressing(p triage.Priority) bool { return p == triage.P1 || p == triage.P2 }
