// Package linkedin reads LinkedIn's notifications of social actions on the posts of an
// organisation: comments, replies, edits, deletions and mentions in shares. Source:
// Microsoft Learn, LinkedIn, "Organization social action notifications" and "Webhooks".
package linkedin

import (
	"crypto/sha256"
	"net/url"
	"regexp"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// Header carries the HMAC-SHA256, keyed with the client secret, in hex. What is signed is
// the word hmacsha256= and the raw body; some senders put the word before the digest, too.
// LinkedIn signs no time, so a true delivery stays true for ever.
const Header = "X-Li-Signature"

const prefix = "hmacsha256="

// Connector reads LinkedIn's deliveries.
type Connector struct{}

// Name returns linkedin.
func (Connector) Name() triage.Platform { return triage.LinkedIn }

// Verify checks a delivery's signature over its raw bytes against each client secret.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digits := strings.TrimPrefix(values[0], prefix)
	if len(values) > 1 || !connector.SignedHex(digits, sha256.New, secrets, []byte(prefix), d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the value of the signature header for a body, as LinkedIn sends it.
func Sign(secret string, body []byte) string {
	return connector.SignHex(secret, sha256.New, []byte(prefix), body)
}

// minSecret is as many characters as the shortest of LinkedIn's client secrets have.
const minSecret = 16

// CheckSecret refuses client secrets that are too short, hold spaces or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("client secret", secret, minSecret)
}

// safeCode is what a challenge may be: LinkedIn sends a UUID. It can be neither a document
// nor begin with the prefix of what deliveries sign, or strangers could have them signed.
var safeCode = regexp.MustCompile(`^[A-Za-z0-9-]{1,128}$`)

// Challenge answers the challengeCode that LinkedIn sends every two hours. It is signed
// without a prefix.
func (Connector) Challenge(query url.Values, secret string) (string, error) {
	code := query["challengeCode"]
	if len(code) != 1 || secret == "" {
		return "", triage.Errorf(triage.Invalid, "The handshake is incomplete.")
	}
	if !safeCode.MatchString(code[0]) {
		return "", triage.Errorf(triage.Invalid, "The handshake's challenge is not safe to sign.")
	}
	response := connector.SignHex(secret, sha256.New, []byte(code[0]))
	return `{"challengeCode":"` + code[0] + `","challengeResponse":"` + response + `"}`, nil
}

// ChallengedWithin returns the time of three challenges: LinkedIn blocks who misses as many.
func (Connector) ChallengedWithin() time.Duration { return 3 * 2 * time.Hour }

// Keeps returns what LinkedIn's terms allow: social activity of members for 48 hours, their
// profiles for 24. Source: Microsoft Learn, LinkedIn, "Marketing API Program Data Storage
// Requirements".
func (Connector) Keeps() connector.Keeping {
	return connector.Keeping{Activity: 48 * time.Hour, Profile: 24 * time.Hour}
}
