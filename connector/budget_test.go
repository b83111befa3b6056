package connector_test

import (
	"testing"
	"time"

	"triage/connector"
)

func TestWhatIsLeftOfADaysUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		spent       int
		until       time.Duration // to the day's end
		left, atEnd int
	}{
		{"half a day, a quarter used: half is left in the end", 2500, 12 * time.Hour, 7500, 5000},
		{"half a day, more than half used: nothing will be left", 6000, 12 * time.Hour, 4000, 0},
		{"the first hour says nothing of the day", 900, 23*time.Hour + 30*time.Minute, 9100, 9100},
		{"the last minute is as it is", 9000, time.Minute, 1000, 994},
		{"more than all is used by somebody else", 12000, 6 * time.Hour, 0, 0},
		{"a day that is over gives all back", 9000, 0, 10000, 10000},
		{"a day that is long over", 9000, -48 * time.Hour, 10000, 10000},
		{"nothing was used", 0, 6 * time.Hour, 10000, 10000},
	} {
		b := connector.Budget{Limit: 10_000, Spent: c.spent, Until: now.Add(c.until)}
		if left, atEnd := b.Left(now), b.LeftAtEnd(now); left != c.left || atEnd != c.atEnd {
			t.Errorf("%s: %d now and %d at the end, not %d and %d", c.name, left, atEnd, c.left, c.atEnd)
		}
	}
	if none := (connector.Budget{}); none.Left(now) != 0 || none.LeftAtEnd(now) != 0 {
		t.Error("a platform that counts nothing has something left")
	}
}
