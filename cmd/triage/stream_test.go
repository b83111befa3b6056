package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// heardAt is when the event of an action came.
type heardAt struct {
	action, item string
	at           time.Time
}

// TestAWatcherHearsWithinASecondAndIsSentHomeOnStop runs the whole program: what somebody
// does reaches who watches, and stopping does not wait for who does nothing but watch.
func TestAWatcherHearsWithinASecondAndIsSentHomeOnStop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.address+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + h.token}, "Accept": {"text/event-stream"}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("answered %d", response.StatusCode)
	}
	events := make(chan heardAt, 100)
	go func() {
		defer close(events)
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var body struct{ Action, ID string }
			if ok && json.Unmarshal([]byte(data), &body) == nil && body.Action != "" {
				events <- heardAt{body.Action, body.ID, time.Now()}
			}
		}
	}()
	h.deliver(g, "comment.created", map[string]any{
		"id": "c1", "account": "page", "author": map[string]any{"id": "u1"}, "text": "Where is my order? It is three weeks late.", "created_at": time.Now().UTC(),
	})
	placed := hear(t, events, "item.placed")
	var waits []time.Duration
	for range 5 {
		for _, verb := range []string{"claim", "release"} {
			done := time.Now()
			if a := h.rest(h.token, http.MethodPost, "/v1/items/"+placed.item+"/"+verb, nil); a.status != http.StatusOK {
				t.Fatalf("%s: %d %s", verb, a.status, a.body)
			}
			waits = append(waits, hear(t, events, map[string]string{"claim": "item.claimed", "release": "item.released"}[verb]).at.Sub(done))
		}
	}
	t.Logf("heard after %v", waits)
	quick := 0
	for _, w := range waits {
		if w <= time.Second {
			quick++
		}
	}
	if quick < len(waits)-2 { // a busy machine may be late now and then
		t.Errorf("heard after %v", waits)
	}
	stopping := time.Now()
	h.cancel()
	<-h.ended
	if took := time.Since(stopping); h.code != exitOK || took >= doorDrain {
		t.Errorf("with a watcher it stopped after %v with %d", took, h.code)
	}
	for e := range events { // ends with the stream
		t.Errorf("after all it heard of %s", e.action)
	}
}

// hear waits for the event of an action.
func hear(t *testing.T, events <-chan heardAt, action string) heardAt {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case e, more := <-events:
			if !more {
				t.Fatalf("the stream ended before %s", action)
			}
			if e.action == action {
				return e
			}
		case <-timeout:
			t.Fatalf("nothing was heard of %s", action)
		}
	}
}
