package queue

import (
	"math"

	"triage/postgres"
	"triage/triage"
)

// contentShare is the part of the content queue in what somebody is dealt who works both.
// Even a brand of pure loyalty, goal 0, publishes a little, and one of pure visibility,
// goal 1, answers a little.
func contentShare(g triage.Goal) float64 { return 0.15 + 0.7*float64(g) }

// preferred returns the queue from which somebody is dealt who works both: the same one
// for a streak, then the one that is further behind its share. A tie changes nothing.
func preferred(d postgres.Desk, g triage.Goal, streak int) triage.Queue {
	if d.LastQueue.Valid() && d.Streak < streak {
		return d.LastQueue
	}
	behind := -d.Lean // of smm; cm lies as far the other way
	if d.LastQueue.Valid() && behind == 0 {
		return d.LastQueue
	}
	if behind > 0 || (behind == 0 && contentShare(g) >= 0.5) {
		return triage.SMM
	}
	return triage.CM
}

// dealt returns the desk after an item of q. What leans further than a streak is
// forgotten: nobody is paid back for weeks in which one queue was empty.
func dealt(d postgres.Desk, q triage.Queue, g triage.Goal, streak int) postgres.Desk {
	if d.LastQueue != q || d.Streak >= streak {
		d.Streak = 0
	}
	d.LastQueue = q
	d.Streak++
	share := contentShare(g)
	if q == triage.SMM {
		d.SMM++
		d.Lean += 1 - share
	} else {
		d.CM++
		d.Lean -= share
	}
	bound := float64(streak)
	d.Lean = math.Max(-bound, math.Min(bound, d.Lean))
	return d
}
