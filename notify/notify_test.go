package notify_test

import (
	"testing"

	"triage/notify"
	"triage/triage"
)

func TestWhoIsTold(t *testing.T) {
	both := notify.Targets{SMM: "C-content", CM: "C-care"}
	for _, c := range []struct {
		name      string
		placement triage.Placement
		action    triage.Action
		brand     notify.Targets
		target    string
	}{
		{"urgent rings in the channel of its queue", triage.Placement{Queue: triage.CM, Priority: triage.P1}, triage.Created, both, "C-care"},
		{"high rings", triage.Placement{Queue: triage.SMM, Priority: triage.P2}, triage.Created, both, "C-content"},
		{"normal can wait", triage.Placement{Queue: triage.CM, Priority: triage.P3}, triage.Created, both, ""},
		{"low can wait", triage.Placement{Queue: triage.CM, Priority: triage.P4}, triage.Created, both, ""},
		{"a placement without a priority does not ring", triage.Placement{Queue: triage.CM}, triage.Created, both, ""},
		{"what the machine dismissed does not ring", triage.Placement{Queue: triage.CM, Priority: triage.P1, Dismiss: true}, triage.Created, both, ""},
		{"what is deleted does not ring", triage.Placement{Queue: triage.CM, Priority: triage.P1}, triage.Deleted, both, ""},
		{"an edit that made it urgent rings", triage.Placement{Queue: triage.CM, Priority: triage.P1}, triage.Edited, both, "C-care"},
		{"a queue without a channel is silent", triage.Placement{Queue: triage.SMM, Priority: triage.P1}, triage.Created, notify.Targets{CM: "C-care"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, ok := notify.For(c.placement, triage.Engagement{Action: c.action}, c.brand)
			if target != c.target || ok != (c.target != "") {
				t.Errorf("For = %q, %v; want %q", target, ok, c.target)
			}
		})
	}
}
