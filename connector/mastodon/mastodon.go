// Package mastodon asks servers that speak Mastodon's API (Mastodon, GoToSocial and their
// kin) for what mentions, answers and quotes an account, and listens to its stream, which
// also tells of edits and deletions; what a stream did not tell is looked up again. What is not
// public is never taken in. Source: Mastodon documentation, "notifications API methods",
// "Streaming API methods", "Status" and "statuses API methods".
package mastodon

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// Connector asks Mastodon.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 30 s
	First  time.Duration // until what is held is looked up again; 0 is 15 min
}

// Name returns mastodon.
func (Connector) Name() triage.Platform { return triage.Mastodon }

// DefaultAddress returns nothing: every account lives on a server of its own.
func (Connector) DefaultAddress() string { return "" }

// Verify checks the signature that a server puts on the webhooks of its administrators:
// HMAC-SHA256 in hex over the raw body, after "sha256=".
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	given := d.Header.Get("X-Hub-Signature")
	if given == "" {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(given, "sha256=")
	if !ok || !connector.SignedHex(digits, sha256.New, secrets, d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// minSecret is how long a token is at least. Mastodon's have 43 characters.
const minSecret = 16

// CheckSecret checks the form of an access token.
func (Connector) CheckSecret(secret string) error {
	if len(secret) < minSecret || strings.TrimSpace(secret) != secret || connector.Guessable(secret) {
		return triage.Errorf(triage.Invalid, "This is no access token: take it from Preferences, Development, on your server.")
	}
	return nil
}

// Open returns a conversation with the server that the account lives on.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = 30 * time.Second
	}
	if c.First == 0 {
		c.First = 15 * time.Minute
	}
	return &conversation{Connector: c, Source: s, posts: map[string]post{}}
}
