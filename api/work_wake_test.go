package api_test

import (
	"testing"

	"triage/triage"
)

func TestWhoCountsAsTheAuthorWritingAgain(t *testing.T) {
	t.Parallel()
	spam := complaint
	spam.Intent, spam.Urgency, spam.Confidence.Intent = triage.Spam, triage.UrgencyLow, 0.99
	alone := func(e *triage.Engagement) { e.Thread = triage.Thread{} }
	message := func(e *triage.Engagement) { e.Thread, e.Form = triage.Thread{}, triage.FormMessage }
	for _, c := range []struct {
		rule    string
		waiting func(*triage.Engagement)
		wrote   func(*triage.Engagement)
		read    triage.Classification
		woken   bool
	}{
		{"the same author in the same thread", func(*triage.Engagement) {}, func(*triage.Engagement) {}, complaint, true},
		{"another author in the same thread", func(*triage.Engagement) {},
			func(e *triage.Engagement) { e.Author.ExternalID = "author-2" }, complaint, false},
		{"the same author elsewhere", func(*triage.Engagement) {},
			func(e *triage.Engagement) { e.Thread.ExternalID = "post-2" }, complaint, false},
		{"spam of the same author", func(*triage.Engagement) {}, func(*triage.Engagement) {}, spam, false},
		{"a reply to the one that waits", func(e *triage.Engagement) { alone(e); e.ExternalID = "first" },
			func(e *triage.Engagement) { alone(e); e.ParentExternalID = "first" }, complaint, true},
		{"a reply beside the one that waits", func(e *triage.Engagement) { alone(e); e.ParentExternalID = "ours" },
			func(e *triage.Engagement) { alone(e); e.ParentExternalID = "ours" }, complaint, true},
		{"a comment without any thread", alone, alone, complaint, false},
		{"a message in the same channel", message, message, complaint, true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			ada := o.hire("Ada", triage.RoleCM)
			path := "/v1/items/" + o.hear("Where is it?", complaint, c.waiting)
			o.ask(ada, "POST", path+"/wait", nil).must(200)
			o.hear("Hello?", c.read, c.wrote)
			if got := o.ask(ada, "GET", path, nil).must(200); (got.text("status") == "open") != c.woken {
				t.Errorf("it is %s", got.text("status"))
			}
		})
	}
}

func TestACommentThatIsPlacedAgainIsNotWritingAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	first := "/v1/items/" + o.receive("Where is it?", complaint)
	second := o.receive("It is late", complaint)
	o.ask(ada, "POST", first+"/wait", nil).must(200)
	o.ask(ada, "POST", "/v1/items/"+second+"/correct", map[string]any{"urgency": "high"}).must(200)
	if got := o.ask(ada, "GET", first, nil).must(200); got.text("status") != "waiting" {
		t.Errorf("a correction of another comment woke it: %s", got.text("status"))
	}
}
