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

// ibanLengths are how many characters an account number has in each country that uses the
// euro's payment area most, and its neighbours (ISO 13616, registry of SWIFT).
var ibanLengths = map[string]int{
	"AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
	"FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
	"LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24,
	"SM": 27, "TR": 26, "UA": 29,
}

// ibanSpan finds the account number at the start of a match, mistyped ones too: as many
// characters as its country's has, of which ten are digits. The match may go on with the
// words that follow.
func ibanSpan(match string) (start, end int) {
	want, known := ibanLengths[strings.ToUpper(match[:2])]
	if !known {
		return -1, 0
	}
	n, digits := 0, 0
	for i := range len(match) {
		b := match[i]
		if b == ' ' || b == '.' || b == '-' {
			continue
		}
		n++
		if b >= '0' && b <= '9' {
			digits++
		}
		if n < want {
			continue
		}
		if digits < 10 {
			return -1, 0
		}
		return 0, i + 1
	}
	if n >= 15 && digits >= 10 { // one or two characters were forgotten
		return 0, len(strings.TrimRight(match, " .-"))
	}
	return -1, 0
}

var fourFours = regexp.MustCompile(`^\p{Nd}{4}[ .-]\p{Nd}{4}[ .-]\p{Nd}{4}[ .-]\p{Nd}{1,7}$`)

// cardSpan accepts 13 to 19 digits that pass the check of ISO/IEC 7812-1 (Luhn), or
// that are written in the four groups of a card.
func cardSpan(match string) (start, end int) {
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
		return 0, len(match)
	}
	return -1, 0
}

// orderSpan accepts what has at least four digits, or five characters with a digit: "order 2"
// is no number of an order.
func orderSpan(match string) (start, end int) {
	if n := len(digitsOf(match)); n >= 4 || n >= 2 && len(match) >= 6 {
		return 0, len(match)
	}
	return -1, 0
}

var thousands = regexp.MustCompile(`^\d{1,3}(?: \d{3})+$`)

// numberSpan accepts long numbers of any purpose that are no amounts and no dates.
func numberSpan(match string) (start, end int) {
	if dateLike.MatchString(match) || solidDate.MatchString(match) || thousands.MatchString(match) {
		return -1, 0
	}
	return 0, len(match)
}

var solidDate = regexp.MustCompile(`^(?:19|20)\d{6}$`)

var (
	dateLike     = regexp.MustCompile(`^\(?(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4})\)?$`)
	northAmerica = regexp.MustCompile(`^\(?\p{Nd}{3}\)?[ .-]{1,2}\p{Nd}{3}[ .-]\p{Nd}{4}$`)
	grouped      = regexp.MustCompile(`^\p{Nd}{2,5}(?:[ .\x{00A0}\x{202F}/-]{1,3}\p{Nd}{2,5}){2,5}$|^\p{Nd}{3}[ ./-]{1,3}\p{Nd}{6,7}$`)
	pairs        = regexp.MustCompile(`^\p{Nd}{2}(?:[ .-]\p{Nd}{2}){3,4}$`) // Denmark, Norway, Luxembourg, France
	numberStart  = regexp.MustCompile(`[ ()./-](?:\+|\(\+?|\p{Nd})`)
)

// phoneSpan finds the number in a run of digits and separators: another number may
// stand before it ("order 4711 030/1234567").
func phoneSpan(match string) (start, end int) {
	if isPhone(match) {
		return 0, len(match)
	}
	for _, s := range numberStart.FindAllStringIndex(match, -1) {
		if isPhone(match[s[0]+1:]) {
			return s[0] + 1, len(match)
		}
	}
	return -1, 0
}

// isPhone accepts seven digits or more (ITU-T E.164 has up to fifteen; an extension may
// follow) that begin like a number does, with + or 0, or that are written in the groups
// of one. Dates are left alone.
func isPhone(match string) bool {
	digits := digitsOf(match)
	if len(digits) < 7 || len(digits) > 17 || dateLike.MatchString(strings.TrimSpace(match)) {
		return false
	}
	if strings.HasPrefix(match, "+") || strings.HasPrefix(match, "(+") || digits[0] == 0 {
		return true
	}
	return northAmerica.MatchString(match) || len(digits) >= 9 && grouped.MatchString(match) || pairs.MatchString(match)
}
