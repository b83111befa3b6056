package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// digestEntries is how many items a digest names; the rest is counted.
const digestEntries = 15

// Digest tells of many items at once, the most urgent first. It quotes nobody.
func (v Voice) Digest(subjects []Subject, now time.Time) Notice {
	w := v.words()
	sorted := slices.Clone(subjects)
	slices.SortStableFunc(sorted, func(a, b Subject) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.DueAt.Compare(b.DueAt))
	})
	n := Notice{Headline: w.waiting(len(sorted)), Line: v.tally(sorted)}
	for _, s := range sorted[:min(len(sorted), digestEntries)] {
		n.Entries = append(n.Entries, v.entry(s, now))
	}
	if rest := len(sorted) - digestEntries; rest > 0 {
		n.Entries = append(n.Entries, Entry{Link: Link{Text: w.more(rest)}})
	}
	return n
}

// entry names one item, without a word of its author.
func (v Voice) entry(s Subject, now time.Time) Entry {
	w := v.words()
	return Entry{
		Link:  v.link(s, w.priority[s.Priority]+", "+w.intent[s.Intent]),
		Facts: strings.Join(present(v.risks(s), w.queue[s.Queue], platformName(s.Platform), s.Brand, v.dueIn(s.DueAt, now)), " · "),
	}
}

// tally counts subjects by priority: "3 urgent, 24 high".
func (v Voice) tally(subjects []Subject) string {
	w := v.words()
	count := map[triage.Priority]int{}
	for _, s := range subjects {
		count[s.Priority]++
	}
	var parts []string
	for p := triage.P1; p <= triage.P4; p++ {
		if count[p] > 0 {
			parts = append(parts, v.number(int64(count[p]))+" × "+strings.ToLower(w.priority[p]))
		}
	}
	return strings.Join(parts, ", ")
}
