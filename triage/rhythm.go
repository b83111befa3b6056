package triage

import (
	"math"
	"time"
)

// Rhythm is how often a channel speaks by the hour of the week, as its own past says. Hours
// are those of UTC.
type Rhythm struct {
	Weeks  int      // that were looked at
	Active [168]int // in how many of them something came in that hour; Sunday's first is 0
}

// HourOfWeek returns the place of t in Rhythm.Active.
func HourOfWeek(t time.Time) int {
	t = t.UTC()
	return int(t.Weekday())*24 + t.Hour()
}

// weeksNeeded is how much past says something: in less, a weekday has no say.
const weeksNeeded = 2

// Unlikely is the chance below which a silence is no longer taken for one: less than one in
// a thousand. Channels are looked at all day, so it must be rare.
const Unlikely = 0.001

// Chance returns how likely a silence from one time to another is by itself, 0 to 1. Hours
// are taken as independent, each with the share of weeks in which something came, counted
// with one silent week more than there was. It is 1 while the past is too short.
func (r Rhythm) Chance(from, to time.Time) float64 {
	if r.Weeks < weeksNeeded {
		return 1
	}
	log := 0.0
	for at := from; at.Before(to); {
		end := at.Truncate(time.Hour).Add(time.Hour)
		if end.After(to) {
			end = to
		}
		share := float64(min(r.Active[HourOfWeek(at)], r.Weeks)) / float64(r.Weeks+1)
		log += math.Log1p(-share) * end.Sub(at).Hours()
		if log < -50 {
			return 0
		}
		at = end
	}
	return math.Exp(log)
}
