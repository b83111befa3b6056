package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"triage/triage"
)

// maxTerms bounds the words of one search; those beyond are left out.
const maxTerms = 24

// term is one word or phrase that must occur, or must not.
type term struct {
	text   string
	phrase bool // "in quotes": these words in this form and order
	not    bool
}

// parseWords reads a search as people type it: all words must occur, "quotes" hold a
// phrase, OR (in capitals or not) stands between alternatives, - excludes. Every text is
// a search; what cannot be read as one of these signs is a word. It returns alternatives
// of terms.
func parseWords(q string) [][]term {
	alternatives := [][]term{nil}
	last := func() *[]term { return &alternatives[len(alternatives)-1] }
	terms := 0
	for rest := strings.TrimSpace(q); rest != "" && terms < maxTerms; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		var t term
		t, rest = nextTerm(rest)
		switch {
		case strings.EqualFold(t.text, "or") && !t.phrase && !t.not:
			if len(*last()) > 0 {
				alternatives = append(alternatives, nil)
			}
		case t.text != "":
			*last() = append(*last(), t)
			terms++
		}
	}
	if n := len(alternatives); len(alternatives[n-1]) == 0 {
		alternatives = alternatives[:n-1]
	}
	return alternatives
}

// nextTerm cuts the first term off rest, which starts with no space.
func nextTerm(rest string) (t term, after string) {
	if strings.HasPrefix(rest, "-") && len(rest) > 1 && !unicode.IsSpace(rune(rest[1])) {
		t.not, rest = true, rest[1:]
	}
	if strings.HasPrefix(rest, `"`) {
		t.phrase = true
		text, after, _ := strings.Cut(rest[1:], `"`) // a quote that nobody closed ends with the text
		t.text = strings.TrimSpace(text)
		return t, after
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
	if end < 0 {
		end = len(rest)
	}
	t.text = rest[:end]
	return t, rest[end:]
}

// configs are the text search configurations of documents.
var configs = []string{"german", "english", "simple"}

// configOf returns the configuration for a language, a BCP 47 tag.
func configOf(language string) string {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "de":
		return "german"
	case "en":
		return "english"
	}
	return "simple"
}

// brandLexeme is in every document of a brand. No word can be it: the parser cuts at the
// colon.
func brandLexeme(brand triage.ID) string { return "brand:" + string(brand) }

// configLexeme is in every document of a configuration.
func configLexeme(config string) string { return "config:" + config }

// dayLexeme and weekLexeme (ISO 8601) are in every document of a time, in UTC, by its id. A word that many say is looked for in the newest days first, not in all that was
// ever said.
func dayLexeme(t time.Time) string { return "day:" + t.UTC().Format(time.DateOnly) }

func weekLexeme(t time.Time) string {
	year, week := t.UTC().ISOWeek()
	return fmt.Sprintf("week:%d-%02d", year, week)
}

// wordsQuery is a search as SQL: for each configuration an expression of type tsquery.
type wordsQuery struct {
	byConfig map[string]string
	all      bool // some alternative asks for no word, so that nearly all is found

	w     *where
	brand triage.ID
}

// compileWords adds the terms of q to the arguments and returns the expressions over them.
// In each configuration a word is found by its stem or as it was typed; a word that says
// nothing there (the, der) does not count, unless the search consists of such words.
func (w *where) compileWords(brand triage.ID, q string) wordsQuery {
	alternatives := parseWords(q)
	args := map[string]string{} // placeholders, by text
	arg := func(text string) string {
		if args[text] == "" {
			args[text] = w.arg(text)
		}
		return args[text]
	}
	exact := func(t term) string {
		query := `phraseto_tsquery('simple', ` + arg(fold(t.text)) + `)`
		if t.phrase && len(pieces(t.text, 2)) == 1 { // at a position, which stems do not have
			return `tsquery_phrase(` + query + `, ` + query + `, 0)`
		}
		return query
	}
	simple := joinTerms(alternatives, exact)
	out := wordsQuery{w: w, brand: brand, byConfig: map[string]string{"simple": simple}}
	for _, group := range alternatives {
		out.all = out.all || !slices.ContainsFunc(group, func(t term) bool { return !t.not })
	}
	for _, config := range configs[:2] {
		stems := joinTerms(alternatives, func(t term) string {
			if t.phrase {
				return exact(t)
			}
			stem := `plainto_tsquery('` + config + `', ` + arg(t.text) + `)`
			return `CASE ` + stem + ` WHEN ` + exact(t) + ` THEN ` + exact(t) + ` WHEN '' THEN '' ELSE ` + stem + ` || ` + exact(t) + ` END`
		})
		out.byConfig[config] = `coalesce(nullif(` + stems + `, ''), ` + simple + `)`
	}
	return out
}

// joinTerms writes alternatives of terms as an expression of type tsquery.
func joinTerms(alternatives [][]term, of func(term) string) string {
	if len(alternatives) == 0 {
		return `''::tsquery`
	}
	ors := make([]string, len(alternatives))
	for n, group := range alternatives {
		ands := make([]string, len(group))
		for k, t := range group {
			ands[k] = of(t)
			if t.not {
				ands[k] = `!! ` + ands[k]
			}
		}
		ors[n] = `(` + strings.Join(ands, ` && `) + `)`
	}
	return `(` + strings.Join(ors, ` || `) + `)`
}

// any is the search as one expression of type tsquery that finds what any configuration
// finds, so that one walk through an index serves all of them and the words drive it, not
// what every document has.
func (q wordsQuery) any() string {
	// Most words have one form in all: each arm that is one more costs as much as the first.
	german, english, simple := q.byConfig["german"], q.byConfig["english"], q.byConfig["simple"]
	any := `CASE WHEN ` + german + ` = ` + simple + ` THEN CASE ` + english + ` WHEN ` + simple + ` THEN ` + simple + ` ELSE ` + english + ` || ` + simple + ` END
		ELSE CASE ` + english + ` WHEN ` + simple + ` THEN ` + german + ` || ` + simple + ` ELSE ` + german + ` || ` + english + ` || ` + simple + ` END END`
	if q.all { // an index has no list of what lacks a word
		return q.of(any)
	}
	return any
}

// of is what a tsquery finds of the brand, by the lexeme that all its documents have. An
// empty one finds nothing, but joined with that lexeme it would find all.
func (q wordsQuery) of(query string) string {
	return `coalesce(` + q.w.arg("'"+brandLexeme(q.brand)+"'") + `::tsquery && nullif(` + query + `, ''), '')`
}

// finds is the condition that document d is found in its own configuration.
func (q wordsQuery) finds() string { return `d.tsv @@ ` + q.own() }

// findsLive is the condition that live item l is found in its own configuration, which its
// words name. Joined with nothing the words are a value that no index holds: this is for
// rows that an index has found by any.
func (q wordsQuery) findsLive() string {
	arms := make([]string, len(configs))
	for n, config := range configs {
		arms[n] = `coalesce('''` + configLexeme(config) + `'''::tsquery && nullif(` + q.byConfig[config] + `, ''), '')`
	}
	return `(l.words || '') @@ (` + strings.Join(arms, ` || `) + `)`
}

func (q wordsQuery) own() string {
	return `CASE d.config WHEN 'german' THEN ` + q.byConfig["german"] + ` WHEN 'english' THEN ` + q.byConfig["english"] +
		` ELSE ` + q.byConfig["simple"] + ` END`
}

// rank is how well document d is found, from 0.
func (q wordsQuery) rank() string { return `ts_rank(d.tsv, ` + q.own() + `, 1)` }

// arg adds an argument and returns its placeholder.
func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// words adds the condition that the text of item i is found by the words of q.
func (w *where) words(brand triage.ID, q string) {
	found := w.compileWords(brand, q)
	w.sql.WriteString(` AND EXISTS (SELECT FROM documents d WHERE d.brand_id = i.brand_id AND d.engagement_id = i.engagement_id AND ` +
		found.finds() + ` AND d.tsv @@ ` + found.any() + `)`)
}
