package api_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// me returns the id of whom a token belongs to.
func (o *office) me(token string) string {
	o.t.Helper()
	return o.ask(token, "GET", "/v1/me", nil).must(200).text("person", "id")
}

var threat = triage.Classification{
	Engine: "builtin", Model: "m1", Intent: triage.Abuse, Sentiment: triage.Negative, Urgency: triage.UrgencyNormal,
	Language: "de", Risks: []triage.Risk{triage.RiskThreat}, Confidence: triage.Confidence{Queue: 0.9, Intent: 0.8},
}

func TestWhatHurtsIsCoveredUntilItIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	const words = "Ihr Verbrecher, ich finde euch"
	id := o.receive(words, threat)
	o.exec(`UPDATE items SET heavy = true WHERE id = $1`, id)
	for _, path := range []string{"/v1/items/" + id, "/v1/queues/cm/items", "/v1/engagements?q=Verbrecher"} {
		got := o.ask(ada, "GET", path, nil).must(200)
		if strings.Contains(string(got.raw), "Verbrecher") || !strings.Contains(string(got.raw), "Dieser Text ist verdeckt") || !strings.Contains(string(got.raw), "Drohung") {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
	before := o.ask(ada, "GET", "/v1/me", nil).must(200).number("load", "exposed")
	shown := o.ask(ada, "POST", "/v1/items/"+id+"/uncover", nil).must(200)
	if shown.text("engagement", "text") != words || shown.get("heavy") != true || shown.get("engagement", "covered") != false {
		t.Errorf("uncovered: %s", shown.raw)
	}
	o.ask(ada, "POST", "/v1/items/"+id+"/uncover", nil).must(200)
	if after := o.ask(ada, "GET", "/v1/me", nil).number("load", "exposed"); after != before+1 {
		t.Errorf("one text read twice counts as %d", after-before)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'item.uncovered'`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	plain := o.receive("Wo ist mein Paket?", complaint)
	o.ask(ada, "POST", "/v1/items/"+plain+"/uncover", nil).must(200)
	if after := o.ask(ada, "GET", "/v1/me", nil).number("load", "exposed"); after != before+1 {
		t.Error("a text that does not hurt counts as exposure")
	}
	o.erase(id)
	o.ask(ada, "POST", "/v1/items/"+id+"/uncover", nil).must(410)
	if n := o.count(`SELECT count(*) FROM exposures WHERE engagement_id IS NOT NULL`); n != 0 {
		t.Error("exposures name an erased comment")
	}
}

func TestNothingDealtSaysWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, lea := o.hire("Ada", triage.RoleCM), o.hire("Lea", triage.RoleLead)
	o.ask(ada, "PUT", "/v1/people/"+o.me(lea)+"/care", map[string]any{"capacity": 4, "heavy_per_hour": 1, "languages": []string{}, "skills": []string{}, "overflow": false}).must(403)
	care := "/v1/people/" + o.me(ada) + "/care"
	set := func(change map[string]any) {
		t.Helper()
		body := map[string]any{"capacity": 60, "heavy_per_hour": 10, "languages": []string{}, "skills": []string{}, "overflow": false}
		for name, value := range change {
			body[name] = value
		}
		o.ask(lea, "PUT", care, body).must(200)
	}
	why := func() string {
		t.Helper()
		got := o.ask(ada, "POST", "/v1/next", nil).must(204)
		if len(got.raw) > 0 {
			t.Errorf("204 with a body: %s", got.raw)
		}
		return got.header.Get("Triage-Reason")
	}
	if got := why(); got != "none" {
		t.Errorf("an empty queue says %q", got)
	}
	o.receive("My parcel never came", complaint)
	set(map[string]any{"capacity": 1})
	if got := why(); got != "at_capacity" {
		t.Errorf("without capacity: %q", got)
	}
	today := strings.ToLower(time.Now().UTC().Add(48 * time.Hour).Weekday().String()[:3])
	set(map[string]any{"hours": map[string]any{"zone": "", "week": map[string]any{today: []any{map[string]any{"from": 0, "to": 60}}}, "holidays": []string{}}})
	if got := why(); got != "off_duty" {
		t.Errorf("outside the hours: %q", got)
	}
	me := o.ask(ada, "GET", "/v1/me", nil).must(200)
	if me.get("on_duty") != false || me.text("back_at") == "" {
		t.Errorf("me: %s", me.raw)
	}
	set(nil)
	leaves := "/v1/people/" + o.me(ada) + "/leaves"
	leave := o.ask(ada, "POST", leaves, map[string]any{"from": time.Now().Add(-time.Hour), "to": time.Now().Add(time.Hour)}).must(201)
	if got := why(); got != "on_leave" {
		t.Errorf("on leave: %q", got)
	}
	if got := o.ask(lea, "GET", leaves, nil).must(200); !strings.Contains(string(got.raw), leave.text("id")) {
		t.Errorf("leaves: %s", got.raw)
	}
	o.ask(ada, "DELETE", leaves+"/"+string(postgres.NewID()), nil).must(404)
	o.ask(ada, "DELETE", leaves+"/"+leave.text("id"), nil).must(204)
	if got := o.ask(ada, "POST", "/v1/next", nil).must(200); got.text("status") != "claimed" {
		t.Errorf("dealt: %s", got.raw)
	}
}

func TestCareIsRefusedWithWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	path := "/v1/people/" + o.me(ada)
	for rule, c := range map[string]struct {
		name  string
		value any
		says  string
	}{
		"a language is a subtag":           {"languages", []string{"german"}, "A language is two or three letters"},
		"a skill is a word":                {"skills", []string{"Press & TV"}, "A skill is a word of"},
		"a time zone exists":               {"hours", map[string]any{"zone": "Europe/Bielefeld", "week": map[string]any{}, "holidays": []string{}}, "There is no time zone"},
		"a capacity is not negative":       {"capacity", -1, "expected number >= 0"},
		"a week has the days that it has":  {"hours", map[string]any{"zone": "", "week": map[string]any{"dienstag": []any{}}, "holidays": []string{}}, "A week has the days"},
		"openings do not end before begin": {"hours", map[string]any{"zone": "", "week": map[string]any{"mon": []any{map[string]any{"from": 600, "to": 60}}}, "holidays": []string{}}, "must be in order"},
	} {
		t.Run(rule, func(t *testing.T) {
			body := map[string]any{"capacity": 60, "heavy_per_hour": 10, "languages": []string{}, "skills": []string{}, "overflow": false}
			body[c.name] = c.value
			if got := o.ask(ada, "PUT", path+"/care", body).must(422); !strings.Contains(strings.ReplaceAll(string(got.raw), `\u003e`, ">"), c.says) {
				t.Errorf("says %s", got.raw)
			}
		})
	}
	for rule, leave := range map[string]map[string]any{
		"a leave does not end before it begins": {"from": time.Now().Add(time.Hour), "to": time.Now()},
		"a leave that is over is no leave":      {"from": time.Now().Add(-2 * time.Hour), "to": time.Now().Add(-time.Hour)},
	} {
		t.Run(rule, func(t *testing.T) { o.ask(ada, "POST", path+"/leaves", leave).must(422) })
	}
}

func TestWhatOnePersonHasInHandIsTheirsToSee(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, lea := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM), o.hire("Lea", triage.RoleLead)
	o.receive("My parcel never came", complaint)
	o.ask(ada, "POST", "/v1/next", nil).must(200)
	points := func(token, name string) (load any) {
		t.Helper()
		people, _ := o.ask(token, "GET", "/v1/team", nil).must(200).get("people").([]any)
		for _, p := range people {
			if one, _ := p.(map[string]any); one["name"] == name {
				if one["on_duty"] != true {
					t.Errorf("%s is not on duty", name)
				}
				return one["load"]
			}
		}
		t.Errorf("%s is not there", name)
		return nil
	}
	if own, _ := points(ada, "Ada").(map[string]any); own == nil || own["points"] == 0.0 {
		t.Errorf("Ada sees of herself %v", own)
	}
	if points(ben, "Ada") != nil || points(lea, "Ada") != nil {
		t.Error("others see what Ada has in hand")
	}
	o.ask(ben, "PUT", "/v1/settings", map[string]any{"personal_figures": "leads", "streak": 5, "history": true}).must(403)
	o.ask(lea, "PUT", "/v1/settings", map[string]any{"personal_figures": "leads", "streak": 5, "history": true}).must(200)
	if points(ben, "Ada") != nil || points(lea, "Ada") == nil {
		t.Error("figures for leads are not for leads alone")
	}
	group := o.ask(lea, "GET", "/v1/team", nil).must(200)
	if group.get("group", "handled") != nil || !strings.Contains(group.text("group", "reason"), "Fewer than five") {
		t.Errorf("a group of three has figures: %s", group.raw)
	}
}

func TestFiguresOfAGroupStartAtFive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var tokens []string
	for n, name := range []string{"Ada", "Ben", "Cem", "Dea", "Eva"} {
		tokens = append(tokens, o.hire(name, triage.RoleCM))
		id := o.receive("Comment number", complaint)
		o.ask(tokens[n], "POST", "/v1/items/"+id+"/claim", nil).must(200)
		o.ask(tokens[n], "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": "answered"}).must(200)
		group := o.ask(tokens[0], "GET", "/v1/team", nil).must(200)
		if got := group.get("group", "handled"); (n < 4 && got != nil) || (n == 4 && got != 5.0) {
			t.Errorf("after %d people: %v", n+1, got)
		}
	}
}

func TestNobodyOnDutyIsVisible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, sam := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM)
	back := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
	o.ask(ada, "POST", "/v1/people/"+o.me(ada)+"/leaves", map[string]any{"from": back.Add(-3 * time.Hour), "to": back}).must(201)
	team := o.ask(sam, "GET", "/v1/team", nil).must(200)
	queues, _ := team.get("queues").([]any)
	for _, q := range queues {
		one, _ := q.(map[string]any)
		if one["queue"] == "smm" && one["nobody"] != false || one["queue"] == "cm" && (one["nobody"] != true || one["next_opening"] != back.Format(time.RFC3339) || one["since"] == nil) {
			t.Errorf("%v", one)
		}
	}
}
