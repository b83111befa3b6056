package relation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestDatesOfPromisesAreFound(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	now := time.Date(2026, 11, 25, 15, 0, 0, 0, zone) // a Wednesday
	for text, want := range map[string][]string{
		"Wir melden uns bis Freitag.":              {"Freitag 2026-11-27 09:00"},
		"We will call you by 2026-12-01":           {"2026-12-01 2026-12-01 09:00"},
		"Rückruf am 3.12.":                         {"3.12. 2026-12-03 09:00"},
		"am 3.12.2027 um 14:30 Uhr":                {"3.12.2027 2027-12-03 14:30"},
		"am 3. Januar":                             {"3. Januar 2027-01-03 09:00"},
		"on December 3rd, 2026":                    {"December 3rd, 2026 2026-12-03 09:00"},
		"December 3 at 4 pm":                       {"December 3 2026-12-03 16:00"},
		"morgen":                                   {"morgen 2026-11-26 09:00"},
		"Guten Morgen!":                            nil,
		"Guten Morgen, wir antworten übermorgen.":  {"übermorgen 2026-11-27 09:00"},
		"tomorrow at 10 am":                        {"tomorrow 2026-11-26 10:00"},
		"heute noch":                               {"heute 2026-11-25 17:00"},
		"heute 14 Uhr":                             nil, // that is over
		"bis Mittwoch":                             {"Mittwoch 2026-12-02 09:00"},
		"next Monday or Tuesday":                   {"next Monday 2026-11-30 09:00", "Tuesday 2026-12-01 09:00"},
		"next week":                                {"next week 2026-11-30 09:00"},
		"in 3 Tagen":                               {"in 3 Tagen 2026-11-28 09:00"},
		"in two weeks":                             {"in two weeks 2026-12-09 09:00"},
		"am 31.2.":                                 nil,
		"2026-13-01":                               nil,
		"2020-01-01":                               nil,
		"Bestellung 123.456.789, IP 10.1.1.1":      nil,
		"Freitagnachmittag ist frei, Montage auch": nil,
		"":                              nil,
		"🎉 bis Freitag 🎉":               {"Freitag 2026-11-27 09:00"},
		strings.Repeat("tomorrow ", 50): {"tomorrow 2026-11-26 09:00", "tomorrow 2026-11-26 09:00", "tomorrow 2026-11-26 09:00", "tomorrow 2026-11-26 09:00", "tomorrow 2026-11-26 09:00"},
		"in 999 Tagen":                  nil,
		"am 29.3. um 2:30 Uhr, wenn die Uhr springt": {"29.3. 2027-03-29 02:30"},
	} {
		var got []string
		for _, d := range Dates(text, now, zone) {
			got = append(got, text[d.Start:d.End]+d.Due.Format(" 2006-01-02 15:04"))
			if d.Due.Location() != zone {
				t.Errorf("%q is due in %s", text, d.Due.Location())
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}

func FuzzDatesStandInTheText(f *testing.F) {
	f.Add("bis Freitag, 3.12.")
	f.Add("\xff İ tomorrow")
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)
		for _, d := range Dates(text, now, time.UTC) {
			if d.Start < 0 || d.End > len(text) || d.Start >= d.End || !d.Due.After(now) {
				t.Errorf("%q gives %+v", text, d)
			}
		}
	})
}
