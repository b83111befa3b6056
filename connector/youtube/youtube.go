// Package youtube asks YouTube for the comments on a channel's videos and the answers to
// them, within the units that a day allows, and looks again at what is held. It also reads
// the notices of Google's hub about videos, which never tell of comments. Source: YouTube
// Data API, "CommentThreads: list", "Comments: list", "Videos: list", "Errors", "Quota
// Calculator", "Subscribe to Push Notifications"; PubSubHubbub 0.4 and W3C WebSub.
package youtube

import (
	"crypto/sha1" // the hub signs with nothing better
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/triage"
)

// Signature carries the HMAC-SHA1 of the raw body.
const Signature = "X-Hub-Signature"

const prefix = "sha1="

// topic is how the feeds that a hub may confirm begin.
const topic = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="

// Connector reads the hub's deliveries and asks YouTube.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // at least between polls when there is nothing new; 0 is 1 min
	First  time.Duration // at least between two looks at a comment; 0 is 6 h
	Daily  int           // units that a project has in a day; 0 is 9500, of 10000
}

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

// DefaultAddress returns the address of the API.
func (Connector) DefaultAddress() string { return "https://www.googleapis.com" }

// minToken is less than the 39 characters of Google's API keys.
const minToken = 30

// CheckToken checks the form of an API key.
func (Connector) CheckToken(token string) error {
	return connector.CheckShared("The API key", token, minToken)
}

// Open returns a conversation about the channel, which is named by its id.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = time.Minute
	}
	if c.First == 0 {
		c.First = 6 * time.Hour
	}
	if c.Daily == 0 {
		c.Daily = 9500 // the rest is for what people do by hand
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		pacific = time.FixedZone("PST", -8*60*60) // without a table of zones the day ends an hour late in summer
	}
	return &conversation{Connector: c, Source: s, day: pacific, budget: s.Budget, videos: map[string]video{}}
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
