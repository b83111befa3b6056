package wire

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The longest texts that are taken, in bytes. What is longer is cut and marked.
const (
	MaxText = 100_000
	MaxName = 4_000
)

// MaxID is the longest identifier that is taken, in bytes.
const MaxID = 512

// ID returns an opaque identifier: the text of a string, or the token of a number exactly
// as it was sent, so that no digit is lost. It reports false for everything that cannot
// be one: other kinds, empty, mended or overlong texts.
func (v Value) ID() (string, bool) {
	var id string
	switch v.Kind {
	case Number:
		id = v.token()
	case String:
		text, altered := v.Text()
		if altered {
			return "", false
		}
		id = text
	case Absent, Null, True, False, Array, Object, Deep:
		return "", false
	}
	return id, id != "" && len(id) <= MaxID
}

// OptionalID returns the id, empty when there is none or it is unusable.
func (v Value) OptionalID() string {
	id, ok := v.ID()
	if !ok {
		return ""
	}
	return id
}

// Body returns the text of a comment, and whether it was mended or cut.
func (v Value) Body() (string, bool) {
	text, altered := v.Text()
	text, cut := Cut(text, MaxText)
	return text, altered || cut
}

// Name returns a short text, such as a name or a handle; empty for all but strings.
func (v Value) Name() string {
	name, _ := Cut(v.Word(), MaxName)
	return name
}

// Link returns an address on the web. Whatever is not http or https, is damaged or too
// long is no link: half an address leads astray.
func (v Value) Link() string {
	link, altered := v.Text()
	if altered || len(link) > MaxName {
		return ""
	}
	scheme, rest, ok := strings.Cut(link, "://")
	if !ok || rest == "" || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return ""
	}
	if strings.ContainsFunc(link, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return ""
	}
	return link
}

// msFrom tells Unix milliseconds from seconds: in seconds it is the year 5138.
const msFrom = 100_000_000_000

// Time reads Unix seconds, with or without a fraction, or milliseconds (as a number or its
// digits), or RFC 3339, to the microsecond. It returns the zero time for all else, and for times before 1970.
func (v Value) Time() time.Time {
	var stamp string
	switch v.Kind {
	case Number:
		stamp = v.token()
	case String:
		stamp = v.Word()
	case Absent, Null, True, False, Array, Object, Deep:
		return time.Time{}
	}
	if n, err := strconv.ParseInt(stamp, 10, 64); err == nil {
		switch {
		case n <= 0 || n >= 1_000*msFrom:
			return time.Time{}
		case n >= msFrom:
			return time.UnixMilli(n).UTC()
		}
		return time.Unix(n, 0).UTC()
	}
	if t, ok := fractional(stamp); ok {
		return t
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(layout, stamp); err == nil && t.Unix() > 0 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}

// fractional reads seconds with a decimal fraction, without the rounding of floats.
func fractional(stamp string) (time.Time, bool) {
	whole, fraction, ok := strings.Cut(stamp, ".")
	if !ok || fraction == "" || len(fraction) > 9 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseUint(whole, 10, 63)
	nanos, wrong := strconv.ParseUint((fraction + "00000000")[:9], 10, 63)
	if err != nil || wrong != nil || seconds == 0 || seconds >= msFrom {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), int64(nanos)).UTC().Truncate(time.Microsecond), true
}

// Count returns a whole number that is not negative, or -1.
func (v Value) Count() int64 {
	if v.Kind != Number {
		return -1
	}
	n, err := strconv.ParseInt(v.token(), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// Amount is Count, with 0 for what is not told.
func (v Value) Amount() int64 { return max(0, v.Count()) }

// Cut shortens text to at most limit bytes, and reports whether it did. It cuts between
// characters as people see them: not before a combining mark, a variation selector, a skin
// tone or either side of a joiner, and not inside a flag. A pile of marks longer than
// maxPile is cut anywhere between code points.
func Cut(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	edge := limit
	for edge > 0 && !utf8.RuneStart(text[edge]) {
		edge--
	}
	for best := edge; best > 0 && edge-best <= maxPile; {
		if !joined(text, best) {
			return text[:best], true
		}
		_, size := utf8.DecodeLastRuneInString(text[:best])
		best -= size
	}
	return text[:edge], true
}

// maxPile bounds how far Cut goes back, in bytes.
const maxPile = 256

const joiner = '\u200D'

// joined reports whether the code points on both sides of at belong to one character.
// It follows the rules of Unicode Standard Annex 29 that matter for an edge.
func joined(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	switch {
	case before == joiner || after == joiner:
		return true
	case unicode.In(after, unicode.M, unicode.Variation_Selector):
		return true
	case after >= 0x1F3FB && after <= 0x1F3FF: // skin tones
		return true
	case after >= 0xE0020 && after <= 0xE007F: // tags of subdivision flags
		return true
	case before == '\r' && after == '\n':
		return true
	case regional(before) && regional(after):
		return flagsBefore(text[:at])%2 == 1
	}
	return false
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// flagsBefore counts the regional indicators at the end of text: two make a flag.
func flagsBefore(text string) (n int) {
	for n <= maxPile {
		r, size := utf8.DecodeLastRuneInString(text)
		if !regional(r) {
			break
		}
		text = text[:len(text)-size]
		n++
	}
	return n
}
