package wave

import (
	"cmp"
	"slices"
	"time"

	"triage/triage"
)

// Member is one item of a wave with what was judged of it.
type Member struct {
	Item          triage.ID
	Author        triage.ID // empty when hidden
	Thread        triage.ID
	At            time.Time
	Distance      float64 // from the centre; 2 without a vector
	Intent        triage.Intent
	Urgency       triage.Urgency
	Language      string
	ReplyExpected bool
	Risks         []triage.Risk
	Live          bool // it still asks for work
}

// Common is what most members of a wave were judged to be.
type Common struct {
	Kind          Kind
	Intent        triage.Intent
	Urgency       triage.Urgency
	Language      string
	ReplyExpected bool
	Risks         []triage.Risk // those that at least half of the members carry
}

// Figures say how a wave stands.
type Figures struct {
	Common
	Thread         triage.ID // empty when it runs across threads
	Count          int
	Authors        int // each hidden one counted
	Threads        int
	StartedAt      time.Time
	LastAt         time.Time
	PeakPerMinute  int
	Representative triage.ID
	Outliers       []triage.ID // in order of id
	Spam           float64     // share of members judged spam
}

// Describe returns the figures of a wave of at least one member. standing is the
// representative so far: it stays as long as it can speak for the others, so that a wave
// does not jump about in a list. The order of members does not matter.
func Describe(members []Member, standing triage.ID, b Bounds) Figures {
	f := Figures{Common: commonOf(members), Count: len(members)}
	authors, threads, minutes := map[triage.ID]bool{}, map[triage.ID]bool{}, map[int64]int{}
	spam := 0
	for n, m := range members {
		if n == 0 {
			f.StartedAt, f.LastAt = m.At, m.At
		}
		f.StartedAt, f.LastAt = earlier(f.StartedAt, m.At), later(f.LastAt, m.At)
		if m.Author == "" {
			f.Authors++
		} else {
			authors[m.Author] = true
		}
		threads[m.Thread] = true
		minute := m.At.Unix() / 60
		minutes[minute]++
		f.PeakPerMinute = max(f.PeakPerMinute, minutes[minute])
		if m.Intent == triage.Spam {
			spam++
		}
		if len(f.Differs(m, b)) > 0 {
			f.Outliers = append(f.Outliers, m.Item)
		}
	}
	slices.Sort(f.Outliers)
	f.Authors += len(authors)
	f.Threads = len(threads)
	if f.Threads == 1 {
		f.Thread = members[0].Thread
	}
	f.Spam = float64(spam) / float64(len(members))
	f.Representative = representative(members, standing, f.Outliers)
	return f
}

// Difference is a reason why a member needs an answer of its own.
type Difference string

// The differences.
const (
	HasRisk     Difference = "risk"         // a risk that the wave as a whole does not carry
	MoreUrgent  Difference = "more_urgent"  // more urgent than most
	OtherIntent Difference = "other_intent" // it says something else
	OwnCase     Difference = "own_case"     // it asks for help with a case of its own
	WantsAnswer Difference = "wants_answer" // it expects a reply where most do not
	FarAway     Difference = "far"          // worded away from the others
)

// Differences returns all differences.
func Differences() []Difference {
	return []Difference{HasRisk, MoreUrgent, OtherIntent, OwnCase, WantsAnswer, FarAway}
}

// Differs returns why a member of the wave needs an answer of its own; nothing when it
// may follow the representative. Where the words are everybody's, whether they were read as
// a complaint or as a case is the engine's doubt and no difference.
func (c Common) Differs(m Member, b Bounds) []Difference {
	var out []Difference
	if slices.ContainsFunc(m.Risks, func(r triage.Risk) bool { return !slices.Contains(c.Risks, r) }) {
		out = append(out, HasRisk)
	}
	if m.Urgency.Rank() > c.Urgency.Rank() {
		out = append(out, MoreUrgent)
	}
	own := m.Distance > b.Alike
	switch {
	case KindOf(m.Intent) != c.Kind:
		out = append(out, OtherIntent)
	case own && m.Intent == triage.SupportRequest && c.Intent != triage.SupportRequest:
		out = append(out, OwnCase)
	}
	if own && m.ReplyExpected && !c.ReplyExpected {
		out = append(out, WantsAnswer)
	}
	if m.Distance > b.Ring && m.Distance < 2 {
		out = append(out, FarAway)
	}
	return out
}

func commonOf(members []Member) Common {
	kinds, intents := map[Kind]int{}, map[triage.Intent]int{}
	urgencies, languages, risks := map[triage.Urgency]int{}, map[string]int{}, map[triage.Risk]int{}
	expected := 0
	for _, m := range members {
		kinds[KindOf(m.Intent)]++
		urgencies[m.Urgency]++
		languages[m.Language]++
		for _, r := range m.Risks {
			risks[r]++
		}
		if m.ReplyExpected {
			expected++
		}
	}
	c := Common{
		Kind: most(kinds), Urgency: most(urgencies), Language: most(languages), ReplyExpected: 2*expected >= len(members),
	}
	for _, m := range members {
		if KindOf(m.Intent) == c.Kind {
			intents[m.Intent]++
		}
	}
	c.Intent = most(intents)
	for r, n := range risks {
		if 2*n >= len(members) {
			c.Risks = append(c.Risks, r)
		}
	}
	slices.Sort(c.Risks)
	return c
}

// most returns what was counted most often; of several the first by name.
func most[T cmp.Ordered](counts map[T]int) (best T) {
	n := 0
	for word, count := range counts {
		if count > n || count == n && word < best {
			best, n = word, count
		}
	}
	return best
}

// representative returns the member nearest to the centre, among those that are no
// outliers and still ask for work while there are any.
func representative(members []Member, standing triage.ID, outliers []triage.ID) triage.ID {
	class := func(m Member) int { // lower speaks better for the others
		_, out := slices.BinarySearch(outliers, m.Item)
		switch {
		case out:
			return 2
		case !m.Live:
			return 1
		}
		return 0
	}
	best := slices.MinFunc(members, func(a, b Member) int {
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Item, b.Item))
	})
	for _, m := range members {
		if m.Item == standing && class(m) == class(best) {
			return standing
		}
	}
	return best.Item
}
