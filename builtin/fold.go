package builtin

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// invisible reports whether r carries no ink and no space: zero-width characters,
// bidi controls, variation selectors, tags, soft hyphens and byte order marks.
func invisible(r rune) bool {
	switch {
	case r < 0xA0:
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7F
	case r == 0xAD, r == 0x034F, r == 0x061C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r == 0x3164, r == 0xFEFF, r == 0xFFA0:
		return true
	case r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF0 && r <= 0xFFFB,
		r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// combining reports whether r is a mark drawn over the letter before it.
func combining(r rune) bool {
	if r < 0x300 {
		return false
	}
	return r <= 0x36F || r >= 0x483 && r <= 0x489 || r >= 0x1AB0 && r <= 0x1AFF ||
		r >= 0x1DC0 && r <= 0x1DFF || r >= 0x20D0 && r <= 0x20FF || r >= 0xFE20 && r <= 0xFE2F
}

// compose joins a base letter and the mark that follows it where Unicode has one
// letter for both; other marks are decoration and vanish.
func compose(base, mark rune) rune {
	var in [2 * utf8.UTFMax]byte
	n := utf8.EncodeRune(in[:], base)
	n += utf8.EncodeRune(in[n:], mark)
	out := norm.NFC.Bytes(in[:n])
	if r, size := utf8.DecodeRune(out); size == len(out) && r < 0x250 {
		return r
	}
	return base
}

// compatible appends the lower-case NFKC form of r to dst: full-width, mathematical,
// circled and similar letters become the plain ones.
func compatible(dst []rune, r rune) []rune {
	at := len(dst)
	dst = undressed(dst, r)
	for i := at; i < len(dst); i++ {
		dst[i] = unicode.ToLower(dst[i])
	}
	return dst
}

// undressed appends the NFKC form of r to dst. Letters with accents of their own and
// scripts without dressed-up forms stay as they are.
func undressed(dst []rune, r rune) []rune {
	if r < 0xA0 || r >= 0x370 && r < 0x1D00 && r != 0x37A {
		return append(dst, r)
	}
	if r >= 0x1F000 || r >= 0x3040 && r < 0xF900 {
		if r < 0x1F100 || r > 0x1F18F {
			return append(dst, r)
		}
		return append(dst, squared(r))
	}
	var in [utf8.UTFMax]byte
	n := utf8.EncodeRune(in[:], r)
	prop := norm.NFKC.Properties(in[:n])
	deco := prop.Decomposition()
	if deco == nil || r < 0x250 && !styled(r) {
		return append(dst, r)
	}
	for _, d := range string(norm.NFKC.Bytes(in[:n])) {
		dst = append(dst, d)
	}
	return dst
}

// styled reports whether r below U+0250 is a dressed-up plain character rather than a
// letter with an accent of its own.
func styled(r rune) bool {
	switch r {
	case 0xA0, 0xAA, 0xB2, 0xB3, 0xB5, 0xB9, 0xBA, 0x132, 0x133, 0x13F, 0x140, 0x149, 0x17F:
		return true
	}
	return r >= 0x1C4 && r <= 0x1CC || r >= 0x1F1 && r <= 0x1F3
}

// squared returns the letter inside an enclosed Latin letter such as U+1F130.
func squared(r rune) rune {
	switch {
	case r >= 0x1F110 && r <= 0x1F129:
		return 'a' + r - 0x1F110
	case r >= 0x1F130 && r <= 0x1F149:
		return 'a' + r - 0x1F130
	case r >= 0x1F150 && r <= 0x1F169:
		return 'a' + r - 0x1F150
	case r >= 0x1F170 && r <= 0x1F189:
		return 'a' + r - 0x1F170
	}
	return r
}
