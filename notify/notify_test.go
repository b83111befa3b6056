package notify_test

import (
	"fmt"
	"testing"
	"time"

	"triage/notify"
	"triage/triage"
)

func TestWhoIsTold(t *testing.T) {
	both := notify.Targets{SMM: "C-content", CM: "C-care"}
	for _, c := range []struct {
		name   string
		matter notify.Matter
		brand  notify.Targets
		place  string
	}{
		{"urgent rings in the channel of its queue", notify.Matter{Queue: triage.CM, Priority: triage.P1}, both, "C-care"},
		{"high rings", notify.Matter{Queue: triage.SMM, Priority: triage.P2}, both, "C-content"},
		{"normal can wait", notify.Matter{Queue: triage.CM, Priority: triage.P3}, both, ""},
		{"low can wait", notify.Matter{Queue: triage.CM, Priority: triage.P4}, both, ""},
		{"a placement without a priority does not ring", notify.Matter{Queue: triage.CM}, both, ""},
		{"what the machine dismissed does not ring", notify.Matter{Queue: triage.CM, Priority: triage.P1, Dismiss: true}, both, ""},
		{"what is deleted does not ring", notify.Matter{Queue: triage.CM, Priority: triage.P1, Action: triage.Deleted}, both, ""},
		{"an edit that made it urgent rings", notify.Matter{Queue: triage.CM, Priority: triage.P1, Action: triage.Edited}, both, "C-care"},
		{"a queue without a channel is silent", notify.Matter{Queue: triage.SMM, Priority: triage.P1}, notify.Targets{CM: "C-care"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var place string
			for _, g := range notify.For(c.matter, nil, c.brand, noon) {
				place += g.Place
				if !g.At.Equal(noon) || g.Patient || g.Why.Kind != notify.WhyQueue {
					t.Errorf("going %+v", g)
				}
			}
			if place != c.place {
				t.Errorf("told at %q, want %q", place, c.place)
			}
		})
	}
}

func TestRulesSayWhoIsTold(t *testing.T) {
	routes := []notify.Route{
		{Name: "safety", Place: "CSAFE", Risks: []triage.Risk{triage.RiskSafety, triage.RiskThreat}, Priorities: []triage.Priority{triage.P1, triage.P2, triage.P3}},
		{Name: "german", Place: "CDEUTSCH", Languages: []string{"de"}, Queues: []triage.Queue{triage.CM}},
		{Name: "videos", Place: notify.PlaceOf("42"), Platforms: []triage.Platform{triage.YouTube, triage.TikTok}, Priorities: []triage.Priority{triage.P4}},
		{Name: "safety once more", Place: "CSAFE"},
	}
	m := func(change func(*notify.Matter)) notify.Matter {
		m := notify.Matter{Queue: triage.SMM, Priority: triage.P3, Language: "en", Platform: triage.X}
		change(&m)
		return m
	}
	for _, c := range []struct {
		name   string
		matter notify.Matter
		want   string
	}{
		{"a risk goes to its own place, whatever its priority", m(func(m *notify.Matter) { m.Risks = []triage.Risk{triage.RiskThreat} }), "[CSAFE]"},
		{"another risk is no reason", m(func(m *notify.Matter) { m.Risks = []triage.Risk{triage.RiskLegal} }), "[]"},
		{"each place hears once", m(func(m *notify.Matter) { m.Risks, m.Priority = []triage.Risk{triage.RiskSafety}, triage.P1 }), "[CSAFE]"},
		{"several rules fit", m(func(m *notify.Matter) { m.Language, m.Queue, m.Priority = "de-AT", triage.CM, triage.P2 }), "[CDEUTSCH CSAFE]"},
		{"the queue counts", m(func(m *notify.Matter) { m.Language = "de" }), "[]"},
		{"a person hears of a platform", m(func(m *notify.Matter) { m.Platform, m.Priority = triage.TikTok, triage.P4 }), "[@42]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			places := []string{}
			for _, g := range notify.For(c.matter, routes, notify.Targets{SMM: "CQUEUE", CM: "CQUEUE"}, noon) {
				places = append(places, g.Place)
			}
			if fmt.Sprint(places) != c.want {
				t.Errorf("told at %v, want %s", places, c.want)
			}
		})
	}
	fallback := notify.For(notify.Matter{Queue: triage.CM, Priority: triage.P1}, routes[1:2], notify.Targets{CM: "CQUEUE"}, noon)
	if len(fallback) != 1 || fallback[0].Place != "CQUEUE" {
		t.Errorf("what is urgent and fits no rule is told at %+v", fallback)
	}
}

func TestQuietHoursPutOffWhatCanWait(t *testing.T) {
	office := &triage.Calendar{Zone: "Europe/Berlin", Week: map[string][]triage.Hours{"mon": {{From: 9 * 60, To: 17 * 60}}}}
	friday := time.Date(2025, 11, 14, 22, 0, 0, 0, time.UTC)
	monday := time.Date(2025, 11, 17, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		priority triage.Priority
		urgent   bool
		want     time.Time
	}{
		{"high waits for Monday, nine in Berlin", triage.P2, true, monday},
		{"urgent rings where the rule says so", triage.P1, true, friday},
		{"urgent waits where it does not", triage.P1, false, monday},
	} {
		t.Run(c.name, func(t *testing.T) {
			going := notify.For(notify.Matter{Queue: triage.CM, Priority: c.priority},
				[]notify.Route{{Name: "care", Place: "CCARE", Hours: office, Urgent: c.urgent}}, notify.Targets{}, friday)
			if len(going) != 1 || !going[0].At.Equal(c.want) || going[0].Patient == c.want.Equal(friday) {
				t.Errorf("going %+v, want at %s", going, c.want)
			}
		})
	}
}

func TestARuleThatMakesNoSenseIsRefused(t *testing.T) {
	for name, change := range map[string]func(*notify.Route){
		"no name":             func(r *notify.Route) { r.Name = " " },
		"a name of two lines": func(r *notify.Route) { r.Name = "a\nb" },
		"a channel by name":   func(r *notify.Route) { r.Place = "#general" },
		"everybody":           func(r *notify.Route) { r.Place = "<!channel>" },
		"an unknown risk":     func(r *notify.Route) { r.Risks = []triage.Risk{"rain"} },
		"an unknown queue":    func(r *notify.Route) { r.Queues = []triage.Queue{"x"} },
		"an unknown platform": func(r *notify.Route) { r.Platforms = []triage.Platform{"fax"} },
		"a fifth priority":    func(r *notify.Route) { r.Priorities = []triage.Priority{5} },
		"a whole locale":      func(r *notify.Route) { r.Languages = []string{"de-DE"} },
		"a zone of nowhere":   func(r *notify.Route) { r.Hours = &triage.Calendar{Zone: "Europe/Nowhere"} },
		"hours of no day":     func(r *notify.Route) { r.Hours = &triage.Calendar{Week: map[string][]triage.Hours{"mon": {}}} },
	} {
		r := notify.Route{Name: "care", Place: "CCARE"}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		if change(&r); triage.KindOf(r.Check()) != triage.Invalid {
			t.Errorf("%s: %v", name, r.Check())
		}
	}
}
