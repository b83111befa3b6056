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

// write takes in one more comment of the same author in the same thread, seconds after the
// others.
func (b *brand) write(text string) { b.t.Helper(); b.receive(text, complaint) }

func TestWhatWaitsForItsAuthorComesBackWhenTheyWriteAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	id := o.receive("My parcel never came", complaint)
	path := "/v1/items/" + id
	o.ask(ada, "POST", path+"/claim", nil).must(200)
	waiting := o.ask(ada, "POST", path+"/wait", map[string]any{"note": "Asked for the number"}).must(200)
	if waiting.text("status") != "waiting" || waiting.get("wake_on_author") != true || waiting.get("targets", "paused_since") == nil ||
		waiting.get("targets", "answered_at") == nil || waiting.get("lease_until") != nil {
		t.Errorf("waiting: %s", waiting.raw)
	}
	o.ask(ada, "POST", "/v1/queues/cm/claim", nil).must(204)

	o.write("Here it is: 12")
	woken := o.ask(ada, "GET", path, nil).must(200)
	if woken.text("status") != "open" || woken.get("targets", "next_answer") == nil || woken.get("targets", "paused_since") != nil ||
		woken.text("reason") != "The author wrote again." || woken.get("wake_on_author") != false {
		t.Errorf("woken: %s", woken.raw)
	}
	if woken.get("due_at") != woken.get("targets", "next_answer") {
		t.Errorf("the next answer is not what it is due by: %s", woken.raw)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'item.woken' AND detail->>'why' = 'author_answered' AND subject_id = $1`, id); n != 1 {
		t.Errorf("%d audit rows of waking", n)
	}
	answered := o.ask(ada, "POST", path+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	if answered.get("targets", "next_answer") != nil {
		t.Errorf("still owed: %s", answered.raw)
	}
	if n := o.count(`SELECT count(*) FROM next_answers WHERE item_id = $1 AND ended_at IS NOT NULL AND ended_in IS NOT NULL`, id); n != 1 {
		t.Errorf("%d next answers kept", n)
	}
}

func TestASnoozeEndsEarlierWhenTheAuthorWritesIfThatWasAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	until := time.Now().Add(time.Hour)
	deaf, alert := o.receive("One", complaint), o.receive("Two", complaint)
	o.ask(ada, "POST", "/v1/items/"+deaf+"/snooze", map[string]any{"until": until}).must(200)
	o.ask(ada, "POST", "/v1/items/"+alert+"/snooze", map[string]any{"until": until, "until_author": true}).must(200)
	o.write("Hello?")
	if got := o.ask(ada, "GET", "/v1/items/"+deaf, nil); got.text("status") != "snoozed" {
		t.Errorf("a snooze until a time ended: %s", got.raw)
	}
	got := o.ask(ada, "GET", "/v1/items/"+alert, nil)
	if got.text("status") != "open" || got.get("targets", "next_answer") != nil {
		t.Errorf("a snooze until the author writes: %s", got.raw)
	}
}

func TestWhoFollowsUpFindsTheItemAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	id := o.receive("My parcel never came", complaint)
	path := "/v1/items/" + id
	o.ask(ada, "POST", path+"/wait", map[string]any{"follow_up": time.Now().Add(-time.Minute)}).must(422)
	o.ask(ada, "POST", path+"/wait", map[string]any{"follow_up": time.Now().Add(time.Hour)}).must(200)
	before := o.ask(ada, "GET", path, nil)
	o.exec(`UPDATE items SET snoozed_until = now() - interval '1 second', paused_at = paused_at - interval '2 hours',
		resolve_due_at = resolve_due_at - interval '2 hours' WHERE id = $1`, id)
	o.inTx(func(tx *postgres.Tx) error { return tx.WakeWaiting(t.Context()) })
	after := o.ask(ada, "GET", path, nil)
	if after.text("status") != "open" || after.text("reason") != "The time to follow up has come." {
		t.Errorf("woken: %s", after.raw)
	}
	was, is := before.when(t, "targets", "resolution"), after.when(t, "targets", "resolution")
	if drift := is.Sub(was).Abs(); drift > time.Minute {
		t.Errorf("two hours of waiting moved the target by %s too much or too little", drift)
	}
	if is := after.when(t, "due_at"); !is.Equal(after.when(t, "targets", "resolution")) {
		t.Errorf("it is due %s", is)
	}
}

func (a answer) when(t *testing.T, path ...string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, a.text(path...))
	if err != nil {
		t.Fatalf("%v of %s: %v", path, a.raw, err)
	}
	return at
}

func TestSnoozingMovesNoTarget(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	path := "/v1/items/" + o.receive("My parcel never came", complaint)
	before := o.ask(ada, "GET", path, nil)
	after := o.ask(ada, "POST", path+"/snooze", map[string]any{"until": time.Now().Add(time.Hour)}).must(200)
	for _, target := range []string{"first_answer", "resolution", "paused_since", "state"} {
		if before.get("targets", target) != after.get("targets", target) {
			t.Errorf("snoozing moved %s from %v to %v", target, before.get("targets", target), after.get("targets", target))
		}
	}
	if before.get("due_at") != after.get("due_at") {
		t.Error("snoozing moved when it is due")
	}
}

func TestWhatWasDismissedCanBeReopened(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	sure := complaint
	sure.Intent, sure.Urgency, sure.Confidence.Intent = triage.Spam, triage.UrgencyLow, 0.99
	byMachine, byPerson := o.receive("Cheap shoes", sure), o.receive("Cheap bags", complaint)
	o.ask(ada, "POST", "/v1/items/"+byPerson+"/dismiss", map[string]any{"outcome": "answered"}).must(422)
	dismissed := o.ask(ada, "POST", "/v1/items/"+byPerson+"/dismiss", map[string]any{"outcome": "spam", "note": "third one today"}).must(200)
	if dismissed.text("status") != "dismissed" || dismissed.text("outcome") != "spam" {
		t.Errorf("dismissed: %s", dismissed.raw)
	}
	for _, id := range []string{byMachine, byPerson} {
		open := o.ask(ada, "POST", "/v1/items/"+id+"/reopen", map[string]any{"note": "It is none"}).must(200)
		if open.text("status") != "open" || open.get("outcome") != nil || open.get("closed_at") != nil || open.get("assignee") != nil {
			t.Errorf("reopened: %s", open.raw)
		}
		o.ask(ada, "POST", "/v1/items/"+id+"/reopen", nil).must(409)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'item.reopened' AND actor_kind = 'person' AND detail->>'before' = 'spam'`); n != 2 {
		t.Errorf("%d audit rows of reopening", n)
	}
}

func TestAnAssignedItemIsNobodyElses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, lea := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM), o.hire("Lea", triage.RoleLead)
	sam := o.hire("Sam", triage.RoleSMM)
	id := o.receive("My parcel never came", complaint)
	path := "/v1/items/" + id
	adas, bens, sams := o.personOf(ada), o.personOf(ben), o.personOf(sam)

	o.ask(ada, "POST", path+"/assign", map[string]any{"assignee": bens}).must(403)
	o.ask(lea, "POST", path+"/assign", map[string]any{"assignee": sams}).must(422)
	o.ask(lea, "POST", path+"/assign", map[string]any{"assignee": string(postgres.NewID())}).must(422)
	own := o.ask(ada, "POST", path+"/assign", map[string]any{"assignee": "me"}).must(200)
	if own.text("assignee", "id") != adas || own.text("status") != "open" || own.get("lease_until") != nil {
		t.Errorf("assigned: %s", own.raw)
	}
	refused := o.ask(ben, "POST", path+"/claim", nil).must(409)
	if refused.text("holder", "name") != "Ada" {
		t.Errorf("refused: %s", refused.raw)
	}
	o.ask(ben, "POST", path+"/resolve", map[string]any{"outcome": "answered"}).must(409)
	o.ask(ben, "POST", "/v1/queues/cm/claim", nil).must(204)

	o.ask(lea, "POST", path+"/assign", map[string]any{"assignee": bens}).must(200)
	o.ask(ada, "POST", path+"/claim", nil).must(409)
	if got := o.ask(ben, "POST", "/v1/queues/cm/claim", nil).must(200); got.text("id") != id {
		t.Errorf("dealt: %s", got.raw)
	}
}

// personOf returns the id of whom a token speaks for.
func (b *brand) personOf(token string) string {
	b.t.Helper()
	caller, err := b.store.Bearer(b.t.Context(), token)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(caller.PersonID)
}

func TestAHandoverIsAcceptedOrReturned(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm, smm, lea := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM), o.hire("Lea", triage.RoleLead)
	accepted, returned := "/v1/items/"+o.receive("About the video", complaint), "/v1/items/"+o.receive("About the parcel", complaint)
	o.ask(cm, "POST", accepted+"/accept", nil).must(409)
	for _, path := range []string{accepted, returned} {
		over := o.ask(cm, "POST", path+"/handover", map[string]any{"reason": "Yours"}).must(200)
		if over.text("handed_by") != o.personOf(cm) {
			t.Errorf("handed over: %s", over.raw)
		}
	}
	got := o.ask(smm, "POST", accepted+"/accept", nil).must(200)
	if got.get("handed_by") != nil || got.text("status") != "open" || got.text("queue") != "smm" {
		t.Errorf("accepted: %s", got.raw)
	}
	o.ask(smm, "POST", accepted+"/return", map[string]any{"reason": "Too late"}).must(409)

	o.ask(smm, "POST", returned+"/return", map[string]any{"reason": " "}).must(422)
	got = o.ask(smm, "POST", returned+"/return", map[string]any{"reason": "It is about a parcel"}).must(200)
	if got.text("queue") != "cm" || got.number("handovers") != 2 || got.get("needs_lead") != true || got.get("handed_by") != nil {
		t.Errorf("returned: %s", got.raw)
	}
	refused := o.ask(cm, "POST", returned+"/claim", nil).must(403)
	if !strings.Contains(refused.text("title"), "lead decides") {
		t.Errorf("refused: %s", refused.raw)
	}
	o.ask(cm, "POST", returned+"/resolve", map[string]any{"outcome": "answered"}).must(403)
	o.ask(cm, "POST", returned+"/note", map[string]any{"text": "I could do it"}).must(200)
	got = o.ask(lea, "POST", returned+"/accept", nil).must(200)
	if got.get("needs_lead") != false {
		t.Errorf("decided: %s", got.raw)
	}
	o.ask(cm, "POST", returned+"/claim", nil).must(200)
}

func TestWithoutALeadNothingWaitsForOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	solo := o.hire("Solo", triage.RoleHybrid)
	path := "/v1/items/" + o.receive("About the video", complaint)
	for range 2 {
		o.ask(solo, "POST", path+"/handover", map[string]any{"reason": "Changed my mind"}).must(200)
	}
	o.ask(solo, "POST", path+"/claim", nil).must(200)
}

func TestNotesAndTags(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm, smm := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM)
	path := "/v1/items/" + o.receive("My parcel never came", complaint)
	held := o.ask(cm, "POST", path+"/claim", nil).must(200)
	o.exec(`UPDATE items SET lease_until = lease_until - interval '5 minutes'`)
	o.ask(smm, "POST", path+"/note", map[string]any{"text": "Seen on our channel too"}).must(200)
	o.ask(smm, "POST", path+"/note", map[string]any{"text": "  "}).must(422)
	o.ask(smm, "POST", path+"/tags", map[string]any{"add": []string{"parcel"}}).must(403)
	tagged := o.ask(cm, "POST", path+"/tags", map[string]any{"add": []string{" Parcel ", "größe", "parcel"}}).must(200)
	if tags, _ := tagged.get("tags").([]any); len(tags) != 2 || tags[0] != "größe" || tags[1] != "parcel" {
		t.Errorf("tagged: %s", tagged.raw)
	}
	if tagged.when(t, "lease_until").Before(held.when(t, "lease_until")) || tagged.number("fence") != 1 {
		t.Errorf("the holder's action did not renew the lease: %s", tagged.raw)
	}
	o.ask(cm, "POST", path+"/tags", map[string]any{"add": []string{"two words"}}).must(422)
	many := make([]string, 20)
	for n := range many {
		many[n] = "t" + strings.Repeat("x", n+1)
	}
	o.ask(cm, "POST", path+"/tags", map[string]any{"add": many}).must(422)
	o.ask(cm, "POST", path+"/tags", map[string]any{"remove": []string{"parcel"}}).must(200)
	read := o.ask(smm, "GET", path, nil).must(200)
	if !strings.Contains(string(read.raw), "Seen on our channel too") || !strings.Contains(string(read.raw), `"tags":["größe"]`) {
		t.Errorf("read: %s", read.raw)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE detail::text LIKE '%größe%' OR detail::text LIKE '%channel too%'`); n != 0 {
		t.Error("the audit holds words of people")
	}
}

func TestACompanionByHandIsWorkedOnApart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm, smm := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM)
	id := o.receive("Look what your shoe did", complaint)
	path := "/v1/items/" + id
	o.ask(smm, "POST", path+"/companion", map[string]any{"reason": "A story"}).must(403)
	companion := o.ask(cm, "POST", path+"/companion", map[string]any{"reason": "A story for you"}).must(200)
	if companion.text("kind") != "companion" || companion.text("queue") != "smm" || companion.text("id") == id ||
		companion.text("status") != "open" || companion.get("targets", "first_answer") == nil {
		t.Errorf("companion: %s", companion.raw)
	}
	o.ask(cm, "POST", path+"/companion", map[string]any{"reason": "Again"}).must(409)
	other := "/v1/items/" + companion.text("id")
	o.ask(smm, "POST", other+"/companion", map[string]any{"reason": "Deeper"}).must(409)
	o.ask(smm, "POST", other+"/claim", nil).must(200)
	o.ask(cm, "POST", path+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	if got := o.ask(smm, "GET", other, nil).must(200); got.text("status") != "claimed" {
		t.Errorf("closing the owner touched the companion: %s", got.raw)
	}
	o.ask(smm, "POST", other+"/resolve", map[string]any{"outcome": "published"}).must(200)
	again := o.ask(cm, "POST", path+"/companion", map[string]any{"reason": "A second story"}).must(200)
	if again.text("id") != companion.text("id") || again.text("status") != "open" {
		t.Errorf("opened again: %s", again.raw)
	}
}

func TestAnActionIsTakenBackWithinAMinute(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, lea := o.hire("Ada", triage.RoleHybrid), o.hire("Ben", triage.RoleCM), o.hire("Lea", triage.RoleLead)
	for verb, body := range map[string]map[string]any{
		"resolve": {"outcome": "answered"}, "dismiss": {"outcome": "spam"}, "snooze": {"until": time.Now().Add(time.Hour)},
		"handover": {"reason": "Yours"}, "tags": {"add": []string{"x"}}, "assign": {"assignee": "me"}, "wait": {}, "answered": {},
	} {
		path := "/v1/items/" + o.receive("My parcel never came", complaint)
		o.ask(ada, "POST", path+"/claim", nil).must(200)
		before := o.ask(ada, "GET", path, nil).must(200)
		done := o.ask(ada, "POST", path+"/"+verb, body).must(200)
		undo := "/v1/undo/" + done.header.Get("Triage-Undo")
		o.ask(ben, "POST", undo, nil).must(403)
		undone := o.ask(ada, "POST", undo, nil).must(200)
		if restored, _ := undone.get("restored").([]any); len(restored) != 1 {
			t.Errorf("%s: %s", verb, undone.raw)
		}
		after := o.ask(ada, "GET", path, nil).must(200)
		for _, member := range []string{"status", "queue", "outcome", "due_at", "handovers", "needs_lead", "handed_by", "closed_at", "reason", "snoozed_until"} {
			if before.get(member) != after.get(member) {
				t.Errorf("%s: %s was %v and is %v", verb, member, before.get(member), after.get(member))
			}
		}
		for _, target := range []string{"answered_at", "paused_since", "first_answer", "resolution", "state"} {
			if before.get("targets", target) != after.get("targets", target) {
				t.Errorf("%s: target %s was %v and is %v", verb, target, before.get("targets", target), after.get("targets", target))
			}
		}
		o.ask(ada, "POST", undo, nil).must(409)
		o.ask(ada, "POST", path+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	}

	path := "/v1/items/" + o.receive("My parcel never came", complaint)
	done := o.ask(ada, "POST", path+"/resolve", map[string]any{"outcome": "other"}).must(200)
	o.ask(lea, "POST", path+"/reopen", nil).must(200)
	undone := o.ask(lea, "POST", "/v1/undo/"+done.header.Get("Triage-Undo"), nil).must(200)
	if kept, _ := undone.get("changed").([]any); len(kept) != 1 {
		t.Errorf("what was changed since: %s", undone.raw)
	}
	done = o.ask(ada, "POST", path+"/resolve", map[string]any{"outcome": "other"}).must(200)
	o.exec(`UPDATE undos SET expires_at = now() - interval '1 second'`)
	o.ask(ada, "POST", "/v1/undo/"+done.header.Get("Triage-Undo"), nil).must(410)
	absent := o.ask(ada, "POST", "/v1/undo/"+string(postgres.NewID()), nil).must(404)
	foreign := o.newBrand(t, "Other").hire("Eve", triage.RoleLead)
	if got := o.ask(foreign, "POST", "/v1/undo/"+done.header.Get("Triage-Undo"), nil).must(404); got.text("title") != absent.text("title") {
		t.Errorf("foreign and absent differ: %s", got.raw)
	}
	o.exec(`UPDATE undos SET expires_at = now() - interval '1 hour'`)
	o.inTx(func(tx *postgres.Tx) error { return tx.DropUndos(t.Context()) })
	if n := o.count(`SELECT (SELECT count(*) FROM undos) + (SELECT count(*) FROM undo_items)`); n != 0 {
		t.Errorf("%d rows of undos are left", n)
	}
}

func TestManyItemsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, lea := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM), o.hire("Lea", triage.RoleLead)
	free, held, closed, mine := o.receive("One", complaint), o.receive("Two", complaint), o.receive("Three", complaint), o.receive("Four", complaint)
	o.ask(ben, "POST", "/v1/items/"+held+"/claim", nil).must(200)
	o.ask(ada, "POST", "/v1/items/"+mine+"/claim", nil).must(200)
	o.ask(ada, "POST", "/v1/items/"+closed+"/dismiss", map[string]any{"outcome": "duplicate"}).must(200)
	absent := string(postgres.NewID())

	for _, body := range []map[string]any{
		{"action": "release"}, {"ids": []string{free}, "wave": absent, "action": "release"}, {"ids": []string{"x"}, "action": "release"},
		{"queue": "cm", "action": "release"}, {"ids": []string{free}, "action": "explode"},
	} {
		o.ask(ada, "POST", "/v1/items/bulk", body).must(422)
	}
	o.ask(ada, "POST", "/v1/items/bulk", map[string]any{"ids": []string{free}, "action": "resolve", "outcome": "spam"}).must(422)

	got := o.ask(ada, "POST", "/v1/items/bulk", map[string]any{
		"ids": []string{free, held, closed, mine, absent, free}, "action": "resolve", "outcome": "answered", "note": "Told them all",
	}).must(200)
	done := strs(got.list("done"))
	slices.Sort(done)
	if !slices.Equal(done, []string{free, mine}) {
		t.Errorf("done: %s", got.raw)
	}
	for _, want := range []string{
		`{"why":"held","holder":{"id":"` + o.personOf(ben) + `","name":"Ben"},"ids":["` + held + `"]}`,
		`{"why":"closed","holder":null,"ids":["` + closed + `"]}`, `{"why":"not_found","holder":null,"ids":["` + absent + `"]}`,
	} {
		if !strings.Contains(string(got.raw), want) {
			t.Errorf("the answer lacks %s: %s", want, got.raw)
		}
	}
	if until := got.when(t, "undo_until"); until.Before(time.Now().Add(50*time.Second)) || until.After(time.Now().Add(70*time.Second)) {
		t.Errorf("undo until %s", until)
	}
	if n := o.count(`SELECT count(*) FROM notes WHERE text = 'Told them all'`); n != 2 {
		t.Errorf("%d notes", n)
	}
	undone := o.ask(ada, "POST", "/v1/undo/"+got.text("undo"), nil).must(200)
	if len(undone.list("restored")) != 2 {
		t.Errorf("undone: %s", undone.raw)
	}
	if read := o.ask(ada, "GET", "/v1/items/"+mine, nil); read.text("status") != "claimed" || read.text("assignee", "name") != "Ada" {
		t.Errorf("restored: %s", read.raw)
	}

	count := o.ask(lea, "POST", "/v1/items/bulk", map[string]any{
		"queue": "cm", "filter": map[string]any{"status": []string{"open"}}, "expect": 5, "action": "tags", "add": []string{"seen"},
	}).must(409)
	if count.number("count") != 1 {
		t.Errorf("another number: %s", count.raw)
	}
	got = o.ask(lea, "POST", "/v1/items/bulk", map[string]any{
		"queue": "cm", "filter": map[string]any{"status": []string{"open"}}, "expect": 1, "action": "tags", "add": []string{"seen"},
	}).must(200)
	if !slices.Equal(strs(got.list("done")), []string{free}) {
		t.Errorf("tagged: %s", got.raw)
	}
}

func TestWhatFitsOneOfManyIsDoneToThatOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lea, cem := o.hire("Lea", triage.RoleLead), o.hire("Cem", triage.RoleCM)
	content := complaint
	content.Intent = triage.ContentReaction
	his, not := o.receive("Nothing works", complaint), o.receive("Nice video", content)
	assign := map[string]any{"ids": []string{his, not}, "action": "assign", "assignee": o.personOf(cem)}
	got := o.ask(lea, "POST", "/v1/items/bulk", assign).must(200)
	if !slices.Equal(got.list("done"), []string{his}) || !strings.Contains(string(got.raw), `{"why":"not_possible","holder":null,"ids":["`+not+`"]}`) {
		t.Errorf("assigned: %s", got.raw)
	}
	assign["ids"] = []string{not}
	o.ask(lea, "POST", "/v1/items/bulk", assign).must(422)
}

// list is get for what is a list of strings.
func (a answer) list(path ...string) (out []string) {
	found, _ := a.get(path...).([]any)
	for _, v := range found {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}

func TestAWaveIsServedByOneAction(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	wave := postgres.NewID()
	for n := range 450 {
		id := o.receive("The site is down", complaint)
		o.exec(`UPDATE items SET wave_id = $1, wave_outlier = $2 WHERE id = $3`, wave, n == 0, id)
	}
	got := o.ask(ada, "POST", "/v1/items/bulk", map[string]any{"wave": wave, "action": "resolve", "outcome": "answered"}).must(200)
	if len(got.list("done")) != 449 {
		t.Errorf("%d done", len(got.list("done")))
	}
	undone := o.ask(ada, "POST", "/v1/undo/"+got.text("undo"), nil).must(200)
	if len(undone.list("restored")) != 449 {
		t.Errorf("%d restored", len(undone.list("restored")))
	}
	closed := 0
	o.inTx(func(tx *postgres.Tx) (err error) {
		closed, err = tx.CloseWaveItems(t.Context(), o.id, wave, triage.OutcomeSpam, postgres.Actor{})
		return err
	})
	if n := o.count(`SELECT count(*) FROM items WHERE status = 'dismissed' AND outcome = 'spam'`); closed != 449 || n != 449 {
		t.Errorf("%d closed, %d dismissed", closed, n)
	}
}

func TestOfManyWritersWithTheSameVersionOneWins(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	path := "/v1/items/" + o.receive("My parcel never came", complaint)
	for round := 1; round <= 5; round++ {
		version := o.ask(ada, "GET", path, nil).header.Get("ETag")
		answers := make(chan int, 20)
		for range cap(answers) {
			go func() { answers <- o.status(ada, "POST", path+"/claim", "If-Match", version) }()
		}
		got := map[int]int{}
		for range cap(answers) {
			got[<-answers]++
		}
		if got[http.StatusOK] != 1 || got[http.StatusPreconditionFailed] != cap(answers)-1 {
			t.Errorf("round %d answered %v", round, got)
		}
	}
}

// status sends a request without a body and returns the status of the answer, 0 for none.
// It may be called from any goroutine.
func (o *office) status(token, method, path string, headers ...string) int {
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, nil)
	if err != nil {
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = response.Body.Close() // only the status is asked for
	return response.StatusCode
}
