package builtin

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// An Outline is what copies of one text have in common.
type Outline struct {
	Hash    int64 // equal for texts that differ in dress only; 0 when nothing is left to compare
	Letters int   // of all its words together; 0 for a text of signs alone
}

// OutlineOf returns the outline of text: its words without case, accents, disguise,
// punctuation, links, handles, numbers and signs. A text without words has that of its
// signs, each taken once. The hash is the head of a SHA-256 and tells nothing of the text
// to whoever does not have it.
func OutlineOf(text string) Outline {
	words, signs := outlineParts(text)
	out := Outline{}
	for _, w := range words {
		out.Letters += utf8.RuneCountInString(w)
	}
	if len(words) == 0 {
		slices.Sort(signs)
		words = slices.Compact(signs)
	}
	if len(words) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(words, " ")))
		out.Hash = int64(binary.BigEndian.Uint64(sum[:8]))
	}
	return out
}

func outlineParts(text string) (words, signs []string) {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	var plain strings.Builder
	for _, t := range s.tokens {
		switch t.kind {
		case kindWord, kindHashtag:
			plain.WriteString(strings.TrimRight(s.src[t.start:t.end], "0123456789"))
			plain.WriteByte(' ')
		case kindEmoji:
			signs = append(signs, string(s.text(t)))
		case kindNumber, kindPunct, kindURL, kindMention: // what copies differ in
		}
	}
	for _, w := range bareWords(nil, plain.String()) {
		if w.text != "." {
			words = append(words, w.text)
		}
	}
	return words, signs
}
