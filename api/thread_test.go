package api_test

import (
	"fmt"
	"slices"
	"testing"

	"triage/postgres"
	"triage/triage"
)

// replying makes a comment the reply to another one.
func replying(external, parent string) func(*triage.Engagement) {
	return func(e *triage.Engagement) {
		e.ExternalID, e.ParentExternalID = external, parent
		e.Author.ExternalID, e.Author.Handle = "author of "+external, external
	}
}

// drawn writes a tree as words.
func drawn(branches []answer) string {
	out := ""
	for _, b := range branches {
		out += b.text("item", "engagement", "text")
		if below := drawn(b.objects("replies")); below != "" {
			out += "(" + below + ")"
		}
		out += " "
	}
	return out
}

func TestAThreadIsATreeWithItsNumbers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleLead)
	topical := complaint
	topical.Topics = []string{"delivery", "price"}
	one := o.hear("1", topical, replying("r1", ""))
	o.hear("1.1", complaint, replying("r1.1", "r1"))
	o.hear("1.1.1", complaint, replying("r1.1.1", "r1.1"))
	o.hear("orphan", complaint, replying("o", "never seen"))
	o.hear("2.1", topical, replying("r2.1", "r2")) // before its parent
	two := o.hear("2", complaint, replying("r2", ""))
	o.hear("1.2", complaint, replying("r1.2", "r1"))
	o.ask(token, "POST", "/v1/items/"+one+"/resolve", map[string]any{"outcome": "answered"}).must(200)
	thread := o.ask(token, "GET", "/v1/items/"+one, nil).must(200).text("engagement", "thread", "id")
	page := o.ask(token, "GET", "/v1/threads/"+thread, nil).must(200)
	if got := drawn(page.objects("tree")); got != "2(2.1 ) orphan 1(1.1(1.1.1 ) 1.2 ) " {
		t.Errorf("the tree is %s", got)
	}
	if page.number("numbers", "engagements") != 7 || page.number("numbers", "authors") != 7 || page.number("numbers", "answered") != 1 ||
		page.number("numbers", "open") != 6 || page.number("numbers", "by_intent", "complaint") != 7 {
		t.Errorf("the numbers are %v", page.get("numbers"))
	}
	if topics := page.objects("topics"); len(topics) != 2 || topics[0].text("topic") != "delivery" || topics[0].number("count") != 2 {
		t.Errorf("topics are %v", page.get("topics"))
	}
	if page.text("text") != "Our new shoe" || len(page.objects("mood", "buckets")) != 1 {
		t.Errorf("the thread is %s", page.raw)
	}
	root := o.ask(token, "GET", "/v1/items/"+one, nil).must(200).text("engagement", "id")
	replies := o.ask(token, "GET", "/v1/threads/"+thread+"?limit=1&parent="+root, nil).must(200)
	rest := o.ask(token, "GET", "/v1/threads/"+thread+"?limit=1&parent="+root+"&cursor="+replies.text("next_cursor"), nil).must(200)
	if drawn(replies.objects("tree")) != "1.1(1.1.1 ) " || drawn(rest.objects("tree")) != "1.2 " || rest.get("next_cursor") != nil {
		t.Errorf("the replies are %s, then %s", replies.raw, rest.raw)
	}
	o.erase(two)
	if got := drawn(o.ask(token, "GET", "/v1/threads/"+thread, nil).must(200).objects("tree")); got != "2.1 orphan 1(1.1(1.1.1 ) 1.2 ) " {
		t.Errorf("after its parent was erased, a reply stands so: %s", got)
	}
}

func TestAThreadShowsWhoPublishedItAndItsReach(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleViewer)
	page := func(thread triage.Thread) answer {
		item := o.hear("words", complaint, func(e *triage.Engagement) { e.Thread = thread })
		return o.ask(token, "GET", "/v1/threads/"+o.ask(token, "GET", "/v1/items/"+item, nil).must(200).text("engagement", "thread", "id"), nil).must(200)
	}
	told := page(triage.Thread{ExternalID: "told", Author: triage.Publisher{ExternalID: "7", Handle: "@ines"}, Reach: triage.Reach{Audience: 40, Views: 900}})
	if told.text("author", "external_id") != "7" || told.text("author", "handle") != "@ines" || told.get("author", "name") != nil ||
		told.number("reach", "followers") != 40 || told.number("reach", "views") != 900 || told.get("reach", "reactions") != nil {
		t.Errorf("what is told shows as %s", told.raw)
	}
	if untold := page(triage.Thread{ExternalID: "untold"}); untold.get("author") != nil || untold.get("reach", "views") != nil {
		t.Errorf("what is not told shows as %s", untold.raw)
	}
}

func TestTheUnitsOfADayShowWithTheirChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleViewer)
	endpoint := postgres.NewID()
	o.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, 'youtube', '\x01')`, endpoint, o.id)
	o.exec(`UPDATE channels SET endpoint_id = $2, platform = 'youtube', address = 'https://youtube.example' WHERE id = $1`, o.channel, endpoint)
	quota := func() any {
		return o.ask(token, "GET", "/v1/channels", nil).must(200).objects("channels")[0].get("quota")
	}
	if got := quota(); got != nil {
		t.Errorf("before the first question: %v", got)
	}
	o.exec(`INSERT INTO sources (brand_id, channel_id, quota_limit, quota_spent, quota_until) VALUES ($1, $2, 1000, 100, now() + interval '12 hours')`, o.id, o.channel)
	q, _ := quota().(map[string]any)
	if q["limit"] != 1000.0 || q["spent"] != 100.0 || q["left"] != 900.0 || q["resets_at"] == nil {
		t.Errorf("half a day later: %v", q)
	}
	if atEnd, _ := q["left_at_end"].(float64); atEnd < 799 || atEnd > 801 {
		t.Errorf("at the end there will be %v", q["left_at_end"])
	}
	o.exec(`UPDATE sources SET quota_until = now() - interval '1 hour'`)
	if q, _ := quota().(map[string]any); q["spent"] != 0.0 || q["left"] != 1000.0 {
		t.Errorf("the next day: %v", q)
	}
}

func TestALongThreadIsWalkedByItsRoots(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Vera", triage.RoleViewer)
	var want []string
	for n := range 30 {
		o.hear(fmt.Sprintf("reply %d", n), complaint, replying(fmt.Sprintf("a%d", n), "r0"))
	}
	item := ""
	for n := range 5 {
		item = o.hear(fmt.Sprintf("root %d", n), complaint, replying(fmt.Sprintf("r%d", n), ""))
		want = append([]string{fmt.Sprintf("root %d", n)}, want...)
	}
	thread := o.ask(token, "GET", "/v1/items/"+item, nil).must(200).text("engagement", "thread", "id")
	var got []string
	cursor := ""
	for range 5 {
		page := o.ask(token, "GET", "/v1/threads/"+thread+"?limit=2&cursor="+cursor, nil).must(200)
		tree := page.objects("tree")
		got = append(got, each(tree, "item", "engagement", "text")...)
		if last := tree[len(tree)-1]; last.text("item", "engagement", "text") == "root 0" && (last.number("reply_count") != 30 || len(last.objects("replies")) != 20) {
			t.Errorf("the first root has %d replies and shows %d", last.number("reply_count"), len(last.objects("replies")))
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("walked %v", got)
	}
}
