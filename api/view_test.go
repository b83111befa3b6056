package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"triage/triage"
)

// viewNames returns the names of the views that a token sees, in their order.
func (o *office) viewNames(token string) (names []string) {
	o.t.Helper()
	views, _ := o.ask(token, "GET", "/v1/views", nil).must(200).get("views").([]any)
	for _, v := range views {
		names = append(names, v.(map[string]any)["name"].(string))
	}
	return names
}

func TestAViewHoldsWhatItsListHolds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.hire("Ada", triage.RoleCM)
	risky := complaint
	risky.Risks, risky.Language = []triage.Risk{triage.RiskLegal}, "de"
	var want []string
	for n := range 5 {
		want = append(want, o.receive(fmt.Sprintf("Anwalt %d", n), risky))
		o.receive("Nothing works", complaint)
	}
	v := o.ask(ada, "POST", "/v1/views", map[string]any{
		"name": "Recht", "queue": "cm", "filter": map[string]any{"risk": []string{"legal", "privacy"}, "language": []string{"de"}, "assignee": "none"},
	}).must(200)
	path := "/v1/views/" + v.text("id") + "/items"
	first := o.ask(ada, "GET", path+"?limit=3", nil).must(200)
	second := o.ask(ada, "GET", path+"?limit=3&cursor="+first.text("next_cursor"), nil).must(200)
	if got := append(idsOf(first), idsOf(second)...); !slices.Equal(got, want) || second.get("next_cursor") != nil {
		t.Errorf("the view holds %v, want %v", got, want)
	}
	same := o.ask(ada, "GET", "/v1/queues/cm/items?risk=legal,privacy&language=de&assignee=none", nil).must(200)
	if !slices.Equal(idsOf(same), want) {
		t.Errorf("the list of the same filter holds %v", idsOf(same))
	}
	listed := o.ask(ada, "GET", "/v1/views?counts=true", nil).must(200)
	one := listed.get("views").([]any)[0].(map[string]any)
	if count := one["count"].(map[string]any); count["items"] != 5.0 || count["more"] != false {
		t.Errorf("it counts %v", count)
	}
	if filter := one["filter"].(map[string]any); len(filter) != 3 || filter["assignee"] != "none" {
		t.Errorf("it shows the filter %v", filter)
	}
	o.ask(ada, "PATCH", "/v1/views/"+v.text("id"), map[string]any{"filter": map[string]any{"assignee": "me"}}).must(200)
	if got := o.ask(ada, "GET", path, nil).must(200); len(idsOf(got)) != 0 {
		t.Errorf("my own are %v", idsOf(got))
	}
	o.ask(ada, "POST", "/v1/items/"+want[0]+"/claim", nil).must(200)
	if got := o.ask(ada, "GET", path, nil).must(200); !slices.Equal(idsOf(got), want[:1]) {
		t.Errorf("my own are %v", idsOf(got))
	}
}

func TestWhoseViewsAreWhose(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, lead := o.hire("Ada", triage.RoleViewer), o.hire("Ben", triage.RoleCM), o.hire("Cem", triage.RoleLead)
	add := func(token, name string, shared bool, status int) string {
		t.Helper()
		return o.ask(token, "POST", "/v1/views", map[string]any{"name": name, "queue": "smm", "shared": shared}).must(status).text("id")
	}
	own := add(ada, "Mine", false, 200)
	add(ada, "For all", true, 403)
	shared := add(lead, "For all", true, 200)
	add(lead, "FOR ALL", true, 409)
	add(ada, "mine", false, 409)
	add(ben, "Mine", false, 200)
	if got := o.viewNames(ada); !slices.Equal(got, []string{"For all", "Mine"}) {
		t.Errorf("Ada sees %v", got)
	}
	for _, c := range []struct {
		rule, token, method, id string
		body                    any
		status                  int
	}{
		{"nobody changes another's view", ben, "PATCH", own, map[string]any{"name": "Yours"}, 404},
		{"not even a lead", lead, "DELETE", own, nil, 404},
		{"nobody changes a shared view but a lead", ben, "PATCH", shared, map[string]any{"name": "Ours"}, 403},
		{"nor removes it", ben, "DELETE", shared, nil, 403},
		{"nobody shares theirs but a lead", ada, "PATCH", own, map[string]any{"shared": true}, 403},
		{"one changes one's own", ada, "PATCH", own, map[string]any{"name": "Always mine", "position": 3}, 200},
		{"a lead changes a shared one", lead, "PATCH", shared, map[string]any{"queue": "cm", "position": 4}, 200},
		{"nothing changes nothing", ada, "PATCH", own, nil, 200},
		{"an empty name is none", ada, "PATCH", own, map[string]any{"name": " "}, 422},
	} {
		if got := o.ask(c.token, c.method, "/v1/views/"+c.id, c.body); got.status != c.status {
			t.Errorf("%s: answered %d %s", c.rule, got.status, got.raw)
		}
	}
	if got := o.viewNames(ada); !slices.Equal(got, []string{"Always mine", "For all"}) {
		t.Errorf("Ada sees %v, by position", got)
	}
	o.ask(ada, "DELETE", "/v1/views/"+own, nil).must(204)
	o.ask(lead, "DELETE", "/v1/views/"+shared, nil).must(204)
	if got := o.viewNames(ada); len(got) != 0 {
		t.Errorf("Ada sees %v", got)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE subject = 'view' AND subject_id = $1`, shared); n != 3 {
		t.Errorf("%d rows of the audit tell of the shared view", n)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE subject = 'view' AND subject_id = $1`, own); n != 0 {
		t.Error("the audit tells of somebody's own view")
	}
}

func TestAViewTakesOnlyWhatItsListTakes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	for rule, filter := range map[string]any{
		"an unknown filter": map[string]any{"mood": "good"}, "an unknown word": map[string]any{"intent": []string{"s3cr3t"}},
		"no id": map[string]any{"author": "s3cr3t"}, "no assignee": map[string]any{"assignee": "you"},
		"a long search": map[string]any{"q": strings.Repeat("s3cr3t", 50)}, "a zero byte": map[string]any{"q": "s3cr3t\x00"},
		"a wrong time": map[string]any{"from": "s3cr3t"}, "a list": []string{"s3cr3t"}, "a word": "s3cr3t",
		"where to go on": map[string]any{"cursor": "x"},
	} {
		got := o.ask(token, "POST", "/v1/views", map[string]any{"name": rule, "queue": "cm", "filter": filter})
		if got.status != 422 || strings.Contains(string(got.raw), "s3cr3t") {
			t.Errorf("%s: answered %d %s", rule, got.status, got.raw)
		}
	}
	o.ask(token, "POST", "/v1/views", map[string]any{"name": "x", "queue": "other"}).must(422)
	o.ask(token, "POST", "/v1/views", map[string]any{"name": strings.Repeat("ü", 81), "queue": "cm"}).must(422)
	for n := range 100 {
		o.ask(token, "POST", "/v1/views", map[string]any{"name": fmt.Sprint(n), "queue": "cm"}).must(200)
	}
	o.ask(token, "POST", "/v1/views", map[string]any{"name": "one more", "queue": "cm"}).must(409)
}

func TestCountsEndAtAThousand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	id := o.receive("Nothing works", complaint)
	o.exec(`INSERT INTO items SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'engagement_id', gen_random_uuid()))).*
		FROM items i, generate_series(1, 1004) WHERE i.id = $1`, id)
	o.ask(token, "POST", "/v1/views", map[string]any{"name": "All", "queue": "cm"}).must(200)
	view := o.ask(token, "GET", "/v1/views?counts=true", nil).must(200).get("views").([]any)[0].(map[string]any)
	if count := view["count"].(map[string]any); count["items"] != 1000.0 || count["more"] != true {
		t.Errorf("it counts %v", count)
	}
}
