package builtin

import (
	_ "embed" // the word lists
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed languages.txt
var languageWords string

// CommonWords returns the very common words of each language that is told apart by
// its words, for training.
func CommonWords() map[string][]string {
	lists := map[string][]string{}
	for _, line := range strings.Split(languageWords, "\n") {
		code, rest, ok := strings.Cut(line, " ")
		if ok && code != "#" {
			lists[code] = strings.Fields(rest)
		}
	}
	return lists
}

// LangBucket returns the row of a feature in the language table.
func LangBucket(bucket uint32) int { return int(bucket >> (bucketBits - langBits)) }

// scripts that belong to one language, or nearly so in comments.
var scripts = []struct {
	table *unicode.RangeTable
	code  string
}{
	{unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Han, "zh"},
	{unicode.Arabic, "ar"}, {unicode.Hebrew, "he"}, {unicode.Thai, "th"}, {unicode.Greek, "el"},
	{unicode.Devanagari, "hi"}, {unicode.Bengali, "bn"}, {unicode.Tamil, "ta"}, {unicode.Telugu, "te"},
	{unicode.Georgian, "ka"}, {unicode.Armenian, "hy"},
}

// undetermined is the code for a text whose language cannot be told (BCP 47).
const undetermined = "und"

// language returns the BCP 47 primary subtag of the scanned text, or "und", and how
// much of it is made of words we have met, 0 to 1.
func (m *Model) language(s *scan, feats []Feature) (code string, known float64) {
	if code := s.script(); code != "" {
		return code, 0
	}
	words, met := 0, 0
	for _, t := range s.tokens {
		if t.kind != kindWord || t.hi-t.lo < 2 {
			continue
		}
		words++
		if m.isKnown(hashBytes(spaceWord, s.text(t))) {
			met++
		}
	}
	if s.caps+s.small < 2 || words == 0 {
		return undetermined, 0
	}
	known = float64(met) / float64(words)
	best, share := m.likeliest(feats)
	switch code := m.Languages[best]; {
	case share < 0.5, known < 0.3 && (code == "en" || code == "de"), known < 0.2 && share < 0.9:
		return undetermined, known
	default:
		return code, known
	}
}

// likeliest returns the language with the highest probability.
func (m *Model) likeliest(feats []Feature) (best int, share float64) {
	k := len(m.Languages)
	var acc [32]float32
	for _, f := range feats {
		if f.Bucket >= Buckets {
			break
		}
		row := m.LangRows[LangBucket(f.Bucket)*k:][:k]
		for c, w := range row {
			acc[c] += f.Value * float32(w)
		}
	}
	sum := 0.0
	top := math.Inf(-1)
	var z [32]float64
	for c := range k {
		z[c] = float64(m.LangBias[c] + m.LangStep*acc[c])
		if z[c] > top {
			top, best = z[c], c
		}
	}
	for c := range k {
		sum += math.Exp(z[c] - top)
	}
	return best, 1 / sum
}

func (m *Model) isKnown(h uint64) bool {
	i := KnownBit(h)
	return m.Known[i/64]&(1<<(i%64)) != 0
}

// KnownBit returns the place of a word's hash in the bitmap of known words.
func KnownBit(h uint64) uint64 { return (h * 0xD6E8FEB86659FD93) >> (64 - KnownBits) }

// script returns the language that the writing itself tells, or "".
func (s *scan) script() string {
	var count [16]int
	cyrillic, ukrainian, total := 0, 0, 0
	for _, t := range s.tokens {
		if t.kind != kindWord && t.kind != kindHashtag {
			continue
		}
		for b := s.text(t); len(b) > 0; {
			r, size := utf8.DecodeRune(b)
			b = b[size:]
			total++
			if r < 0x370 {
				continue
			}
			if unicode.Is(unicode.Cyrillic, r) {
				cyrillic++
				if strings.ContainsRune("іїєґ", r) {
					ukrainian++
				}
				continue
			}
			for i, sc := range scripts {
				if unicode.Is(sc.table, r) {
					count[i]++
					break
				}
			}
		}
	}
	if 2*cyrillic > total {
		if ukrainian > 0 {
			return "uk"
		}
		return "ru"
	}
	if kana := count[0] + count[1]; kana > 0 && 2*(kana+count[3]) > total {
		return "ja"
	}
	for i, sc := range scripts {
		if 2*count[i] > total {
			return sc.code
		}
	}
	return ""
}
