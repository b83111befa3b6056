package triage

import (
	"slices"
	"sync"
	"time"
)

// Hours is an opening within one day, in minutes after midnight by the wall clock. To may
// be 1440, the end of the day.
type Hours struct {
	From int `json:"from" minimum:"0" maximum:"1439"`
	To   int `json:"to" minimum:"1" maximum:"1440"`
}

// Calendar says when somebody works or a brand is open. A calendar without any span is
// open at all times but on its holidays.
type Calendar struct {
	Zone     string             `json:"zone"`     // IANA name, empty for UTC
	Week     map[string][]Hours `json:"week"`     // mon, tue, … sun
	Holidays []string           `json:"holidays"` // local dates, 2006-01-02
}

// weekdays are the keys of Calendar.Week by time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Check returns an Invalid error that names the first thing wrong with c.
func (c Calendar) Check() error {
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return Errorf(Invalid, "There is no time zone %q.", c.Zone)
	}
	for day, spans := range c.Week {
		if !slices.Contains(weekdays[:], day) {
			return Errorf(Invalid, "A week has the days mon, tue, wed, thu, fri, sat and sun, not %q.", day)
		}
		end := 0
		for _, s := range spans {
			if s.From < end || s.To <= s.From || s.To > 24*60 {
				return Errorf(Invalid, "The hours of %s must be in order, without overlap, within the day.", day)
			}
			end = s.To
		}
	}
	for _, day := range c.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return Errorf(Invalid, "A holiday is a date like 2026-12-25, not %q.", day)
		}
	}
	return nil
}

// always reports whether c names no hours at all.
func (c Calendar) always() bool { return len(c.Week) == 0 }

// zones keeps time zones by name: loading one reads a file.
var zones sync.Map

func (c Calendar) zone() *time.Location {
	if c.Zone == "" {
		return time.UTC
	}
	if known, ok := zones.Load(c.Zone); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(c.Zone, zone)
	return zone
}

// Local returns t on c's wall clock.
func (c Calendar) Local(t time.Time) time.Time { return t.In(c.zone()) }

// openings returns when c is open on the local day of t, as instants in order. A day is as
// long as its time zone makes it.
func (c Calendar) openings(t time.Time) [][2]time.Time {
	y, m, d := t.Date()
	if slices.Contains(c.Holidays, t.Format(time.DateOnly)) {
		return nil
	}
	if c.always() {
		return [][2]time.Time{{time.Date(y, m, d, 0, 0, 0, 0, t.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())}}
	}
	var out [][2]time.Time
	for _, s := range c.Week[weekdays[t.Weekday()]] {
		out = append(out, [2]time.Time{
			time.Date(y, m, d, 0, s.From, 0, 0, t.Location()), time.Date(y, m, d, 0, s.To, 0, 0, t.Location()),
		})
	}
	return out
}

// horizon bounds how many days ahead Add looks: a calendar that opens on no day of a year
// counts as open always.
const horizon = 366

// Open reports whether c is open at t.
func (c Calendar) Open(t time.Time) bool {
	for _, o := range c.openings(t.In(c.zone())) {
		if !t.Before(o[0]) && t.Before(o[1]) {
			return true
		}
	}
	return false
}

// Next returns the first instant at or after t at which c is open, and false when there is
// none within a year.
func (c Calendar) Next(t time.Time) (time.Time, bool) {
	day := t.In(c.zone())
	for range horizon {
		for _, o := range c.openings(day) {
			if t.Before(o[0]) {
				return o[0].In(t.Location()), true
			}
			if t.Before(o[1]) {
				return t, true
			}
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location())
	}
	return time.Time{}, false
}

// Add returns when d of open time has passed after t.
func (c Calendar) Add(t time.Time, d time.Duration) time.Time {
	if c.always() && len(c.Holidays) == 0 {
		return t.Add(d)
	}
	day := t.In(c.zone())
	for range horizon {
		for _, o := range c.openings(day) {
			from := o[0]
			if from.Before(t) {
				from = t
			}
			if left := o[1].Sub(from); left > 0 {
				if d <= left {
					return from.Add(d).In(t.Location())
				}
				d -= left
			}
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location())
	}
	return t.Add(d)
}

// Between returns how much open time lies from a to b, zero when b is not after a. Beyond
// a year it counts all time as open.
func (c Calendar) Between(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	if (c.always() && len(c.Holidays) == 0) || b.Sub(a) > horizon*24*time.Hour {
		return b.Sub(a)
	}
	var open time.Duration
	for day := a.In(c.zone()); day.Before(b); day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location()) {
		for _, o := range c.openings(day) {
			from, to := o[0], o[1]
			if from.Before(a) {
				from = a
			}
			if to.After(b) {
				to = b
			}
			if to.After(from) {
				open += to.Sub(from)
			}
		}
	}
	return open
}
