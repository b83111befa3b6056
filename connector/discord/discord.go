// Package discord reads what Discord posts over HTTP: the pings by which it tests an
// address, and the webhook events of an application. Messages never come this way, but
// over the gateway. Source: Discord Developer Documentation, "Interactions", "Webhook
// Events".
package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// The headers of a delivery.
const (
	Signature = "X-Signature-Ed25519"
	Timestamp = "X-Signature-Timestamp"
)

// Connector reads Discord's deliveries over HTTP.
type Connector struct{}

// Name returns discord.
func (Connector) Name() triage.Platform { return triage.Discord }

// Verify checks the Ed25519 signature of the timestamp and the raw body, one behind the
// other, with the application's public key in hex. Each header must be there exactly once.
// The time is not held against our clock: Discord documents no bound for it.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	signatures, stamps := d.Header.Values(Signature), d.Header.Values(Timestamp)
	if len(signatures) == 0 || len(stamps) == 0 {
		return connector.ErrSignatureMissing
	}
	given, err := hex.DecodeString(signatures[0])
	if len(signatures) > 1 || len(stamps) > 1 || err != nil || len(given) != ed25519.SignatureSize {
		return connector.ErrSignatureInvalid
	}
	signed := append([]byte(stamps[0]), d.Body...)
	for _, secret := range secrets {
		if key, err := hex.DecodeString(secret); err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, given) {
			return nil
		}
	}
	return connector.ErrSignatureInvalid
}

// CheckSecret takes an application's public key, which is no secret: it only verifies.
func (Connector) CheckSecret(secret string) error {
	key, err := hex.DecodeString(secret)
	switch {
	case err != nil || len(key) != ed25519.PublicKeySize:
		return triage.Errorf(triage.Invalid, "The public key must be %d hex digits.", hex.EncodedLen(ed25519.PublicKeySize))
	case connector.Guessable(string(key)):
		return triage.Errorf(triage.Invalid, "The public key is none.")
	}
	return nil
}

// Respond answers a ping of the interactions address with a pong, and all else without a
// body. What is not signed right is refused: Discord tests that, too.
func (Connector) Respond(d connector.Delivery, refused error) (connector.Response, bool) {
	if refused != nil {
		return connector.Response{}, false
	}
	doc, err := wire.Parse(d.Body)
	if err == nil && kindOf(doc) == interactionPing {
		return connector.Response{Status: http.StatusOK, Type: "application/json", Body: `{"type":1}`}, true
	}
	return connector.Response{Status: http.StatusNoContent}, true
}
