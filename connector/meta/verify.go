// Package meta is what Meta's platforms have in common: the signature, the handshake, the
// envelope and the signed request of the deletion callback. It knows no engagement.
package meta

import (
	"crypto/sha256"
	"strings"

	"triage/connector"
	"triage/triage"
)

// Header carries the HMAC-SHA256 of the raw body in lowercase hex after "sha256=". Source:
// Meta for Developers, Webhooks, "Validating payloads". The older SHA-1 header is ignored.
const Header = "X-Hub-Signature-256"

const prefix = "sha256="

// Verify checks a delivery's signature over its raw bytes against each secret. The header
// must be there exactly once; hex digits of either case are accepted. Meta signs no time,
// so a true delivery stays true for ever and repeats are told by what they say.
func Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(values[0], prefix)
	if len(values) > 1 || !ok || !connector.SignedHex(digits, sha256.New, secrets, d.Body) {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the value of the signature header for a body, as Meta sends it.
func Sign(secret string, body []byte) string {
	return prefix + connector.SignHex(secret, sha256.New, body)
}

// minSecret is less than the 32 hex digits of Meta's app secrets and enough against guessing.
const minSecret = 24

// CheckSecret refuses app secrets that are too short to be one of Meta's, hold spaces or
// can be guessed.
func CheckSecret(secret string) error {
	switch {
	case strings.ContainsAny(secret, " \t\r\n"):
		return triage.Errorf(triage.Invalid, "The app secret holds spaces or line ends.")
	case len(secret) < minSecret:
		return triage.Errorf(triage.Invalid, "The app secret is too short: Meta's have 32 characters, at least %d are needed.", minSecret)
	case connector.Guessable(secret):
		return triage.Errorf(triage.Invalid, "The app secret can be guessed.")
	}
	return nil
}
