package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"triage/connector/discord"
	"triage/connector/discourse"
	"triage/connector/slack"
	"triage/connector/telegram"
	"triage/connector/youtube"
)

// entrance adds an endpoint with one channel and returns its path.
func (h *house) entrance(platform, secret, account string, more ...string) string {
	h.t.Helper()
	added := h.json(append([]string{"endpoint", "add", "--brand", h.brand, "--platform", platform, "--secret", secret}, more...)...)
	h.ok("channel", "add", "--brand", h.brand, "--endpoint", added["id"].(string), "--external-id", account, "--name", "Ours")
	return added["path"].(string)
}

func TestEachPlatformHearsTheAnswerThatItWaitsFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := appSecret()
	application := ed25519.NewKeyFromSeed([]byte(secret[:ed25519.SeedSize]))
	paths := map[string]string{
		"telegram":  h.entrance("telegram", secret, "-1001"),
		"discourse": h.entrance("discourse", secret, "forum.example"),
		"slack":     h.entrance("slack", secret, "C1"),
		"youtube":   h.entrance("youtube", secret, "UC1", "--verify-token", "handshake-"+secret),
		"discord":   h.entrance("discord", hex.EncodeToString(application.Public().(ed25519.PublicKey)), "77"),
	}
	h.run()
	sign := map[string]func(body []byte) http.Header{
		"telegram":  func([]byte) http.Header { return http.Header{telegram.Header: {secret}} },
		"discourse": func(body []byte) http.Header { return http.Header{discourse.Signature: {discourse.Sign(secret, body)}} },
		"slack":     func(body []byte) http.Header { return slack.Sign(secret, time.Now(), body) },
		"youtube":   func(body []byte) http.Header { return http.Header{youtube.Signature: {youtube.Sign(secret, body)}} },
		"discord": func(body []byte) http.Header {
			stamp := strconv.FormatInt(time.Now().Unix(), 10)
			given := ed25519.Sign(application, append([]byte(stamp), body...))
			return http.Header{discord.Timestamp: {stamp}, discord.Signature: {hex.EncodeToString(given)}}
		},
	}
	const (
		feed    = `<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>`
		mention = `{"type":"event_callback","api_app_id":"A1","event":{"type":"message","channel":"C1","user":"U1","ts":"1777895990.000200","text":"<@U0> hi"},"authorizations":[{"is_bot":true,"user_id":"U0"}]}`
	)
	for _, c := range []struct {
		what, platform, media, body string
		spoilt                      bool // the body that is sent is not the one that was signed
		status                      int
		answer                      string
	}{
		{"a comment on Telegram", "telegram", "application/json", `{"update_id":1,"message":{"message_id":5,"chat":{"id":-1001,"type":"supergroup"},"text":"hi"}}`, false, 200, ""},
		{"a post that is called a form", "discourse", "application/x-www-form-urlencoded", `{"post":{"id":1,"raw":"hi"}}`, false, 200, `{"accepted":1,"duplicate":0,"ignored":0,"quarantined":0}`},
		{"a challenge", "slack", "application/json", `{"type":"url_verification","challenge":"abc123"}`, false, 200, "abc123"},
		{"a challenge that is not signed", "slack", "application/json", `{"type":"url_verification","challenge":"abc123"}`, true, 401, ""},
		{"a mention as message", "slack", "application/json", mention, false, 200, `{"accepted":1,"duplicate":0,"ignored":0,"quarantined":0}`},
		{"the same as mention", "slack", "application/json", strings.Replace(mention, `"message"`, `"app_mention"`, 1), false, 200, `{"accepted":0,"duplicate":1,"ignored":0,"quarantined":0}`},
		{"a video", "youtube", "application/atom+xml", feed, false, 202, ""},
		{"a video that is not signed right", "youtube", "application/atom+xml", feed, true, 202, ""},
		{"a video as JSON", "youtube", "application/json", feed, false, 415, ""},
		{"a ping of Discord's interactions", "discord", "application/json", `{"id":"1","application_id":"4","type":1,"token":"x"}`, false, 200, `{"type":1}`},
		{"a ping of Discord's events", "discord", "application/json", `{"application_id":"4","type":0}`, false, 204, ""},
		{"a ping with a wrong signature", "discord", "application/json", `{"application_id":"4","type":0}`, true, 401, ""},
	} {
		header := sign[c.platform]([]byte(c.body))
		header.Set("Content-Type", c.media)
		if c.spoilt {
			c.body += " "
		}
		a := h.send("POST", paths[c.platform], header, []byte(c.body))
		if a.status != c.status || c.status < 400 && strings.TrimSpace(string(a.body)) != c.answer {
			t.Errorf("%s was answered %d %q", c.what, a.status, a.body)
		}
	}
	if n := h.number(`SELECT count(*) FROM engagements`); n != 3 {
		t.Errorf("%d engagements, want 3", n)
	}
}
