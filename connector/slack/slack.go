// Package slack reads the Events API of a Slack workspace in which a community meets:
// messages of the configured channels, their edits and deletions, and mentions of the app.
// Direct messages are never kept. It is a platform, and knows nothing of our own notices.
// Source: Slack API documentation, "Events API", "Verifying requests from Slack".
package slack

import (
	"crypto/sha256"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// The headers of a delivery.
const (
	Signature = "X-Slack-Signature"
	Timestamp = "X-Slack-Request-Timestamp"
)

const version = "v0"

// Tolerance is how far the signed timestamp may be from our clock, either way.
const Tolerance = 5 * time.Minute

// Connector reads Slack's deliveries.
type Connector struct{}

// Name returns slack.
func (Connector) Name() triage.Platform { return triage.Slack }

// Verify checks the HMAC-SHA256 of "v0:timestamp:body", in hex after "v0=". Each header
// must be there exactly once.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	signatures, stamps := d.Header.Values(Signature), d.Header.Values(Timestamp)
	if len(signatures) == 0 || len(stamps) == 0 {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(signatures[0], version+"=")
	seconds, err := strconv.ParseUint(stamps[0], 10, 40)
	if len(signatures) > 1 || len(stamps) > 1 || !ok || err != nil {
		return connector.ErrSignatureInvalid
	}
	if !connector.SignedHex(digits, sha256.New, secrets, []byte(version+":"+stamps[0]+":"), d.Body) {
		return connector.ErrSignatureInvalid
	}
	if skew := d.ReceivedAt.Sub(time.Unix(int64(seconds), 0)); skew > Tolerance || skew < -Tolerance {
		return connector.ErrTimestamp
	}
	return nil
}

// Sign returns the headers of a body, as Slack sends them.
func Sign(secret string, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		Timestamp: {stamp},
		Signature: {version + "=" + connector.SignHex(secret, sha256.New, []byte(version+":"+stamp+":"), body)},
	}
}

// minSecret is less than the 32 hex digits of Slack's signing secrets and enough against guessing.
const minSecret = 24

// CheckSecret refuses signing secrets that are short or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("The signing secret", secret, minSecret)
}

// safeChallenge is what may be echoed without becoming a page.
var safeChallenge = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)

// Respond echoes the challenge by which Slack confirms an address, once it is signed.
func (Connector) Respond(d connector.Delivery, refused error) (connector.Response, bool) {
	if refused != nil {
		return connector.Response{}, false
	}
	doc, err := wire.Parse(d.Body)
	if err != nil || doc.Get("type").Word() != verification {
		return connector.Response{}, false
	}
	challenge := doc.Get("challenge").Word()
	if !safeChallenge.MatchString(challenge) {
		return connector.Response{Status: http.StatusBadRequest}, true
	}
	return connector.Response{Status: http.StatusOK, Type: "text/plain; charset=utf-8", Body: challenge}, true
}
