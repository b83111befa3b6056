package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
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
	"facebook/post_remove.json":               {counts: counts{Accepted: 1, Duplicate: 1}, stranger: true},
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
