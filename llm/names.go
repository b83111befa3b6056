package llm

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed names.txt
var firstNamesFile string

// firstNames are common first names in German and English texts that are no words besides.
var firstNames = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for line := range strings.Lines(firstNamesFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			known[name] = true
		}
	}
	return known
})

var (
	capitalised = regexp.MustCompile(`\p{Lu}[\p{Ll}'’]+(?:-\p{Lu}[\p{Ll}'’]+)?`)

	// titled is a name after a title, introduced finds those by which people call themselves.
	titled = regexp.MustCompile(`\b(?:Herrn?|Frau|Hr\.|Fr\.|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme|Monsieur|Madame|Señora?|Sra?\.|Signora?|Dr\.|Prof\.|Dhr\.|Mevr\.) ` +
		`((?:(?:Dr|Prof)\. )?(?:(?:von|van|zu|de|der|den|del|di|el|al) ){0,2}\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{Ll}'’-]+)?)`)
	introduced = regexp.MustCompile(`(?:(?i:mein name ist|ich heiße|ich heisse|ich bin(?: die| der)?|my name is|my name's|i am called|` +
		`je m'appelle|me llamo|mi chiamo|mijn naam is|nazywam się|unterzeichnet|kontoinhaber(?:in)?|account holder|name)[: ]+)` +
		`(\p{Lu}[\p{L}'’-]+ (?:(?:von|van|de|der|zu) ){0,2}\p{Lu}[\p{L}'’-]+)`)
	introducedOnce = regexp.MustCompile(`(?:(?i:mein name ist|ich heiße|ich heisse|my name is|my name's|je m'appelle|me llamo|mi chiamo|mijn naam is)[: ]+)(\p{Lu}[\p{L}'’-]+)`)
	signed         = regexp.MustCompile(`(?i:\b(?:lg|vg|mfg|gru(?:ß|ss)|grü(?:ß|ss)e|liebe grü(?:ß|ss)e|viele grü(?:ß|ss)e|regards|best regards|kind regards|sincerely|cheers|yours|cordialement|saludos|saluti))[,! \n]{1,3}(\p{Lu}[\p{L}'’.-]+(?: \p{Lu}[\p{L}'’.-]+)?)\s*$`)
)

// findNames returns where names stand: those that are known, those that their setting gives
// away, and common first names with the surname that follows.
func findNames(text string, known []string) [][]int {
	var found [][]int
	for _, pattern := range []*regexp.Regexp{titled, introduced, introducedOnce, signed} {
		for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, at[2:4])
		}
	}
	for _, name := range known {
		found = append(found, findKnown(text, name)...)
	}
	words := capitalised.FindAllStringIndex(text, -1)
	for i, w := range words {
		if !firstNames()[text[w[0]:w[1]]] || partOfWord(text, w[0], w[1]) {
			continue
		}
		end := w[1]
		if i+1 < len(words) && text[w[1]:words[i+1][0]] == " " {
			end = words[i+1][1]
		}
		found = append(found, []int{w[0], end})
	}
	return apart(found)
}

// findKnown returns where a name, or a part of it that is long enough to be told from a
// word, stands by itself. A handle may be written without its sign.
func findKnown(text, name string) [][]int {
	name = strings.TrimLeft(strings.TrimSpace(name), "@＠")
	parts := []string{name}
	if strings.ContainsRune(name, ' ') {
		parts = append(parts, strings.Fields(name)...)
	}
	var found [][]int
	for n, part := range parts {
		if utf8.RuneCountInString(part) < 3 {
			continue
		}
		for _, at := range regexp.MustCompile(`(?i)`+regexp.QuoteMeta(part)).FindAllStringIndex(text, -1) {
			// A part of a name may be a word like any other: it has to be written as a name.
			first, _ := utf8.DecodeRuneInString(text[at[0]:])
			if !partOfWord(text, at[0], at[1]) && (n == 0 || unicode.IsUpper(first) || !unicode.IsLetter(first)) {
				found = append(found, at)
			}
		}
	}
	return found
}

func partOfWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	wordy := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return wordy(before) || wordy(after)
}

// apart returns the ranges in order, those that overlap as one.
func apart(ranges [][]int) [][]int {
	slices.SortFunc(ranges, func(a, b []int) int { return a[0] - b[0] })
	var out [][]int
	for _, r := range ranges {
		if n := len(out); n > 0 && r[0] < out[n-1][1] {
			out[n-1] = []int{out[n-1][0], max(out[n-1][1], r[1])}
			continue
		}
		out = append(out, r)
	}
	return out
}
