package api_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"triage/triage"
)

// bold sends every complaint to the content queue as urgent, for the night shift.
var bold = map[string]any{"rules": []any{map[string]any{
	"name": "bold", "when": map[string]any{"intent": []string{"complaint"}},
	"then": map[string]any{"queue": "smm", "priority": "urgent", "tags": []string{"night"}},
}}}

func TestAPlanIsWrittenPreviewedAndPutInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead, cm := o.hire("Mara", triage.RoleLead), o.hire("Ada", triage.RoleCM)
	before := o.receive("Where is my parcel?", complaint)

	inForce := o.ask(cm, http.MethodGet, "/v1/plan", nil).must(http.StatusOK)
	if inForce.number("version") != 0 || inForce.number("plan", "thresholds", "reach") != 10_000 {
		t.Errorf("in force is %s", inForce.raw)
	}
	added := o.ask(lead, http.MethodPost, "/v1/plans", map[string]any{"plan": bold, "note": "for tonight"}).must(http.StatusCreated)
	version := added.number("version")
	if added.text("state") != "draft" || added.text("note") != "for tonight" || added.text("created_by", "name") != "Mara" {
		t.Errorf("added %s", added.raw)
	}
	again := o.ask(lead, http.MethodPost, "/v1/plans", map[string]any{"plan": bold}).must(http.StatusOK)
	if again.number("version") != version {
		t.Errorf("the same plan is version %d and %d", version, again.number("version"))
	}

	preview := o.ask(lead, http.MethodPost, "/v1/plans/preview", map[string]any{"days": 7, "version": version}).must(http.StatusOK)
	if preview.number("engagements") != 1 || preview.number("ways", "queue") != 1 || preview.number("ways", "priority") != 1 ||
		preview.text("examples", "0", "item_id") != before || preview.text("moves", "0", "to", "queue") != "smm" ||
		preview.number("then", "tags", "night") != 1 || preview.text("by_intent", "0", "intent") != "complaint" {
		t.Errorf("foreseen is %s", preview.raw)
	}
	unsaved := o.ask(lead, http.MethodPost, "/v1/plans/preview", map[string]any{"days": 7, "plan": bold}).must(http.StatusOK)
	if unsaved.number("changed") != 1 || unsaved.get("versions", "then") != nil {
		t.Errorf("foreseen of a document is %s", unsaved.raw)
	}

	path := "/v1/plans/" + strconv.Itoa(version) + "/activate"
	o.ask(lead, http.MethodPost, path, nil, "If-Match", `"7"`).must(http.StatusPreconditionFailed)
	o.ask(cm, http.MethodPost, path, nil).must(http.StatusForbidden)
	active := o.ask(lead, http.MethodPost, path, nil, "If-Match", inForce.header.Get("ETag")).must(http.StatusOK)
	if active.number("version") != version || active.header.Get("ETag") != strconv.Quote(strconv.Itoa(version)) {
		t.Errorf("in force is %s", active.raw)
	}
	listed := o.ask(cm, http.MethodGet, "/v1/plans", nil).must(http.StatusOK)
	if listed.text("plans", "0", "state") != "active" || listed.get("plans", "0", "activated_at") == nil {
		t.Errorf("versions are %s", listed.raw)
	}
}

func TestAPlanIsToldWhereItIsWrong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead := o.hire("Mara", triage.RoleLead)
	var document any
	if err := json.Unmarshal([]byte(`{"rules": [{"name": "a", "when": {"intnt": ["spam"]}, "then": {"queue": "cs"}}]}`), &document); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/plans", "/v1/plans/preview"} {
		body := map[string]any{"plan": document}
		if path == "/v1/plans/preview" {
			body["days"] = 7
		}
		got := o.ask(lead, http.MethodPost, path, body).must(http.StatusUnprocessableEntity)
		if got.text("errors", "0", "location") != "body.plan/rules/0/then/queue" || got.text("errors", "1", "location") != "body.plan/rules/0/when/intnt" {
			t.Errorf("%s told %s", path, got.raw)
		}
	}
	o.ask(lead, http.MethodPost, "/v1/plans/preview", map[string]any{"days": 7}).must(http.StatusUnprocessableEntity)
	o.ask(lead, http.MethodPost, "/v1/plans/preview", map[string]any{"days": 0, "version": 0}).must(http.StatusUnprocessableEntity)
}

func TestThePlansOfAnotherBrandAreNotThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead := o.hire("Mara", triage.RoleLead)
	o.ask(lead, http.MethodPost, "/v1/plans", map[string]any{"plan": bold}).must(http.StatusCreated)
	other := o.newBrand(t, "Other").hire("Eve", triage.RoleLead)
	foreign := o.ask(other, http.MethodGet, "/v1/plans/1", nil).must(http.StatusNotFound)
	absent := o.ask(other, http.MethodGet, "/v1/plans/2", nil).must(http.StatusNotFound)
	if foreign.text("title") != absent.text("title") {
		t.Errorf("told apart: %s and %s", foreign.raw, absent.raw)
	}
	o.ask(other, http.MethodPost, "/v1/plans/1/activate", nil).must(http.StatusNotFound)
	o.ask(other, http.MethodPost, "/v1/plans/preview", map[string]any{"days": 7, "version": 1}).must(http.StatusNotFound)
}

func TestACompanionAndItsOwnerNameEachOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	loud := complaint
	owner := o.receiveFrom(50_000, "Everybody should know this", loud)
	got := o.ask(cm, http.MethodGet, "/v1/items/"+owner, nil).must(http.StatusOK)
	companion := got.text("linked", "id")
	if got.text("linked", "kind") != "companion" || got.text("linked", "queue") != "smm" || got.text("linked", "status") != "open" {
		t.Errorf("the owner is linked to %v", got.get("linked"))
	}
	back := o.ask(cm, http.MethodGet, "/v1/items/"+companion, nil).must(http.StatusOK)
	if back.text("linked", "id") != owner || back.text("reasons", "0", "rule") != "companion_reach" || back.text("kind") != "companion" {
		t.Errorf("the companion is %s", back.raw)
	}
}
