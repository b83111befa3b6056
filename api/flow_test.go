package api_test

import (
	"strings"
	"testing"

	"triage/triage"
)

func TestTheFlowTellsWhatCameInEachDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleViewer)
	praise := complaint
	praise.Intent, praise.Sentiment = triage.ContentReaction, triage.Positive
	old := o.receive("One", complaint)
	o.receive("Two", complaint)
	o.receive("Three", praise)
	gone := o.receive("Four", complaint)
	o.exec(`UPDATE items SET received_at = received_at - interval '3 days' WHERE id = $1`, old)
	o.exec(`UPDATE items SET status = 'dismissed', outcome = 'deleted', closed_at = now() WHERE id = $1`, gone)

	got := o.ask(ada, "GET", "/v1/insights/flow", nil).must(200)
	days := got.get("days").([]any)
	if len(days) != 8 || got.number("engagements") != 3 {
		t.Errorf("%d days: %s", len(days), got.raw)
	}
	for _, want := range []string{
		`"engagements":1,"by_sentiment":{"negative":1}},{`,
		`"engagements":2,"by_sentiment":{"negative":1,"positive":1}}],`,
		`"by_intent":{"complaint":2,"content_reaction":1},"by_platform":{"standard_webhooks":3},"by_queue":{"cm":2,"smm":1}`,
	} {
		if !strings.Contains(string(got.raw), want) {
			t.Errorf("the flow lacks %s: %s", want, got.raw)
		}
	}
	for query, want := range map[string]int{"queue=smm": 1, "platform=x": 0, "platform=standard_webhooks&queue=cm": 2} {
		if n := o.ask(ada, "GET", "/v1/insights/flow?"+query, nil).must(200).number("engagements"); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	for _, query := range []string{"queue=both", "from=2001-01-01T00:00:00Z", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"} {
		o.ask(ada, "GET", "/v1/insights/flow?"+query, nil).must(422)
	}
	foreign := o.newBrand(t, "Other").hire("Eve", triage.RoleViewer)
	if n := o.ask(foreign, "GET", "/v1/insights/flow", nil).must(200).number("engagements"); n != 0 {
		t.Error("the flow of another brand")
	}
}
