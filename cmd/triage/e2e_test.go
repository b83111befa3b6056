package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/embeddings"
	"triage/internal/fakellm"
	"triage/internal/fakeslack"
	"triage/triage"
)

// The words of this test that must be nowhere once the comment is deleted.
const (
	canaryText   = "zeisiggelb"
	canaryAuthor = "Kiebitzruf"
)

func TestOneCommentFromWebhookToQueueToSlackAndAway(t *testing.T) {
	t.Parallel()
	slack, err := fakeslack.Start(fakeslack.Options{Channels: []string{"C0SMM", "C0CM"}, LinkPrefix: "https://triage.example/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(slack.Close)
	h := newHouse(t, "SLACK_BOT_TOKEN=xoxb-fake", "TRIAGE_SLACK_URL="+slack.URL(), "TRIAGE_PUBLIC_URL=https://triage.example")
	h.ok("brand", "set", "--brand", h.brand, "--slack-smm", "C0SMM", "--slack-cm", "C0CM")
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()

	posted := time.Now().Add(-time.Hour).UTC()
	comment := map[string]any{
		"id": "c1", "account": "page", "thread": map[string]any{"id": "p1", "text": "Our new forks"},
		"author":     map[string]any{"id": "u1", "name": canaryAuthor + " <!channel> & <@U1>", "handle": "@<!here>"},
		"text":       "Your fork snapped and I was injured, <!channel>: I spent the night in hospital (" + canaryText + "). You will hear from my lawyer!",
		"created_at": posted,
	}
	if got := h.deliver(g, "comment.created", comment); got != (counts{Accepted: 1}) {
		t.Errorf("the comment was answered %+v", got)
	}
	placed := h.itemOf(comment["text"].(string))
	full := h.item(placed.ID)
	if placed.Queue != "cm" || placed.Status != "open" || placed.Priority != "urgent" || placed.Reason == "" || len(full.Reasons) == 0 {
		t.Errorf("it stands as %+v", placed)
	}
	if r := full.Receipt; r.Engine != "builtin" || !r.Current || r.Round != 1 || !slices.Contains(r.Risks, "safety") || !slices.Contains(r.Risks, "legal") {
		t.Errorf("its receipt: %+v", r)
	}
	h.checkRinging(slack, placed.ID)

	comment["text"] = "My fork snapped, I was injured and my lawyer writes to you. (" + canaryText + ", edited)"
	comment["updated_at"] = posted.Add(time.Minute)
	if got := h.deliver(g, "comment.updated", comment); got != (counts{Accepted: 1}) {
		t.Errorf("the edit was answered %+v", got)
	}
	h.settled()
	if got := h.item(placed.ID); got.Engagement.Text != comment["text"] || !got.Engagement.Edited || got.Receipt.Round != 2 || !got.Receipt.Current {
		t.Errorf("after the edit it is %+v", got)
	}
	h.takeAndResolve(placed.ID)
	if held := h.tablesWith(canaryText); !slices.Contains(held, "engagements") || !slices.Contains(held, "engagement_versions") ||
		!slices.ContainsFunc(held, func(table string) bool { return strings.HasPrefix(table, "deliveries") }) {
		t.Errorf("before the deletion the words stand in %v only: the search below could not find them", held)
	}

	deleted := map[string]any{"id": "c1", "account": "page", "deleted_at": posted.Add(2 * time.Minute)}
	if got := h.deliver(g, "comment.deleted", deleted); got != (counts{Accepted: 1}) {
		t.Errorf("the deletion was answered %+v", got)
	}
	h.checkErased(placed, slack)
	if got := h.deliver(g, "comment.created", comment); got != (counts{Duplicate: 1}) {
		t.Errorf("after its deletion the comment was answered %+v", got)
	}
	h.checkErased(placed, slack)
}

// checkRinging wants exactly one message about an item, in which nothing rings.
func (h *house) checkRinging(slack *fakeslack.Server, itemID string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	if err := slack.Wait(ctx, func(all []fakeslack.Message) bool { return len(all) > 0 }); err != nil {
		h.t.Fatalf("no message in Slack: %v", err)
	}
	all := slack.Messages()
	m := all[0]
	content := shown(h.t, m)
	if len(all) != 1 || m.Channel != "C0CM" || !strings.Contains(content, canaryText) || !strings.Contains(content, canaryAuthor) ||
		!strings.Contains(content, itemID) {
		h.t.Errorf("%d messages, the first in %s: %s", len(all), m.Channel, content)
	}
	if !strings.Contains(content, "&lt;!channel&gt;") {
		h.t.Errorf("the author's words are not there, escaped: %s", content)
	}
	for _, ringing := range []string{"<!channel>", "<@U1>", "<!here>"} {
		if strings.Contains(m.Text, ringing) || strings.Contains(content, ringing) {
			h.t.Errorf("%s would ring: %s", ringing, content)
		}
	}
	for _, call := range slack.Calls() {
		if call.Error != "" {
			h.t.Errorf("Slack refused %s: %s", call.Method, call.Error)
		}
	}
}

// shown returns everything that a message says.
func shown(t testing.TB, m fakeslack.Message) string {
	t.Helper()
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	var blocks any
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	if err := out.Encode([]any{m.Text, blocks}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (h *house) takeAndResolve(id string) {
	h.t.Helper()
	next := h.rest(h.token, http.MethodPost, "/v1/queues/cm/claim", nil)
	var claimed item
	if err := json.Unmarshal(next.body, &claimed); err != nil || next.status != http.StatusOK || claimed.ID != id || claimed.Status != "claimed" {
		h.t.Fatalf("claiming the next best: %d %s", next.status, next.body)
	}
	other := h.json("token", "add", "--brand", h.brand, "--role", "cm", "--person", "Ömer")["token"].(string)
	if a := h.rest(other, http.MethodPost, "/v1/items/"+id+"/claim", nil); a.status != http.StatusConflict {
		h.t.Errorf("somebody else claims it, too: %d %s", a.status, a.body)
	}
	a := h.rest(h.token, http.MethodPost, "/v1/items/"+id+"/resolve", map[string]any{
		"outcome": "answered", "fence": claimed.Fence, "note": "Called " + canaryAuthor,
	})
	if a.status != http.StatusOK {
		h.t.Fatalf("resolving: %d %s", a.status, a.body)
	}
	if got := h.item(id); got.Status != "resolved" || got.Outcome != "answered" {
		h.t.Errorf("resolved it is %+v", got)
	}
}

// checkErased wants that nothing of a comment is left anywhere.
func (h *house) checkErased(i item, slack *fakeslack.Server) {
	h.t.Helper()
	if a := h.rest(h.token, http.MethodGet, "/v1/items/"+i.ID, nil); a.status != http.StatusGone || a.kind() != "gone" {
		h.t.Errorf("the item is answered %d %s", a.status, a.body)
	}
	if n := h.number(`SELECT count(*) FROM embeddings`); n != 0 {
		h.t.Errorf("%d vectors are left", n)
	}
	for _, listed := range h.items(h.token) {
		if strings.Contains(listed.Engagement.Text, canaryText) {
			h.t.Errorf("it is still listed: %+v", listed)
		}
	}
	for _, canary := range []string{canaryText, canaryAuthor} {
		if found := h.tablesWith(canary); len(found) > 0 {
			h.t.Errorf("%s still stands in %v", canary, found)
		}
		if strings.Contains(h.log.String(), canary) {
			h.t.Errorf("%s stands in the log", canary)
		}
	}
	h.eventually(patience, func() bool {
		m := slack.Messages()[0]
		return m.Deleted || m.Edits > 0 && !strings.Contains(shown(h.t, m), canaryText) && !strings.Contains(shown(h.t, m), canaryAuthor)
	})
	if n := len(slack.Messages()); n != 1 {
		h.t.Errorf("%d messages in Slack", n)
	}
}

// tablesWith returns the tables with a row that holds words, as text or as bytes.
func (h *house) tablesWith(words string) (found []string) {
	h.t.Helper()
	rows, _ := h.pool.Query(h.t.Context(), `
		SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind = 'r'`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 20 {
		h.t.Fatalf("tables: %v, %v", tables, err)
	}
	for _, table := range tables {
		n := h.number(`SELECT count(*) FROM `+table+` row WHERE row::text ILIKE '%' || $1 || '%' OR row::text LIKE '%' || $2 || '%'`,
			words, hex.EncodeToString([]byte(words)))
		if n > 0 {
			found = append(found, table)
		}
	}
	return found
}

func TestALanguageModelJudgesAndIsReplacedAtOnceWhenItIsAway(t *testing.T) {
	t.Parallel()
	for engine, sentence := range map[string]string{"llm": "I love your bikes", "auto": "hm, na ja. 50/50"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			model := fakellm.Start(fakellm.Options{})
			t.Cleanup(model.Close)
			h := newHouse(t, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY="+model.Key, "TRIAGE_ENGINE="+engine,
				"TRIAGE_CHAT_MODEL=gpt-4o-mini", "TRIAGE_LLM_TIMEOUT=2s")
			g := h.gate(h.brand, "standard_webhooks", "page")
			h.run()
			say := func(id, text string) item {
				h.deliver(g, "comment.created", map[string]any{"id": id, "account": "page", "text": text})
				return h.item(h.itemOf(text).ID)
			}
			judged := say("c1", sentence)
			if r := judged.Receipt; r.Engine != "llm" || !strings.HasPrefix(r.Model, "gpt-4o-mini") || r.Provisional {
				t.Errorf("the receipt says %+v", r)
			}
			say("c2", "Where can I buy spare parts for the pump?")
			if nearest := h.nearest(judged.Engagement.ID); len(nearest) != 2 || nearest[0] != judged.Engagement.ID {
				t.Errorf("near to %s are %v", judged.Engagement.ID, nearest)
			}
			if refused := model.Refusals(); len(refused) > 0 {
				t.Errorf("the model refused %q", refused)
			}

			model.Close()
			began := time.Now()
			late := say("c3", "meh, so lala irgendwie, 3/10")
			if r := late.Receipt; r.Engine != "builtin" || !r.Provisional || !late.Provisional {
				t.Errorf("without the model the receipt says %+v", r)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("the first placement took %v", took)
			}
		})
	}
}

// nearest searches by the vector of an engagement, as a process of the program does.
func (h *house) nearest(engagement string) (found []string) {
	h.t.Helper()
	config, err := ReadConfig(h.env)
	if err != nil {
		h.t.Fatal(err)
	}
	store, err := openStore(h.t.Context(), config, 1)
	if err != nil {
		h.t.Fatal(err)
	}
	defer store.Close()
	var v triage.Vector
	var values pgvector.HalfVector
	err = h.pool.QueryRow(h.t.Context(), `SELECT model, vector::text FROM embeddings WHERE engagement_id = $1`, engagement).Scan(&v.Model, &values)
	if err != nil {
		h.t.Fatal(err)
	}
	if v.Values = values.Slice(); v.Model != embeddings.Space(config.EmbeddingModel, config.EmbeddingDimensions) || len(v.Values) != config.EmbeddingDimensions {
		h.t.Errorf("a vector of %s with %d dimensions", v.Model, len(v.Values))
	}
	all, err := store.Nearest(h.t.Context(), triage.ID(h.brand), v, 10)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, n := range all {
		found = append(found, string(n.EngagementID))
	}
	return found
}
