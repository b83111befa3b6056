package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Bounds of highlighting.
const (
	maxPieces     = 2000 // words of one text that are looked at
	maxHighlights = 100  // of one text
)

// highlight marks the words of each hit's text that the search found: as folded, without
// dots, or by their stem in the language of the text.
func (t *Tx) highlight(ctx context.Context, q string, hits []Hit) error {
	wanted := wantedWords(q)
	if len(wanted) == 0 || len(hits) == 0 {
		return nil
	}
	stems, err := t.stems(ctx, wanted, hits)
	if err != nil {
		return fmt.Errorf("highlight: %w", err)
	}
	exact := map[string]bool{}
	for word := range wanted {
		exact[fold(word)] = true
	}
	for n := range hits {
		hits[n].Highlights = marks(hits[n], wanted, exact, stems)
	}
	return nil
}

// wantedWords returns the words that a search asks for, in lower case, and whether their
// stem will do.
func wantedWords(q string) map[string]bool {
	out := map[string]bool{}
	for _, group := range parseWords(q) {
		for _, term := range group {
			if term.not {
				continue
			}
			for _, p := range pieces(term.text, maxTerms) {
				word := strings.ToLower(term.text[p.start:p.end])
				out[word] = out[word] || !term.phrase
			}
		}
	}
	return out
}

func marks(h Hit, wanted, exact map[string]bool, stems map[string]stem) []triage.Span {
	var out []triage.Span
	text, config := h.Engagement.Text, configOf(languageOf(h.Item))
	asked := map[string]bool{}
	for word, inflected := range wanted {
		if s := stems[word].in(config); s != "" && inflected {
			asked[s] = true
		}
	}
	for _, p := range pieces(text, maxPieces) {
		word := strings.ToLower(text[p.start:p.end])
		if s := stems[word].in(config); !exact[fold(word)] && !exact[foldBare(word)] && (s == "" || !asked[s]) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].End == p.start {
			out[n-1].End = p.end // characters of a script without spaces
			continue
		}
		if len(out) == maxHighlights {
			break
		}
		out = append(out, triage.Span{Start: p.start, End: p.end, Why: "words"})
	}
	return out
}

// languageOf is the language by which an item's text was indexed.
func languageOf(i Item) string {
	if i.Language == "" || i.Language == "und" {
		return i.Engagement.Language
	}
	return i.Language
}

// stem is a word's stem in both languages; empty for words that say nothing.
type stem struct{ german, english string }

func (s stem) in(config string) string {
	switch config {
	case "german":
		return s.german
	case "english":
		return s.english
	}
	return ""
}

// stems asks the database for the stems of the words wanted and of those in the hits.
func (t *Tx) stems(ctx context.Context, wanted map[string]bool, hits []Hit) (map[string]stem, error) {
	out := map[string]stem{}
	for word := range wanted {
		out[word] = stem{}
	}
	for _, h := range hits {
		if configOf(languageOf(h.Item)) == "simple" {
			continue
		}
		for _, p := range pieces(h.Engagement.Text, maxPieces) {
			out[strings.ToLower(h.Engagement.Text[p.start:p.end])] = stem{}
		}
	}
	words := make([]string, 0, len(out))
	for word := range out {
		words = append(words, word)
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT w, coalesce((ts_lexize('german_stem', w))[1], ''), coalesce((ts_lexize('english_stem', w))[1], '')
		FROM unnest($1::text[]) w`, words)
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var word string
		var s stem
		err := row.Scan(&word, &s.german, &s.english)
		out[word] = s
		return struct{}{}, err
	})
	return out, err
}
