package relation

import (
	"slices"
	"time"

	"triage/triage"
)

// Bucket is the tone of one week or month.
type Bucket struct {
	Start                       time.Time // midnight in the brand's zone, of a Monday or of the first
	Negative, Neutral, Positive int
}

// The units of Tone.
const (
	Weeks  = "week"
	Months = "month"
)

// weeksAtMost is up to how long a history is drawn by weeks.
const weeksAtMost = 26 * 7 * 24 * time.Hour

// Bounds of a drawing.
const maxBuckets = 60

// Tone returns the tone of moments over time, oldest first, to be drawn: by weeks up to
// half a year, by months beyond, with empty buckets in between. Of a history longer than
// five years the newest five are shown.
func Tone(moments []Moment, zone *time.Location) (buckets []Bucket, unit string) {
	if len(moments) == 0 {
		return nil, Weeks
	}
	byTime := func(a, b Moment) int { return a.At.Compare(b.At) }
	first, last := slices.MinFunc(moments, byTime).At, slices.MaxFunc(moments, byTime).At
	unit = Weeks
	if last.Sub(first) > weeksAtMost {
		unit = Months
	}
	for start := startOf(last, unit, zone); len(buckets) < maxBuckets; start = step(start, unit) {
		buckets = append(buckets, Bucket{Start: start})
		if !start.After(first) {
			break
		}
	}
	slices.Reverse(buckets)
	for _, m := range moments {
		start := startOf(m.At, unit, zone)
		n, ok := slices.BinarySearchFunc(buckets, start, func(b Bucket, t time.Time) int { return b.Start.Compare(t) })
		if ok {
			buckets[n].add(m.Sentiment)
		}
	}
	return buckets, unit
}

func (b *Bucket) add(s triage.Sentiment) {
	switch s {
	case triage.Negative:
		b.Negative++
	case triage.Positive:
		b.Positive++
	case triage.Neutral:
		b.Neutral++
	}
}

// startOf returns when the week or month of t began.
func startOf(t time.Time, unit string, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	if unit == Months {
		return time.Date(y, m, 1, 0, 0, 0, 0, zone)
	}
	sinceMonday := (int(t.In(zone).Weekday()) + 6) % 7
	return time.Date(y, m, d-sinceMonday, 0, 0, 0, 0, zone)
}

// step returns the start of the bucket before.
func step(start time.Time, unit string) time.Time {
	if unit == Months {
		return start.AddDate(0, -1, 0)
	}
	return start.AddDate(0, 0, -7)
}
