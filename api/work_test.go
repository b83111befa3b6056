package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

func TestAManagerFindsClaimsReadsAndResolves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	id := o.receive("My parcel never came 😡", complaint)

	queues := o.ask(cm, "GET", "/v1/queues", nil).must(200)
	if !strings.Contains(string(queues.raw), `"queue":"cm","open":1,"claimed":0`) || !strings.Contains(string(queues.raw), `"normal":1`) {
		t.Errorf("queues: %s", queues.raw)
	}
	listed := o.ask(cm, "GET", "/v1/queues/cm/items", nil).must(200)
	if items, _ := listed.get("items").([]any); len(items) != 1 || listed.get("next_cursor") != nil {
		t.Errorf("list: %s", listed.raw)
	}
	claimed := o.ask(cm, "POST", "/v1/queues/cm/claim", nil).must(200)
	if claimed.text("id") != id || claimed.text("status") != "claimed" || claimed.text("assignee", "name") != "Ada" || claimed.number("fence") != 1 {
		t.Errorf("claimed: %s", claimed.raw)
	}
	o.ask(cm, "POST", "/v1/queues/cm/claim", nil).must(204)

	read := o.ask(cm, "GET", "/v1/items/"+id, nil).must(200)
	if read.header.Get("ETag") != `"2"` || read.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", read.header)
	}
	for _, want := range []string{
		`"quote":"My parcel never came 😡"`, `"engine":"builtin"`, `"confidence":{"queue":0.9,"intent":0.8`,
		`"reason":"Read as complaint, which belongs to the relationship queue.`, `"name":"Acme on X"`, `"item.placed"`, `"item.claimed"`,
		`"handle":"joerg"`, `"text":"Our new shoe"`,
	} {
		if !strings.Contains(string(read.raw), want) {
			t.Errorf("the item lacks %s: %s", want, read.raw)
		}
	}
	resolved := o.ask(cm, "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": "answered", "note": "Sent a new one"}).must(200)
	if resolved.text("status") != "resolved" || resolved.text("outcome") != "answered" || resolved.header.Get("ETag") != `"3"` {
		t.Errorf("resolved: %s", resolved.raw)
	}
	read = o.ask(cm, "GET", "/v1/items/"+id, nil).must(200)
	if !strings.Contains(string(read.raw), `"text":"Sent a new one"`) {
		t.Errorf("the note is not there: %s", read.raw)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE detail::text LIKE '%new one%'`); n != 0 {
		t.Error("the audit holds the words of a note")
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'item.resolved' AND actor_kind = 'person'`); n != 1 {
		t.Errorf("%d audit rows of resolving", n)
	}
}

func TestALeaseProtectsItsHolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleHybrid)
	id := o.receive("Nothing works", complaint)
	path := "/v1/items/" + id

	o.ask(ada, "POST", path+"/claim", nil).must(200)
	conflict := o.ask(ben, "POST", path+"/claim", nil).must(409)
	if conflict.text("holder", "name") != "Ada" || conflict.text("state") != "claimed" || conflict.number("version") != 2 ||
		conflict.number("status") != 409 || conflict.text("type") != "/problems/conflict" {
		t.Errorf("conflict: %s", conflict.raw)
	}
	o.ask(ben, "POST", path+"/resolve", map[string]any{"outcome": "answered"}).must(409)
	renewed := o.ask(ada, "POST", path+"/claim", map[string]any{"fence": 1}).must(200)
	if renewed.number("fence") != 1 {
		t.Errorf("renewing took a new lease: %s", renewed.raw)
	}

	o.exec(`UPDATE items SET lease_until = now() - interval '1 second' WHERE id = $1`, id)
	taken := o.ask(ben, "POST", "/v1/queues/cm/claim", nil).must(200)
	if taken.text("id") != id || taken.number("fence") != 2 {
		t.Errorf("taken: %s", taken.raw)
	}
	for _, body := range []map[string]any{{"outcome": "answered", "fence": 1}, {"outcome": "answered"}} {
		late := o.ask(ada, "POST", path+"/resolve", body).must(409)
		if late.text("holder", "name") != "Ben" {
			t.Errorf("a late write is not told who holds it: %s", late.raw)
		}
	}
	if o.ask(ada, "GET", path, nil).text("status") != "claimed" {
		t.Error("a late write changed the item")
	}
	o.ask(ben, "POST", path+"/release", map[string]any{"fence": 2}).must(200)
	o.ask(ada, "POST", path+"/release", nil).must(409)
}

func TestAnExpiredLeaseStillCountsWhileNobodyTookTheItem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	id := o.receive("Nothing works", complaint)
	o.ask(ada, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	o.exec(`UPDATE items SET lease_until = now() - interval '1 second' WHERE id = $1`, id)
	o.inTx(func(tx *postgres.Tx) error { return tx.ReleaseExpired(t.Context()) })
	if got := o.ask(ada, "GET", "/v1/items/"+id, nil).must(200); got.text("status") != "open" {
		t.Fatalf("released: %s", got.raw)
	}
	o.ask(ada, "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": "answered", "fence": 1}).must(200)
}

func TestIfMatchIsCompared(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	path := "/v1/items/" + o.receive("Nothing works", complaint)
	stale := o.ask(ada, "POST", path+"/claim", nil, "If-Match", `"7"`).must(412)
	if stale.text("type") != "/problems/precondition-failed" || stale.number("version") != 1 {
		t.Errorf("stale: %s", stale.raw)
	}
	o.ask(ada, "POST", path+"/claim", nil, "If-Match", "nonsense").must(412)
	o.ask(ada, "POST", path+"/claim", nil, "If-Match", `"1"`).must(200)
	o.ask(ada, "POST", path+"/claim", nil, "If-Match", "*").must(200)
}

func TestSnoozedItemsComeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	id := o.receive("Nothing works", complaint)
	o.ask(ada, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	for _, until := range []time.Time{time.Now().Add(-time.Hour), time.Now().AddDate(2, 0, 0)} {
		o.ask(ada, "POST", "/v1/items/"+id+"/snooze", map[string]any{"until": until}).must(422)
	}
	o.ask(ada, "POST", "/v1/items/"+id+"/snooze", map[string]any{"until": time.Now().Add(time.Hour)}).must(200)
	o.ask(ben, "POST", "/v1/queues/cm/claim", nil).must(204)
	o.exec(`UPDATE items SET snoozed_until = now() - interval '1 second' WHERE id = $1`, id)
	if got := o.ask(ben, "POST", "/v1/queues/cm/claim", nil).must(200); got.text("id") != id || got.get("snoozed_until") != nil {
		t.Errorf("woken: %s", got.raw)
	}
}

func TestAHandoverMovesTheItemAndTheSecondAsksTheLead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm, smm := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM)
	id := o.receive("Great video, but my order is late", complaint)
	path := "/v1/items/" + id
	o.ask(cm, "POST", path+"/claim", nil).must(200)
	o.ask(cm, "POST", path+"/handover", map[string]any{}).must(422)
	o.ask(cm, "POST", path+"/handover", map[string]any{"reason": "  "}).must(422)
	moved := o.ask(cm, "POST", path+"/handover", map[string]any{"reason": "It is about the video", "note": "Nice one"}).must(200)
	if moved.text("queue") != "smm" || moved.text("status") != "open" || moved.get("assignee") != nil || moved.number("handovers") != 1 ||
		moved.get("needs_lead") != false {
		t.Errorf("moved: %s", moved.raw)
	}
	o.ask(cm, "POST", path+"/claim", nil).must(403)
	o.ask(smm, "POST", "/v1/queues/smm/claim", nil).must(200)
	back := o.ask(smm, "POST", path+"/handover", map[string]any{"reason": "Care first"}).must(200)
	if back.text("queue") != "cm" || back.get("needs_lead") != true {
		t.Errorf("back: %s", back.raw)
	}
	read := o.ask(cm, "GET", path, nil).must(200)
	for _, want := range []string{"It is about the video", "Nice one", "Care first", `"item.handed_over"`} {
		if !strings.Contains(string(read.raw), want) {
			t.Errorf("the item lacks %q: %s", want, read.raw)
		}
	}
}

func TestACorrectionIsKeptAndPlacesTheItemAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleHybrid)
	id := o.receive("Look what I made with your yarn", complaint)
	path := "/v1/items/" + id
	o.ask(cm, "POST", path+"/correct", map[string]any{}).must(422)
	got := o.ask(cm, "POST", path+"/correct", map[string]any{"intent": "ugc", "urgency": "low", "sentiment": "positive"}).must(200)
	if got.text("queue") != "smm" || got.text("priority") != "low" || got.text("intent") != "ugc" || got.get("unsure") != false {
		t.Errorf("corrected: %s", got.raw)
	}
	if !strings.HasPrefix(got.text("reason"), "A person corrected this: intent, sentiment, urgency.") {
		t.Errorf("reason: %s", got.text("reason"))
	}
	read := o.ask(cm, "GET", path, nil).must(200)
	if read.text("receipt", "intent") != "complaint" {
		t.Errorf("the old judgement is lost: %s", read.raw)
	}
	if corrections, _ := read.get("labels").([]any); len(corrections) != 1 {
		t.Errorf("corrections: %s", read.raw)
	}
	got = o.ask(cm, "POST", path+"/correct", map[string]any{"queue": "cm"}).must(200)
	if got.text("queue") != "cm" || got.text("intent") != "ugc" || got.text("priority") != "low" {
		t.Errorf("the named queue does not win, or an earlier correction is lost: %s", got.raw)
	}
	got = o.ask(cm, "POST", path+"/correct", map[string]any{"urgency": "high"}).must(200)
	if got.text("queue") != "cm" || got.text("priority") != "high" {
		t.Errorf("the named queue does not stay: %s", got.raw)
	}
	if n := o.count(`SELECT count(*) FROM labels`); n != 3 {
		t.Errorf("%d labels", n)
	}
}

func TestACorrectionLeavesAnItemInAnotherPersonsHands(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleHybrid), o.hire("Ben", triage.RoleHybrid)
	id := o.receive("Look what I made with your yarn", complaint)
	o.ask(ada, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	held := o.ask(ben, "POST", "/v1/items/"+id+"/correct", map[string]any{"intent": "ugc"}).must(409)
	if held.text("holder", "name") != "Ada" {
		t.Errorf("the holder is not named: %s", held.raw)
	}
	got := o.ask(ada, "POST", "/v1/items/"+id+"/correct", map[string]any{"urgency": "high"}).must(200)
	if got.text("status") != "claimed" || got.text("assignee", "name") != "Ada" || got.text("priority") != "high" {
		t.Errorf("the holder's own correction: %s", got.raw)
	}
}

func TestDismissedSpamThatIsNoneComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	spam := complaint
	spam.Intent, spam.Urgency, spam.Confidence.Intent = triage.Spam, triage.UrgencyLow, 0.99
	id := o.receive("Cheap shoes here?", spam)
	if got := o.ask(cm, "GET", "/v1/items/"+id, nil).must(200); got.text("status") != "dismissed" {
		t.Fatalf("sure spam: %s", got.raw)
	}
	o.ask(cm, "POST", "/v1/items/"+id+"/claim", nil).must(409)
	got := o.ask(cm, "POST", "/v1/items/"+id+"/correct", map[string]any{"intent": "product_question"}).must(200)
	if got.text("status") != "open" || got.get("outcome") != nil || got.get("closed_at") != nil {
		t.Errorf("corrected spam: %s", got.raw)
	}
}

func TestWhatWasErasedIsGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	id := o.receive("My secret words", complaint)
	o.ask(cm, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	o.ask(cm, "POST", "/v1/items/"+id+"/handover", map[string]any{"reason": "My secret note"}).must(200)
	o.erase(id)
	gone := o.ask(cm, "GET", "/v1/items/"+id, nil).must(410)
	if gone.text("type") != "/problems/gone" {
		t.Errorf("gone: %s", gone.raw)
	}
	o.ask(cm, "POST", "/v1/items/"+id+"/claim", nil).must(410)
	if n := o.count(`SELECT count(*) FROM notes`); n != 0 {
		t.Error("a note outlived its comment")
	}
	for _, q := range []string{"smm", "cm"} {
		list := o.ask(cm, "GET", "/v1/queues/"+q+"/items?status=live,closed", nil).must(200)
		if items, _ := list.get("items").([]any); len(items) != 0 {
			t.Errorf("an erased item is listed: %s", list.raw)
		}
	}
}

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	urgent := complaint
	urgent.Urgency, urgent.Risks, urgent.Language = triage.UrgencyUrgent, []triage.Risk{triage.RiskLegal}, "de"
	plain := o.receive("100% wrong _ size", complaint)
	alarm := o.receive("Mein Anwalt meldet sich", urgent)
	mine := o.receive("mine", complaint)
	o.ask(cm, "POST", "/v1/items/"+mine+"/claim", nil).must(200)

	for query, want := range map[string][]string{
		"":                                {alarm, plain, mine},
		"priority=urgent":                 {alarm},
		"priority=urgent,normal":          {alarm, plain, mine},
		"status=open":                     {alarm, plain},
		"status=resolved":                 {},
		"assignee=me":                     {mine},
		"assignee=none":                   {alarm, plain},
		"risk=legal,threat":               {alarm},
		"language=de":                     {alarm},
		"intent=praise":                   {},
		"sentiment=negative&unsure=false": {alarm, plain, mine},
		"q=ANWALT":                        {alarm},
		"q=100%25":                        {plain},
		"q=_":                             {}, // no word
		"q=%27%20OR%201=1--":              {},
		"platform=facebook":               {},
		"channel=" + string(o.channel):    {alarm, plain, mine},
		"author=" + string(o.channel):     {},
		"from=2001-01-01T00:00:00Z":       {alarm, plain, mine},
		"to=2001-01-01T00:00:00Z":         {},
	} {
		got := o.ask(cm, "GET", "/v1/queues/cm/items?"+query, nil).must(200)
		if ids := idsOf(got); !slices.Equal(ids, want) {
			t.Errorf("%q lists %v, want %v", query, ids, want)
		}
	}
	for _, query := range []string{
		"status=sleeping", "limit=0", "limit=201", "limit=1e9", "unsure=maybe", "risk=x", "channel=1", "author=urn:uuid:" + string(o.channel), "assignee=you",
		"from=yesterday", "q=%00", "language=%27", "colour=red", "q=%FF",
	} {
		o.ask(cm, "GET", "/v1/queues/cm/items?"+query, nil).must(http.StatusUnprocessableEntity)
	}
}

func idsOf(a answer) []string {
	ids := []string{}
	items, _ := a.get("items").([]any)
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			id, _ := object["id"].(string)
			ids = append(ids, id)
		}
	}
	return ids
}
