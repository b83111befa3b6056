// Package meta is what Meta's platforms have in common: the signature, the handshake and
// the signed request of the deletion callback. It knows no engagement.
package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// Header carries the HMAC-SHA256 of the raw body in lowercase hex after "sha256=". Source:
// Meta for Developers, Webhooks, "Validating payloads". The older SHA-1 header is ignored.
const Header = "X-Hub-Signature-256"

// Verify checks a delivery against each secret. It accepts hex digits of either case.
func Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	digest, ok := strings.CutPrefix(values[0], "sha256=")
	if !ok || len(values) > 1 {
		return connector.ErrSignatureInvalid
	}
	given, err := hex.DecodeString(digest)
	if err != nil || len(given) != sha256.Size {
		return connector.ErrSignatureInvalid
	}
	for _, secret := range secrets {
		if secret != "" && hmac.Equal(given, mac(secret, d.Body)) {
			return nil
		}
	}
	return connector.ErrSignatureInvalid
}

// Sign returns the value of the signature header for a body, as Meta sends it.
func Sign(secret string, body []byte) string {
	return "sha256=" + hex.EncodeToString(mac(secret, body))
}

func mac(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}

// CheckSecret refuses app secrets that are too short to be one of Meta's.
func CheckSecret(secret string) error {
	if len(strings.TrimSpace(secret)) < 24 {
		return triage.Errorf(triage.Invalid, "The app secret is too short: Meta's have 32 characters, at least 24 are needed.")
	}
	return nil
}

// safeChallenge is what may be echoed without becoming a page.
var safeChallenge = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// Handshake answers hub.mode=subscribe with the challenge when the token is right. Source:
// Meta for Developers, Webhooks, "Verification requests".
func Handshake(query url.Values, verifyToken string) (string, error) {
	challenge, token := query.Get("hub.challenge"), query.Get("hub.verify_token")
	if query.Get("hub.mode") != "subscribe" || token == "" || !safeChallenge.MatchString(challenge) {
		return "", triage.Errorf(triage.Invalid, "The handshake is incomplete or its challenge is unsafe.")
	}
	if verifyToken == "" || subtle.ConstantTimeCompare([]byte(token), []byte(verifyToken)) != 1 {
		return "", triage.Errorf(triage.Forbidden, "The verify token is wrong.")
	}
	return challenge, nil
}

// SignedRequest reads the signed_request of a deletion or deauthorisation callback:
// base64url signature and payload, the HMAC over the encoded payload. Source: Meta for
// Developers, "Data Deletion Request Callback". Its error is ErrSignatureInvalid for
// whatever does not verify, other algorithms included.
func SignedRequest(secret, form string) (wire.Value, error) {
	values, err := url.ParseQuery(form)
	if err != nil || secret == "" {
		return wire.Value{}, connector.ErrSignatureInvalid
	}
	signature, payload, ok := strings.Cut(values.Get("signed_request"), ".")
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if !ok || err != nil || !hmac.Equal(given, mac(secret, []byte(payload))) {
		return wire.Value{}, connector.ErrSignatureInvalid
	}
	body, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return wire.Value{}, connector.ErrSignatureInvalid
	}
	v, err := wire.Parse(body)
	if err != nil || v.Get("algorithm").Word() != "HMAC-SHA256" {
		return wire.Value{}, connector.ErrSignatureInvalid
	}
	return v, nil
}
