package meta

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/url"
	"regexp"

	"triage/triage"
)

// safeChallenge is what may be echoed without becoming a page.
var safeChallenge = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// Handshake answers hub.mode=subscribe with the challenge when the token is right. An empty
// verifyToken is never right. Source: Meta for Developers, Webhooks, "Verification requests".
func Handshake(query url.Values, verifyToken string) (string, error) {
	challenge, token := query["hub.challenge"], query["hub.verify_token"]
	if query.Get("hub.mode") != "subscribe" || len(challenge) != 1 || len(token) != 1 || token[0] == "" {
		return "", triage.Errorf(triage.Invalid, "The handshake is incomplete.")
	}
	if !safeChallenge.MatchString(challenge[0]) {
		return "", triage.Errorf(triage.Invalid, "The handshake's challenge is not safe to echo.")
	}
	if !sameToken(token[0], verifyToken) {
		return "", triage.Errorf(triage.Forbidden, "The verify token is wrong.")
	}
	return challenge[0], nil
}

// sameToken compares digests, so that not even the length shows in the time it takes.
func sameToken(given, want string) bool {
	g, w := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1 && want != ""
}
