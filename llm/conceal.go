package llm

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Concealed is a text as it may leave the house: mail addresses, phone numbers, IBANs,
// card numbers and handles are replaced by words in brackets, invisible control
// characters are gone, and its length is bounded. It remembers where each byte came
// from, so that words quoted from it are found in the original.
type Concealed struct {
	Text      string
	Shortened bool
	from, to  []int // per byte of Text: the bytes [from, to) of the original that it stands for
}

// cut stands where the middle of a long text was left out.
const cut = " [...] "

// Conceal returns text for sending: at most head+tail bytes of its beginning and end,
// cut between runes, and a mark between the two.
func Conceal(text string, head, tail int) Concealed {
	c := newConcealed(strings.ToValidUTF8(text, "?"), text)
	c = c.replace(invisible.FindAllStringIndex(c.Text, -1), "")
	for _, class := range private {
		c = c.replace(class.find(c.Text), class.word)
	}
	return c.shorten(head, tail)
}

// newConcealed starts with each byte standing for itself. Where bytes had to be
// replaced to make the text valid, positions no longer match, and none is kept.
func newConcealed(valid, original string) Concealed {
	c := Concealed{Text: valid, from: make([]int, len(valid)), to: make([]int, len(valid))}
	for i := range len(valid) {
		c.from[i], c.to[i] = i, i+1
	}
	if valid != original {
		for i := range c.to {
			c.from[i], c.to[i] = -1, -1
		}
	}
	return c
}

// replace puts word where the spans are, which are in order and do not overlap.
func (c Concealed) replace(spans [][]int, word string) Concealed {
	if len(spans) == 0 {
		return c
	}
	var out Concealed
	var text strings.Builder
	at := 0
	keep := func(end int) {
		text.WriteString(c.Text[at:end])
		out.from = append(out.from, c.from[at:end]...)
		out.to = append(out.to, c.to[at:end]...)
	}
	for _, s := range spans {
		keep(s[0])
		text.WriteString(word)
		for range len(word) {
			out.from = append(out.from, c.from[s[0]])
			out.to = append(out.to, c.to[s[1]-1])
		}
		at = s[1]
	}
	keep(len(c.Text))
	out.Text = text.String()
	return out
}

func (c Concealed) shorten(head, tail int) Concealed {
	if len(c.Text) <= head+tail {
		return c
	}
	start, end := head, len(c.Text)-tail
	for start > 0 && !utf8.RuneStart(c.Text[start]) {
		start--
	}
	for end < len(c.Text) && !utf8.RuneStart(c.Text[end]) {
		end++
	}
	out := Concealed{Text: c.Text[:start] + cut + c.Text[end:], Shortened: true}
	gap := make([]int, len(cut))
	for i := range gap {
		gap[i] = -1
	}
	out.from = append(append(append(out.from, c.from[:start]...), gap...), c.from[end:]...)
	out.to = append(append(append(out.to, c.to[:start]...), gap...), c.to[end:]...)
	return out
}

// Find returns the bytes [start, end) of the original that the first occurrence of
// quote in c stands for, and false when c does not hold it or it spans what was left
// out.
func (c Concealed) Find(quote string) (start, end int, ok bool) {
	at := strings.Index(c.Text, quote)
	if quote == "" || at < 0 {
		return 0, 0, false
	}
	for i := at; i < at+len(quote); i++ {
		if c.from[i] < 0 {
			return 0, 0, false
		}
	}
	return c.from[at], c.to[at+len(quote)-1], true
}

// Invisible characters carry smuggled instructions (tag characters), turn text around
// (bidirectional controls) or split words that should be recognised. The joiners that
// emoji and Persian need stay.
var invisible = regexp.MustCompile(`[\x{E0000}-\x{E007F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{200B}\x{2060}\x{FEFF}\x{00AD}]+`)

// class is one kind of private thing and the word that takes its place.
type class struct {
	word    string
	pattern *regexp.Regexp
	start   func(match string) int // where in a match the thing begins, -1 for nowhere; nil: at 0
}

// private lists the classes in the order in which they are replaced: longer numbers
// before those that could be a part of them.
var private = []class{
	{"[mail]", regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+(?:[@＠]| ?[\[({](?:at|ät)[\])}] ?)[\p{L}\p{N}-]+` +
		`(?:\.[\p{L}\p{N}-]+| ?[\[({](?:dot|punkt)[\])}] ?[\p{L}\p{N}-]+)+`), nil},
	{"[mail]", regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+ (?:at|ät) [\p{L}\p{N}-]+ (?:dot|punkt) \p{L}{2,}`), nil},
	{"[iban]", regexp.MustCompile(`(?i)\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b`), ibanStart},
	{"[card]", regexp.MustCompile(`\p{Nd}(?:[ .-]?\p{Nd}){12,18}`), cardStart},
	{"[phone]", regexp.MustCompile(`(?:\+|\(\+?|\p{Nd})[\p{Nd} ()./\x{2010}-\x{2015}-]{5,28}\p{Nd}`), phoneStart},
	{"[handle]", regexp.MustCompile(`[@＠][\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?|\bu/[A-Za-z0-9_-]{3,20}\b`), nil},
}

func (c class) find(text string) [][]int {
	found := c.pattern.FindAllStringIndex(text, -1)
	if c.start == nil {
		return found
	}
	kept := found[:0]
	for _, s := range found {
		if at := c.start(text[s[0]:s[1]]); at >= 0 {
			kept = append(kept, []int{s[0] + at, s[1]})
		}
	}
	return kept
}
