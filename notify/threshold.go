package notify

import (
	"slices"

	"triage/triage"
)

// Level is how much something of a kind must weigh to ring at a place. People raise it by
// saying that a notice was not worth a ping.
type Level int

// The levels.
const (
	LevelHigh   Level = iota // what is high rings, as everywhere at first
	LevelUrgent              // only what is urgent
	LevelRisk                // only what is urgent and holds a risk
)

// quiets reports whether what weighs w does not ring.
func (l Level) quiets(w Weight) bool { return int(w) < int(l) }

// alarming are the risks that always ring.
var alarming = []triage.Risk{triage.RiskSafety, triage.RiskSelfHarm, triage.RiskThreat}

// Always reports whether something rings whatever people said of its kind.
func Always(p triage.Priority, risks []triage.Risk) bool {
	return p == triage.P1 && slices.ContainsFunc(risks, func(r triage.Risk) bool { return slices.Contains(alarming, r) })
}

// KindOf returns the kind of a notice: its first risk by the taxonomy's order, else its intent.
func KindOf(i triage.Intent, risks []triage.Risk) string {
	for _, r := range triage.Risks() {
		if slices.Contains(risks, r) {
			return string(r)
		}
	}
	return string(i)
}
