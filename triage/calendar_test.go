package triage

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var office = Calendar{
	Zone: "Europe/Berlin", Holidays: []string{"2026-12-25"},
	Week: map[string][]Hours{
		"mon": {{540, 1080}}, "tue": {{540, 720}, {780, 1080}}, "wed": {{540, 1080}}, "thu": {{540, 1080}}, "fri": {{540, 1020}},
	},
}

func berlin(t *testing.T, at string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestOpenTime(t *testing.T) {
	for _, c := range []struct {
		rule, from string
		wait       time.Duration
		due        string
	}{
		{"an hour within the day is an hour", "2026-11-23 10:00", time.Hour, "2026-11-23 11:00"},
		{"what comes at night starts in the morning", "2026-11-23 03:00", time.Hour, "2026-11-23 10:00"},
		{"a lunch break does not count", "2026-11-24 11:30", time.Hour, "2026-11-24 13:30"},
		{"Friday evening goes on on Monday", "2026-11-27 16:30", time.Hour, "2026-11-30 09:30"},
		{"a holiday does not count", "2026-12-24 17:00", 2 * time.Hour, "2026-12-28 10:00"},
		{"the week of the clock change keeps the wall clock", "2026-10-23 16:00", 2 * time.Hour, "2026-10-26 10:00"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			from, due := berlin(t, c.from), berlin(t, c.due)
			if got := office.Add(from, c.wait); !got.Equal(due) {
				t.Errorf("due %s, want %s", got, due)
			}
			if got := office.Between(from, due); got != c.wait {
				t.Errorf("%s of open time lie between", got)
			}
		})
	}
}

func TestAddAndBetweenAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 500_000).Draw(t, "minute"), 0, 0, time.UTC)
		wait := time.Duration(rapid.IntRange(1, 6000).Draw(t, "wait")) * time.Minute
		if got := office.Between(from, office.Add(from, wait)); got != wait {
			t.Fatalf("%s became %s", wait, got)
		}
	})
}

func TestACalendarWithoutHoursIsAlwaysOpen(t *testing.T) {
	at := berlin(t, "2026-11-29 03:00")
	if c := (Calendar{}); !c.Open(at) || !c.Add(at, time.Hour).Equal(at.Add(time.Hour)) {
		t.Error("closed")
	}
	if office.Open(at) || !office.Open(berlin(t, "2026-11-30 09:00")) || office.Open(berlin(t, "2026-11-30 18:00")) {
		t.Error("the office is open from nine to before six")
	}
}

func TestAWrongCalendarIsNamed(t *testing.T) {
	for name, c := range map[string]Calendar{
		"zone":     {Zone: "Mars/Olympus"},
		"day":      {Week: map[string][]Hours{"monday": {{0, 10}}}},
		"order":    {Week: map[string][]Hours{"mon": {{600, 700}, {650, 800}}}},
		"backward": {Week: map[string][]Hours{"mon": {{700, 600}}}},
		"holiday":  {Holidays: []string{"25.12.2026"}},
	} {
		if err := c.Check(); KindOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := office.Check(); err != nil {
		t.Error(err)
	}
}
