package connector

import (
	"crypto/hmac"
	"encoding/hex"
	"hash"
	"slices"
)

// SignedHex reports whether digits are the hex of the HMAC (RFC 2104) of the parts, one
// behind the other, with one of the secrets. Digits of either case are accepted; empty
// secrets never sign. It compares in constant time.
func SignedHex(digits string, algorithm func() hash.Hash, secrets []string, parts ...[]byte) bool {
	given, err := hex.DecodeString(digits)
	return err == nil && Signed(given, algorithm, secrets, parts...)
}

// Signed is SignedHex for a signature that has been decoded.
func Signed(given []byte, algorithm func() hash.Hash, secrets []string, parts ...[]byte) bool {
	return slices.ContainsFunc(secrets, func(secret string) bool {
		return secret != "" && hmac.Equal(given, MAC(secret, algorithm, parts...))
	})
}

// SignHex returns what SignedHex believes, as the platforms send it: in lower case.
func SignHex(secret string, algorithm func() hash.Hash, parts ...[]byte) string {
	return hex.EncodeToString(MAC(secret, algorithm, parts...))
}

// MAC returns the HMAC (RFC 2104) of the parts, one behind the other.
func MAC(secret string, algorithm func() hash.Hash, parts ...[]byte) []byte {
	h := hmac.New(algorithm, []byte(secret))
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
