package llm

import (
	"regexp"
	"strings"
	"unicode"
)

// digitsOf returns the decimal digits of any script in s as 0 to 9.
func digitsOf(s string) []int {
	var digits []int
	for _, r := range s {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		// The ten digits of a script follow each other, and each range starts with a zero
		// or holds whole sets of ten.
		for _, rng := range unicode.Nd.R16 {
			if r <= 0xFFFF && uint16(r) >= rng.Lo && uint16(r) <= rng.Hi {
				digits = append(digits, int(uint16(r)-rng.Lo)%10)
			}
		}
		for _, rng := range unicode.Nd.R32 {
			if uint32(r) >= rng.Lo && uint32(r) <= rng.Hi {
				digits = append(digits, int(uint32(r)-rng.Lo)%10)
			}
		}
	}
	return digits
}

// ibanStart accepts what has the form of an account number, mistyped ones too: at least
// 15 characters (ISO 13616: Norway's, the shortest) of which ten are digits.
func ibanStart(match string) int {
	solid := strings.NewReplacer(" ", "", "-", "").Replace(match)
	if len(solid) < 15 || len(solid) > 34 || len(digitsOf(solid)) < 10 {
		return -1
	}
	return 0
}

var fourFours = regexp.MustCompile(`^\p{Nd}{4}[ .-]\p{Nd}{4}[ .-]\p{Nd}{4}[ .-]\p{Nd}{1,7}$`)

// cardStart accepts 13 to 19 digits that pass the check of ISO/IEC 7812-1 (Luhn), or
// that are written in the four groups of a card.
func cardStart(match string) int {
	digits := digitsOf(match)
	sum := 0
	for i := range digits {
		d := digits[len(digits)-1-i]
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	if sum%10 == 0 || fourFours.MatchString(match) {
		return 0
	}
	return -1
}

var (
	dateLike     = regexp.MustCompile(`^\(?(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4})\)?$`)
	northAmerica = regexp.MustCompile(`^\(?\p{Nd}{3}\)?[ .-]{1,2}\p{Nd}{3}[ .-]\p{Nd}{4}$`)
	grouped      = regexp.MustCompile(`^\p{Nd}{2,5}(?:[ /-]{1,3}\p{Nd}{2,5}){2,5}$`)
	numberStart  = regexp.MustCompile(`[ ()./-](?:\+|\(\+?|\p{Nd})`)
)

// phoneStart finds the number in a run of digits and separators: another number may
// stand before it ("order 4711 030/1234567").
func phoneStart(match string) int {
	if isPhone(match) {
		return 0
	}
	for _, s := range numberStart.FindAllStringIndex(match, -1) {
		if isPhone(match[s[0]+1:]) {
			return s[0] + 1
		}
	}
	return -1
}

// isPhone accepts seven digits or more (ITU-T E.164 has up to fifteen; an extension may
// follow) that begin like a number does, with + or 0, or that are written in the groups
// of one. Dates are left alone.
func isPhone(match string) bool {
	digits := digitsOf(match)
	if len(digits) < 7 || dateLike.MatchString(strings.TrimSpace(match)) {
		return false
	}
	if strings.HasPrefix(match, "+") || strings.HasPrefix(match, "(+") || digits[0] == 0 {
		return true
	}
	return northAmerica.MatchString(match) || len(digits) >= 9 && grouped.MatchString(match)
}
