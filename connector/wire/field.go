package wire

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// The longest texts that are taken, in bytes. What is longer is cut and marked.
const (
	MaxText = 100_000
	MaxName = 4_000
)

// Cut shortens text to at most limit bytes at the edge of a character, and reports
// whether it did.
func Cut(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit], true
}

// Body returns the text of a comment, and whether it was mended or cut.
func (v Value) Body() (string, bool) {
	text, altered := v.Text()
	text, cut := Cut(text, MaxText)
	return text, altered || cut
}

// Name returns a short text: a name, a handle, a link.
func (v Value) Name() string {
	name, _ := Cut(v.Word(), MaxName)
	return name
}

// msFrom tells Unix milliseconds from seconds: in seconds it is the year 5138.
const msFrom = 100_000_000_000

// Time reads Unix seconds or milliseconds (as a number or its digits), or RFC 3339. It
// returns the zero time for all else.
func (v Value) Time() time.Time {
	if v.Kind != Number && v.Kind != String {
		return time.Time{}
	}
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		switch {
		case n <= 0 || n >= 1000*msFrom:
			return time.Time{}
		case n >= msFrom:
			return time.UnixMilli(n).UTC()
		}
		return time.Unix(n, 0).UTC()
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(layout, v.text); err == nil && t.Year() > 0 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Count returns a whole number that is not negative, or -1.
func (v Value) Count() int64 {
	if n, err := strconv.ParseInt(v.text, 10, 64); v.Kind == Number && err == nil && n >= 0 {
		return n
	}
	return -1
}
