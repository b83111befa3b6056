package connector

import (
	"crypto/hmac"
	"encoding/hex"
	"hash"
)

// SignedHex reports whether digits are the hex of the HMAC (RFC 2104) of the parts, one
// behind the other, with one of the secrets. Digits of either case are accepted; empty
// secrets never sign. It compares in constant time.
func SignedHex(digits string, algorithm func() hash.Hash, secrets []string, parts ...[]byte) bool {
	given, err := hex.DecodeString(digits)
	if err != nil {
		return false
	}
	for _, secret := range secrets {
		if secret != "" && hmac.Equal(given, mac(secret, algorithm, parts)) {
			return true
		}
	}
	return false
}

// SignHex returns what SignedHex believes, as the platforms send it: in lower case.
func SignHex(secret string, algorithm func() hash.Hash, parts ...[]byte) string {
	return hex.EncodeToString(mac(secret, algorithm, parts))
}

func mac(secret string, algorithm func() hash.Hash, parts [][]byte) []byte {
	h := hmac.New(algorithm, []byte(secret))
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
