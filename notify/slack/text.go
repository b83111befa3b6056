package slack

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Limits of Block Kit, in characters. We count UTF-16 units after escaping, the largest
// of the possible readings. docs.slack.dev, Block Kit reference.
const (
	maxHeader  = 150
	maxSection = 3000
	maxField   = 2000
	maxName    = 120 // ours: a longer name is a decoration
	maxExcerpt = 300 // ours: of the text in a push notification
)

const (
	cutMark   = " […]"
	quoteMark = "▎" // opens each line of a quote, so that no line of it can pass for ours

	firstStrongIsolate = '\u2068'
	popIsolate         = '\u2069'
)

// escaped replaces the three characters that Slack gives a meaning. It does so in
// plain_text, too: Slack keeps all text escaped and unescapes what it shows.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

// plain makes one line of our own words safe and short. They need no marks of direction;
// a brand's name that holds one loses it.
func plain(s string, limit int) string {
	return escaped(cut(oneLine(strings.Map(undirected, s)), limit, 0))
}

func undirected(r rune) rune {
	if (r >= '\u202A' && r <= '\u202E') || (r >= '\u2066' && r <= popIsolate) {
		return -1
	}
	return r
}

// foreign makes one line of words from outside safe, short and unable to change the
// direction of what stands around it.
func foreign(s string, limit int) string {
	return isolated(cut(oneLine(s), limit-2, 0))
}

// quoted makes a comment safe: each line is marked as quoted and isolated on its own,
// since an isolate ends with its paragraph (Unicode Annex 9, X8).
func quoted(s string, limit int) string {
	perLine := width(quoteMark+" ") + 2
	lines := strings.Split(cut(paragraphs(s), limit-perLine, perLine), "\n")
	for i, line := range lines {
		lines[i] = quoteMark + " " + isolated(line)
	}
	return strings.Join(lines, "\n")
}

// isolated escapes s between a first strong isolate and its end, with unpaired marks
// inside removed: an unpaired end would close ours.
func isolated(s string) string {
	return string(firstStrongIsolate) + escaped(paired(s)) + string(popIsolate)
}

// paired drops isolate initiators without an end and ends without an initiator.
// Embeddings and overrides may stay: the end of an isolate closes them.
func paired(s string) string {
	var open []int
	drop := map[int]bool{}
	for i, r := range s {
		switch {
		case r >= '\u2066' && r <= firstStrongIsolate:
			open = append(open, i)
		case r == popIsolate && len(open) > 0:
			open = open[:len(open)-1]
		case r == popIsolate:
			drop[i] = true
		}
	}
	for _, i := range open {
		drop[i] = true
	}
	if len(drop) == 0 {
		return s
	}
	var kept strings.Builder
	for i, r := range s {
		if !drop[i] {
			kept.WriteRune(r)
		}
	}
	return kept.String()
}

// cut shortens s to limit between grapheme clusters and marks that it did. Each line
// break costs perLine more than itself.
func cut(s string, limit, perLine int) string {
	used, room := 0, limit-width(cutMark)
	fits := 0 // the end of what still leaves room for the mark
	clusters := graphemes.FromString(s)
	for clusters.Next() {
		used += width(escaped(clusters.Value()))
		if clusters.Value() == "\n" {
			used += perLine
		}
		if used > limit {
			return strings.TrimRightFunc(s[:fits], unicode.IsSpace) + cutMark
		}
		if used <= room {
			fits = clusters.End()
		}
	}
	return s
}

// width counts UTF-16 units.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// oneLine folds all white space into single spaces and drops control characters.
func oneLine(s string) string {
	return strings.Join(strings.Fields(printable(s)), " ")
}

// paragraphs keeps line breaks, at most two in a row, and drops other control characters.
func paragraphs(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(s)
	s = strings.TrimSpace(printable(s))
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return s
}

// printable drops control characters; those that are white space become spaces.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || !unicode.IsControl(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
