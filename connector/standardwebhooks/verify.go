// Package standardwebhooks reads our own comment schema on top of the Standard Webhooks
// signature scheme (standardwebhooks.com, specification 1.0.0). The schema is documented
// in docs/platforms/standard_webhooks.md.
package standardwebhooks

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// The headers of the scheme.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// Tolerance is how far the signed timestamp may be from our clock, either way.
const Tolerance = 5 * time.Minute

// maxCandidates bounds the work that one header can cause.
const maxCandidates = 8

// The beginnings of secrets: symmetric, public and private.
const (
	symmetric = "whsec_"
	public    = "whpk_"
	private   = "whsk_"
)

// encoding is strict: every signature and key has one spelling.
var encoding = base64.StdEncoding.Strict()

// Connector reads deliveries of the generic source.
type Connector struct{}

// Name returns standard_webhooks.
func (Connector) Name() triage.Platform { return triage.StandardWebhooks }

// Verify checks the signed content "id.timestamp.body" against each secret: HMAC-SHA256
// under v1, Ed25519 under v1a. Unknown versions are skipped. Each header must be there
// exactly once, with at most eight signatures.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	ids, stamps, lists := d.Header[HeaderID], d.Header[HeaderTimestamp], d.Header[HeaderSignature]
	if blank(ids) || blank(stamps) || blank(lists) {
		return connector.ErrSignatureMissing
	}
	if len(ids) > 1 || len(stamps) > 1 || len(lists) > 1 || strings.Count(lists[0], " ") >= maxCandidates {
		return connector.ErrSignatureInvalid
	}
	sent, ok := seconds(stamps[0])
	if !ok {
		return connector.ErrSignatureInvalid
	}
	for _, secret := range secrets {
		if believed(secret, ids[0], stamps[0], lists[0], d.Body) {
			return inTime(sent, d.ReceivedAt)
		}
	}
	return connector.ErrSignatureInvalid
}

func blank(values []string) bool { return len(values) == 0 || values[0] == "" }

// seconds reads a timestamp of digits only.
func seconds(stamp string) (time.Time, bool) {
	n, err := strconv.ParseUint(stamp, 10, 40)
	return time.Unix(int64(n), 0).UTC(), err == nil
}

// inTime is checked behind the signature, so that only a true sender learns of the skew.
func inTime(sent, received time.Time) error {
	if skew := received.Sub(sent); skew > Tolerance || skew < -Tolerance {
		return connector.ErrTimestamp
	}
	return nil
}

// believed reports whether one of the listed signatures is of this secret.
func believed(secret, id, stamp, list string, body []byte) bool {
	if key, ok := strings.CutPrefix(secret, public); ok {
		key, err := encoding.DecodeString(key)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return false
		}
		signed := content(id, stamp, body)
		return anyOf(list, "v1a,", ed25519.SignatureSize, func(given []byte) bool {
			return ed25519.Verify(key, signed, given)
		})
	}
	key, err := symmetricKey(secret)
	if err != nil {
		return false
	}
	want := mac(key, id, stamp, body)
	return anyOf(list, "v1,", sha256.Size, func(given []byte) bool { return hmac.Equal(given, want) })
}

// anyOf decodes the signatures of one version and size and asks right of each.
func anyOf(list, version string, size int, right func([]byte) bool) bool {
	var decoded [ed25519.SignatureSize + 2]byte
	for candidate := range strings.SplitSeq(list, " ") {
		digits, ok := strings.CutPrefix(candidate, version)
		if !ok || len(digits) != encoding.EncodedLen(size) {
			continue
		}
		n, err := encoding.Decode(decoded[:], []byte(digits))
		if err == nil && n == size && right(decoded[:n]) {
			return true
		}
	}
	return false
}

// symmetricKey returns the key of a secret; the prefix may be missing.
func symmetricKey(secret string) ([]byte, error) {
	key, err := encoding.DecodeString(strings.TrimPrefix(secret, symmetric))
	if err != nil || len(key) == 0 {
		return nil, triage.Errorf(triage.Invalid, "The secret must be %s and base64.", symmetric)
	}
	return key, nil
}

func mac(key []byte, id, stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + stamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

func content(id, stamp string, body []byte) []byte {
	return append([]byte(id+"."+stamp+"."), body...)
}

// Sign returns the headers of a delivery signed with a symmetric secret. The id stays the
// same when a delivery is repeated, the time does not.
func Sign(secret, id string, at time.Time, body []byte) (http.Header, error) {
	key, err := symmetricKey(secret)
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		HeaderID:        {id},
		HeaderTimestamp: {stamp},
		HeaderSignature: {"v1," + encoding.EncodeToString(mac(key, id, stamp, body))},
	}, nil
}

// minKey is the least number of random bytes that the specification allows.
const minKey = 24

// CheckSecret accepts whsec_ (which may be missing) and base64 of at least 24 bytes, or
// whpk_ and an Ed25519 public key.
func (Connector) CheckSecret(secret string) error {
	if strings.HasPrefix(secret, private) {
		return triage.Errorf(triage.Invalid, "This is the sender's private key: give the public one, %s.", public)
	}
	if strings.ContainsAny(secret, " \t\r\n") {
		return triage.Errorf(triage.Invalid, "The secret holds spaces or line ends.")
	}
	if key, ok := strings.CutPrefix(secret, public); ok {
		if key, err := encoding.DecodeString(key); err != nil || len(key) != ed25519.PublicKeySize {
			return triage.Errorf(triage.Invalid, "%s must be followed by the base64 of a 32-byte Ed25519 public key.", public)
		}
		return nil
	}
	key, err := symmetricKey(secret)
	switch {
	case err != nil:
		return err
	case len(key) < minKey:
		return triage.Errorf(triage.Invalid, "The secret is too short: at least %d random bytes are needed.", minKey)
	case connector.Guessable(string(key)), connector.Guessable(secret):
		return triage.Errorf(triage.Invalid, "The secret can be guessed.")
	}
	return nil
}
