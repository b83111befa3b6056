package builtin

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"triage/triage"
)

//go:embed rules/*.rules
var ruleFiles embed.FS

// rule raises risk and urgency where one of its phrases stands in a text.
type rule struct {
	name    string
	risks   []triage.Risk
	urgency triage.Urgency
	firm    bool // a negation before the phrase does not cancel it
	phrases []phrase
	unless  []phrase
}

// Ruleset holds the rules of all languages, ready to match.
type Ruleset struct {
	rules     []rule
	starts    map[string][]start // by the first word of a phrase, in all its disguises
	prefixes  map[string][]start // by the first letters, for words that end in *
	negations map[string]bool
}

type start struct{ rule, phrase int }

// Found is one place where a rule holds, as bytes [Start, End) of the text.
type Found struct {
	Rule       string
	Risks      []triage.Risk
	Urgency    triage.Urgency
	Start, End int
}

// LoadRules parses every file rules/*.rules of files. The format stands at the top of each.
func LoadRules(files fs.FS) (*Ruleset, error) {
	rs := &Ruleset{starts: map[string][]start{}, prefixes: map[string][]start{}, negations: map[string]bool{}}
	names, err := fs.Glob(files, "rules/*.rules")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for n, line := range strings.Split(string(raw), "\n") {
			if err := rs.line(line); err != nil {
				return nil, fmt.Errorf("%s line %d: %w", name, n+1, err)
			}
		}
	}
	rs.index()
	return rs, nil
}

// line reads one line of a rule file.
func (rs *Ruleset) line(line string) error {
	line = strings.TrimSpace(line)
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || line[0] == '#':
		return nil
	case word == "rule":
		return rs.header(rest)
	case word == "negation":
		for _, w := range bareWords(nil, rest) {
			rs.negations[w.text] = true
		}
		return nil
	case len(rs.rules) == 0:
		return fmt.Errorf("phrase before the first rule")
	}
	last := &rs.rules[len(rs.rules)-1]
	if word == "unless" {
		phrases, err := parsePhrases(rest)
		last.unless = append(last.unless, phrases...)
		return err
	}
	phrases, err := parsePhrases(line)
	last.phrases = append(last.phrases, phrases...)
	return err
}

// header reads "name: risk, risk; urgency; firm".
func (rs *Ruleset) header(s string) error {
	name, spec, ok := strings.Cut(s, ":")
	if !ok {
		return fmt.Errorf("rule %s: no colon", s)
	}
	r := rule{name: strings.TrimSpace(name), urgency: triage.UrgencyLow}
	for _, word := range strings.FieldsFunc(spec, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
		switch {
		case triage.Risk(word).Valid():
			r.risks = append(r.risks, triage.Risk(word))
		case triage.Urgency(word).Valid():
			r.urgency = triage.Urgency(word)
		case word == "firm":
			r.firm = true
		default:
			return fmt.Errorf("rule %s: unknown word %s", r.name, word)
		}
	}
	rs.rules = append(rs.rules, r)
	return nil
}

func (rs *Ruleset) index() {
	for r, ru := range rs.rules {
		for p, ph := range ru.phrases {
			for w := range ph[0].words {
				rs.starts[w] = append(rs.starts[w], start{r, p})
			}
			for _, w := range ph[0].prefixes {
				rs.prefixes[w] = append(rs.prefixes[w], start{r, p})
			}
		}
	}
	for _, m := range []map[string][]start{rs.starts, rs.prefixes} {
		for _, list := range m {
			slices.SortFunc(list, func(a, b start) int { return (a.rule-b.rule)*1000 + a.phrase - b.phrase })
		}
	}
}

// forms returns the texts under which w may be known.
func (w bareWord) forms(dst []string) []string {
	dst = append(dst[:0], w.text)
	if w.vague {
		dst = append(dst, "~"+levelled(w.text))
	}
	if w.long {
		dst = append(dst, "="+squashed(w.text))
	}
	if w.vague && w.long {
		dst = append(dst, "#"+squashed(levelled(w.text)))
	}
	return dst
}

// Match returns where the rules hold in text, in order of the text, each rule at most
// once.
func (rs *Ruleset) Match(text string) []Found {
	words := bareWords(nil, text)
	var found []Found
	seen := make([]bool, len(rs.rules))
	var forms []string
	try := func(at int, list []start) {
		for _, st := range list {
			ru := &rs.rules[st.rule]
			if seen[st.rule] {
				continue
			}
			if end, ok := ru.phrases[st.phrase].match(words, at); ok && !rs.cancelled(ru, words, at, end) {
				seen[st.rule] = true
				found = append(found, Found{ru.name, ru.risks, ru.urgency, words[at].start, words[end-1].end})
			}
		}
	}
	for at, w := range words {
		forms = w.forms(forms)
		for _, f := range forms {
			try(at, rs.starts[f])
			for n := 3; n <= min(len(f), 16); n++ {
				try(at, rs.prefixes[f[:n]])
			}
		}
	}
	return found
}

// cancelled reports whether a negation stands up to three words before the phrase, or
// one of the rule's exceptions stands around it.
func (rs *Ruleset) cancelled(r *rule, words []bareWord, at, end int) bool {
	for i := at - 1; !r.firm && i >= max(0, at-3); i-- {
		if words[i].text == "." {
			break
		}
		if rs.negations[words[i].text] {
			return true
		}
	}
	for _, p := range r.unless {
		for i := max(0, at-4); i < min(len(words), end+2); i++ {
			if _, ok := p.match(words, i); ok {
				return true
			}
		}
	}
	return false
}
