package connector

import "strings"

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
