// Package routing decides where an engagement belongs, how soon it is due and why. It is
// pure: engagement, classification, plan and time in, placement out. It knows no
// database, no network and no clock.
package routing

import (
	"time"

	"triage/triage"
)

// Plan is the routing plan of a brand. The zero value is not usable; start from Default.
type Plan struct {
	Version int

	// Goal is the brand's aim between loyalty (0) and visibility (1). It decides where
	// the truly ambiguous go and the order between equal priorities.
	Goal triage.Goal

	// Unsure is the confidence of the queue below which a placement is marked unsure.
	Unsure float64
	// Ambiguous is the confidence of the queue below which the goal may decide.
	Ambiguous float64
	// SpamSure is the confidence of the intent from which spam is dismissed by itself.
	SpamSure float64
	// Reach is the number of followers from which priority rises by one step.
	Reach int64
	// FirstAnswer is the time to the first answer, by priority.
	FirstAnswer map[triage.Priority]time.Duration
}

// Default returns the plan that follows the taxonomy, for a brand with the given goal.
func Default(goal triage.Goal) Plan {
	return Plan{
		Goal:      goal,
		Unsure:    0.5,
		Ambiguous: 0.7,
		SpamSure:  0.9,
		Reach:     10_000,
		FirstAnswer: map[triage.Priority]time.Duration{
			triage.P1: 15 * time.Minute,
			triage.P2: time.Hour,
			triage.P3: 8 * time.Hour,
			triage.P4: 24 * time.Hour,
		},
	}
}
