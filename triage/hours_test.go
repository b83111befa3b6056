package triage

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	day := []Hours{{540, 1020}}
	for _, c := range []struct {
		rule, text string
		want       Calendar
	}{
		{"a working week in Berlin", "mon-fri 09:00-17:00 Europe/Berlin", Calendar{Zone: "Europe/Berlin",
			Week: map[string][]Hours{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day}}},
		{"a break at noon and a short Friday", "mon 09:00-12:00,13:00-17:30; fri 09:00-17:00",
			Calendar{Week: map[string][]Hours{"mon": {{540, 720}, {780, 1050}}, "fri": day}}},
		{"a weekend that wraps around, until midnight", "sat-sun 00:00-24:00 UTC",
			Calendar{Zone: "UTC", Week: map[string][]Hours{"sat": {{0, 1440}}, "sun": {{0, 1440}}}}},
		{"single days with commas, in any case", "Mon,wed 09:00-17:00", Calendar{Week: map[string][]Hours{"mon": day, "wed": day}}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, err := ParseHours(c.text)
			c.want.Holidays = []string{}
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v", got, err)
			}
			again, err := ParseHours(got.String())
			if err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("written as %q and read again: %+v, %v", got.String(), again, err)
			}
		})
	}
}

func TestHoursThatCannotBeReadAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "mon", "09:00-17:00", "mon-fri 9-17 Europe/Berlin", "mon 17:00-09:00", "foo 09:00-17:00", "mon 09:00-17:00 Nowhere/Town",
		"mon 09:00-17:00,16:00-18:00", "mon 09:00-17:00 UTC extra", "mon 09:00-17:00;", "mon 09:00-25:00",
	} {
		if got, err := ParseHours(text); KindOf(err) != Invalid {
			t.Errorf("%q was read as %+v, %v", text, got, err)
		}
	}
}

// TestOpeningsAreFoundAhead holds Next to Open: nothing opens before it, and it is open.
func TestOpeningsAreFoundAheadAndBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 1439).Draw(t, "from")
		c := Calendar{Zone: "Europe/Berlin", Week: map[string][]Hours{}}
		for _, day := range rapid.SliceOfNDistinct(rapid.SampledFrom(weekdays[:]), 1, 7, rapid.ID).Draw(t, "days") {
			c.Week[day] = []Hours{{from, rapid.IntRange(from+1, 1440).Draw(t, "to")}}
		}
		at := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at"), 0).UTC()
		next, ok := c.Next(at)
		if !ok || next.Before(at) || !c.Open(next) || c.Between(at, next) != 0 {
			t.Fatalf("opens at %s, %v, after %s", next, ok, at)
		}
		last, ok := c.Last(at)
		if !ok || last.After(at) || !c.Open(last.Add(-time.Nanosecond)) || (!c.Open(at) && c.Between(last, at) != 0) {
			t.Fatalf("was open until %s, %v, before %s", last, ok, at)
		}
	})
}
