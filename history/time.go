package history

import (
	"strconv"
	"strings"
	"time"
)

// zoned are the ways of writing a time that say how far it is from UTC.
var zoned = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05.999999999 -07:00", "2006-01-02 15:04:05.999999999 UTC",
	"2.1.2006 15:04:05 -0700", "2.1.2006 15:04:05 -07:00", time.RFC1123Z,
}

// local are those that do not: they hold where the clock stood that somebody read.
var local = []string{
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	"2.1.2006 15:04:05", "2.1.2006 15:04", "2.1.2006", "2.1.06 15:04:05", "2.1.06 15:04", "2.1.06",
}

// Unix time in milliseconds rather than seconds, from here on: in seconds it is the year 5138.
const millisecondsFrom = 100_000_000_000

// time reads a time. What means one thing in one country and another elsewhere, such as
// 04/05/2026, is not understood.
func (o Options) time(said string) (time.Time, Code) {
	said = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(said), "Uhr"))
	said = strings.Replace(said, ", ", " ", 1)
	if said == "" {
		return time.Time{}, TimeMissing
	}
	if n, err := strconv.ParseInt(said, 10, 64); err == nil {
		if n >= millisecondsFrom {
			return o.believe(time.UnixMilli(n))
		}
		return o.believe(time.Unix(n, 0))
	}
	for _, layout := range zoned {
		if t, err := time.Parse(layout, said); err == nil {
			return o.believe(t)
		}
	}
	for _, layout := range local {
		if t, err := time.Parse(layout, said); err == nil {
			return o.inZone(t)
		}
	}
	return time.Time{}, TimeUnread
}

// inZone reads t as what the clock showed in the zone. Of an hour that came twice it is the
// first.
func (o Options) inZone(t time.Time) (time.Time, Code) {
	if o.Zone == nil {
		return time.Time{}, TimeNoZone
	}
	there := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), o.Zone)
	if there.Hour() != t.Hour() || there.Minute() != t.Minute() {
		return time.Time{}, TimeSkipped
	}
	if earlier := there.Add(-time.Hour); earlier.Hour() == there.Hour() {
		there = earlier
	}
	return o.believe(there)
}

func (o Options) believe(t time.Time) (time.Time, Code) {
	switch {
	case t.Before(earliest):
		return time.Time{}, TimeUnread
	case t.After(o.Now.Add(ahead)):
		return time.Time{}, TimeAhead
	}
	return t.UTC().Truncate(time.Microsecond), ""
}
