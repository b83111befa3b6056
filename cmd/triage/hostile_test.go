package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"triage/internal/corpus"
)

// envelopes hold items as each platform sends a batch. Of an item id, author's id, author's
// name and text are given, as JSON.
var envelopes = map[string]struct{ whole, item string }{
	"facebook": {
		`{"object":"page","entry":[{"id":"page","time":1777896000,"changes":[%s]}]}`,
		`{"field":"feed","value":{"item":"comment","verb":"add","comment_id":%s,"post_id":"p_7","parent_id":"p_7","from":{"id":%s,"name":%s},"message":%s}}`,
	},
	"standard_webhooks": {
		`{"type":"comment.created","data":[%s]}`,
		`{"account":"page","id":%s,"author":{"id":%s,"name":%s},"text":%s}`,
	},
}

// A delivery of hostile items holds so many, and so many bytes.
const (
	hostileItems = 12
	hostileBytes = 700_000
)

func TestHostileJSONSparesItsSiblings(t *testing.T) {
	t.Parallel()
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	bodies := hostileBodies(t, dir)
	if len(bodies) < 362 {
		t.Errorf("only %d bodies", len(bodies))
	}
	h := newHouse(t)
	gates := []gate{h.gate(h.brand, "facebook", "page"), h.gate(h.brand, "standard_webhooks", "page")}
	h.run()
	sender := &hostileSender{house: h, good: map[string]bool{}}
	for _, g := range gates {
		together(4, bodies, func(body []byte) { sender.alone(g, body) })
		together(4, sender.batches(g, bodies), func(items []string) { sender.inside(g, items) })
	}
	h.settled()
	for _, i := range h.items(h.token) {
		delete(sender.good, i.Engagement.Text)
	}
	if len(sender.good) > 0 {
		t.Errorf("%d good siblings stand in no queue, such as %q", len(sender.good), slices.Sorted(maps.Keys(sender.good))[0])
	}
	if a := h.send("GET", "/readyz", nil, nil); a.status != http.StatusOK {
		t.Errorf("afterwards it is not ready: %d", a.status)
	}
	if n := h.number(`SELECT count(*) FROM river_job WHERE state IN ('discarded', 'cancelled', 'retryable')`); n != 0 {
		t.Errorf("%d jobs failed", n)
	}
}

// together does work for each of all, several at a time.
func together[T any](at int, all []T, work func(T)) {
	next := make(chan T)
	var running sync.WaitGroup
	for range at {
		running.Go(func() {
			for one := range next {
				work(one)
			}
		})
	}
	for _, one := range all {
		next <- one
	}
	close(next)
	running.Wait()
}

// hostileBodies are all bodies that were made to break parsers.
func hostileBodies(t testing.TB, dir string) (all [][]byte) {
	t.Helper()
	for _, folder := range []string{"json/parsing", "own/json"} {
		for _, body := range corpus.Files(t, filepath.Join(dir, "hostile", filepath.FromSlash(folder)), "*.json") {
			all = append(all, body)
		}
	}
	return all
}

// hostileSender posts hostile bodies and remembers which good siblings went with them.
type hostileSender struct {
	*house
	mu   sync.Mutex
	good map[string]bool
}

func (s *hostileSender) alone(g gate, body []byte) {
	if c := s.post(g, body).counts(s.t); c.Accepted > 0 || c.Quarantined+c.Ignored != 1 {
		s.t.Errorf("%s: %.60q alone is answered %+v", g.platform, body, c)
	}
}

// batches makes an item of each body in each of its four places, quoted and, where the
// envelope stays one, as it is.
func (s *hostileSender) batches(g gate, bodies [][]byte) (all [][]string) {
	var batch []string
	size := 0
	for n, body := range bodies {
		forms := []string{quote(body)}
		if json.Valid(body) {
			forms = append(forms, string(body))
		}
		for f, form := range forms {
			for place := range 4 {
				parts := []any{fmt.Sprintf(`"%d-%d-%d"`, n, f, place), `"u1"`, `"Zoë"`, `"fine"`}
				parts[place] = form
				one := fmt.Sprintf(envelopes[g.platform].item, parts...)
				if len(batch) == hostileItems || size+len(one) > hostileBytes {
					all, batch, size = append(all, batch), nil, 0
				}
				batch, size = append(batch, one), size+len(one)
			}
		}
	}
	return append(all, batch)
}

// inside posts items between two good ones.
func (s *hostileSender) inside(g gate, items []string) {
	s.mu.Lock()
	around := make([]string, 2)
	for n := range around {
		text := fmt.Sprintf("Good sibling %d", len(s.good))
		s.good[text] = true
		around[n] = fmt.Sprintf(envelopes[g.platform].item, fmt.Sprintf(`"good-%d"`, len(s.good)), `"u2"`, `"Ada"`, fmt.Sprintf("%q", text))
	}
	s.mu.Unlock()
	all := strings.Join(slices.Concat(around[:1], items, around[1:]), ",")
	c := s.post(g, fmt.Appendf(nil, envelopes[g.platform].whole, all)).counts(s.t)
	if sum := c.Accepted + c.Duplicate + c.Ignored + c.Quarantined; sum != len(items)+2 || c.Accepted < 2 {
		s.t.Errorf("%s: %d items between two good ones are answered %+v", g.platform, len(items), c)
	}
}

// quote makes a JSON string of any bytes, and leaves those that are not UTF-8 as they are.
func quote(body []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range body {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < 0x20:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
