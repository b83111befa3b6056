package relation

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Account is what is compared of two accounts on different channels.
type Account struct {
	Handle   string
	Name     string
	Verified bool
}

// Evidence is one kind of fact that speaks for two accounts being one person.
type Evidence string

// The kinds of evidence. They name what agreed and hold no text.
const (
	EqualHandle   Evidence = "equal_handle"
	SimilarHandle Evidence = "similar_handle"
	EqualName     Evidence = "equal_name"
	BothVerified  Evidence = "both_verified"
)

// minHandle is how many letters and digits a handle needs before it says anything.
const minHandle = 5

// Same returns what speaks for a and b being one person, nil when that is not enough: the
// handles are equal but for their separators, or the full names are equal and the handles
// similar, or both are verified under the same full name. A name of one word is never
// enough, since it may be a common first name.
func Same(a, b Account) []Evidence {
	var out []Evidence
	left, right := HandleKey(a.Handle), HandleKey(b.Handle)
	long := len([]rune(left)) >= minHandle && len([]rune(right)) >= minHandle
	switch {
	case long && left == right:
		out = append(out, EqualHandle)
	case long && similar(left, right):
		out = append(out, SimilarHandle)
	}
	named := nameKey(a.Name) != "" && nameKey(a.Name) == nameKey(b.Name)
	if named {
		out = append(out, EqualName)
	}
	verified := a.Verified && b.Verified
	if verified {
		out = append(out, BothVerified)
	}
	switch {
	case long && left == right, named && verified, named && len(out) > 1:
		return out
	}
	return nil
}

// HandleKey is a handle without what platforms let people separate words with, in lower
// case. The database computes the same with translate(lower(handle), '@._- ', ”).
func HandleKey(handle string) string {
	return strings.NewReplacer("@", "", ".", "", "_", "", "-", "", " ", "").Replace(strings.ToLower(handle))
}

// nameKey is a full name without case and accents; empty for fewer than
// two words.
func nameKey(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	if len(words) < 2 {
		return ""
	}
	return strings.Join(words, " ")
}

// similar reports whether one handle contains the other, or they differ in at most two
// letters.
func similar(a, b string) bool {
	return strings.Contains(a, b) || strings.Contains(b, a) || distance([]rune(a), []rune(b)) <= 2
}

// distance is the Levenshtein distance of two short words.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			before, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, before+cost)
		}
	}
	return row[len(b)]
}
