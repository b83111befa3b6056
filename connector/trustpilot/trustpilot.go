// Package trustpilot reads the webhooks of Trustpilot: service reviews that were written,
// changed or deleted. Source: public receivers; what is unconfirmed stands in
// docs/platforms/trustpilot.md.
package trustpilot

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"

	"triage/connector"
	"triage/triage"
)

// Header carries the user and the secret that stand in the address Trustpilot was given
// (RFC 7617). Trustpilot signs nothing.
const Header = "Authorization"

// user is who we want to be called as.
const user = "triage"

// Connector reads Trustpilot's deliveries.
type Connector struct{}

// Name returns trustpilot.
func (Connector) Name() triage.Platform { return triage.Trustpilot }

// Verify checks the secret that the call shows against each secret.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	known := 0
	for _, secret := range secrets {
		given, want := sha256.Sum256([]byte(values[0])), sha256.Sum256([]byte(Sign(secret).Get(Header)))
		if secret != "" {
			known |= subtle.ConstantTimeCompare(given[:], want[:])
		}
	}
	if len(values) > 1 || known == 0 {
		return connector.ErrSignatureInvalid
	}
	return nil
}

// Sign returns the header by which a secret is shown.
func Sign(secret string) http.Header {
	return http.Header{Header: {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))}}
}

// minSecret is enough against guessing.
const minSecret = 24

// CheckSecret refuses secrets that are short, hold spaces or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("The secret", secret, minSecret)
}
