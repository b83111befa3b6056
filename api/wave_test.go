package api_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"triage/embeddings"
	"triage/jobs"
	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// storm receives n near-copies of one complaint by as many authors and finds the wave.
func (o *office) storm(n int, c triage.Classification) (items []string) {
	o.t.Helper()
	engine, err := embeddings.NewBuiltin()
	if err != nil {
		o.t.Fatal(err)
	}
	for k := range n {
		text := "Der neue Becher läuft aus, ich will mein Geld zurück" + strings.Repeat("!", k)
		vectors, err := engine.Embed(o.t.Context(), []string{text})
		if err != nil {
			o.t.Fatal(err)
		}
		o.comment++
		e := triage.Engagement{
			ID: postgres.NewID(), BrandID: o.id, ChannelID: o.channel, Platform: triage.StandardWebhooks,
			ExternalID: "storm-" + string(postgres.NewID()), Form: triage.FormComment, Action: triage.Created, Text: text,
			Author:    triage.Author{ExternalID: fmt.Sprint("angry-", o.comment), Handle: fmt.Sprint("angry", o.comment), Followers: 12},
			Thread:    triage.Thread{ExternalID: "post-1", Text: "Our new cup"},
			VersionAt: o.start, ReceivedAt: o.start.Add(time.Duration(k) * time.Second), Round: 1,
		}
		o.inTx(func(tx *postgres.Tx) error {
			d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: e.ReceivedAt, Source: "webhook"}
			if _, _, err := tx.Record(o.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}}); err != nil {
				return err
			}
			_, err := tx.Settle(o.t.Context(), o.id, []postgres.Settlement{{
				Engagement: e, Classification: c, Vector: &vectors[0],
				Place: func(*postgres.Standing) *postgres.Placed {
					return &postgres.Placed{Placement: routing.Default(0.5).Place(e, c, routing.Context{}, o.start)}
				},
			}})
			return err
		})
		var id string
		if err := o.store.Pool().QueryRow(o.t.Context(), `SELECT id::text FROM items WHERE brand_id = $1 AND engagement_id = $2`, o.id, e.ID).Scan(&id); err != nil {
			o.t.Fatal(err)
		}
		items = append(items, id)
	}
	upkeep := &jobs.Upkeep{Store: o.store, Judge: &jobs.Judge{Store: o.store, Embedder: engine}, Log: slog.New(slog.DiscardHandler)}
	if _, err := upkeep.Waves(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return items
}

// wave returns the id of the only wave.
func (o *office) wave(token string) string {
	o.t.Helper()
	list := o.ask(token, "GET", "/v1/waves", nil).must(200)
	waves, _ := list.get("waves").([]any)
	if len(waves) != 1 {
		o.t.Fatalf("waves: %s", list.raw)
	}
	id, _ := waves[0].(map[string]any)["id"].(string)
	return id
}

func TestAWaveIsReadWithItsCourseAndItsPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	o.storm(6, complaint)
	urgent := complaint
	urgent.Urgency = triage.UrgencyUrgent
	apart := o.storm(1, urgent)[0]
	id := o.wave(cm)
	w := o.ask(cm, "GET", "/v1/waves/"+id, nil).must(200)
	if w.text("kind") != "problem" || w.text("state") != "open" || w.number("count") != 7 || w.number("authors") != 7 || w.number("live") != 7 ||
		w.number("by_queue", "cm") != 7 || w.number("by_intent", "complaint") != 7 || w.number("by_sentiment", "negative") != 7 ||
		w.number("author_ages", "day") != 7 || w.get("author_ages", "share_day") != 1.0 || w.text("representative", "id") != w.text("representative_id") ||
		w.number("timeline", "bucket_seconds") != 60 || w.text("representative", "wave_id") != id {
		t.Errorf("the wave: %s", w.raw)
	}
	outliers, _ := w.get("outlier_items").([]any)
	if len(outliers) != 1 || !strings.Contains(string(w.raw), `"because":["more_urgent"]`) || outliers[0].(map[string]any)["item"].(map[string]any)["id"] != apart {
		t.Errorf("outliers: %s", w.raw)
	}
	for path, n := range map[string]int{"state=closed": 0, "kind=spam,praise": 0, "queue=smm": 0, "state=open&kind=problem&queue=cm": 1} {
		list := o.ask(cm, "GET", "/v1/waves?"+path, nil).must(200)
		if waves, _ := list.get("waves").([]any); len(waves) != n {
			t.Errorf("%s: %s", path, list.raw)
		}
	}
	if list := o.ask(cm, "GET", "/v1/queues/cm/items?wave="+id, nil).must(200); len(list.get("items").([]any)) != 7 {
		t.Errorf("items of the wave: %s", list.raw)
	}
}

func TestOneActionServesAWaveButNotItsOutliers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	members := o.storm(6, complaint)
	urgent := complaint
	urgent.Urgency = triage.UrgencyUrgent
	apart := o.storm(1, urgent)[0]
	id := o.wave(cm)
	done := o.ask(cm, "POST", "/v1/waves/"+id+"/resolve", map[string]any{"outcome": "answered", "note": "Answered below the post"}).must(200)
	if items, _ := done.get("done").([]any); len(items) != len(members) || done.text("undo") == "" {
		t.Errorf("resolved: %s", done.raw)
	}
	if o.ask(cm, "GET", "/v1/items/"+apart, nil).text("status") != "open" || o.ask(cm, "GET", "/v1/items/"+members[0], nil).text("status") != "resolved" {
		t.Error("the action must serve the members and leave the outlier")
	}
	o.ask(cm, "POST", "/v1/undo/"+done.text("undo"), nil).must(200)
	if o.ask(cm, "GET", "/v1/items/"+members[0], nil).text("status") != "open" {
		t.Error("the action was not taken back")
	}
	for _, action := range []struct {
		verb string
		body map[string]any
	}{
		{"snooze", map[string]any{"until": time.Now().Add(time.Hour)}}, {"tags", map[string]any{"add": []string{"cup"}}},
		{"handover", map[string]any{"reason": "It is about a post"}}, // the last: then they are no longer hers
	} {
		if got := o.ask(cm, "POST", "/v1/waves/"+id+"/"+action.verb, action.body).must(200); len(got.get("done").([]any)) == 0 {
			t.Errorf("%s: %s", action.verb, got.raw)
		}
	}
}

func TestAWronglyJoinedItemIsTakenOutOfAWave(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm, smm := o.hire("Ada", triage.RoleCM), o.hire("Sam", triage.RoleSMM)
	members := o.storm(6, complaint)
	id := o.wave(cm)
	path, body := "/v1/waves/"+id+"/release", map[string]any{"item": members[2]}
	o.ask(smm, "POST", path, body).must(403)
	out := o.ask(cm, "POST", path, body).must(200)
	if out.get("wave_id") != nil || out.text("id") != members[2] {
		t.Errorf("released: %s", out.raw)
	}
	o.ask(cm, "POST", path, body).must(404)
	if w := o.ask(cm, "GET", "/v1/waves/"+id, nil).must(200); w.number("count") != 5 {
		t.Errorf("the wave: %s", w.raw)
	}
	closed := o.ask(cm, "POST", "/v1/waves/"+id+"/close", nil).must(200)
	if closed.text("state") != "closed" || closed.text("closed_by") == "" {
		t.Errorf("closed: %s", closed.raw)
	}
	o.ask(cm, "POST", "/v1/waves/"+id+"/close", nil).must(200)
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'wave.closed' AND actor_kind = 'person'`); n != 1 {
		t.Errorf("closing is told %d times", n)
	}
}

func TestAnAbsentWaveAndOneOfAnotherBrandAreTheSameAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	items := o.storm(6, complaint)
	id := o.wave(o.hire("Ada", triage.RoleCM))
	other := o.newBrand(t, "Other").hire("Eve", triage.RoleAdmin)
	for verb, body := range map[string]any{
		"": nil, "/resolve": map[string]any{"outcome": "other"}, "/dismiss": map[string]any{"outcome": "spam"}, "/close": nil,
		"/snooze": map[string]any{"until": time.Now().Add(time.Hour)}, "/assign": map[string]any{"assignee": "me"},
		"/handover": map[string]any{"reason": "x"}, "/tags": map[string]any{"add": []string{"x"}}, "/release": map[string]any{"item": items[0]},
	} {
		method := "POST"
		if verb == "" {
			method = "GET"
		}
		absent := o.ask(other, method, "/v1/waves/"+string(postgres.NewID())+verb, body)
		foreign := o.ask(other, method, "/v1/waves/"+id+verb, body)
		if absent.status != 404 || foreign.status != 404 || absent.text("title") != foreign.text("title") {
			t.Errorf("%s: absent %d %s, foreign %d %s", verb, absent.status, absent.raw, foreign.status, foreign.raw)
		}
	}
	if list := o.ask(other, "GET", "/v1/waves", nil).must(200); len(list.get("waves").([]any)) != 0 {
		t.Errorf("waves of another brand: %s", list.raw)
	}
}

func TestAListIsAnsweredInGroups(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cm := o.hire("Ada", triage.RoleCM)
	o.storm(6, complaint)
	single := o.receive("Where can I buy the blue one?", complaint)
	id := o.wave(cm)

	groups := func(query string) []any {
		t.Helper()
		list := o.ask(cm, "GET", "/v1/queues/cm/items?"+query, nil).must(200)
		out, _ := list.get("groups").([]any)
		if len(list.get("items").([]any)) != 0 {
			t.Errorf("items beside groups: %s", list.raw)
		}
		return out
	}
	waves := groups("group=wave")
	if len(waves) != 2 {
		t.Fatalf("groups: %v", waves)
	}
	first, second := waves[0].(map[string]any), waves[1].(map[string]any)
	if first["id"] != id || first["count"] != 6.0 || first["wave"].(map[string]any)["kind"] != "problem" ||
		first["by_sentiment"].(map[string]any)["negative"] != 6.0 || second["id"] != nil || second["count"] != 1.0 ||
		second["top"].(map[string]any)["id"] != single {
		t.Errorf("groups: %v", waves)
	}
	if got := groups("group=author"); len(got) != 7 {
		t.Errorf("%d authors", len(got))
	}
	threads := groups("group=thread")
	if len(threads) != 1 || threads[0].(map[string]any)["count"] != 7.0 || threads[0].(map[string]any)["by_priority"].(map[string]any)["normal"] != 7.0 {
		t.Errorf("threads: %v", threads)
	}
	if found := groups("group=thread&q=Becher&sentiment=negative"); len(found) != 1 || found[0].(map[string]any)["count"] != 6.0 {
		t.Errorf("threads that speak of the cup: %v", found)
	}
	page := o.ask(cm, "GET", "/v1/queues/cm/items?group=author&limit=3", nil).must(200)
	rest := o.ask(cm, "GET", "/v1/queues/cm/items?group=author&limit=3&cursor="+page.text("next_cursor"), nil).must(200)
	if len(rest.get("groups").([]any)) != 3 || rest.get("next_cursor") == nil {
		t.Errorf("second page: %s", rest.raw)
	}
	o.ask(cm, "GET", "/v1/queues/cm/items?group=wave&limit=3&cursor="+page.text("next_cursor"), nil).must(400)
	o.ask(cm, "GET", "/v1/queues/cm/items?group=mood", nil).must(422)
}
