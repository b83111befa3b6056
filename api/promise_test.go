package api_test

import (
	"slices"
	"testing"
	"time"

	"triage/triage"
)

// fallDue lets all promises be due by now, and their items come up.
func (o *office) fallDue() {
	o.t.Helper()
	o.exec(`UPDATE promises SET due_at = now() - interval '1 second' WHERE raised_at IS NULL`)
	if _, err := o.store.RaisePromises(o.t.Context(), 100); err != nil {
		o.t.Fatal(err)
	}
}

func TestAPromiseBringsItsItemUpOnItsDate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mara, ben := o.hire("Mara", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	item := o.receive("Where is my refund?", complaint)
	due := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
	promise := o.ask(mara, "POST", "/v1/items/"+item+"/promises", map[string]any{"text": "Refund on Friday", "due_at": due}).must(200)
	o.ask(mara, "POST", "/v1/items/"+item+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	if n, err := o.store.RaisePromises(t.Context(), 100); err != nil || n != 0 {
		t.Errorf("%d promises came up before their time: %v", n, err)
	}
	shown := o.ask(ben, "GET", "/v1/items/"+item, nil).must(200)
	if got := shown.objects("promises"); len(got) != 1 || got[0].text("text") != "Refund on Friday" || got[0].text("by", "name") != "Mara" {
		t.Errorf("the item shows %v", shown.get("promises"))
	}
	if page := o.ask(ben, "GET", "/v1/authors/"+o.authorOf(item), nil).must(200); len(page.objects("promises")) != 1 {
		t.Errorf("the person shows %v", page.get("promises"))
	}
	o.fallDue()
	raised := o.ask(ben, "GET", "/v1/items/"+item, nil).must(200)
	if raised.text("status") != "open" || raised.text("assignee", "name") != "Mara" || raised.objects("reasons")[0].text("rule") != "promise_due" ||
		!slices.Contains(each(raised.objects("score", "parts"), "name"), "promise") || raised.get("outcome") != nil || raised.get("overdue") != true {
		t.Errorf("the item came up as %s", raised.raw)
	}
	o.fallDue()
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'item.promise_due' AND subject_id = $1`, item); n != 1 {
		t.Errorf("it came up %d times", n)
	}
	kept := o.ask(mara, "POST", "/v1/promises/"+promise.text("id")+"/keep", nil).must(200)
	if kept.text("state") != "kept" || kept.get("raised_at") == nil {
		t.Errorf("kept: %s", kept.raw)
	}
	o.ask(mara, "POST", "/v1/promises/"+promise.text("id")+"/keep", nil).must(200)
	o.ask(mara, "POST", "/v1/promises/"+promise.text("id")+"/withdraw", nil).must(409)
}

func TestAPromiseThatIsDueDisturbsNobodyAtWork(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mara, ben := o.hire("Mara", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	held, snoozed, gone := o.receive("Held", complaint), o.receive("Snoozed", complaint), o.receive("Withdrawn", complaint)
	for _, item := range []string{held, snoozed, gone} {
		p := o.ask(mara, "POST", "/v1/items/"+item+"/promises", map[string]any{"text": "x", "due_at": time.Now().Add(time.Hour)}).must(200)
		if item == gone {
			o.ask(mara, "POST", "/v1/promises/"+p.text("id")+"/withdraw", nil).must(200)
		}
	}
	o.ask(ben, "POST", "/v1/items/"+held+"/claim", nil).must(200)
	o.ask(ben, "POST", "/v1/items/"+snoozed+"/snooze", map[string]any{"until": time.Now().Add(48 * time.Hour)}).must(200)
	o.ask(ben, "POST", "/v1/items/"+gone+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	o.fallDue()
	for item, want := range map[string][2]string{held: {"claimed", "Ben"}, snoozed: {"open", "Mara"}, gone: {"resolved", "Ben"}} {
		if got := o.ask(mara, "GET", "/v1/items/"+item, nil).must(200); got.text("status") != want[0] || got.text("assignee", "name") != want[1] {
			t.Errorf("%s is %s with %s, want %v", got.text("engagement", "text"), got.text("status"), got.text("assignee", "name"), want)
		}
	}
}

func TestAPromiseToAPersonBringsUpTheirNewestItem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mara := o.hire("Mara", triage.RoleCM)
	old := o.receive("Old", complaint)
	o.ask(mara, "POST", "/v1/authors/"+o.authorOf(old)+"/promises", map[string]any{"text": "Call", "due_at": time.Now().Add(time.Hour)}).must(200)
	newest := o.receive("New", complaint)
	for _, item := range []string{old, newest} {
		o.ask(mara, "POST", "/v1/items/"+item+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	}
	o.fallDue()
	for item, want := range map[string]string{old: "resolved", newest: "open"} {
		if got := o.ask(mara, "GET", "/v1/items/"+item, nil).must(200).text("status"); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}

func TestAPromiseNeedsItsQueueAndALivingComment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := map[string]any{"text": "x", "due_at": time.Now().Add(time.Hour)}
	item := o.receive("Hello", complaint)
	o.ask(o.hire("Sam", triage.RoleSMM), "POST", "/v1/items/"+item+"/promises", body).must(403)
	o.erase(item)
	o.ask(o.hire("Mara", triage.RoleCM), "POST", "/v1/items/"+item+"/promises", body).must(410)
}

func TestPromisesAreSuggestedFromWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mara := o.hire("Mara", triage.RoleCM)
	text := "Danke! Wir melden uns in 3 Tagen. Bis dann"
	got := o.ask(mara, "POST", "/v1/promises/suggest", map[string]any{"text": text}).must(200).objects("promises")
	if len(got) != 1 || got[0].text("text") != "Wir melden uns in 3 Tagen" || text[got[0].number("start"):got[0].number("end")] != "in 3 Tagen" {
		t.Errorf("suggested %v", got)
	}
	if n := o.count(`SELECT count(*) FROM promises`); n != 0 {
		t.Error("a suggestion was stored")
	}
}
