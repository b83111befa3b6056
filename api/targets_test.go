package api_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

func TestATargetIsAtRiskThenBreachedAndFollowedByTheNext(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	id := o.receive("My parcel never came", complaint)
	path := "/v1/items/" + id
	look := func() {
		t.Helper()
		o.inTx(func(tx *postgres.Tx) error { _, err := tx.LookAtTargets(t.Context()); return err })
	}
	past := func(by string) {
		t.Helper()
		o.exec(`UPDATE items SET received_at = received_at - $1::interval, due_at = due_at - $1::interval, first_due_at = first_due_at - $1::interval,
			resolve_due_at = resolve_due_at - $1::interval, sla_at = sla_at - $1::interval`, by)
	}
	state := func(want string) answer {
		t.Helper()
		got := o.ask(ada, "GET", path, nil).must(200)
		if got.text("targets", "state") != want {
			t.Errorf("the target is %s, want %s", got.text("targets", "state"), want)
		}
		return got
	}
	look()
	version := state("fine").number("version")
	past("7 hours")
	look()
	state("at_risk")
	o.ask(ada, "POST", path+"/snooze", map[string]any{"until": time.Now().Add(48 * time.Hour)}).must(200)
	past("2 hours")
	look()
	look()
	if got := state("breached"); got.number("version") != version+1 {
		t.Errorf("the clock changed the version: %s", got.raw)
	}
	for action, target := range map[string]string{"item.sla_at_risk": "first_answer", "item.sla_breached": "first_answer"} {
		if n := o.count(`SELECT count(*) FROM audit WHERE action = $1 AND detail->>'target' = $2 AND subject_id = $3`, action, target, id); n != 1 {
			t.Errorf("%d audit rows of %s", n, action)
		}
	}
	before := state("breached")
	after := o.ask(ada, "POST", path+"/answered", map[string]any{"note": "Sent a new one"}).must(200)
	if after.text("due_at") != after.text("targets", "resolution") || after.text("targets", "state") != "fine" {
		t.Errorf("answered: %s", after.raw)
	}
	moved := after.when(t, "due_at").Sub(before.when(t, "due_at")).Hours()
	was, _ := before.get("score", "hours").(float64)
	is, _ := after.get("score", "hours").(float64)
	if gain := was - is; gain < moved-0.1 || gain > moved+0.1 {
		t.Errorf("due %.1f hours later, but %.1f hours further back", moved, gain)
	}
	if n := o.count(`SELECT count(*) FROM authors WHERE touched_by = $1 AND touched_at IS NOT NULL`, o.personOf(ada)); n != 1 {
		t.Error("the last human touch is not kept")
	}
	past("80 hours")
	look()
	state("breached")
}

func TestFiguresOfTargetsAreNotImprovedByHiding(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	answered, late, hidden := o.receive("One", complaint), o.receive("Two", complaint), o.receive("Three", complaint)
	closedLate, spam, fresh := o.receive("Four", complaint), o.receive("Five", complaint), o.receive("Six", complaint)
	resolve := func(id, outcome string) {
		t.Helper()
		o.ask(ada, "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": outcome}).must(200)
	}
	past := func(id string) {
		t.Helper()
		o.exec(`UPDATE items SET received_at = received_at - interval '10 hours', due_at = due_at - interval '10 hours',
			first_due_at = first_due_at - interval '10 hours', sla_at = sla_at - interval '10 hours' WHERE id = $1`, id)
	}
	past(late)
	past(hidden)
	past(closedLate)
	resolve(answered, "answered")
	resolve(late, "answered")
	resolve(closedLate, "no_reply_needed")
	o.ask(ada, "POST", "/v1/items/"+spam+"/dismiss", map[string]any{"outcome": "spam"}).must(200)
	o.ask(ada, "POST", "/v1/items/"+hidden+"/snooze", map[string]any{"until": time.Now().Add(time.Hour)}).must(200)
	_ = o.ask(ada, "GET", "/v1/items/"+fresh, nil).must(200)

	got := o.ask(ada, "GET", "/v1/insights/targets", nil).must(200)
	if n := len(got.get("groups").([]any)); n != 1 {
		t.Fatalf("%d groups: %s", n, got.raw)
	}
	for _, want := range []string{
		`"key":null,"first_answer":{"met":1,"breached":3,"at_risk":0,"running":1,"met_share":0.2,"breached_share":0.6,"at_risk_share":0,"median_seconds":36000`,
		`"p90_seconds":null}`,
		`"resolution":{"met":3,"breached":0,"at_risk":0,"running":2`,
	} {
		if !strings.Contains(string(got.raw), want) {
			t.Errorf("the figures lack %s: %s", want, got.raw)
		}
	}
	byPriority := o.ask(ada, "GET", "/v1/insights/targets?group=priority", nil).must(200)
	if !strings.Contains(string(byPriority.raw), `"key":"normal","first_answer":{"met":1,"breached":3`) {
		t.Errorf("by priority: %s", byPriority.raw)
	}
	for _, group := range []string{"intent", "platform", "queue"} {
		o.ask(ada, "GET", "/v1/insights/targets?group="+group, nil).must(200)
	}
	if groups, _ := o.ask(ada, "GET", "/v1/insights/targets?queue=smm", nil).must(200).get("groups").([]any); len(groups) != 0 {
		t.Error("figures of the other queue")
	}
	if groups, _ := o.ask(ada, "GET", "/v1/insights/targets?queue=cm&platform=standard_webhooks", nil).must(200).get("groups").([]any); len(groups) != 1 {
		t.Error("no figures of the queue on its platform")
	}
	old := o.ask(ada, "GET", "/v1/insights/targets?from=2001-01-01T00:00:00Z&to=2001-02-01T00:00:00Z", nil).must(200)
	if groups, _ := old.get("groups").([]any); len(groups) != 0 {
		t.Errorf("figures of nothing: %s", old.raw)
	}
	for _, query := range []string{"group=person", "from=2001-01-01T00:00:00Z", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"} {
		o.ask(ada, "GET", "/v1/insights/targets?"+query, nil).must(422)
	}
	foreign := o.newBrand(t, "Other").hire("Eve", triage.RoleViewer)
	if groups, _ := o.ask(foreign, "GET", "/v1/insights/targets", nil).must(200).get("groups").([]any); len(groups) != 0 {
		t.Error("figures of another brand")
	}
}
