package triage

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseHours reads a week as people write it: days, openings, and at the end a time zone,
// such as "mon-thu 09:00-12:00,13:00-17:30; fri 09:00-14:00 Europe/Berlin". Without a zone
// it is UTC. What it cannot read is an Invalid error that says which part.
func ParseHours(text string) (Calendar, error) {
	c := Calendar{Week: map[string][]Hours{}, Holidays: []string{}}
	parts := strings.Split(text, ";")
	for n, part := range parts {
		words := strings.Fields(part)
		if n == len(parts)-1 && len(words) == 3 {
			c.Zone, words = words[2], words[:2]
		}
		if len(words) != 2 {
			return c, Errorf(Invalid, "Part %d of the hours is not of the form \"mon-fri 09:00-17:00\".", n+1)
		}
		days, err := parseDays(words[0])
		if err != nil {
			return c, err
		}
		spans, err := parseSpans(words[1])
		if err != nil {
			return c, err
		}
		for _, day := range days {
			c.Week[day] = append(c.Week[day], spans...)
		}
	}
	return c, c.Check()
}

// parseDays reads one day, a range of days, or several of them with commas between.
func parseDays(text string) ([]string, error) {
	var days []string
	for _, part := range strings.Split(strings.ToLower(text), ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, to := slices.Index(weekdays[:], first), slices.Index(weekdays[:], last)
		if from < 0 || to < 0 {
			return nil, Errorf(Invalid, "Days are mon, tue, wed, thu, fri, sat and sun, or ranges such as mon-fri.")
		}
		for n := from; ; n = (n + 1) % len(weekdays) {
			days = append(days, weekdays[n])
			if n == to {
				break
			}
		}
	}
	return days, nil
}

func parseSpans(text string) ([]Hours, error) {
	var spans []Hours
	for _, part := range strings.Split(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		f, err1 := parseClock(from)
		t, err2 := parseClock(to)
		if !ranged || err1 != nil || err2 != nil || t <= f {
			return nil, Errorf(Invalid, "Openings are written 09:00-17:00, with a comma between two of a day; 24:00 is midnight.")
		}
		spans = append(spans, Hours{From: f, To: t})
	}
	return spans, nil
}

// parseClock returns the minutes after midnight of a time such as 09:30.
func parseClock(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

// String writes c as ParseHours reads it. Holidays are left out.
func (c Calendar) String() string {
	if c.always() {
		return "always"
	}
	var parts []string
	for n := range weekdays {
		day := weekdays[(n+1)%len(weekdays)] // a week begins on Monday
		var spans []string
		for _, s := range c.Week[day] {
			spans = append(spans, clock(s.From)+"-"+clock(s.To))
		}
		if len(spans) > 0 {
			parts = append(parts, day+" "+strings.Join(spans, ","))
		}
	}
	return strings.TrimSpace(strings.Join(parts, "; ") + " " + c.Zone)
}

func clock(minutes int) string {
	two := func(n int) string {
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
		return strconv.Itoa(n)
	}
	return two(minutes/60) + ":" + two(minutes%60)
}

// Last returns until when c was open, at or before t: t itself within an opening. It is
// false when c was not open within a year.
func (c Calendar) Last(t time.Time) (time.Time, bool) {
	day := t.In(c.zone())
	for range horizon {
		for _, o := range slices.Backward(c.openings(day)) {
			if o[1].Before(t) {
				return o[1].In(t.Location()), true
			}
			if o[0].Before(t) {
				return t, true
			}
		}
		day = time.Date(day.Year(), day.Month(), day.Day()-1, 0, 0, 0, 0, day.Location())
	}
	return time.Time{}, false
}
