package postgres

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold returns text as search compares it: compatibility forms are one, case, accents and
// direction marks do not count, umlauts are written out (Müller, MÜLLER and Mueller are
// mueller), and each character of a script without spaces stands alone, so that a run of
// them is found as a phrase. It is the database-independent stand-in for unaccent.
func fold(text string) string { return foldWith(text, writtenOut) }

// foldBare is fold, but drops the dots of umlauts: Müller is muller. It lets people find
// names that they cannot type.
func foldBare(text string) string { return foldWith(text, bare) }

var (
	writtenOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ø", "oe", "æ", "ae", "ł", "l", "ı", "i")
	bare       = strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "ł", "l", "ı", "i")
)

func foldWith(text string, letters *strings.Replacer) string {
	lower := letters.Replace(strings.ToLower(norm.NFKC.String(text)))
	var b strings.Builder
	b.Grow(len(lower))
	for _, r := range norm.NFD.String(lower) {
		switch {
		case r == 0, accent(r), unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner, r == tatweel:
		case unspaced(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

const (
	zeroWidthJoiner = '\u200d' // part of emoji, and of words in Indic scripts
	tatweel         = '\u0640' // stretches Arabic words
)

// accent reports whether r is a mark that people leave out when they type: combining
// diacritics, Arabic and Hebrew points. The vowel signs of Indic scripts and the voice
// marks of Japanese are letters.
func accent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && r != '\u3099' && r != '\u309a' &&
		(unicode.Is(unicode.Inherited, r) || unicode.Is(unicode.Hebrew, r))
}

// unspaced reports whether r belongs to a script that writes words without spaces.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// piece is a word of a text: bytes [start, end).
type piece struct{ start, end int }

// pieces returns the words of text in order, at most limit. A word is a run of letters,
// digits and marks; a character of a script without spaces is one by itself.
func pieces(text string, limit int) []piece {
	var out []piece
	start := -1
	for at, r := range text {
		solid := unspaced(r)
		word := !solid && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
		if start >= 0 && !word {
			out, start = append(out, piece{start, at}), -1
		}
		if solid {
			out = append(out, piece{at, at + len(string(r))})
		}
		if word && start < 0 {
			start = at
		}
		if len(out) >= limit {
			return out[:limit]
		}
	}
	if start >= 0 {
		out = append(out, piece{start, len(text)})
	}
	return out
}
