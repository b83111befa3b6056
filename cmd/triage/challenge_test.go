package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"triage/connector/linkedin"
	"triage/connector/x"
)

// challenged is an endpoint of a platform that asks it to sign a word.
type challenged struct{ path, secret, parameter, answer string }

func (h *house) challenged(platform, parameter, answer, account string) challenged {
	h.t.Helper()
	c := challenged{secret: appSecret(), parameter: parameter, answer: answer}
	added := h.json("endpoint", "add", "--brand", h.brand, "--platform", platform, "--secret", c.secret)
	h.ok("channel", "add", "--brand", h.brand, "--endpoint", added["id"].(string), "--external-id", account, "--name", "Ours")
	c.path = added["path"].(string)
	return c
}

// ask sends a challenge and returns what was signed with it.
func (h *house) ask(c challenged, word string) (heard, string) {
	h.t.Helper()
	a := h.send("GET", c.path+"?"+url.Values{c.parameter: {word}}.Encode(), nil, nil)
	var said map[string]string
	if a.status == http.StatusOK && json.Unmarshal(a.body, &said) != nil {
		h.t.Fatalf("a challenge is answered %q", a.body)
	}
	return a, said[c.answer]
}

func TestChallengesAreSignedAndForgeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	onX := h.challenged("x", "crc_token", "response_token", "900")
	onLinkedIn := h.challenged("linkedin", "challengeCode", "challengeResponse", "900")
	h.run()
	forgery := `{"for_user_id":"900","tweet_create_events":[{"id_str":"1","text":"forged"}]}`
	for range 15 { // nonsense never keeps the platform from asking
		for _, c := range []challenged{onX, onLinkedIn} {
			if a, _ := h.ask(c, forgery); a.status != 400 || strings.Contains(string(a.body), "forged") {
				t.Fatalf("a document as challenge is answered %d %s", a.status, a.body)
			}
		}
	}
	if a, signed := h.ask(onX, "word"); signed != x.Sign(onX.secret, []byte("word")) || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("X's challenge is answered %d %s", a.status, a.body)
	}
	if a, signed := h.ask(onLinkedIn, "890e4665-4dfe"); len(signed) != 64 || signed == linkedin.Sign(onLinkedIn.secret, []byte("890e4665-4dfe")) {
		t.Errorf("LinkedIn's challenge is answered %d %s", a.status, a.body)
	}
	sent := func(signature string) heard {
		return h.send("POST", onX.path, http.Header{"Content-Type": {"application/json"}, x.Header: {signature}}, []byte(forgery))
	}
	_, signed := h.ask(onX, "word")
	if a := sent(signed); a.status != 401 {
		t.Errorf("the answer to a challenge as signature is answered %d %s", a.status, a.body)
	}
	if a := sent(x.Sign(onX.secret, []byte(forgery))); a.status != 200 {
		t.Errorf("what is signed right is answered %d %s", a.status, a.body)
	}
}

// The time of the last challenge is kept, and what stays away shows where people look.
func TestMissingChallengesShow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	onLinkedIn := h.challenged("linkedin", "challengeCode", "challengeResponse", "900")
	h.challenged("x", "crc_token", "response_token", "900")
	h.run()
	state := func() map[string]map[string]any {
		found := map[string]map[string]any{}
		var said struct{ Channels []map[string]any }
		if a := h.rest(h.token, http.MethodGet, "/v1/channels", nil); json.Unmarshal(a.body, &said) != nil || len(said.Channels) != 2 {
			t.Fatalf("the channels are %d %s", a.status, a.body)
		}
		for _, c := range said.Channels {
			found[c["platform"].(string)] = c
		}
		return found
	}
	if s := state(); s["linkedin"]["last_challenged_at"] != nil || s["linkedin"]["subscription"] != "" {
		t.Errorf("before the first challenge: %v", s["linkedin"])
	}
	if a, _ := h.ask(onLinkedIn, "890e4665-4dfe"); a.status != 200 {
		t.Fatalf("the challenge is answered %d", a.status)
	}
	if s := state(); s["linkedin"]["last_challenged_at"] == nil || s["linkedin"]["subscription"] != "" || s["x"]["last_challenged_at"] != nil {
		t.Errorf("after LinkedIn's challenge: %v", s)
	}
	if _, err := h.pool.Exec(t.Context(), `UPDATE endpoint_challenges SET answered_at = now() - interval '7 hours'`); err != nil {
		t.Fatal(err)
	}
	if s := state(); s["linkedin"]["subscription"] != "challenge_missing" || s["linkedin"]["subscription_at"] == nil {
		t.Errorf("after seven hours without one: %v", s["linkedin"])
	}
}
