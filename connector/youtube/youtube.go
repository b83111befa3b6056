// Package youtube reads the notices of Google's hub about a channel's videos: new and
// renamed ones, and removed ones. They tell of what the brand publishes and never of
// comments, for which YouTube must be asked. Source: YouTube Data API, "Subscribe to Push
// Notifications"; PubSubHubbub 0.4 and W3C WebSub.
package youtube

import (
	"crypto/sha1" // the hub signs with nothing better
	"errors"
	"net/http"
	"net/url"
	"strings"

	"triage/connector"
	"triage/connector/meta"
	"triage/triage"
)

// Signature carries the HMAC-SHA1 of the raw body.
const Signature = "X-Hub-Signature"

const prefix = "sha1="

// topic is how the feeds that a hub may confirm begin.
const topic = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="

// Connector reads the hub's deliveries.
type Connector struct{}

// Name returns youtube.
func (Connector) Name() triage.Platform { return triage.YouTube }

// Verify checks the HMAC-SHA1 of the raw body, in hex after "sha1=", exactly once. As an
// HMAC it still holds, unlike SHA-1 alone.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Signature)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(values[0], prefix)
	if len(values) > 1 || !ok || !connector.SignedHex(digits, sha1.New, secrets, d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the value of the signature header for a body, as the hub sends it.
func Sign(secret string, body []byte) string {
	return prefix + connector.SignHex(secret, sha1.New, body)
}

// The shortest secret that is taken, and the longest that a hub takes, in bytes.
const (
	minSecret = 24
	maxSecret = 199
)

// CheckSecret refuses secrets that are short, too long for a hub, or can be guessed.
func (Connector) CheckSecret(secret string) error {
	if len(secret) > maxSecret {
		return triage.Errorf(triage.Invalid, "The hub's secret is too long: at most %d bytes are possible.", maxSecret)
	}
	return connector.CheckShared("The hub's secret", secret, minSecret)
}

// Handshake confirms a subscription to a channel's feed when its verify token is ours. It
// never confirms the end of one. Meta took its handshake over from PubSubHubbub.
func (Connector) Handshake(query url.Values, verifyToken string) (string, error) {
	if named := query["hub.topic"]; len(named) > 1 || len(named) == 1 && !strings.HasPrefix(named[0], topic) {
		return "", triage.Errorf(triage.Invalid, "The topic is no channel's feed.")
	}
	return meta.Handshake(query, verifyToken)
}

// MediaTypes returns the type of feeds.
func (Connector) MediaTypes() []string { return []string{"application/atom+xml"} }

// Respond tells the hub nothing, and a stranger with a wrong signature nothing either: WebSub
// asks to accept and drop what is not signed right.
func (Connector) Respond(_ connector.Delivery, refused error) (connector.Response, bool) {
	if errors.Is(refused, connector.ErrSignatureMissing) {
		return connector.Response{}, false
	}
	return connector.Response{Status: http.StatusAccepted}, true
}
