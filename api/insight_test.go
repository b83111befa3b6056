package api_test

import (
	"testing"

	"triage/postgres"
	"triage/triage"
)

func TestWhatInsightsTell(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead, agent := o.hire("Lena", triage.RoleLead), o.hire("Can", triage.RoleCM)
	item := o.hear("The lid of my blue mug is cracked", complaint, func(*triage.Engagement) {})
	o.ask(agent, "GET", "/v1/insights/learning", nil).must(403)

	before := o.ask(lead, "GET", "/v1/insights/learning", nil).must(200)
	if before.number("corrections") != 0 || before.get("own", "before") != nil || before.number("fixed", "comments") < 400 {
		t.Errorf("before any correction: %v", before)
	}
	o.exec(`UPDATE items SET unsure = true WHERE brand_id = $1`, o.id)
	asked := o.ask(agent, "GET", "/v1/insights/questions", nil).must(200).get("questions").([]any)
	if len(asked) != 1 {
		t.Fatalf("asked %v", asked)
	}
	q := asked[0].(map[string]any)
	if q["item"].(map[string]any)["id"] != item || q["question"] == "" || q["field"] != "intent" {
		t.Errorf("asked %v", q)
	}
	o.ask(agent, "POST", "/v1/items/"+item+"/correct", map[string]any{"intent": "praise"}).must(200)
	if asked := o.ask(agent, "GET", "/v1/insights/questions", nil).must(200).get("questions").([]any); len(asked) != 0 {
		t.Errorf("what is answered is asked again: %v", asked)
	}
	after := o.ask(lead, "GET", "/v1/insights/learning", nil).must(200)
	if after.number("corrections") != 1 || after.number("people") != 1 || after.number("own", "comments") != 1 {
		t.Errorf("after a correction: %v", after)
	}
	o.inTx(func(tx *postgres.Tx) error {
		_, err := tx.KeepWeek(t.Context(), o.id, postgres.DriftWeek{
			Week: o.start.AddDate(0, 0, -7).Truncate(24 * 60 * 60 * 1e9), Placed: 200, Unsure: 50, Moved: []string{"unsure"},
			Intents: map[triage.Intent]postgres.IntentWeek{triage.Praise: {Judged: 100, Corrected: 25}},
		})
		return err
	})
	weeks := o.ask(agent, "GET", "/v1/insights/drift", nil).must(200).get("weeks").([]any)
	if len(weeks) != 1 || weeks[0].(map[string]any)["unsure_share"] != 0.25 {
		t.Errorf("weeks %v", weeks)
	}
}
