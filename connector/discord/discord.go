// Package discord listens to the server that a bot was invited to: over the gateway, which
// also tells of edits and deletions and goes on where it was cut, and by asking for what came
// and looking again at what may have changed meanwhile. It also reads what Discord posts over HTTP: the pings by which it tests an
// address, and who takes an application's access back. Private threads and direct messages
// are never taken in. Source: Discord Developer Documentation, version 10, "Gateway",
// "Messages", "Channels", "Interactions" and "Webhook Events".
package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// The headers of a delivery.
const (
	Signature = "X-Signature-Ed25519"
	Timestamp = "X-Signature-Timestamp"
)

// Connector reads Discord.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 2 min
	First  time.Duration // until what is held is looked up again; 0 is 15 min
}

// Name returns discord.
func (Connector) Name() triage.Platform { return triage.Discord }

// DefaultAddress returns Discord's API.
func (Connector) DefaultAddress() string { return "https://discord.com/api/v10" }

// Open returns a conversation about a server, which is named by its id.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = 2 * time.Minute
	}
	if c.First == 0 {
		c.First = 15 * time.Minute
	}
	s.Secret, _ = parts(s.Secret)
	return &conversation{Connector: c, Source: s, rooms: map[string]room{}, shut: map[string]bool{}}
}

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
		_, public := parts(secret)
		if key, err := hex.DecodeString(public); err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, given) {
			return nil
		}
	}
	return connector.ErrSignatureInvalid
}

// parts takes a secret apart: a bot token, an application's public key, or both with a colon
// between them. A token has dots, a key has none.
func parts(secret string) (token, key string) {
	token, key, both := strings.Cut(secret, ":")
	if !both && !strings.Contains(token, ".") {
		return "", token
	}
	return token, key
}

// minToken is how long a bot token is at least: an id, a time and a signature.
const minToken = 50

// CheckSecret takes a bot token, an application's public key, which is no secret since it
// only verifies, or both with a colon between them.
func (Connector) CheckSecret(secret string) error {
	token, public := parts(secret)
	if token != "" || public == "" {
		if err := connector.CheckShared("The bot token", token, minToken); err != nil {
			return err
		}
		if strings.Count(token, ".") != 2 {
			return triage.Errorf(triage.Invalid, "This is no bot token: take it from Bot, Reset Token.")
		}
	}
	if public == "" {
		return nil
	}
	key, err := hex.DecodeString(public)
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
