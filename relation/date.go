package relation

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Date is a date that a text names.
type Date struct {
	Due        time.Time // dueHour of that day
	Start, End int       // bytes of the text
}

// dueHour is when on its day a promise is due, unless its text names a time.
const dueHour = 9

// maxDates bounds what is suggested from one text.
const maxDates = 5

// Dates returns the dates in the future that text names in English or German, in the order
// of the text: 2026-12-01, 3.12., 3.12.2026, 3. Dezember, December 3rd, today, tomorrow,
// übermorgen, in 3 days, in zwei Wochen, Friday, bis Freitag, next week. A day and month
// without a year is the next one; a weekday is the next one, today excluded. "14:30" or "14
// Uhr" right behind a date sets its time. It suggests: a person decides.
func Dates(text string, now time.Time, zone *time.Location) []Date {
	now = now.In(zone)
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return nil // letters whose case differs in length: offsets would lie
	}
	var out []Date
	for _, p := range patterns {
		for _, m := range p.form.FindAllStringSubmatchIndex(lower, 20) {
			day, ok := p.read(groups(lower, m), now)
			if !ok || overlaps(out, m[0], m[1]) {
				continue
			}
			d := Date{Due: day, Start: m[2], End: m[3]}
			d.atTime(lower)
			if d.Due.After(now) {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b Date) int { return a.Start - b.Start })
	return out[:min(len(out), maxDates)]
}

// pattern reads dates of one form. The first group of form is the date, the others are its
// parts.
type pattern struct {
	form *regexp.Regexp
	read func(parts []string, now time.Time) (time.Time, bool)
}

const (
	before = `(?:^|[^\pL\pN.,:/-])`
	after  = `(?:$|[^\pL\pN])`
)

func form(date string) *regexp.Regexp { return regexp.MustCompile(before + `(` + date + `)` + after) }

// Longer forms stand first: what they have read is not read again.
var patterns = []pattern{
	{form(`(20\d\d)-(\d\d)-(\d\d)`), func(p []string, now time.Time) (time.Time, bool) {
		return day(number(p[0]), number(p[1]), number(p[2]), now)
	}},
	{form(`(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d\d)`), func(p []string, now time.Time) (time.Time, bool) {
		return day(number(p[2]), number(p[1]), number(p[0]), now)
	}},
	{form(`(\d{1,2})\.\s?(\d{1,2})\.`), func(p []string, now time.Time) (time.Time, bool) {
		return next(number(p[1]), number(p[0]), now)
	}},
	{form(`(\d{1,2})(?:\.|st|nd|rd|th)?\s(?:of\s)?(` + monthNames + `)\.?(?:\s(20\d\d))?`), func(p []string, now time.Time) (time.Time, bool) {
		return named(p[1], number(p[0]), p[2], now)
	}},
	{form(`(` + monthNames + `)\.?\s(\d{1,2})(?:st|nd|rd|th)?(?:,?\s(20\d\d))?`), func(p []string, now time.Time) (time.Time, bool) {
		return named(p[0], number(p[1]), p[2], now)
	}},
	{form(`in\s(\d{1,3}|` + countNames + `)\s(days?|tage?n?|weeks?|wochen?)`), ahead},
	{form(`(the day after tomorrow|übermorgen|tomorrow|guten morgen|morgen|today|heute|tonight)`), relative},
	{form(`(next week|nächste woche|nächster woche)`), func(_ []string, now time.Time) (time.Time, bool) {
		return weekday(time.Monday, now), true
	}},
	{form(`(?:next\s|nächsten\s|kommenden\s)?(` + weekdayNames + `)`), func(p []string, now time.Time) (time.Time, bool) {
		return weekday(weekdays[p[0]], now), true
	}},
}

func relative(p []string, now time.Time) (time.Time, bool) {
	if p[0] == "guten morgen" {
		return now, false
	}
	days := map[string]int{"today": 0, "heute": 0, "tonight": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2, "the day after tomorrow": 2}
	at := on(now.AddDate(0, 0, days[p[0]]), dueHour)
	if days[p[0]] == 0 { // by the end of the working day
		at = on(now, 17)
	}
	return at, true
}

func ahead(p []string, now time.Time) (time.Time, bool) {
	n := number(p[0])
	if n == 0 {
		n = counts[p[0]]
	}
	if strings.HasPrefix(p[1], "w") {
		n *= 7
	}
	return on(now.AddDate(0, 0, n), dueHour), n > 0 && n <= 366
}

var weekdays = map[string]time.Weekday{
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday, "friday": time.Friday,
	"saturday": time.Saturday, "sunday": time.Sunday,
	"montag": time.Monday, "dienstag": time.Tuesday, "mittwoch": time.Wednesday, "donnerstag": time.Thursday, "freitag": time.Friday,
	"samstag": time.Saturday, "sonnabend": time.Saturday, "sonntag": time.Sunday,
}

var months = map[string]int{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
	"november": 11, "december": 12, "januar": 1, "jänner": 1, "februar": 2, "märz": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10,
	"dezember": 12, "jan": 1, "feb": 2, "apr": 4, "aug": 8, "sept": 9, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12,
}

var counts = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1, "einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5,
}

var (
	weekdayNames = alternatives(weekdays)
	monthNames   = alternatives(months)
	countNames   = alternatives(counts)
)

// alternatives writes words as a regular expression, longer ones first.
func alternatives[V any](words map[string]V) string {
	var out []string
	for word := range words {
		out = append(out, word)
	}
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return strings.Join(out, "|")
}

func groups(text string, m []int) []string {
	var out []string
	for n := 4; n+1 < len(m); n += 2 {
		part := ""
		if m[n] >= 0 {
			part = text[m[n]:m[n+1]]
		}
		out = append(out, part)
	}
	return out
}

func overlaps(found []Date, start, end int) bool {
	return slices.ContainsFunc(found, func(d Date) bool { return start < d.End && d.Start < end })
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func on(t time.Time, hour int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, hour, 0, 0, 0, t.Location())
}

// day returns that day, and false when there is no such day.
func day(year, month, dayOfMonth int, now time.Time) (time.Time, bool) {
	t := time.Date(year, time.Month(month), dayOfMonth, dueHour, 0, 0, 0, now.Location())
	return t, month >= 1 && month <= 12 && t.Day() == dayOfMonth
}

// next returns the next such day of a year from today on.
func next(month, dayOfMonth int, now time.Time) (time.Time, bool) {
	t, ok := day(now.Year(), month, dayOfMonth, now)
	if !ok || t.Before(on(now, 0)) {
		return day(now.Year()+1, month, dayOfMonth, now)
	}
	return t, ok
}

func named(month string, dayOfMonth int, year string, now time.Time) (time.Time, bool) {
	if y := number(year); y > 0 {
		return day(y, months[month], dayOfMonth, now)
	}
	return next(months[month], dayOfMonth, now)
}

// weekday returns the next such day after today.
func weekday(w time.Weekday, now time.Time) time.Time {
	days := (int(w)-int(now.Weekday())+6)%7 + 1
	return on(now.AddDate(0, 0, days), dueHour)
}

var timeBehind = regexp.MustCompile(`^\s?,?\s?(?:um\s|at\s|gegen\s|by\s|bis\s)?(?:(\d{1,2}):(\d\d)(?:\s?uhr)?|(\d{1,2})\s?(?:uhr)|(\d{1,2})\s?(am|pm))(?:$|[^\pL\pN])`)

// atTime sets the time that stands right behind the date.
func (d *Date) atTime(lower string) {
	m := timeBehind.FindStringSubmatch(lower[d.End:])
	if m == nil {
		return
	}
	hour, minute := number(m[1]+m[3]+m[4]), number(m[2])
	switch {
	case m[5] == "pm" && hour < 12:
		hour += 12
	case m[5] == "am" && hour == 12:
		hour = 0
	}
	if hour > 23 || minute > 59 {
		return
	}
	y, month, day := d.Due.Date()
	d.Due = time.Date(y, month, day, hour, minute, 0, 0, d.Due.Location())
}
