package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"triage/internal/fakellm"
)

// TestNoPlantedDetailLeavesTheService sends 500 comments, half of them German, with made-up
// handles, mail addresses, phone numbers, IBANs and card numbers through every way by which
// words reach a model's endpoint: as comments, posts, comments above, names, words about the
// brand, examples that people corrected, and searches.
func TestNoPlantedDetailLeavesTheService(t *testing.T) {
	t.Parallel()
	lines := fakellm.Planted()
	model := fakellm.Start(fakellm.Options{Keep: 100_000})
	t.Cleanup(model.Close)
	h := newHouse(t, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY="+model.Key, "TRIAGE_ENGINE=llm", "TRIAGE_CHAT_MODEL=gpt-4o-mini")
	h.ok("brand", "set", "--brand", h.brand, "--context", lines[1].Text, "--voice", lines[2].Text)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	say := func(n int) {
		l := lines[n]
		h.deliver(g, "comment.created", map[string]any{
			"id": fmt.Sprint("c", n), "account": "page", "text": l.Text, "language": l.Lang,
			"thread": map[string]any{"id": fmt.Sprint("p", n/50), "text": lines[n/50].Text},
			"author": map[string]any{"id": fmt.Sprint("u", n), "name": "Jana Beispiel", "handle": "jana_beispiel"},
		})
	}
	all := make([]int, len(lines))
	for n := range all {
		all[n] = n
	}
	together(8, all[:250], say)
	h.eventually(5*patience, func() bool { return h.number(`SELECT count(*) FROM items`) >= 250 })
	for _, i := range h.items(h.token)[:20] { // whose texts are examples from here on
		if a := h.rest(h.token, http.MethodPost, "/v1/items/"+i.ID+"/correct", map[string]any{"intent": "complaint"}); a.status != http.StatusOK {
			t.Fatalf("a correction: %d %s", a.status, a.body)
		}
	}
	together(8, all[250:], say)
	together(4, all[:20], func(n int) {
		if a := h.rest(h.token, http.MethodGet, "/v1/engagements?mode=semantic&q="+url.QueryEscape(lines[n].Text), nil); a.status != http.StatusOK {
			t.Errorf("a search: %d %s", a.status, a.body)
		}
	})
	h.eventually(5*patience, func() bool {
		return h.number(`SELECT count(*) FROM items`) >= len(lines) && h.number(`SELECT count(*) FROM judgements WHERE engine = 'llm'`) >= len(lines)
	})
	leaked := model.Leaked(append(lines, fakellm.Line{Private: []string{"Jana Beispiel", "jana_beispiel"}}))
	slices.Sort(leaked)
	for _, p := range slices.Compact(leaked) {
		t.Errorf("%q left the house", p)
	}
	german, together, examples := 0, 0, 0
	for _, l := range lines {
		if l.Lang == "de" {
			german++
		}
	}
	for _, r := range model.Requests() {
		if len(fakellm.Comments(r)) > 1 {
			together++
		}
		if strings.Contains(string(r.Body), `\"examples\"`) {
			examples++
		}
	}
	t.Logf("%d lines, %d German, %d requests, %d about several comments, %d with examples", len(lines), german, model.Count(), together, examples)
	if len(lines) != 500 || german != 250 || examples == 0 {
		t.Error("the list or the ways are not what they should be")
	}
}
