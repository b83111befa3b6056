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

// Connector reads deliveries of the generic source.
type Connector struct{}

// Name returns standard_webhooks.
func (Connector) Name() triage.Platform { return triage.StandardWebhooks }

// Verify checks the signed content "id.timestamp.body" against each secret: HMAC-SHA256
// under v1, Ed25519 under v1a. Unknown versions are skipped.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	id, stamp, list := d.Header.Get(HeaderID), d.Header.Get(HeaderTimestamp), d.Header.Get(HeaderSignature)
	if id == "" || stamp == "" || list == "" {
		return connector.ErrSignatureMissing
	}
	if len(d.Header.Values(HeaderID)) > 1 || len(d.Header.Values(HeaderTimestamp)) > 1 || len(d.Header.Values(HeaderSignature)) > 1 {
		return connector.ErrSignatureInvalid
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return connector.ErrSignatureInvalid
	}
	signed := content(id, stamp, d.Body)
	candidates := strings.Split(list, " ")
	if len(candidates) > maxCandidates {
		return connector.ErrSignatureInvalid
	}
	for _, candidate := range candidates {
		for _, secret := range secrets {
			if matches(candidate, secret, signed) {
				return inTime(time.Unix(sent, 0), d.ReceivedAt)
			}
		}
	}
	return connector.ErrSignatureInvalid
}

// inTime is checked behind the signature, so that only a true sender learns of the skew.
func inTime(sent, received time.Time) error {
	if skew := received.Sub(sent); skew > Tolerance || skew < -Tolerance {
		return connector.ErrTimestamp
	}
	return nil
}

func matches(candidate, secret string, signed []byte) bool {
	version, encoded, ok := strings.Cut(candidate, ",")
	if !ok || secret == "" {
		return false
	}
	given, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(given) == 0 {
		return false
	}
	public, asymmetric := strings.CutPrefix(secret, "whpk_")
	switch {
	case version == "v1" && !asymmetric:
		key, err := symmetricKey(secret)
		return err == nil && hmac.Equal(given, mac(key, signed))
	case version == "v1a" && asymmetric:
		key, err := base64.StdEncoding.DecodeString(public)
		return err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, given)
	}
	return false
}

func symmetricKey(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err == nil && len(key) == 0 {
		return nil, triage.Errorf(triage.Invalid, "The secret is empty.")
	}
	return key, err
}

func mac(key, signed []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(signed)
	return h.Sum(nil)
}

func content(id, stamp string, body []byte) []byte {
	signed := make([]byte, 0, len(id)+len(stamp)+len(body)+2)
	signed = append(append(signed, id...), '.')
	signed = append(append(signed, stamp...), '.')
	return append(signed, body...)
}

// Sign returns the headers of a delivery signed with a symmetric secret.
func Sign(secret, id string, at time.Time, body []byte) (http.Header, error) {
	key, err := symmetricKey(secret)
	if err != nil {
		return nil, triage.Errorf(triage.Invalid, "The secret is not base64.").Because(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, "v1,"+base64.StdEncoding.EncodeToString(mac(key, content(id, stamp, body))))
	return h, nil
}

// CheckSecret accepts whsec_ and base64 of at least 24 bytes, or whpk_ and an Ed25519
// public key.
func (Connector) CheckSecret(secret string) error {
	if public, ok := strings.CutPrefix(secret, "whpk_"); ok {
		if key, err := base64.StdEncoding.DecodeString(public); err != nil || len(key) != ed25519.PublicKeySize {
			return triage.Errorf(triage.Invalid, "A whpk_ secret must be the base64 of a 32-byte Ed25519 public key.")
		}
		return nil
	}
	key, err := symmetricKey(secret)
	if err != nil {
		return triage.Errorf(triage.Invalid, "The secret must be whsec_ and base64.")
	}
	if len(key) < 24 {
		return triage.Errorf(triage.Invalid, "The secret is too short: at least 24 random bytes are needed.")
	}
	return nil
}
