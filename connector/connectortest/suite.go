// Package connectortest is the suite that every platform must pass: it believes only what
// is signed over the raw bytes, survives what it does not know, and reads the same
// delivery the same way twice.
package connectortest

import (
	"bytes"
	"errors"
	"net/http"
	"reflect"
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
	if len(a.Events) != 1 || a.Events[0].Engagement.Action != triage.Created || a.Events[0].Engagement.ExternalID == "" {
		t.Errorf("the good delivery was read as %+v", a)
	}
}

func (c Case) unknown(t *testing.T) {
	d := c.delivery(c.Secret)
	d.Body = bytes.Replace(d.Body, []byte("{"), []byte(`{"x_new":{"deep":[1,{"er":null}]},`), 1)
	got, err := c.Platform.Parse(d)
	if err != nil || len(got.Events) != 1 {
		t.Errorf("with an unknown field: %+v %v", got, err)
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{}", "{", "\ufeff{}", "\x00"} {
		d.Body = []byte(body)
		if got, err := c.Platform.Parse(d); len(got.Events) > 0 {
			t.Errorf("%q was read as %+v, %v", body, got, err)
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
