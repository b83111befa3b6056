package triage

import (
	"testing"
	"time"
)

// speaking is a channel that speaks from Monday to Friday, 8 to 18 UTC, every week.
func speaking(weeks int) Rhythm {
	r := Rhythm{Weeks: weeks}
	for day := 1; day <= 5; day++ {
		for hour := 8; hour < 18; hour++ {
			r.Active[day*24+hour] = weeks
		}
	}
	return r
}

func TestASilenceIsUnlikelyWhenTheChannelUsuallySpeaks(t *testing.T) {
	monday := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		rule     string
		rhythm   Rhythm
		from, to time.Duration // since Monday 0:00
		unlikely bool
	}{
		{"a night is quiet", speaking(8), -6 * time.Hour, 8 * time.Hour, false},
		{"a weekend is quiet", speaking(8), (4*24 + 18) * time.Hour, (7*24 + 8) * time.Hour, false},
		{"a short lull on a busy day", speaking(8), 9 * time.Hour, 11 * time.Hour, false},
		{"half a busy day", speaking(8), 9 * time.Hour, 13 * time.Hour, true},
		{"over the weekend, and into Monday's noon", speaking(8), (4*24 + 18) * time.Hour, (7*24 + 12) * time.Hour, true},
		{"two weeks of past say less", speaking(2), 9 * time.Hour, 13 * time.Hour, false},
		{"and more of a whole day", speaking(2), 9 * time.Hour, 17 * time.Hour, true},
		{"a channel without a past", speaking(1), 0, 500 * time.Hour, false},
		{"a channel that hardly ever speaks", Rhythm{Weeks: 8, Active: [168]int{33: 1}}, 0, 500 * time.Hour, false},
		{"a clock that runs backwards", speaking(8), 13 * time.Hour, 9 * time.Hour, false},
	} {
		chance := c.rhythm.Chance(monday.Add(c.from), monday.Add(c.to))
		if unlikely := chance < Unlikely; unlikely != c.unlikely {
			t.Errorf("%s: chance %g", c.rule, chance)
		}
	}
}
