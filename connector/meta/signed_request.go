package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
)

// SignedRequest is what a deletion or deauthorisation callback says. UserID is the id of a
// person who logged into our app, not of somebody who comments on a Page. Whether it is
// too old is the caller's to decide. Times that were not sent are zero.
type SignedRequest struct {
	UserID   string
	IssuedAt time.Time
	Expires  time.Time
}

// ParseSignedRequest verifies and reads the form of such a callback: base64url signature
// and payload without padding, the HMAC over the encoded payload. Its errors are
// ErrSignatureMissing without the field, and ErrSignatureInvalid for whatever does not
// verify, other algorithms included. Source: Meta for Developers, "Data Deletion Request
// Callback".
func ParseSignedRequest(secret string, form url.Values) (SignedRequest, error) {
	fields := form["signed_request"]
	if len(fields) == 0 {
		return SignedRequest{}, connector.ErrSignatureMissing
	}
	encoding := base64.RawURLEncoding.Strict()
	signature, payload, ok := strings.Cut(fields[0], ".")
	if len(fields) > 1 || !ok || secret == "" || len(signature) != encoding.EncodedLen(sha256.Size) {
		return SignedRequest{}, connector.ErrSignatureInvalid
	}
	given, err := encoding.DecodeString(signature)
	if err != nil || !hmac.Equal(given, connector.MAC(secret, sha256.New, []byte(payload))) {
		return SignedRequest{}, connector.ErrSignatureInvalid
	}
	body, err := encoding.DecodeString(payload)
	if err != nil {
		return SignedRequest{}, connector.ErrSignatureInvalid
	}
	v, err := wire.Parse(body)
	if err != nil || !strings.EqualFold(v.Get("algorithm").Word(), "HMAC-SHA256") {
		return SignedRequest{}, connector.ErrSignatureInvalid
	}
	return SignedRequest{
		UserID: v.Get("user_id").OptionalID(), IssuedAt: v.Get("issued_at").Time(), Expires: v.Get("expires").Time(),
	}, nil
}

// Withdrawal believes a signed request by any of the secrets.
func Withdrawal(form url.Values, secrets []string) (connector.Withdrawal, error) {
	err := error(connector.ErrSignatureInvalid)
	for _, secret := range secrets {
		var r SignedRequest
		if r, err = ParseSignedRequest(secret, form); err == nil {
			return connector.Withdrawal{Person: r.UserID, IssuedAt: r.IssuedAt}, nil
		}
	}
	return connector.Withdrawal{}, err
}

// SignRequest returns the field of such a form, as Meta signs it.
func SignRequest(secret string, payload []byte) string {
	encoded := base64.RawURLEncoding.EncodeToString(payload)
	return base64.RawURLEncoding.EncodeToString(connector.MAC(secret, sha256.New, []byte(encoded))) + "." + encoded
}
