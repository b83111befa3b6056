package routing

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/triage"
)

func mustParse(t *testing.T, document string) Plan {
	t.Helper()
	p, problems := Parse([]byte(document))
	if len(problems) > 0 {
		t.Fatalf("%s: %+v", document, problems)
	}
	return p
}

func TestAnEmptyDocumentIsTheDefaultPlan(t *testing.T) {
	if got := mustParse(t, `{}`); !reflect.DeepEqual(got, Default(0)) {
		t.Errorf("got %+v", got)
	}
}

func TestAPlanReadsItsOwnDocument(t *testing.T) {
	p := mustParse(t, `{"thresholds": {"reach": 500}, "weights": {"tags": {"vip": 3}, "risk": {"legal": 9}},
		"targets": {"first_answer": {"low": "48h"}, "overrides": [{"platform": ["instagram"], "first_answer": "30m"}]},
		"calendar": {"zone": "Europe/Berlin", "week": {"mon": [{"from": 540, "to": 1080}]}, "holidays": ["2026-12-25"]},
		"rules": [{"name": "Reisen", "when": {"any": [{"text": {"contains": ["Straße"]}}, {"not": {"language": ["de"]}}]},
		"then": {"raise": 1, "tags": ["reise"]}, "stop": true}]}`)
	document, err := p.Document()
	if err != nil {
		t.Fatal(err)
	}
	if again := mustParse(t, string(document)); !reflect.DeepEqual(again, p) {
		t.Errorf("read %s\ngot  %+v\nwant %+v", document, again, p)
	}
	if p.Weights.Risk[triage.RiskSafety] != 8 || p.Targets.FirstAnswer.High != Span(time.Hour) {
		t.Error("what a document does not name is not as in the default plan")
	}
}

func TestADocumentIsToldWhatIsWrongAndWhere(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 6) + `{"ironic": true}` + strings.Repeat(`}`, 6)
	for _, c := range []struct{ name, document, pointer, says string }{
		{"no JSON", `{`, "", "JSON object"},
		{"two documents", `{} {}`, "", "after the end"},
		{"no object", `[]`, "", "object is expected"},
		{"an unknown field", `{"wieghts": {}}`, "/wieghts", "known are calendar, companions"},
		{"a field in other case", `{"Rules": []}`, "/Rules", "no such field"},
		{"an unknown field in a condition", `{"rules": [{"name": "a", "when": {"intnt": ["spam"]}, "then": {"raise": 1}}]}`, "/rules/0/when/intnt", "intent"},
		{"a name with a slash", `{"a/b~c": 1}`, "/a~1b~0c", "no such field"},
		{"an unknown intent", `{"rules": [{"name": "a", "when": {"intent": ["rant"]}, "then": {"raise": 1}}]}`, "/rules/0/when/intent/0", "complaint"},
		{"an unknown risk among weights", `{"weights": {"risk": {"fire": 1}}}`, "/weights/risk/fire", "self_harm"},
		{"an unknown platform", `{"weights": {"reply_window": {"closes": {"myspace": {"message": "1h"}}}}}`, "/weights/reply_window/closes/myspace", "instagram"},
		{"a text for a number", `{"thresholds": {"unsure": "low"}}`, "/thresholds/unsure", "number"},
		{"half a follower", `{"thresholds": {"reach": 0.5}}`, "/thresholds/reach", "whole number"},
		{"null", `{"rules": null}`, "/rules", "list"},
		{"a number for a time", `{"targets": {"first_answer": {"low": 24}}}`, "/targets/first_answer/low", "length of time"},
		{"more than certainty", `{"thresholds": {"unsure": 1.5}}`, "/thresholds/unsure", "from 0 to 1"},
		{"a target that is not", `{"targets": {"first_answer": {"urgent": "0s"}}}`, "/targets/first_answer/urgent", "from 1m"},
		{"urgent after high", `{"targets": {"first_answer": {"urgent": "2h"}}}`, "/targets/first_answer/high", "less urgent"},
		{"closed before answered", `{"targets": {"resolution": {"low": "1h"}}}`, "/targets/resolution/low", "before the first answer"},
		{"an override of nothing", `{"targets": {"overrides": [{"intent": ["praise"]}]}}`, "/targets/overrides/0", "at least one of first_answer"},
		{"an override for all", `{"targets": {"overrides": [{"first_answer": "1h"}]}}`, "/targets/overrides/0", "at least one of intent"},
		{"no such zone", `{"calendar": {"zone": "Europe/Atlantis"}}`, "/calendar", "time zone"},
		{"never open", `{"calendar": {"week": {"mon": []}}}`, "/calendar/week", "at least one day"},
		{"too much effort", `{"effort": {"urgent": 9}}`, "/effort/urgent", "from 1 to 8"},
		{"a rule without a name", `{"rules": [{"then": {"raise": 1}}]}`, "/rules/0/name", "needs a name"},
		{"two rules of one name", `{"rules": [{"name": "a", "then": {"raise": 1}}, {"name": "a", "then": {"raise": 1}}]}`, "/rules/1/name", "Another rule"},
		{"a rule that does nothing", `{"rules": [{"name": "a", "then": {}}]}`, "/rules/0/then", "does nothing"},
		{"an empty condition", `{"rules": [{"name": "a", "when": {}, "then": {"raise": 1}}]}`, "/rules/0/when", "names nothing"},
		{"raised and named", `{"rules": [{"name": "a", "then": {"priority": "low", "raise": 1}}]}`, "/rules/0/then/priority", "as well"},
		{"raised and lowered", `{"rules": [{"name": "a", "then": {"lower": 1, "raise": 1}}]}`, "/rules/0/then/lower", "at once"},
		{"dismissed and raised", `{"rules": [{"name": "a", "then": {"dismiss": true, "raise": 1}}]}`, "/rules/0/then/dismiss", "nobody"},
		{"a risk dismissed", `{"rules": [{"name": "a", "when": {"risks": ["legal"]}, "then": {"dismiss": true}}]}`, "/rules/0/then/dismiss", "never dismissed"},
		{"a person who is none", `{"rules": [{"name": "a", "then": {"assignee": "Ada"}}]}`, "/rules/0/then/assignee", "UUID"},
		{"a tag in capitals", `{"rules": [{"name": "a", "then": {"tags": ["VIP"]}}]}`, "/rules/0/then/tags/0", "small letters"},
		{"an empty range", `{"rules": [{"name": "a", "when": {"wave": {"at_least": 5, "below": 5}}, "then": {"raise": 1}}]}`, "/rules/0/when/wave", "No number"},
		{"half a day", `{"rules": [{"name": "a", "when": {"received": {"from": 8}}, "then": {"raise": 1}}]}`, "/rules/0/when/received", "need each other"},
		{"conditions too deep", `{"rules": [{"name": "a", "when": ` + deep + `, "then": {"raise": 1}}]}`, "/rules/0/when/not/not/not/not/not", "deep"},
		{"too many rules", `{"rules": [` + strings.TrimSuffix(strings.Repeat(`{"name": "a", "then": {"raise": 1}},`, 201), ",") + `]}`, "/rules", "at most 200"},
		{"too many conditions", `{"rules": [{"name": "a", "when": {"all": [` + strings.TrimSuffix(strings.Repeat(`{"ironic": true},`, 51), ",") + `]}, "then": {"raise": 1}}]}`, "/rules/0/when", "at most 50"},
		{"a name twice, the first one bad", `{"rules": [{"name": "", "then": {"raise": 9}}], "rules": [{"name": "", "then": {"raise": 1}}]}`, "/rules/0/name", "needs a name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Parse([]byte(c.document))
			if !slices.ContainsFunc(problems, func(p Problem) bool {
				return p.Pointer == c.pointer && strings.Contains(p.Message, c.says)
			}) {
				t.Errorf("got %+v", problems)
			}
		})
	}
}

func TestAPlanWithProblemsTellsAllOfThem(t *testing.T) {
	if _, problems := Parse([]byte(`{"effort": {"low": 0, "high": 9}, "thresholds": {"reach": 0}}`)); len(problems) != 3 {
		t.Errorf("got %+v", problems)
	}
}

// Whatever the document, reading it ends, and what is found good can be placed by.
func FuzzParse(f *testing.F) {
	document, err := Default(0.5).Document()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(document)
	f.Add([]byte(`{"rules": [{"name": "a", "when": {"text": {"contains": ["x"]}, "received": {"from": 22, "to": 6}}, "then": {"hours": -5}}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, problems := Parse(document)
		if len(problems) > 0 {
			return
		}
		placed := p.Place(from(10), judged(triage.Complaint, triage.UrgencyHigh, 0.9, triage.RiskSafety), Context{}, now)
		if placed.Priority != triage.P1 || placed.Dismiss {
			t.Errorf("a danger is placed %+v", placed)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Error(err)
		}
	})
}
