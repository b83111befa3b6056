package wire

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape resolves the escapes of a string (RFC 8259, section 7). A surrogate without its
// partner becomes U+FFFD, NUL becomes U+2400; both count as altered.
func unescape(raw []byte) (string, bool, error) {
	var b strings.Builder
	b.Grow(len(raw))
	altered := false
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			end := i
			for end < len(raw) && raw[end] != '\\' {
				end++
			}
			text, mended, _ := mend(string(raw[i:end]))
			b.WriteString(text)
			altered = altered || mended
			i = end
			continue
		}
		if i+1 >= len(raw) {
			return "", false, ErrSyntax
		}
		if raw[i+1] != 'u' {
			c, ok := simple(raw[i+1])
			if !ok {
				return "", false, ErrSyntax
			}
			b.WriteByte(c)
			i += 2
			continue
		}
		r, size, ok := unicodeEscape(raw[i:])
		if !ok {
			return "", false, ErrSyntax
		}
		switch r {
		case 0:
			r, altered = replacement, true
		case utf8.RuneError:
			altered = altered || size == 6 && !isReplacement(raw[i:])
		}
		b.WriteRune(r)
		i += size
	}
	return b.String(), altered, nil
}

func simple(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// unicodeEscape reads \uXXXX, or a pair of surrogates, at the start of raw.
func unicodeEscape(raw []byte) (r rune, size int, ok bool) {
	r, ok = hex4(raw)
	if !ok {
		return 0, 0, false
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, true
	}
	if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		if low, ok := hex4(raw[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12, true
			}
		}
	}
	return utf8.RuneError, 6, true
}

func hex4(raw []byte) (r rune, ok bool) {
	if len(raw) < 6 {
		return 0, false
	}
	for _, c := range raw[2:6] {
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

// isReplacement reports whether the escape spells U+FFFD itself, which is no damage.
func isReplacement(raw []byte) bool {
	r, _ := hex4(raw)
	return r == utf8.RuneError
}
