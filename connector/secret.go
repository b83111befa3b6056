package connector

import (
	"strings"

	"triage/triage"
)

// placeholders are what stands in examples until somebody sets a secret.
var placeholders = []string{"changeme", "change-me", "change_me", "placeholder", "password", "your-secret", "your_secret", "xxxxxxxx"}

// minDistinct is how many different bytes a secret needs at least: a random one of 24
// bytes falls short of it less often than once in 10^20.
const minDistinct = 5

// Guessable reports whether a secret is a placeholder or hardly varies.
func Guessable(secret string) bool {
	lower := strings.ToLower(secret)
	for _, word := range placeholders {
		if strings.Contains(lower, word) {
			return true
		}
	}
	var seen [256]bool
	distinct := 0
	for _, c := range []byte(secret) {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	return distinct < minDistinct
}

// CheckShared refuses a secret that a platform shares with us when it holds spaces, has
// fewer than least bytes or can be guessed. What names the secret at the start of the
// sentence, such as "The client secret"; the secret itself never stands in the error.
func CheckShared(what, secret string, least int) error {
	switch {
	case strings.ContainsAny(secret, " \t\r\n"):
		return triage.Errorf(triage.Invalid, "%s holds spaces or line ends.", what)
	case len(secret) < least:
		return triage.Errorf(triage.Invalid, "%s is too short: at least %d characters are needed.", what, least)
	case Guessable(secret):
		return triage.Errorf(triage.Invalid, "%s can be guessed.", what)
	}
	return nil
}
