package llm

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Concealed is a text as it may leave the house: mail addresses, phone numbers, account,
// card and order numbers, handles, names and addresses are replaced by words in brackets,
// invisible control characters are gone, and its length is bounded. It remembers where each
// byte came from, so that words quoted from it are found in the original.
type Concealed struct {
	Text      string
	Shortened bool
	Masked    []string // kinds of details that were replaced, each once
	from, to  []int    // per byte of Text: the bytes [from, to) of the original that it stands for
}

// cut stands where the middle of a long text was left out.
const cut = " [...] "

// Conceal returns text for sending: at most head+tail bytes of its beginning and end,
// cut between runes, and a mark between the two. names are those of people and accounts
// known to be around: they go wherever they stand. Equal details get the same word, the
// second of a kind gets a number, as in [phone 2].
func Conceal(text string, head, tail int, names ...string) Concealed {
	c := newConcealed(strings.ToValidUTF8(text, "?"), text)
	c = c.replace(invisible.FindAllStringIndex(c.Text, -1), same(""))
	c = c.replace(gaps.FindAllStringIndex(c.Text, -1), same(" "))
	seen := numbering{}
	for _, k := range private {
		if k.word == nameWord {
			c = c.mask(k.word, findNames(c.Text, names), seen)
			continue
		}
		c = c.mask(k.word, k.find(c.Text), seen)
	}
	return c.shorten(head, tail)
}

// numbering gives the same word to equal details of a kind.
type numbering map[string][]string

func (n numbering) word(kind, detail string) string {
	detail = strings.ToLower(strings.Join(strings.FieldsFunc(detail, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '@' && r != '.' && r != '_'
	}), ""))
	at := slices.Index(n[kind], detail)
	if at < 0 {
		at, n[kind] = len(n[kind]), append(n[kind], detail)
	}
	if at == 0 {
		return "[" + kind + "]"
	}
	return "[" + kind + " " + strconv.Itoa(at+1) + "]"
}

// mask puts the word of a kind where the spans are.
func (c Concealed) mask(kind string, spans [][]int, seen numbering) Concealed {
	if len(spans) == 0 {
		return c
	}
	masked := append(c.Masked, kind)
	if slices.Contains(c.Masked, kind) {
		masked = c.Masked
	}
	out := c.replace(spans, func(detail string) string { return seen.word(kind, detail) })
	out.Masked = masked
	return out
}

func same(word string) func(string) string { return func(string) string { return word } }

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

// replace puts words where the spans are, which are in order and do not overlap.
func (c Concealed) replace(spans [][]int, wordFor func(detail string) string) Concealed {
	if len(spans) == 0 {
		return c
	}
	out := Concealed{Masked: c.Masked}
	var text strings.Builder
	at := 0
	keep := func(end int) {
		text.WriteString(c.Text[at:end])
		out.from = append(out.from, c.from[at:end]...)
		out.to = append(out.to, c.to[at:end]...)
	}
	for _, s := range spans {
		keep(s[0])
		word := wordFor(c.Text[s[0]:s[1]])
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
	out := Concealed{Text: c.Text[:start] + cut + c.Text[end:], Shortened: true, Masked: c.Masked}
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

// gaps are runs of spaces, of which one says as much.
var gaps = regexp.MustCompile(` {3,}`)

// Invisible characters carry smuggled instructions (tag characters), turn text around
// (bidirectional controls) or split words that should be recognised. The joiners that
// emoji and Persian need stay.
var invisible = regexp.MustCompile(`[\x{E0000}-\x{E007F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{200B}\x{2060}\x{FEFF}\x{00AD}]+`)
