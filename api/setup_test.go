package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"triage/api"
	"triage/connector/standardwebhooks"
	"triage/llm"
	"triage/triage"
)

func TestAnAdministratorOpensADoorAndAPlatformWalksIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, openDoor(t))
	admin, lead := o.hire("Ada", triage.RoleAdmin), o.hire("Lea", triage.RoleLead)
	o.ask(lead, "POST", "/v1/endpoints", map[string]any{"platform": "standard_webhooks"}).must(403)
	made := o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "standard_webhooks"}).must(201)
	if key := made.text("secret"); !strings.HasPrefix(key, "whsec_") || len(key) < 40 {
		t.Fatalf("the secret that was made is %d characters", len(key))
	}
	if url := made.text("url"); !strings.HasSuffix(url, made.text("path")) || !strings.HasPrefix(url, "http") {
		t.Errorf("the address to be copied is %q", url)
	}
	o.ask(admin, "POST", "/v1/channels", map[string]any{"endpoint_id": made.text("id"), "external_id": "forum", "name": "Forum"}).must(201)
	o.ask(admin, "POST", "/v1/channels", map[string]any{"endpoint_id": made.text("id"), "external_id": "forum", "name": "Forum"}).must(409)

	deliver := func(key, id string) int {
		t.Helper()
		body := `{"type":"comment.created","timestamp":"2026-11-25T12:00:00Z","data":{"id":"` + id +
			`","account":"forum","author":{"id":"a","name":"Mira"},"text":"Moin","created_at":"2026-11-25T12:00:00Z"}}`
		signed, err := standardwebhooks.Sign(key, "msg_"+id, time.Now(), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var headers []string
		for name, values := range signed {
			headers = append(headers, name, values[0])
		}
		return o.ask("", "POST", made.text("path"), body, headers...).status
	}
	if status := deliver(made.text("secret"), "c-1"); status != 200 {
		t.Errorf("the first delivery is answered with %d", status)
	}
	path := "/v1/endpoints/" + made.text("id")
	rotated := o.ask(admin, "POST", path+"/rotate", map[string]any{"keep_seconds": 3600}).must(200)
	if rotated.text("secret") == made.text("secret") {
		t.Error("rotating made the same secret")
	}
	o.ask(admin, "POST", path+"/disable", nil).must(204)
	if raw := o.ask(admin, "GET", "/v1/endpoints", nil).must(200).raw; !strings.Contains(string(raw), `"disabled":true`) {
		t.Errorf("the address is not closed: %s", raw)
	}
	o.ask(admin, "POST", path+"/enable", nil).must(204)
}

func TestWhatIsSecretIsCheckedAndNotGivenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, openDoor(t))
	admin := o.hire("Ada", triage.RoleAdmin)
	o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "nonsense"}).must(422)
	o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "facebook"}).must(422) // Meta's secret is not ours to choose
	o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "facebook", "secret": "short"}).must(422)
	made := o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "facebook", "secret": "8f14e45fceea167a5a36dedd4bea2543"}).must(201)
	if made.get("secret") != nil || made.text("verify_token") == "" {
		t.Errorf("a secret that was given comes back, or no verify token is made: %v", made.get("secret"))
	}
	listed := o.ask(admin, "GET", "/v1/endpoints", nil).must(200)
	if strings.Contains(string(listed.raw), "8f14e45fceea167a5a36dedd4bea2543") || strings.Contains(string(listed.raw), made.text("verify_token")) {
		t.Error("the list of endpoints tells a secret")
	}
}

func TestAnAddressOfTheHouseIsNotAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, openDoor(t))
	admin := o.hire("Ada", triage.RoleAdmin)
	made := o.ask(admin, "POST", "/v1/endpoints", map[string]any{"platform": "mastodon", "secret": "ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0"}).must(201)
	for _, address := range []string{
		"", "http://social.example", "https://127.0.0.1", "https://[::1]", "https://localhost", "https://vault.internal", "https://2130706433",
		"https://10.0.0.1", "https://0x7f.1", "https://me:pw@social.example", "ftp://social.example", "https://router",
	} {
		body := map[string]any{"endpoint_id": made.text("id"), "external_id": "@us", "name": "Us", "address": address}
		if got := o.ask(admin, "POST", "/v1/channels", body); got.status != 422 {
			t.Errorf("%q is answered with %d", address, got.status)
		}
	}
	o.ask(admin, "POST", "/v1/channels", map[string]any{"endpoint_id": made.text("id"), "external_id": "@us", "name": "Us", "address": "https://social.example/"}).must(201)
}

func TestSampleCommentsComeAndGoThroughTheDoor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, openDoor(t))
	admin := o.hire("Ada", triage.RoleAdmin)
	for range 2 { // once more after they are gone
		if on := o.ask(admin, "PUT", "/v1/sample", map[string]any{"on": true}).must(200); on.number("comments") != 24 || on.get("on") != true {
			t.Fatalf("%v comments are there", on.get("comments"))
		}
		if off := o.ask(admin, "PUT", "/v1/sample", map[string]any{"on": false}).must(200); off.number("comments") != 0 || off.get("on") != false {
			t.Fatalf("%v comments are left", off.get("comments"))
		}
	}
	endpoints := o.ask(admin, "GET", "/v1/endpoints", nil).must(200).get("endpoints").([]any)
	if len(endpoints) != 1 || endpoints[0].(map[string]any)["disabled"] != true {
		t.Errorf("of the sample's endpoint there is not one, closed: %v", endpoints)
	}
}

func TestDeadWorkIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := newEstate(o, o.brand, "OURMARK")
	id := e.deadNotice()
	o.ask(e.admin, "POST", "/v1/jobs/dead/"+id+"/retry", map[string]any{"kind": "judge"}).must(404)
	o.ask(e.admin, "POST", "/v1/jobs/dead/"+id+"/retry", map[string]any{"kind": "notice"}).must(204)
	if state := e.row(`SELECT state || attempts FROM notices WHERE brand_id = $1 AND id = $2`, o.id, id); state != "pending0" {
		t.Errorf("the notice is %s", state)
	}
	o.ask(e.admin, "POST", "/v1/jobs/dead/"+id+"/retry", map[string]any{"kind": "notice"}).must(404)

	job := e.row(`INSERT INTO river_job (kind, args, state, attempt, max_attempts, finalized_at)
		VALUES ('judge', jsonb_build_object('brand', $1::text), 'discarded', 5, 5, now()) RETURNING id::text`, o.id)
	o.ask(e.admin, "POST", "/v1/jobs/dead/"+job+"/retry", map[string]any{"kind": "judge"}).must(204)
	if state := e.row(`SELECT state || max_attempts::text FROM river_job WHERE id::text = $1`, job); state != "available6" {
		t.Errorf("the job is %s", state)
	}
}

func TestTheModelIsAskedOnDemand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		probe   func(context.Context) (llm.ChatAbility, error)
		works   bool
		problem string
	}{
		"without a model nothing is asked": {nil, false, ""},
		"one that answers works": {func(context.Context) (llm.ChatAbility, error) {
			return llm.ChatAbility{Model: "m", Kept: true, Format: "json_schema"}, nil
		}, true, ""},
		"one that keeps no form does not": {func(context.Context) (llm.ChatAbility, error) { return llm.ChatAbility{Model: "m"}, nil }, false, "form"},
		"one that refuses says so": {func(context.Context) (llm.ChatAbility, error) {
			return llm.ChatAbility{}, &llm.Error{Outcome: llm.Refused, Code: "invalid_api_key"}
		}, false, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *api.Options) { o.Probe = c.probe })
			got := o.ask(o.hire("Lea", triage.RoleLead), "POST", "/v1/engines/test", nil).must(200)
			if got.get("works") != c.works || got.get("problem") != c.problem || got.get("configured") != (c.probe != nil) {
				t.Errorf("answered %s", got.raw)
			}
		})
	}
}
