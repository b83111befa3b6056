package main

import (
	"os"
	"path/filepath"
	"testing"

	"triage/triage"
)

func TestHoursAreReadFromWordsOrAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hours.json")
	if err := os.WriteFile(file, []byte(`{"zone": "Europe/Berlin", "week": {"mon": [{"from": 540, "to": 1020}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`mon-fri`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule, text, want string
		fails            bool
	}{
		{"words", "mon 09:00-17:00 Europe/Berlin", "mon 09:00-17:00 Europe/Berlin", false},
		{"a file", file, "mon 09:00-17:00 Europe/Berlin", false},
		{"always", "always", "", false},
		{"a file that holds no calendar", broken, "", true},
		{"words that are no hours", "nine to five", "", true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, err := readHours(c.text)
			if c.fails {
				if triage.KindOf(err) != triage.Invalid {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || (got == nil) != (c.want == "") || got != nil && got.String() != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
