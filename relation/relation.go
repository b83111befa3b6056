// Package relation says what a brand may conclude of a person from what they wrote to it:
// counts, tone over time, tags with their reasons, whether two accounts look like one
// person, and which date a promise names. It is pure: values in, values out. It never sees
// texts of authors nor risk flags, so that what a text says about a minor or about
// self-harm cannot become a fact about a person.
package relation

import (
	"time"

	"triage/triage"
)

// Moment is one engagement of a person, as far as conclusions may use it.
type Moment struct {
	At        time.Time
	Intent    triage.Intent
	Sentiment triage.Sentiment
	Urgency   triage.Urgency
	Status    triage.Status
}

// live reports whether the moment still asks for work.
func (m Moment) live() bool {
	return m.Status != triage.StatusResolved && m.Status != triage.StatusDismissed
}

// Counts are how many moments are of each kind.
type Counts struct {
	Total, Open, Closed int
	Intents             map[triage.Intent]int
	Sentiments          map[triage.Sentiment]int
}

// Count counts moments.
func Count(moments []Moment) Counts {
	c := Counts{Total: len(moments), Intents: map[triage.Intent]int{}, Sentiments: map[triage.Sentiment]int{}}
	for _, m := range moments {
		c.Intents[m.Intent]++
		c.Sentiments[m.Sentiment]++
		if m.live() {
			c.Open++
		} else {
			c.Closed++
		}
	}
	return c
}
