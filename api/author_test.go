package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// by makes a comment one of that account.
func by(channel triage.ID, external, handle, name string) func(*triage.Engagement) {
	return func(e *triage.Engagement) {
		e.ChannelID = channel
		e.Author = triage.Author{ExternalID: external, Handle: handle, Name: name, Followers: 12}
		e.Thread.ExternalID = "post of " + string(channel)
	}
}

// account adds a channel.
func (b *brand) account(name string) triage.ID {
	b.t.Helper()
	id := postgres.NewID()
	b.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name) VALUES ($1, $2, $3, 'standard_webhooks', $4, $4)`,
		b.id, id, postgres.NewID(), name)
	return id
}

// authorOf returns the author of an item.
func (b *brand) authorOf(item string) (id string) {
	b.t.Helper()
	if err := b.store.Pool().QueryRow(b.t.Context(), `SELECT author_id::text FROM items WHERE id = $1`, item).Scan(&id); err != nil {
		b.t.Fatal(err)
	}
	return id
}

// objects returns what stands at path as a list of objects.
func (a answer) objects(path ...string) []answer {
	var out []answer
	list, _ := a.get(path...).([]any)
	for _, object := range list {
		body, _ := object.(map[string]any)
		out = append(out, answer{t: a.t, body: body})
	}
	return out
}

func each(objects []answer, path ...string) []string {
	out := make([]string, len(objects))
	for n, o := range objects {
		out[n] = o.text(path...)
	}
	return out
}

func TestAPersonsPageTellsTheirHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mara := o.hire("Mara", triage.RoleLead)
	praise := triage.Classification{Engine: "builtin", Model: "m1", Intent: triage.Praise, Sentiment: triage.Positive, Urgency: triage.UrgencyLow, Language: "en"}
	first := o.receive("Broken again", complaint)
	author := o.authorOf(first)
	page := o.ask(mara, "GET", "/v1/authors/"+author, nil).must(200)
	if got := each(page.objects("tags"), "name"); !slices.Equal(got, []string{"first_time"}) {
		t.Errorf("the tags of the first comment are %v", got)
	}
	second := o.receive("Lovely shoe", praise)
	o.receive("And broken once more", complaint)
	o.ask(mara, "POST", "/v1/items/"+second+"/resolve", map[string]any{"outcome": "answered", "note": "Thanked them."}).must(200)
	o.ask(mara, "POST", "/v1/authors/"+author+"/tags", map[string]any{"add": []string{" VIP ", "press"}, "remove": []string{"none"}}).must(200)
	o.ask(mara, "POST", "/v1/authors/"+author+"/tags", map[string]any{"remove": []string{"press"}}).must(200)
	o.ask(mara, "POST", "/v1/authors/"+author+"/notes", map[string]any{"text": "Runs a shoe shop."}).must(200)

	page = o.ask(mara, "GET", "/v1/authors/"+author+"?limit=2", nil).must(200)
	if got := each(page.objects("tags"), "name"); !slices.Equal(got, []string{"at_risk", "vip"}) {
		t.Errorf("tags are %v", got)
	}
	if page.number("counts", "engagements") != 3 || page.number("counts", "open") != 2 || page.number("counts", "by_intent", "complaint") != 2 ||
		page.number("counts", "by_sentiment", "positive") != 1 || page.get("counts", "complete") != true {
		t.Errorf("counts are %v", page.get("counts"))
	}
	if buckets := page.objects("tone", "buckets"); len(buckets) != 1 || buckets[0].number("negative") != 2 || buckets[0].number("positive") != 1 {
		t.Errorf("tone is %v", page.get("tone"))
	}
	if page.text("last_touch", "by", "name") != "Mara" {
		t.Errorf("last touch is %v", page.get("last_touch"))
	}
	if notes := page.objects("notes"); len(notes) != 1 || notes[0].text("text") != "Runs a shoe shop." || notes[0].text("person", "name") != "Mara" {
		t.Errorf("notes are %v", page.get("notes"))
	}
	line := page.objects("timeline")
	if len(line) != 2 || line[0].text("item", "engagement", "text") != "And broken once more" || line[1].text("item", "outcome") != "answered" ||
		line[1].text("item", "assignee", "name") != "Mara" || len(line[1].get("notes").([]any)) != 1 {
		t.Errorf("the timeline is %v", page.get("timeline"))
	}
	next := o.ask(mara, "GET", "/v1/authors/"+author+"?limit=2&cursor="+page.text("next_cursor"), nil).must(200)
	if line := next.objects("timeline"); len(line) != 1 || line[0].text("item", "id") != first || next.get("next_cursor") != nil {
		t.Errorf("the second page is %s", next.raw)
	}
	if n := o.count(`SELECT count(*) FROM authors WHERE 'at_risk' = ANY(signs)`); n != 1 {
		t.Error("placing does not know that the author is at risk")
	}
}

func TestAHistoryThatIsSwitchedOffShowsThePresentThreadOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleLead)
	here := o.receive("Here", complaint)
	o.hear("There", complaint, func(e *triage.Engagement) { e.Thread.ExternalID = "post-2" })
	author := o.authorOf(here)
	o.exec(`UPDATE brands SET settings = '{"history": false}' WHERE id = $1`, o.id)
	page := o.ask(token, "GET", "/v1/authors/"+author+"?item="+here, nil).must(200)
	if line := page.objects("timeline"); len(line) != 1 || line[0].text("item", "id") != here || page.get("history") != false {
		t.Errorf("with its item: %s", page.raw)
	}
	if len(page.objects("tags")) != 0 || page.number("counts", "engagements") != 0 {
		t.Errorf("something is concluded: %s", page.raw)
	}
	if page := o.ask(token, "GET", "/v1/authors/"+author, nil).must(200); len(page.objects("timeline")) != 0 {
		t.Errorf("without an item: %s", page.raw)
	}
}

func TestConfirmedLinksJoinTimelinesAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleLead)
	mastodon, shop := o.account("mastodon"), o.account("shop")
	one := o.hear("On one", complaint, by(o.channel, "1", "anna.mueller", "Anna Müller"))
	two := o.hear("On two", complaint, by(mastodon, "2", "Anna_Mueller", "Anna"))
	o.hear("Somebody else", complaint, by(shop, "3", "anna", "Anna"))
	o.hear("The same handle, the same channel", complaint, by(o.channel, "4", "annamueller", "A"))
	author := o.authorOf(one)
	page := o.ask(token, "GET", "/v1/authors/"+author, nil).must(200)
	links := page.objects("links")
	if len(links) != 1 || links[0].text("account", "id") != o.authorOf(two) || links[0].text("state") != "suggested" ||
		fmt.Sprint(links[0].get("evidence")) != "[equal_handle]" {
		t.Fatalf("links are %v", page.get("links"))
	}
	link := links[0].text("id")
	if line := page.objects("timeline"); len(line) != 1 {
		t.Errorf("a suggestion joins: %v", page.get("timeline"))
	}
	o.ask(token, "POST", "/v1/links/"+link+"/confirm", nil).must(200)
	for _, account := range []string{author, o.authorOf(two)} {
		page := o.ask(token, "GET", "/v1/authors/"+account, nil).must(200)
		if got := each(page.objects("timeline"), "item", "id"); !slices.Equal(got, []string{two, one}) || page.number("counts", "engagements") != 2 || len(page.objects("same_person")) != 1 {
			t.Errorf("confirmed: %s", page.raw)
		}
	}
	o.ask(token, "POST", "/v1/links/"+link+"/reject", nil).must(200)
	page = o.ask(token, "GET", "/v1/authors/"+author, nil).must(200)
	if len(page.objects("timeline")) != 1 || page.objects("links")[0].text("state") != "rejected" {
		t.Errorf("rejected: %s", page.raw)
	}
	if got := o.ask(token, "POST", "/v1/links/"+link+"/reset", nil).must(200); got.text("state") != "suggested" || got.get("decided_at") != nil {
		t.Errorf("taken back: %s", got.raw)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action LIKE 'link.%' AND subject_id = $1`, link); n != 3 {
		t.Errorf("%d audit rows", n)
	}
	o.erase(two)
	if n := o.count(`SELECT count(*) FROM author_links`); n != 0 {
		t.Errorf("%d links outlived an author", n)
	}
	o.ask(token, "POST", "/v1/links/"+link+"/confirm", nil).must(404)
}

func TestWhatIsKnownOfAnAuthorGoesWithThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleLead)
	item := o.receive("Hello", complaint)
	author := o.authorOf(item)
	o.ask(token, "POST", "/v1/authors/"+author+"/notes", map[string]any{"text": "Secret"}).must(200)
	o.ask(token, "POST", "/v1/authors/"+author+"/promises", map[string]any{"text": "Call", "due_at": time.Now().Add(time.Hour)}).must(200)
	o.ask(token, "POST", "/v1/items/"+item+"/promises", map[string]any{"text": "Write", "due_at": time.Now().Add(time.Hour)}).must(200)
	o.erase(item)
	for _, table := range []string{"authors", "author_notes", "promises", "documents"} {
		if n := o.count(`SELECT count(*) FROM `+table+` WHERE brand_id = $1`, o.id); n != 0 {
			t.Errorf("%d rows of %s outlived the author", n, table)
		}
	}
	o.ask(token, "GET", "/v1/authors/"+author, nil).must(404)
}

func TestForeignAndAbsentContextIsTheSameAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleAdmin)
	other := o.newBrand(t, "Rival")
	item := other.receive("Not yours", complaint)
	author := other.authorOf(item)
	var thread, engagement string
	if err := o.store.Pool().QueryRow(t.Context(), `SELECT thread_id::text, engagement_id::text FROM items WHERE id = $1`, item).Scan(&thread, &engagement); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	for path, c := range map[string]struct {
		method, id string
		body       any
	}{
		"/v1/authors/{id}":          {"GET", author, nil},
		"/v1/authors/{id}/tags":     {"POST", author, map[string]any{"add": []string{"x"}}},
		"/v1/authors/{id}/notes":    {"POST", author, map[string]any{"text": "x"}},
		"/v1/authors/{id}/promises": {"POST", author, map[string]any{"text": "x", "due_at": later}},
		"/v1/items/{id}/promises":   {"POST", item, map[string]any{"text": "x", "due_at": later}},
		"/v1/items/{id}/similar":    {"GET", item, nil},
		"/v1/threads/{id}":          {"GET", thread, nil},
		"/v1/engagements/{id}":      {"GET", engagement, nil},
		"/v1/promises/{id}/keep":    {"POST", author, nil},
		"/v1/links/{id}/confirm":    {"POST", author, nil},
	} {
		seen := map[string]bool{}
		for _, id := range []string{c.id, string(postgres.NewID()), "7", "%00", "{" + c.id + "}"} {
			got := o.ask(token, c.method, replaceID(path, id), c.body).must(404)
			delete(got.body, "instance")
			seen[fmt.Sprint(got.body, got.header["Content-Type"])] = true
		}
		if len(seen) != 1 {
			t.Errorf("%s tells apart: %v", path, seen)
		}
	}
}

func replaceID(path, id string) string { return strings.ReplaceAll(path, "{id}", id) }

func TestHostileWordsAboutAPersonAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Mara", triage.RoleLead)
	author := o.authorOf(o.receive("Hello", complaint))
	for path, bodies := range map[string][]map[string]any{
		"tags":     {{"add": []string{"two words"}}, {"add": []string{""}}, {"add": []string{"a\x00"}}, {}, {"add": []string{strings.Repeat("x", 41)}}, {"add": []string{"<b>"}}},
		"notes":    {{"text": ""}, {"text": "  "}, {"text": "a\x00b"}, {"text": strings.Repeat("x", 10_000)}, {}},
		"promises": {{"text": "x", "due_at": time.Now().Add(-time.Hour)}, {"text": "x", "due_at": "tomorrow"}, {"text": "\x00", "due_at": time.Now().Add(time.Hour)}, {"text": "x", "due_at": time.Now().AddDate(2, 0, 0)}},
	} {
		for _, body := range bodies {
			o.ask(token, "POST", "/v1/authors/"+author+"/"+path, body).must(422)
		}
	}
	o.ask(token, "POST", "/v1/authors/"+author+"/notes", map[string]any{"text": "\u202eשלום 🎉 '\"; --"}).must(200)
	o.ask(o.hire("Vera", triage.RoleViewer), "POST", "/v1/authors/"+author+"/notes", map[string]any{"text": "x"}).must(403)
}
