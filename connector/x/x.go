// Package x reads the webhooks of X: the X Activity API, the older Account Activity API,
// filtered streams and compliance events. It also asks for mentions, for what no webhook
// brought, and looks again at what is held. Source: X developer platform, pages "Webhooks",
// "X Activity API", "Account Activity API", "Filtered stream webhooks", "Compliance",
// "Timelines" (user mentions), "Posts lookup", "Rate limits", "Error handling".
package x

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// Header carries the HMAC-SHA256 of the raw body, keyed with the consumer secret, in base64
// after "sha256=". X signs no time, so a true delivery stays true for ever.
const Header = "X-Twitter-Webhooks-Signature"

const prefix = "sha256="

// Connector reads X's deliveries and asks X.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 2 min
	First  time.Duration // at least between two looks at a post; 0 is 1 day
}

// Name returns x.
func (Connector) Name() triage.Platform { return triage.X }

// encoding is strict, so that one signature has one spelling.
var encoding = base64.StdEncoding.Strict()

// Verify checks a delivery's signature over its raw bytes against each consumer secret.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(values[0], prefix)
	if len(values) > 1 || !ok || len(digits) != encoding.EncodedLen(sha256.Size) {
		return connector.ErrSignatureInvalid
	}
	given, err := encoding.DecodeString(digits)
	if err != nil || !connector.Signed(given, sha256.New, secrets, d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the value of the signature header for a body, as X sends it.
func Sign(secret string, body []byte) string {
	return prefix + encoding.EncodeToString(connector.MAC(secret, sha256.New, body))
}

// minSecret is less than the 50 characters of X's consumer secrets.
const minSecret = 24

// CheckSecret refuses consumer secrets that are too short, hold spaces or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("consumer secret", secret, minSecret)
}

// DefaultAddress returns the address of the API.
func (Connector) DefaultAddress() string { return "https://api.x.com" }

// minToken is less than the length of X's bearer tokens.
const minToken = 24

// CheckToken checks the form of an app's bearer token.
func (Connector) CheckToken(token string) error {
	return connector.CheckShared("The bearer token", token, minToken)
}

// Open returns a conversation about the account, which is named by its numeric id.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = 2 * time.Minute
	}
	if c.First == 0 {
		c.First = 24 * time.Hour
	}
	return &conversation{Connector: c, Source: s}
}

// safeToken is what a challenge may be. It can be no JSON object: the response to a
// challenge is made like the signature of a delivery, so whoever had a document signed
// could send it as X.
var safeToken = regexp.MustCompile(`^[A-Za-z0-9_+/=.:~-]{1,256}$`)

// Challenge answers the challenge-response check of crc_token, which X repeats for as long
// as the webhook lives. Source: X developer platform, "Webhooks", "CRC checks".
func (Connector) Challenge(query url.Values, secret string) (string, error) {
	token := query["crc_token"]
	if len(token) != 1 || secret == "" {
		return "", triage.Errorf(triage.Invalid, "The handshake is incomplete.")
	}
	if !safeToken.MatchString(token[0]) {
		return "", triage.Errorf(triage.Invalid, "The handshake's challenge is not safe to sign.")
	}
	return `{"response_token":"` + Sign(secret, []byte(token[0])) + `"}`, nil
}

// ChallengedWithin returns how long X asks in vain before it holds a webhook for dead.
func (Connector) ChallengedWithin() time.Duration { return 28 * time.Hour }
