package triage

import (
	"regexp"
	"slices"
	"time"
)

// Care is how much of what a person is dealt, and when.
type Care struct {
	Capacity     int       // points of effort in hand at once, 0 to 1000; 0: nothing is dealt
	HeavyPerHour int       // texts that hurt to read within an hour, 0 to 1000
	Languages    []string  // primary subtags of BCP 47, such as de; empty for any
	Skills       []string  // words of the plan
	Hours        *Calendar // nil for always
	Overflow     bool      // helps the other role when it is short
}

// DefaultCare is that of a person who has said nothing.
func DefaultCare() Care { return Care{Capacity: 60, HeavyPerHour: 10} }

// Bounds of Care.
const (
	maxCapacity  = 1000
	maxCareWords = 50
)

var (
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
	skillForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
)

// Check returns an Invalid error that names the first thing wrong with c.
func (c Care) Check() error {
	switch {
	case c.Capacity < 0 || c.Capacity > maxCapacity:
		return Errorf(Invalid, "A capacity is 0 to %d points.", maxCapacity)
	case c.HeavyPerHour < 0 || c.HeavyPerHour > maxCapacity:
		return Errorf(Invalid, "Heavy texts in an hour are 0 to %d.", maxCapacity)
	case len(c.Languages) > maxCareWords || len(c.Skills) > maxCareWords:
		return Errorf(Invalid, "A person has at most %d languages and %d skills.", maxCareWords, maxCareWords)
	}
	for _, l := range c.Languages {
		if !languageForm.MatchString(l) {
			return Errorf(Invalid, "A language is two or three letters, such as de or en.")
		}
	}
	for _, s := range c.Skills {
		if !skillForm.MatchString(s) {
			return Errorf(Invalid, "A skill is a word of a-z, 0-9, '-' and '_', at most 40 characters long.")
		}
	}
	if c.Hours == nil {
		return nil
	}
	return c.Hours.Check()
}

// Clean returns c with languages and skills in order, each once.
func (c Care) Clean() Care {
	c.Languages, c.Skills = slices.Compact(slices.Sorted(slices.Values(c.Languages))), slices.Compact(slices.Sorted(slices.Values(c.Skills)))
	return c
}

// Open reports whether t lies within the person's hours.
func (c Care) Open(t time.Time) bool { return c.Hours == nil || c.Hours.Open(t) }

// Leave is a time when somebody is away, To excluded.
type Leave struct {
	ID       ID
	From, To time.Time
}

// Covers reports whether t lies within the leave.
func (l Leave) Covers(t time.Time) bool { return !t.Before(l.From) && t.Before(l.To) }
