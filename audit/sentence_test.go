package audit_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"triage/audit"
	"triage/triage"
)

const (
	mara = triage.ID("0190a000-0000-7000-8000-00000000000a")
	oemr = triage.ID("0190a000-0000-7000-8000-00000000000b")
)

func TestSentences(t *testing.T) {
	names := audit.Names{oemr: "Ömer"}
	for _, c := range []struct {
		rule, action, detail, english, german string
		machine                               bool
	}{
		{"who took it", "item.claimed", `{"fence": 1}`, "Mara took it.", "Mara hat es übernommen.", false},
		{"from whom", "item.claimed", `{"before": "` + string(oemr) + `"}`, "Mara took it over from Ömer.", "Mara hat es übernommen, vorher lag es bei Ömer.", false},
		{"from somebody who is gone", "item.claimed", `{"before": "` + string(mara) + `"}`, "Mara took it over from somebody.", "Mara hat es übernommen, vorher lag es bei jemand.", false},
		{"the machine", "item.placed", `{"queue": "cm", "priority": "high"}`, "The machine placed it in the relationship queue with priority high.",
			"Die Maschine hat es in die Beziehungs-Queue gestellt, Priorität hoch.", true},
		{"where to", "item.handed_over", `{"from": "cm", "to": "smm"}`, "Mara handed it over from the relationship queue to the content queue.",
			"Mara hat es übergeben: aus der Beziehungs-Queue in die Content-Queue.", false},
		{"until when", "item.snoozed", `{"until": "2026-11-25T14:30:00.123Z"}`, "Mara put it away until 25 November 2026, 14:30 UTC.",
			"Mara hat es zurückgestellt bis 25.11.2026, 14:30 UTC.", false},
		{"several words", "item.corrected", `{"fields": ["intent", "reply_expected"]}`, "Mara corrected it: intent, reply expected.",
			"Mara hat es berichtigt: Absicht, Antwort erwartet.", false},
		{"numbers", "item.tagged", `{"added": 2, "removed": 0}`, "Mara changed its tags: 2 added, 0 removed.", "Mara hat die Schlagworte geändert: 2 hinzugefügt, 0 entfernt.", false},
		{"what nobody knows", "comet.seen_again", `{}`, "Mara: comet seen again.", "Mara: comet seen again.", false},
		{"a broken detail", "item.resolved", `[`, "Mara closed it.", "Mara hat es abgeschlossen.", false},
	} {
		r := audit.Row{Person: mara, Name: "Mara", Action: c.action, Detail: c.detail}
		if c.machine {
			r.Person, r.Name = "", ""
		}
		if got := audit.Sentence(r, names, audit.English); got != c.english {
			t.Errorf("%s: %q, want %q", c.rule, got, c.english)
		}
		if got := audit.Sentence(r, names, audit.German); got != c.german {
			t.Errorf("%s: %q, want %q", c.rule, got, c.german)
		}
	}
}

func TestWhatWasBeforeAndAfter(t *testing.T) {
	for _, c := range []struct {
		rule, action, detail string
		want                 []audit.Change
	}{
		{"taking it", "item.claimed", `{}`, []audit.Change{{"assignee", "", string(mara)}}},
		{"taking it over", "item.claimed", `{"before": "` + string(oemr) + `"}`, []audit.Change{{"assignee", string(oemr), string(mara)}}},
		{"giving it back", "item.released", `{}`, []audit.Change{{"assignee", string(mara), ""}}},
		{"running out", "item.lease_expired", `{"holder": "` + string(oemr) + `"}`, []audit.Change{{"assignee", string(oemr), ""}}},
		{"moving", "item.handed_over", `{"from": "cm", "to": "smm"}`, []audit.Change{{"queue", "cm", "smm"}}},
		{"closing", "item.resolved", `{"outcome": "answered"}`, []audit.Change{{"outcome", "", "answered"}}},
		{"correcting", "item.corrected", `{"before": {"queue": "cm", "priority": "high", "intent": "spam"}, "queue": "smm", "priority": "high"}`,
			[]audit.Change{{"queue", "cm", "smm"}}},
		{"a whole after", "item.moved", `{"before": {"b": 1, "a": true}, "after": {"a": false, "b": 2}}`,
			[]audit.Change{{"a", "true", "false"}, {"b", "1", "2"}}},
		{"nothing", "item.noted", `{"note": "x"}`, nil},
	} {
		if got := audit.Changes(audit.Row{Person: mara, Action: c.action, Detail: c.detail}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
	}
}

// TestEveryActionInTheCodeHasItsSentence reads the sources of the packages that write the
// audit. An action that it names belongs into phrases.go, in both languages.
func TestEveryActionInTheCodeHasItsSentence(t *testing.T) {
	action := regexp.MustCompile(`"((?:item|engagement|wave|author|thread|promise|relation|link|plan|person|member|team|invitation|session|token|account|` +
		`brand|endpoint|channel|view|alert|delivery|duty|search|bulk|undo)\.[a-z]+(?:_[a-z]+)*)"`)
	// Actions that are put together from a word and a state.
	composed := regexp.MustCompile(`"(item|author|promise|link|plan|person|member|wave|view|token)\." \+`)
	states := map[string][]string{"link": {"suggested", "confirmed", "rejected"}, "promise": {"kept", "withdrawn"}}
	found := map[string]string{}
	for _, folder := range []string{"postgres", "queue", "jobs", "ingest", "access", "api", "cmd/triage", "wave", "routing"} {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range composed.FindAllStringSubmatch(string(source), -1) {
				if states[m[1]] == nil {
					t.Errorf("%s puts actions of %s together from states that this test does not know", file, m[1])
				}
				for _, state := range states[m[1]] {
					found[m[1]+"."+state] = filepath.Join(folder, filepath.Base(file))
				}
			}
			for _, m := range action.FindAllStringSubmatch(string(source), -1) {
				found[m[1]] = filepath.Join(folder, filepath.Base(file))
			}
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d actions found: %v", len(found), found)
	}
	for action, file := range found {
		r := audit.Row{Action: action, Detail: "{}"}
		fallback := strings.NewReplacer(".", " ", "_", " ").Replace(action) + "."
		english, german := audit.Sentence(r, nil, audit.English), audit.Sentence(r, nil, audit.German)
		if strings.HasSuffix(english, fallback) || strings.HasSuffix(german, fallback) {
			t.Errorf("%s, in %s, has no sentence in phrases.go", action, file)
		}
		for _, text := range []string{english, german} {
			if text == "" || strings.ContainsAny(text, "{}[]") || !strings.HasSuffix(text, ".") || strings.Contains(text, "  ") {
				t.Errorf("%s reads %q", action, text)
			}
		}
		if english == german {
			t.Errorf("%s reads alike in both languages: %q", action, english)
		}
	}
}
