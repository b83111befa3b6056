// Package discourse reads the webhooks of a Discourse forum: posts made, edited and
// destroyed, and accounts destroyed. Private messages and whispers are never kept.
// Source: discourse/discourse, "emit_web_hook_event" and the post serializer.
package discourse

import (
	"crypto/sha256"
	"strings"

	"triage/connector"
	"triage/triage"
)

// The headers of a delivery. Only the body is signed: what Event and Instance say is
// believed as far as the body agrees, or as far as it cannot do harm.
const (
	Signature = "X-Discourse-Event-Signature"
	Event     = "X-Discourse-Event"
	Instance  = "X-Discourse-Instance"
)

const prefix = "sha256="

// Connector reads Discourse's deliveries.
type Connector struct{}

// Name returns discourse.
func (Connector) Name() triage.Platform { return triage.Discourse }

// Verify checks the HMAC-SHA256 of the raw body, in hex after "sha256=", exactly once. A
// forum without a secret sends no signature, and is not believed. No time is signed.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Signature)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(values[0], prefix)
	if len(values) > 1 || !ok || !connector.SignedHex(digits, sha256.New, secrets, d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the value of the signature header for a body, as Discourse sends it.
func Sign(secret string, body []byte) string {
	return prefix + connector.SignHex(secret, sha256.New, body)
}

const minSecret = 24

// CheckSecret refuses secrets that are short or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("The webhook's secret", secret, minSecret)
}

// MediaTypes allows for a forum that calls its JSON a form.
func (Connector) MediaTypes() []string {
	return []string{"application/json", "application/x-www-form-urlencoded"}
}
