// Package connectortest is the suite that every platform must pass: it believes only what
// is signed over the raw bytes, survives what it does not know, and reads the same
// delivery the same way twice.
package connectortest

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/triage"
)

// Case is one platform with a way to sign for it and one good delivery.
type Case struct {
	Platform connector.Platform
	Secret   string // passes CheckSecret
	Sign     func(secret string, at time.Time, body []byte) http.Header
	Body     []byte // one created engagement
	Dated    bool   // the scheme signs a timestamp
	Shown    bool   // the scheme shows the secret itself and signs nothing
	Silent   bool   // no delivery of this door creates an engagement, not even the good one
}

// now is when deliveries of the suite arrive.
var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func (c Case) delivery(secret string) connector.Delivery {
	return connector.Delivery{Header: c.Sign(secret, now, c.Body), Body: bytes.Clone(c.Body), ReceivedAt: now}
}

// Run checks everything that must hold for a platform.
func Run(t *testing.T, c Case) {
	t.Run("believes a signed delivery", func(t *testing.T) {
		if err := c.Platform.Verify(c.delivery(c.Secret), []string{c.Secret}); err != nil {
			t.Error(err)
		}
	})
	t.Run("believes the previous secret while it is given", func(t *testing.T) {
		if err := c.Platform.Verify(c.delivery(c.Secret), []string{"bmV3IHNlY3JldCBvZiB0d2VudHktZm91ciBieXRlcw==", c.Secret}); err != nil {
			t.Error(err)
		}
	})
	t.Run("refuses what is not signed right", c.refusals)
	t.Run("reads one delivery the same way twice", c.twice)
	t.Run("survives fields and values that it does not know", c.unknown)
	t.Run("refuses weak secrets", c.weak)
	if h, ok := c.Platform.(connector.Handshaker); ok {
		t.Run("answers a handshake with nothing but a safe challenge", func(t *testing.T) { handshakes(t, h) })
	}
	if ch, ok := c.Platform.(connector.Challenger); ok {
		t.Run("signs no challenge that could be a delivery", func(t *testing.T) { c.challenges(t, ch) })
	}
}

func (c Case) refusals(t *testing.T) {
	unsigned := c.delivery(c.Secret)
	unsigned.Header = http.Header{}
	tampered := c.delivery(c.Secret)
	tampered.Body = append(tampered.Body, ' ')
	foreign := c.delivery("YW5vdGhlciBzZWNyZXQgb2YgZW5vdWdoIGJ5dGVz")
	for name, one := range map[string]struct {
		d       connector.Delivery
		secrets []string
		want    error
	}{
		"unsigned":      {unsigned, []string{c.Secret}, connector.ErrSignatureMissing},
		"tampered":      {tampered, []string{c.Secret}, connector.ErrSignatureInvalid},
		"wrong secret":  {foreign, []string{c.Secret}, connector.ErrSignatureInvalid},
		"empty secret":  {c.delivery(c.Secret), []string{""}, connector.ErrSignatureInvalid},
		"no secret":     {c.delivery(c.Secret), nil, connector.ErrSignatureInvalid},
		"garbage bytes": {garbled(c.delivery(c.Secret)), []string{c.Secret}, connector.ErrSignatureInvalid},
	} {
		if name == "tampered" && c.Shown {
			continue
		}
		if err := c.Platform.Verify(one.d, one.secrets); !errors.Is(err, one.want) {
			t.Errorf("%s: %v, want %v", name, err, one.want)
		}
	}
	for _, skew := range []time.Duration{-6 * time.Minute, 6 * time.Minute} {
		late := c.delivery(c.Secret)
		late.ReceivedAt = now.Add(skew)
		if err := c.Platform.Verify(late, []string{c.Secret}); c.Dated != errors.Is(err, connector.ErrTimestamp) {
			t.Errorf("received %s off: %v", skew, err)
		}
	}
}

// garbled keeps the form of every header and spoils the last character but one.
func garbled(d connector.Delivery) connector.Delivery {
	for name, values := range d.Header {
		v := []byte(values[0])
		if i := len(v) - 2; i >= 0 {
			v[i] ^= 1
		}
		if name != "Webhook-Id" && name != "Webhook-Timestamp" {
			d.Header[name] = []string{string(v)}
		}
	}
	return d
}

func (c Case) twice(t *testing.T) {
	a, errA := c.Platform.Parse(c.delivery(c.Secret))
	b, errB := c.Platform.Parse(c.delivery(c.Secret))
	if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
		t.Fatalf("%+v %v\n%+v %v", a, errA, b, errB)
	}
	if c.Silent {
		if len(a.Events) != 0 || len(a.Ignored) == 0 {
			t.Errorf("the good delivery was read as %+v", a)
		}
		return
	}
	if len(a.Events) != 1 || a.Events[0].Engagement.Action != triage.Created || a.Events[0].Engagement.ExternalID == "" {
		t.Errorf("the good delivery was read as %+v", a)
	}
}

func (c Case) unknown(t *testing.T) {
	d := c.delivery(c.Secret)
	want, err := c.Platform.Parse(d)
	if err != nil {
		t.Fatal(err)
	}
	// No string of the suite's deliveries holds a brace, so that each brace opens an object.
	d.Body = bytes.ReplaceAll(d.Body, []byte("{"), []byte(`{"x_new":{"deep":[1,{"er":null}]},"ID":"not the id","Text":7,`))
	got, err := c.Platform.Parse(d)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("with unknown fields in every object: %+v, %v\nwithout: %+v", got, err, want)
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{}", "{", "\ufeff{}", "\x00", "\ufeff" + string(c.Body), string(c.Body) + "x"} {
		d.Body = []byte(body)
		if got, err := c.Platform.Parse(d); err == nil || len(got.Events) > 0 {
			t.Errorf("%.40q was read as %+v, %v", body, got, err)
		}
	}
}

func (c Case) weak(t *testing.T) {
	if err := c.Platform.CheckSecret(c.Secret); err != nil {
		t.Errorf("a good secret: %v", err)
	}
	for _, secret := range []string{"", " ", "changeme", "whsec_", "                        "} {
		if c.Platform.CheckSecret(secret) == nil {
			t.Errorf("%q was taken for a secret", secret)
		}
	}
}

// challenges asks with what would give a stranger the signature of a delivery, in each
// parameter that some platform uses.
func (c Case) challenges(t *testing.T, ch connector.Challenger) {
	ask := func(value string) url.Values {
		return url.Values{"crc_token": {value}, "challengeCode": {value}}
	}
	if answer, err := ch.Challenge(ask("890e4665-4dfe-4ab1-b689-ed553bceeed0"), c.Secret); err != nil || !strings.HasPrefix(answer, "{") {
		t.Errorf("a good challenge: %q, %v", answer, err)
	}
	if _, err := ch.Challenge(ask("890e4665"), ""); triage.KindOf(err) != triage.Invalid {
		t.Errorf("an empty secret: %v", err)
	}
	for _, value := range []string{"", string(c.Body), "hmacsha256=" + string(c.Body), "{}", `"`, "a b", "1\n", "<script>", strings.Repeat("1", 1_000)} {
		if answer, err := ch.Challenge(ask(value), c.Secret); answer != "" || triage.KindOf(err) != triage.Invalid {
			t.Errorf("%.40q: %q, %v", value, answer, err)
		}
	}
	twice := url.Values{"crc_token": {"1", "2"}, "challengeCode": {"1", "2"}}
	if answer, err := ch.Challenge(twice, c.Secret); answer != "" || triage.KindOf(err) != triage.Invalid {
		t.Errorf("two challenges at once: %q, %v", answer, err)
	}
}

func handshakes(t *testing.T, h connector.Handshaker) {
	const token = "the token that we chose"
	for _, one := range []struct{ name, mode, challenge, token, configured, answer string }{
		{"right", "subscribe", "1158201444", token, token, "1158201444"},
		{"wrong token", "subscribe", "1158201444", "another", token, ""},
		{"no token configured", "subscribe", "1158201444", "another", "", ""},
		{"no token at all", "subscribe", "1158201444", "", "", ""},
		{"no challenge", "subscribe", "", token, token, ""},
		{"another mode", "unsubscribe", "1158201444", token, token, ""},
		{"a page as challenge", "subscribe", "<script>", token, token, ""},
		{"a line end in the challenge", "subscribe", "1\n", token, token, ""},
		{"an endless challenge", "subscribe", strings.Repeat("1", 257), token, token, ""},
	} {
		query := url.Values{"hub.mode": {one.mode}, "hub.challenge": {one.challenge}, "hub.verify_token": {one.token}}
		answer, err := h.Handshake(query, one.configured)
		if answer != one.answer || (err == nil) != (one.answer != "") {
			t.Errorf("%s: %q, %v", one.name, answer, err)
		}
		if kind := triage.KindOf(err); err != nil && kind != triage.Invalid && kind != triage.Forbidden {
			t.Errorf("%s: kind %s", one.name, kind)
		}
	}
}

// Parse reads a body that must be readable.
func Parse(t *testing.T, p connector.Platform, body []byte) connector.Parsed {
	t.Helper()
	got, err := p.Parse(connector.Delivery{Body: body, ReceivedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
