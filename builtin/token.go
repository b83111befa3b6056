// Package builtin judges and embeds texts without a key and without a network: a linear
// model on hashed words and letters, rules that can only raise risk and urgency, and a
// hashed embedding. Text is data; it knows no queues of people, brands or databases.
package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what sort of thing a token is.
type kind uint8

const (
	kindWord kind = iota
	kindNumber
	kindPunct
	kindEmoji
	kindURL
	kindMention
	kindHashtag
)

// token is one piece of a text: bytes [start, end) of the original, and its folded
// form as bytes [lo, hi) of the scan's buffer.
type token struct {
	start, end int
	lo, hi     int
	kind       kind
}

// scan is a tokenised text. It is reused between texts; nothing in it outlives the
// next call of read.
type scan struct {
	src    string
	buf    []byte
	tokens []token
	runes  []rune
	caps   int // upper-case letters
	small  int // other letters
	lines  int // line breaks
	feats  []Feature
	ids    []uint64
	sense  []float32
}

// Of a long text the head and the tail are read: what people want stands there, and
// the cost stays bounded.
const (
	headBytes = 3 << 10
	tailBytes = 1 << 10
)

// read tokenises text.
func (s *scan) read(text string) {
	s.src, s.buf, s.tokens = text, s.buf[:0], s.tokens[:0]
	s.caps, s.small, s.lines = 0, 0, 0
	if len(text) <= headBytes+tailBytes {
		s.part(0, len(text))
		return
	}
	s.part(0, runeStart(text, headBytes))
	s.part(runeStart(text, len(text)-tailBytes), len(text))
}

// runeStart returns the largest i <= at where a rune of text starts.
func runeStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

func (s *scan) part(from, to int) {
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(s.src[i:to])
		switch {
		case r == '\n':
			s.lines++
			i += size
		case unicode.IsSpace(r) || invisible(r) || r == utf8.RuneError && size <= 1:
			i += size
		case r == '@' && wordByte(s.src, i+1, to) && !wordByte(s.src, i-1, to):
			i = s.handle(i, to)
		case r == '<' && to-i > 1 && s.src[i+1] == '3':
			s.add(i, i+2, kindEmoji, "<3")
			i += 2
		case startsURL(s.src[i:to]):
			i = s.url(i, to)
		case r == '#' && wordByte(s.src, i+1, to):
			i = s.word(i, i+1, to, kindHashtag)
		case letter(r):
			i = s.word(i, i, to, kindWord)
		case r >= '0' && r <= '9':
			i = s.number(i, to)
		case pictograph(r):
			i = s.emoji(i, to, r, size)
		default:
			i = s.punct(i, to, r, size)
		}
	}
}

func (s *scan) add(start, end int, k kind, folded string) {
	lo := len(s.buf)
	s.buf = append(s.buf, folded...)
	s.tokens = append(s.tokens, token{start: start, end: end, lo: lo, hi: len(s.buf), kind: k})
}

// text returns the folded form of token t.
func (s *scan) text(t token) []byte { return s.buf[t.lo:t.hi] }

func letter(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || r >= 0x1F110 && r <= 0x1F189 && squared(r) != r ||
		r >= 0x24B6 && r <= 0x24E9 || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r)
}

// wordByte reports whether the byte at i continues a handle or a hashtag.
func wordByte(s string, i, to int) bool {
	if i < 0 || i >= to {
		return false
	}
	b := s[i]
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b >= 0xC3
}

// pictograph reports whether r is an emoji or a symbol used like one.
func pictograph(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2B05 && r <= 0x2B55 ||
		r >= 0x2190 && r <= 0x21FF || r >= 0x2300 && r <= 0x23FF
}

// handle reads an @name. Names are left out on purpose: all become one word, except
// that help desks differ from people.
func (s *scan) handle(i, to int) int {
	end := i + 1
	for end < to {
		r, size := utf8.DecodeRuneInString(s.src[end:to])
		if !letter(r) && (r < '0' || r > '9') && r != '_' && (r != '.' || !wordByte(s.src, end+1, to)) {
			break
		}
		end += size
	}
	folded := "<user>"
	name := strings.ToLower(s.src[i+1 : min(end, i+41)])
	for _, part := range []string{"support", "help", "care", "service", "hilfe"} {
		if strings.Contains(name, part) {
			folded = "<helpdesk>"
		}
	}
	s.add(i, end, kindMention, folded)
	return end
}

func startsURL(s string) bool {
	if len(s) < 5 || s[0] != 'h' && s[0] != 'H' && s[0] != 'w' && s[0] != 'W' && s[0] != 'p' {
		return false
	}
	head := strings.ToLower(s[:min(len(s), 8)])
	return strings.HasPrefix(head, "http://") || strings.HasPrefix(head, "https://") ||
		strings.HasPrefix(head, "www.") || strings.HasPrefix(head, "pic.twit")
}

func (s *scan) url(i, to int) int {
	end := i
	for end < to && s.src[end] > ' ' {
		end++
	}
	folded := "<url>"
	if strings.HasPrefix(s.src[i:end], "pic.") || strings.Contains(s.src[i:end], "/photo/") {
		folded = "<photo>"
	}
	s.add(i, end, kindURL, folded)
	return end
}
