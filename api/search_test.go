package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/api"
	"triage/embeddings"
	"triage/llm"
	"triage/triage"
)

// reading lets a server read meanings with the built-in engine.
func reading(t *testing.T) func(*api.Options) {
	t.Helper()
	engine, err := embeddings.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return func(o *api.Options) { o.Embedder = engine }
}

// understood receives one comment whose meaning is read, and returns its item.
func (b *brand) understood(text string, c triage.Classification) string {
	b.t.Helper()
	item := b.receive(text, c)
	engine, err := embeddings.NewBuiltin()
	if err != nil {
		b.t.Fatal(err)
	}
	vectors, err := engine.Embed(b.t.Context(), []string{text})
	if err != nil {
		b.t.Fatal(err)
	}
	values := strings.NewReplacer(" ", ",").Replace(fmt.Sprint(vectors[0].Values))
	b.exec(`INSERT INTO embeddings (brand_id, engagement_id, model, round, vector)
		SELECT brand_id, engagement_id, $2, 1, $3::text::vector::halfvec FROM items WHERE id = $1`, item, vectors[0].Model, values)
	return item
}

// found returns the items of an answer with hits, best first.
func found(a answer) []string {
	out := []string{}
	hits, _ := a.get("hits").([]any)
	for _, hit := range hits {
		out = append(out, answer{body: hit.(map[string]any)}.text("item", "id"))
	}
	return out
}

func TestCommentsAreFoundByWordsByMeaningAndByBoth(t *testing.T) {
	t.Parallel()
	o := newOffice(t, reading(t))
	token := o.hire("Vera", triage.RoleViewer)
	crash := o.understood("The app keeps crashing after the latest update!!", complaint)
	froze := o.understood("App crashed since update, Jörg", complaint)
	other := o.understood("How much is the red bike?", triage.Classification{Engine: "builtin", Model: "m1", Intent: triage.ProductQuestion, Sentiment: triage.Neutral, Urgency: triage.UrgencyNormal, Language: "en"})
	words := o.ask(token, "GET", "/v1/engagements?mode=text&q=crash+update", nil).must(200)
	if got := found(words); len(got) != 2 || slices.Contains(got, other) || words.text("mode") != "text" || words.get("degraded") != nil {
		t.Errorf("by words: %s", words.raw)
	}
	if marks, _ := words.get("hits").([]any); len(marks) > 0 {
		spans, _ := marks[0].(map[string]any)["highlights"].([]any)
		if len(spans) != 2 {
			t.Errorf("highlights are %v", spans)
		}
	}
	if got := found(o.ask(token, "GET", "/v1/engagements?mode=text&q=joerg", nil).must(200)); !slices.Equal(got, []string{froze}) {
		t.Errorf("another spelling of a name found %v", got)
	}
	meaning := o.ask(token, "GET", "/v1/engagements?mode=semantic&q=app+crashes+since+the+update", nil).must(200)
	if got := found(meaning); len(got) != 3 || got[2] != other {
		t.Errorf("by meaning: %s", meaning.raw)
	}
	both := o.ask(token, "GET", "/v1/engagements?q=crashing+update", nil).must(200)
	if got := found(both); len(got) != 3 || got[2] != other || both.text("mode") != "hybrid" {
		t.Errorf("by both: %s", both.raw)
	}
	if got := found(o.ask(token, "GET", "/v1/engagements?q=crashing+update&intent=product_question", nil).must(200)); !slices.Equal(got, []string{other}) {
		t.Errorf("filtered: %v", got)
	}
	like := o.ask(token, "GET", "/v1/items/"+crash+"/similar?limit=1", nil).must(200)
	if got := found(like); !slices.Equal(got, []string{froze}) {
		t.Errorf("more like it: %s", like.raw)
	}
	next := o.ask(token, "GET", "/v1/items/"+crash+"/similar?limit=1&cursor="+like.text("next_cursor"), nil).must(200)
	if got := found(next); !slices.Equal(got, []string{other}) || next.get("next_cursor") != nil {
		t.Errorf("the second page: %s", next.raw)
	}
	o.ask(token, "GET", "/v1/items/"+froze+"/similar?limit=1&cursor="+like.text("next_cursor"), nil).must(400)
}

func TestWithoutWordsTheNewestComeFirstAndPagesDoNotRepeat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Vera", triage.RoleViewer)
	var want []string
	for n := range 5 {
		want = append([]string{o.receive(fmt.Sprintf("Comment %d", n), complaint)}, want...)
	}
	var got []string
	cursor := ""
	for range 6 {
		page := o.ask(token, "GET", "/v1/engagements?limit=2&cursor="+cursor, nil).must(200)
		got = append(got, found(page)...)
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestASearchFallsBackToWordsWhenNobodyReadsMeanings(t *testing.T) {
	t.Parallel()
	client, err := llm.New(llm.Config{BaseURL: "http://127.0.0.1:1/v1", APIKey: "x", ChatModel: "m", EmbeddingModel: "m", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*api.Options){
		"no engine":              func(*api.Options) {},
		"an engine that is away": func(o *api.Options) { o.Embedder = embeddings.NewLLM(client) },
	} {
		o := newOffice(t, change)
		item := o.receive("The app crashed", complaint)
		for _, mode := range []string{"semantic", "hybrid"} {
			got := o.ask(o.hire("Vera", triage.RoleViewer), "GET", "/v1/engagements?q=crash&mode="+mode, nil).must(200)
			if got.text("mode") != "text" || got.text("degraded") == "" || !slices.Equal(found(got), []string{item}) {
				t.Errorf("%s, %s: %s", name, mode, got.raw)
			}
		}
	}
}

func TestHostileSearchesAreAnswersOrRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t, reading(t))
	token := o.hire("Vera", triage.RoleViewer)
	o.understood("Hello", complaint)
	for q, status := range map[string]int{
		`"`: 200, `'); DROP TABLE items; --`: 200, "🔥": 200, "\u202eمرحبا": 200, " - ": 200, "OR OR OR": 200, `\`: 200, "%": 200, ":*&|!()<->": 200,
		"a\x00b": 422, "\xff": 422, strings.Repeat("x", 10_000): 422,
	} {
		for _, mode := range []string{"text", "semantic", "hybrid"} {
			got := o.ask(token, "GET", "/v1/engagements?mode="+mode+"&q="+url.QueryEscape(q), nil)
			if got.status != status {
				t.Errorf("%.20q in mode %s: %d %s", q, mode, got.status, got.raw)
			}
		}
		if got := o.ask(token, "GET", "/v1/queues/cm/items?q="+url.QueryEscape(q), nil); got.status != status {
			t.Errorf("%.20q in a queue: %d %s", q, got.status, got.raw)
		}
	}
	o.ask(token, "GET", "/v1/engagements?mode=magic&q=x", nil).must(422)
	o.ask(token, "GET", "/v1/engagements?cursor=x", nil).must(400)
}

func TestAnEngagementIsShownUntilItIsErased(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Vera", triage.RoleViewer)
	item := o.receive("The app crashed", complaint)
	id := o.ask(token, "GET", "/v1/items/"+item, nil).must(200).text("engagement", "id")
	got := o.ask(token, "GET", "/v1/engagements/"+id, nil).must(200)
	if items, _ := got.get("items").([]any); len(items) != 1 || got.text("engagement", "text") != "The app crashed" {
		t.Errorf("answered %s", got.raw)
	}
	o.erase(item)
	o.ask(token, "GET", "/v1/engagements/"+id, nil).must(410)
	o.ask(token, "GET", "/v1/items/"+item+"/similar", nil).must(410)
	if got := found(o.ask(token, "GET", "/v1/engagements?q=crashed", nil).must(200)); len(got) != 0 {
		t.Errorf("an erased comment is found: %v", got)
	}
}

func TestAnItemShowsWhatWasAnsweredBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, reading(t))
	token := o.hire("Mara", triage.RoleLead)
	before := o.understood("The app keeps crashing after the latest update!!", complaint)
	open := o.understood("The app keeps crashing since the update", complaint)
	far := o.understood("Wo ist mein Paket?", complaint)
	for _, id := range []string{before, far} {
		o.ask(token, "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": "answered", "note": "Version 2.1 repairs it."}).must(200)
	}
	now := o.understood("App crashes since update", complaint)
	got := o.ask(token, "GET", "/v1/items/"+now, nil).must(200)
	answers, _ := got.get("answered_before").([]any)
	if len(answers) != 1 {
		t.Fatalf("answered before: %v (open %s)", got.get("answered_before"), open)
	}
	a := answer{body: answers[0].(map[string]any)}
	if a.text("item_id") != before || a.text("outcome") != "answered" || a.text("by", "name") != "Mara" ||
		a.text("note") != "Version 2.1 repairs it." || a.text("likeness") == "" || a.text("closed_at") == "" {
		t.Errorf("answered before: %v", a.body)
	}
	o.erase(before)
	if left, _ := o.ask(token, "GET", "/v1/items/"+now, nil).must(200).get("answered_before").([]any); len(left) != 0 {
		t.Errorf("an erased answer is shown: %v", left)
	}
	other := o.newBrand(t, "Rival")
	foreign := other.understood("The app keeps crashing after the latest update!!", complaint)
	if left, _ := o.ask(other.hire("Rita", triage.RoleLead), "GET", "/v1/items/"+foreign, nil).must(200).get("answered_before").([]any); len(left) != 0 {
		t.Errorf("another brand's answers are shown: %v", left)
	}
}
