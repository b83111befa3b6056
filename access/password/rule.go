package password

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"triage/triage"
)

// Length of a password in characters.
const (
	Shortest = 12
	Longest  = 128
)

// fewest is how many different characters a password has at least.
const fewest = 6

// Acceptable returns an Invalid error that says why password cannot be used by somebody who
// goes by those names (mail address, name, brand), or nil. Length is what makes a password
// hard to guess; there are no rules about kinds of characters (NIST SP 800-63B, section 5.1.1).
func Acceptable(password string, names ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return triage.Errorf(triage.Invalid, "The password holds characters that cannot be typed.")
	case n < Shortest || n > Longest:
		return triage.Errorf(triage.Invalid, "A password has %d to %d characters.", Shortest, Longest)
	case obvious(password):
		return triage.Errorf(triage.Invalid, "That password is among the first that anybody would try.")
	case resembles(password, names):
		return triage.Errorf(triage.Invalid, "The password is made of your own name or address.")
	}
	return nil
}

// obvious reports whether little is left of a password without what people put around the
// words that everybody uses.
func obvious(password string) bool {
	plain := simplify(password)
	return distinct(password) < fewest || inARow(password) || littleLeft(plain, common)
}

func resembles(password string, names []string) bool {
	var parts []string
	for _, name := range names {
		local, _, _ := strings.Cut(name, "@")
		for _, part := range append(strings.FieldsFunc(name, notLetter), local) {
			if part = simplify(part); len(part) >= 3 {
				parts = append(parts, part)
			}
		}
	}
	return littleLeft(simplify(password), append(parts, common...))
}

// littleLeft reports whether s holds some of words and, besides them, next to nothing.
func littleLeft(s string, words []string) bool {
	left := without(s, words)
	return len(left) < len(s) && len(left) < 4
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// simplify undoes the usual disguises: case, digits for letters, signs in between. Digits
// that stand for no letter fall away.
func simplify(s string) string {
	disguises := strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
	kept := strings.TrimRight(strings.ToLower(s), "0123456789!?.$#*_- ")
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, disguises.Replace(kept))
}

// without returns what is left of s when every word is cut out.
func without(s string, words []string) string {
	for _, word := range words {
		s = strings.ReplaceAll(s, word, "")
	}
	return s
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range strings.ToLower(s) {
		seen[r] = true
	}
	return len(seen)
}

// inARow reports whether nearly every character follows from the one before it, as in
// 123456789012, abcdefghijkl or qwertzuiopü.
func inARow(s string) bool {
	runes := []rune(strings.ToLower(s))
	follows := 0
	for i := 1; i < len(runes); i++ {
		step := runes[i] - runes[i-1]
		if step >= -1 && step <= 1 || runes[i] == '0' && runes[i-1] == '9' || onKeyboard(runes[i-1], runes[i]) {
			follows++
		}
	}
	return follows >= len(runes)-3
}

func onKeyboard(a, b rune) bool {
	for _, row := range []string{"qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "azertyuiop", "qsdfghjklm"} {
		if strings.Contains(row, string([]rune{a, b})) || strings.Contains(row, string([]rune{b, a})) {
			return true
		}
	}
	return false
}

// common are the words that lists of stolen passwords are made of, in the forms that
// simplify leaves; longer ones first, so that none hides in another.
var common = []string{
	"administrator", "correcthorsebatterystaple", "communitymanager", "socialmedia", "engagement", "schatzimausi",
	"passwort", "password", "passwd", "geheimnis", "kennwort", "sonnenschein", "sommerzeit", "schatzi", "hallihallo",
	"willkommen", "welcome", "changeme", "letmein", "trustnoi", "iloveyou", "ichliebedich", "whatever", "football",
	"fussball", "baseball", "superman", "starwars", "princess", "sunshine", "computer", "internet", "facebook",
	"instagram", "whatsapp", "google", "qwertz", "qwerty", "azerty", "asdfgh", "yxcvbn", "zxcvbn", "dragon", "master",
	"monkey", "shadow", "killer", "michael", "daniel", "schalke", "bayern", "berlin", "hamburg", "muenchen", "deutschland",
	"triage", "geheim", "secret", "secure", "sicher", "sommer", "winter", "herbst", "fruehling", "summer", "autumn",
	"spring", "januar", "montag", "freitag", "hallo", "hello", "login", "admin", "default", "access", "letme", "guest",
	"user", "root", "test", "demo", "pass", "love", "liebe", "abc", "xyz", "brand", "marke", "team", "mein", "dein", "the",
	"my", "und", "and", "ist", "is",
}
