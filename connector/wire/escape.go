package wire

import (
	"unicode/utf16"
	"unicode/utf8"
)

// nulPicture stands for NUL, which PostgreSQL cannot keep in a text.
const nulPicture = '\u2400'

// text returns what a checked string token says, valid UTF-8 without NUL, and whether it
// differs from what was sent. A text that needs no work shares the token's memory.
func text(token string, m marks) (s string, altered bool) {
	if m&escaped == 0 && (m&wide == 0 || utf8.ValidString(token)) {
		return token, false
	}
	out := make([]byte, 0, len(token)+utf8.UTFMax)
	for i := 0; i < len(token); {
		switch c := token[i]; {
		case c == '\\':
			r, size, bad := unescape(token[i:])
			out, altered = utf8.AppendRune(out, r), altered || bad
			i += size
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			size, bad := sequence(token[i:])
			if bad {
				out, altered = utf8.AppendRune(out, utf8.RuneError), true
			} else {
				out = append(out, token[i:i+size]...)
			}
			i += size
		}
	}
	return string(out), altered
}

// escapeSize returns the length of the escape at the start of s, 0 when it is none
// (RFC 8259, section 7).
func escapeSize(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s); ok {
			return 6
		}
	}
	return 0
}

// unescape resolves the checked escape at the start of s. A surrogate without its partner
// becomes U+FFFD, NUL becomes its picture; both are reported as altered.
func unescape(s string) (r rune, size int, altered bool) {
	switch s[1] {
	case 'b':
		return '\b', 2, false
	case 'f':
		return '\f', 2, false
	case 'n':
		return '\n', 2, false
	case 'r':
		return '\r', 2, false
	case 't':
		return '\t', 2, false
	case 'u':
	default:
		return rune(s[1]), 2, false
	}
	r, _ = hex4(s)
	if r == 0 {
		return nulPicture, 6, true
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, false
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hex4(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12, false
			}
		}
	}
	return utf8.RuneError, 6, true
}

// hex4 reads the four digits after \u.
func hex4(s string) (r rune, ok bool) {
	if len(s) < 6 {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r |= rune(c - '0')
		case c >= 'a' && c <= 'f':
			r |= rune(c-'a') + 10
		case c >= 'A' && c <= 'F':
			r |= rune(c-'A') + 10
		default:
			return 0, false
		}
	}
	return r, true
}

// sequence measures the character at the start of s, which begins beyond ASCII. When it is
// not UTF-8 it measures what one U+FFFD replaces: the longest beginning of a character, or
// else one byte (Unicode 15, section 3.9, "substitution of maximal subparts").
func sequence(s string) (size int, bad bool) {
	if r, size := utf8.DecodeRuneInString(s); r != utf8.RuneError || size > 1 {
		return size, false
	}
	low, high := byte(0x80), byte(0xBF)
	need := 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c == 0xE0:
		need, low = 2, 0xA0
	case c == 0xED:
		need, high = 2, 0x9F
	case c >= 0xE1 && c <= 0xEF:
		need = 2
	case c == 0xF0:
		need, low = 3, 0x90
	case c == 0xF4:
		need, high = 3, 0x8F
	case c >= 0xF1 && c <= 0xF3:
		need = 3
	}
	size = 1
	for size <= need && size < len(s) && s[size] >= low && s[size] <= high {
		size++
		low, high = 0x80, 0xBF
	}
	return size, true
}
