package builtin

import (
	"fmt"
	"slices"
	"strings"
)

// phrase is a sequence of steps: words that must follow each other.
type phrase []step

// step is one word of a phrase with its alternatives, after at most gap other words.
type step struct {
	words    map[string]bool
	prefixes []string
	gap      int
}

// parsePhrases reads one line of words, (alternatives|of one word or more), prefix*,
// an optional (part)? and "..", which stands for up to three other words. A line that
// cannot be one sequence of steps becomes several phrases.
func parsePhrases(s string) ([]phrase, error) {
	phrases := []phrase{nil}
	gap := 0
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var field string
		field, s = cutField(s)
		if field == ".." {
			gap = 3
			continue
		}
		branches := parseField(field, gap)
		gap = 0
		var grown []phrase
		for _, p := range phrases {
			for _, b := range branches {
				grown = append(grown, slices.Concat(p, b))
			}
		}
		phrases = grown
	}
	for _, p := range phrases {
		if len(p) == 0 {
			return nil, fmt.Errorf("a phrase without words")
		}
	}
	return phrases, nil
}

// cutField splits the first word or parenthesis off s.
func cutField(s string) (field, rest string) {
	end := strings.IndexByte(s, ' ')
	if s[0] == '(' {
		end = strings.IndexByte(s, ')') + 1
		if end > 0 && end < len(s) && s[end] == '?' {
			end++
		}
	}
	if end <= 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// parseField returns the ways to continue a phrase: one step for all alternatives of
// one word, one more way for each alternative of several, an empty one if optional.
func parseField(field string, gap int) []phrase {
	var branches []phrase
	single := step{words: map[string]bool{}, gap: gap}
	optional := strings.HasSuffix(field, "?")
	for _, alt := range strings.Split(strings.Trim(field, "()?"), "|") {
		words := strings.Fields(alt)
		if len(words) == 1 {
			single.accept(words[0])
			continue
		}
		var p phrase
		for i, w := range words {
			st := step{words: map[string]bool{}}
			if i == 0 {
				st.gap = gap
			}
			st.accept(w)
			p = append(p, st)
		}
		branches = append(branches, p)
	}
	if len(single.words)+len(single.prefixes) > 0 {
		branches = append(branches, phrase{single})
	}
	if optional {
		branches = append(branches, phrase{})
	}
	return branches
}

// accept adds a word, or with a star at its end all words that begin so.
func (st *step) accept(word string) {
	stem := strings.TrimSuffix(word, "*")
	for _, form := range spellings(stem) {
		if stem != word {
			st.prefixes = append(st.prefixes, form)
		} else {
			st.words[form] = true
		}
	}
}

// umlauts are the ways to write a word without them; the last is how ß looks.
var umlauts = []*strings.Replacer{
	strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss"),
	strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss"),
	strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "b"),
}

// spellings returns the bare forms of a word of a rule: umlauts as one letter and as
// two, and the forms that vague and stretched words are compared with.
func spellings(word string) []string {
	var forms []string
	for _, way := range umlauts {
		w := strings.ReplaceAll(way.Replace(word), "'", "")
		for _, f := range []string{w, "~" + levelled(w), "=" + squashed(w), "#" + squashed(levelled(w))} {
			if !slices.Contains(forms, f) {
				forms = append(forms, f)
			}
		}
	}
	return forms
}

// levelled writes i and l as the same letter: "l", "I" and "1" look alike.
func levelled(w string) string { return strings.ReplaceAll(w, "i", "l") }

// squashed writes every run of a letter as one.
func squashed(w string) string {
	var sb strings.Builder
	var last rune
	for _, r := range w {
		if r != last {
			sb.WriteRune(r)
		}
		last = r
	}
	return sb.String()
}

// match reports where p ends when it starts at the word at.
func (p phrase) match(words []bareWord, at int) (end int, ok bool) {
	for i, st := range p {
		skip := 0
		for {
			if at >= len(words) || skip > st.gap || skip > 0 && words[at-1].text == "." {
				return 0, false
			}
			if st.holds(words[at]) {
				break
			}
			if i == 0 {
				return 0, false
			}
			at++
			skip++
		}
		at++
	}
	return at, true
}

func (st step) holds(w bareWord) bool {
	var few [4]string
	for _, f := range w.forms(few[:0]) {
		if st.words[f] {
			return true
		}
		for _, p := range st.prefixes {
			if strings.HasPrefix(f, p) {
				return true
			}
		}
	}
	return false
}
