package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/internal/corpus"
)

// came is what must come of one file that a platform delivers.
type came struct {
	counts
	live     int  // comments that then stand in a queue
	stranger bool // the file was made anonymous: its author is the account itself, and gets another id
}

// one is a delivery of a single new comment.
var one = came{counts: counts{Accepted: 1}, live: 1}

// delivered says for every delivery among the payloads what must come of it. The other
// files are answers of an API and handshakes.
var delivered = map[string]came{
	"facebook/batch_mixed_entries.json":       {counts: counts{Accepted: 3, Ignored: 3}, live: 2},
	"facebook/batch_two_entries.json":         {counts: counts{Ignored: 2}},
	"facebook/comment_add.json":               {counts: counts{Accepted: 1}, live: 1, stranger: true},
	"facebook/comment_add_legacy_sender.json": {counts: counts{Accepted: 1}, live: 1, stranger: true},
	"facebook/comment_add_no_author.json":     one,
	"facebook/comment_add_photo.json":         {counts: counts{Accepted: 1}, live: 1, stranger: true},
	"facebook/comment_edited.json":            {counts: counts{Accepted: 1}, live: 1, stranger: true},
	"facebook/comment_hide.json":              {counts: counts{Accepted: 1}, live: 1, stranger: true},
	"facebook/comment_remove.json":            {counts: counts{Accepted: 1}, stranger: true},
	"facebook/comment_reply_nested.json":      one,
	"facebook/mention_comment_add.json":       one,
	"facebook/mention_post_add.json":          one,
	"facebook/post_remove.json":               {counts: counts{Accepted: 1}, stranger: true},
	"facebook/rating_add.json":                one,
	"facebook/reaction_add_on_reply.json":     {counts: counts{Ignored: 1}},

	"instagram/comment_batch_multilingual.json": {counts: counts{Accepted: 3, Ignored: 1}, live: 3},
	"instagram/comment_minimal.json":            one,
	"instagram/comment_reply.json":              one,
	"instagram/mention_comment.json":            one,
	"instagram/message_deleted.json":            {counts: counts{Accepted: 1}},
	"instagram/story_mention_message.json":      one,

	"standard_webhooks/comment_created.json": one,
	"standard_webhooks/comment_deleted.json": {counts: counts{Accepted: 1}},
	"standard_webhooks/contact_created.json": {counts: counts{Ignored: 1}},
}

func TestEveryPayloadEndsWhereItBelongs(t *testing.T) {
	t.Parallel()
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	h := newHouse(t)
	gates, bodies := map[string]gate{}, map[string][]byte{}
	for name, want := range delivered {
		body := corpus.Read(t, dir, "payloads", filepath.FromSlash(name))
		if want.stranger {
			body = withStranger(t, body)
		}
		platform, _, _ := strings.Cut(name, "/")
		gates[name], bodies[name] = h.gate(h.brand, platform, accountsIn(t, body)...), body
	}
	h.run()
	for name, want := range delivered {
		g, body := gates[name], bodies[name]
		before := h.number(`SELECT count(*) FROM deliveries`)
		wrong := gate{platform: g.platform, secret: "whsec_" + strings.Repeat("QUJD", 8)}
		if a := h.send("POST", g.path, wrong.signed(time.Now(), body), body); a.status != http.StatusUnauthorized || a.kind() != "signature-invalid" {
			t.Errorf("%s, wrongly signed, is answered %d %s", name, a.status, a.body)
		}
		if n := h.number(`SELECT count(*) FROM deliveries`); n != before {
			t.Errorf("%s, wrongly signed, left %d rows", name, n-before)
		}
		if got := h.post(g, body).counts(t); got != want.counts {
			t.Errorf("%s is answered %+v, want %+v", name, got, want.counts)
		}
		h.settled()
		const owners = `SELECT count(*) FROM items i JOIN channels c ON c.brand_id = i.brand_id AND c.id = i.channel_id
			WHERE c.endpoint_id = $1 AND i.kind = 'owner'`
		const live = `SELECT count(*) FROM engagements e JOIN channels c ON c.brand_id = e.brand_id AND c.id = e.channel_id
			WHERE c.endpoint_id = $1 AND e.deleted_at IS NULL`
		if l, o := h.number(live, g.id), h.number(owners, g.id); l != want.live || o != want.live {
			t.Errorf("%s: %d comments in %d items, want %d", name, l, o, want.live)
		}
		again := counts{Duplicate: want.Accepted + want.Duplicate, Ignored: want.Ignored}
		if got := h.post(g, body).counts(t); got != again {
			t.Errorf("%s, again, is answered %+v, want %+v", name, got, again)
		}
	}
	want := 0
	for _, c := range delivered {
		want += c.live
	}
	if all := h.items(h.token); len(all) != want {
		t.Errorf("the queues show %d items, want %d", len(all), want)
	}
}

// accountsIn returns the accounts that a delivery speaks to.
func accountsIn(t testing.TB, body []byte) []string {
	t.Helper()
	var doc struct {
		Entry []struct{ ID json.RawMessage }
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	accounts := []string{"page"}
	for _, entry := range doc.Entry {
		accounts = append(accounts, strings.Trim(string(entry.ID), `"`))
	}
	if len(accounts) > 1 {
		accounts = accounts[1:]
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}

// withStranger gives what the account itself seems to have written to somebody else.
func withStranger(t testing.TB, body []byte) []byte {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	for _, entry := range doc["entry"].([]any) {
		for _, change := range entry.(map[string]any)["changes"].([]any) {
			value := change.(map[string]any)["value"].(map[string]any)
			if from, ok := value["from"].(map[string]any); ok {
				from["id"] = "5500"
			} else {
				value["sender_id"] = 5500
			}
		}
	}
	changed, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

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
		t.Errorf("%d good siblings stand in no queue, such as %v", len(sender.good), slices.Collect(firstOf(sender.good)))
	}
	if a := h.send("GET", "/readyz", nil, nil); a.status != http.StatusOK {
		t.Errorf("afterwards it is not ready: %d", a.status)
	}
	if n := h.number(`SELECT count(*) FROM river_job WHERE state IN ('discarded', 'cancelled', 'retryable')`); n != 0 {
		t.Errorf("%d jobs failed", n)
	}
}

func firstOf(set map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for text := range set {
			yield(text)
			return
		}
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
