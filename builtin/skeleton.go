package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A bare word is a word of a text's skeleton: what is left of it when dress, disguise
// and accents are taken off. Rules are matched on bare words only.
type bareWord struct {
	start, end int    // bytes of the original
	text       string // letters a to z and digits; other scripts as they are; "." ends a sentence
	vague      bool   // holds a character that may stand for i or for l
	long       bool   // had a letter three times or more in a row
}

// Bare is one word of a text's skeleton, and the bytes [Start, End) that it stands for.
type Bare struct {
	Start, End int
	Text       string
}

// Skeleton returns the bare words of text, as rules see it: words in lower case without accents,
// disguises and invisible characters, spelled-out ones joined, and "." for a sentence's end.
func Skeleton(text string) []Bare {
	var words []Bare
	for _, w := range bareWords(nil, text) {
		words = append(words, Bare{w.start, w.end, w.text})
	}
	return words
}

// bareWords appends the skeleton of text to dst.
func bareWords(dst []bareWord, text string) []bareWord {
	b := barer{src: text, out: dst}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		b.take(i, r, size)
		i += size
	}
	b.flush()
	return joinLetters(b.out, text)
}

type barer struct {
	src        string
	out        []bareWord
	cur        []rune
	start, end int
	letters    int
	vague      bool
	flags      bool
	scratch    []rune
}

func (b *barer) take(i int, r rune, size int) {
	switch {
	case invisible(r) || combining(r) || r == '\'' || r == 0x2019 || r == '`' || r == 0xB4 || r == 0x2018:
		if len(b.cur) > 0 {
			b.end = i + size
		}
	case r < 0x80 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
		b.push(i, size, r)
	case r < 0x80 && r >= 'A' && r <= 'Z':
		if r == 'I' && len(b.cur) > 0 {
			b.vague = true
		}
		b.push(i, size, r+'a'-'A')
	case leet[r] != 0 && b.inside(i, size):
		b.push(i, size, r)
	case r < 0x80 || unicode.IsSpace(r):
		b.flush()
		if (r == '.' || r == '!' || r == '?' || r == ';' || r == '\n') && b.ends(i+size) {
			b.out = append(b.out, bareWord{start: i, end: i + size, text: "."})
		}
	default:
		b.other(i, r, size)
	}
}

// other takes a character beyond ASCII.
func (b *barer) other(i int, r rune, size int) {
	flag := r >= 0x1F1E6 && r <= 0x1F1FF // regional indicators spell words, too
	if flag != b.flags {
		b.flush()
		b.flags = flag
	}
	if flag {
		b.push(i, size, 'a'+r-0x1F1E6)
		return
	}
	if r >= 0xAB70 && r <= 0xABBF || r >= 0x13F8 && r <= 0x13FD { // Cherokee lower case is drawn like upper case
		r = unicode.ToUpper(r)
	}
	if to, ok := bare[r]; ok {
		b.vague = b.vague || to == 'i' || to == 'l'
		b.push(i, size, to)
		return
	}
	b.scratch = undressed(b.scratch[:0], r)
	pushed := false
	for _, c := range b.scratch {
		if to, ok := bare[c]; ok {
			c = to
			b.vague = b.vague || to == 'i' || to == 'l'
		}
		b.vague = b.vague || c == 'I'
		c = unicode.ToLower(c)
		if to, ok := bare[c]; ok {
			c = to
		}
		if c = unaccented(c); c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 && unicode.IsLetter(c) {
			b.push(i, size, c)
			pushed = true
		}
	}
	if !pushed {
		b.flush()
	}
}

func unaccented(r rune) rune {
	if r < 0x80 {
		return r
	}
	base, ok := accents[r]
	if ok {
		return base
	}
	return r
}

var accents = map[rune]rune{
	'ä': 'a', 'ö': 'o', 'ü': 'u', 'à': 'a', 'á': 'a', 'â': 'a', 'ã': 'a', 'å': 'a', 'ç': 'c', 'è': 'e', 'é': 'e',
	'ê': 'e', 'ë': 'e', 'ì': 'i', 'í': 'i', 'î': 'i', 'ï': 'i', 'ñ': 'n', 'ò': 'o', 'ó': 'o', 'ô': 'o', 'õ': 'o',
	'ù': 'u', 'ú': 'u', 'û': 'u', 'ý': 'y', 'ÿ': 'y', 'ß': 's', 'ø': 'o', 'ı': 'i', 'ş': 's', 'ğ': 'g', 'ł': 'l',
}

func (b *barer) push(i, size int, r rune) {
	if len(b.cur) == 0 {
		b.start, b.letters = i, 0
	}
	if r >= 'a' {
		b.letters++
	}
	b.cur = append(b.cur, r)
	b.end = i + size
}

// inside reports whether a sign at i stands between or before letters, where it
// replaces one, rather than between words.
func (b *barer) inside(i, size int) bool {
	next, n := utf8.DecodeRuneInString(b.src[i+size:])
	if n == 0 || !wordlike(next) {
		return false
	}
	return len(b.cur) > 0 && b.letters > 0 || i == 0 || b.src[i-1] == ' '
}

func wordlike(r rune) bool {
	return r >= '0' && r <= '9' || r < 0x80 && letter(r) || r >= 0x80 && unicode.IsLetter(r)
}

// ends reports whether a mark before i ends a sentence: nothing or a space follows.
func (b *barer) ends(i int) bool {
	return i >= len(b.src) || b.src[i] <= ' ' || b.src[i] == '!' || b.src[i] == '?' || b.src[i] == '.' || b.src[i] >= 0x80
}

func (b *barer) flush() {
	if len(b.cur) == 0 {
		b.vague = false
		return
	}
	w := bareWord{start: b.start, end: b.end, vague: b.vague}
	var sb strings.Builder
	run := 0
	for i, r := range b.cur {
		if b.letters > 0 {
			if to, ok := leet[r]; ok {
				w.vague = w.vague || r == '1' || r == '!' || r == '|'
				r = to
				b.cur[i] = to
			}
		}
		if i > 0 && r == b.cur[i-1] {
			run++
		} else {
			run = 1
		}
		if run >= 3 {
			w.long = true
			continue
		}
		sb.WriteRune(r)
	}
	w.text = sb.String()
	b.out = append(b.out, w)
	b.cur, b.vague = b.cur[:0], false
}

// joinLetters joins spelled-out words ("k i l l", "k.i.l.l"): three single letters and
// more in a row become one word; a gap wider than the others ends it.
func joinLetters(words []bareWord, src string) []bareWord {
	out := words[:0]
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && len(words[j].text) == 1 && words[j].text != "." &&
			(j == i || gap(src, words[j-1], words[j]) == gap(src, words[i], words[i+1])) {
			j++
		}
		if j-i < 3 {
			out = append(out, words[i])
			i++
			continue
		}
		joined := bareWord{start: words[i].start, end: words[j-1].end}
		for _, w := range words[i:j] {
			joined.text += w.text
			joined.vague = joined.vague || w.vague
		}
		out = append(out, joined)
		i = j
	}
	return out
}

func gap(src string, a, b bareWord) int { return min(b.start-a.end, len(src)) }
