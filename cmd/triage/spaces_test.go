package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/internal/fakellm"
)

// reader is an endpoint that reads meanings and can be held: then it takes the first request for
// many texts and leaves all later ones without an answer until it is let go.
type reader struct {
	*fakellm.Server
	held chan struct{}

	mu    sync.Mutex
	many  int
	texts map[string]int // in answered requests, how often
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{held: make(chan struct{}), texts: map[string]int{}}
	r.Server = fakellm.Start(fakellm.Options{Script: func(_ int, request fakellm.Request) *fakellm.Reply {
		var body struct{ Input []string }
		if !strings.HasSuffix(request.Path, "/embeddings") || json.Unmarshal(request.Body, &body) != nil {
			return nil
		}
		r.mu.Lock()
		many := len(body.Input) > 50 // a step of filling, and no probe
		if many {
			r.many++
		}
		wait := many && r.many > 1
		r.mu.Unlock()
		if wait {
			<-r.held
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, text := range body.Input {
			r.texts[text]++
		}
		return nil
	}})
	t.Cleanup(r.Close)
	return r
}

func (r *reader) times(text string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.texts[text]
}

// meant searches by meaning and returns the texts that were found, the nearest first.
func (h *house) meant(words string) []string {
	h.t.Helper()
	a := h.rest(h.token, http.MethodGet, "/v1/engagements?mode=semantic&limit=5&q="+url.QueryEscape(words), nil)
	var page struct {
		Mode     string
		Degraded *string
		Hits     []struct{ Item item }
	}
	if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK || page.Mode != "semantic" || page.Degraded != nil {
		h.t.Fatalf("a search by meaning: %d %s", a.status, a.body)
	}
	var found []string
	for _, hit := range page.Hits {
		found = append(found, hit.Item.Engagement.Text)
	}
	return found
}

func sentences() []string {
	var all []string
	for _, colour := range strings.Fields("red blue green black white yellow grey") {
		for _, thing := range strings.Fields("saddle wheel frame bell chain pump helmet") {
			for _, state := range strings.Fields("squeaks arrived broke shines rattles rusted") {
				all = append(all, fmt.Sprintf("My %s %s %s today", colour, thing, state))
			}
		}
	}
	return all
}

func TestAChangeOfTheEmbeddingModelFromTheFirstCommentToTheLast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	say := func(text string) {
		h.deliver(g, "comment.created", map[string]any{"id": text, "account": "page", "text": text})
	}
	h.run()
	texts := sentences()
	together(8, texts, say)
	read := func(space string) int { return h.number(`SELECT count(*) FROM embeddings WHERE model = $1`, space) }
	h.settled()
	var old string
	if err := h.pool.QueryRow(t.Context(), `SELECT model FROM vector_spaces WHERE state = 'in force'`).Scan(&old); err != nil {
		t.Fatal(err)
	}
	h.eventually(patience, func() bool { return read(old) == len(texts) })
	h.stop()

	reads := newReader(t)
	const space = "text-embedding-3-small@512"
	env := []string{"OPENAI_BASE_URL=" + reads.URL, "OPENAI_API_KEY=" + reads.Key, "TRIAGE_CHAT_MODEL=gpt-4o-mini"}
	h.run(env...)
	h.eventually(patience, func() bool {
		return h.number(`SELECT coalesce(sum(done), 0) FROM vector_spaces WHERE model = $1 AND state = 'filling'`, space) > 0
	})
	done := h.number(`SELECT done FROM vector_spaces WHERE model = $1`, space)
	if told := fmt.Sprintf("is being filled: %d of %d engagements", done, len(texts)); done >= len(texts) || !strings.Contains(h.typed("", "doctor").out, told) {
		t.Errorf("the doctor does not tell %q", told)
	}
	if found := h.meant(texts[7]); len(found) == 0 || found[0] != texts[7] || reads.times(texts[7]) > 1 {
		t.Errorf("while it is filled a search finds %q", found)
	}
	const late = "Is the tandem for rent on weekends?"
	say(late)
	h.itemOf(late)
	h.eventually(patience, func() bool { found := h.meant(late); return len(found) > 0 && found[0] == late })
	if reads.times(late) != 0 || read(space) >= len(texts) {
		t.Error("a new comment, or a search, did not stay with the old model")
	}
	filled := read(space)
	h.stop()

	close(reads.held)
	h.run(env...)
	h.eventually(2*patience, func() bool {
		return h.number(`SELECT count(*) FROM vector_spaces WHERE model = $1 AND state = 'in force'`, space) == 1
	})
	h.eventually(patience, func() bool { return read(space) == len(texts)+1 })
	const question = "weekend rent tandem"
	h.eventually(patience, func() bool { h.meant(question); return reads.times(question) > 0 })
	if found := h.meant(late); len(found) == 0 || found[0] != late {
		t.Errorf("with the new model a search finds %q", found)
	}
	once := 0
	for _, text := range texts {
		if reads.times(text) == 1 {
			once++
		}
	}
	if once < filled {
		t.Errorf("after the restart %d of %d texts had been read once only, though %d were done before", once, len(texts), filled)
	}
	t.Logf("%d engagements: %d filled before the stop, %d of all were sent once, %d twice", len(texts), filled, once, len(texts)-once)
	if took := h.number(`SELECT extract(epoch FROM finished_at - started_at)::int FROM vector_spaces WHERE model = $1`, space); took < 0 || took > int(time.Hour.Seconds()) {
		t.Errorf("it took %d s", took)
	}
}
