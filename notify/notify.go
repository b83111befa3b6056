// Package notify decides who is told what: which placements ring, in which team channel,
// and what the message says. It is pure: values in, values out. It knows no database, no
// network and no messenger's markup; what comes from outside is kept apart from our own
// words, so that a messenger's renderer can disarm it.
package notify

import "triage/triage"

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

// For returns the team channel that hears of a placement. Only what cannot wait rings:
// priority urgent or high, not dismissed, still there, and a queue that has a channel.
func For(p triage.Placement, e triage.Engagement, brand Targets) (target string, ok bool) {
	if p.Priority != triage.P1 && p.Priority != triage.P2 {
		return "", false
	}
	if p.Dismiss || e.Action == triage.Deleted || e.Action == triage.AuthorErased {
		return "", false
	}
	target = brand.Of(p.Queue)
	return target, target != ""
}
