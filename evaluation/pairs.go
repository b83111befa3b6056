package evaluation

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"triage/triage"
)

// Pairs is how many hard pairs of one kind there are, and how many were told apart.
type Pairs struct {
	Pairs     int `json:"pairs"`
	ToldApart int `json:"told_apart"`
}

// kind returns what a pair is about: its name up to the first hyphen.
func kind(pair string) string {
	k, _, _ := strings.Cut(pair, "-")
	return k
}

// pairs counts by kind. Two comments are told apart when every one of intent, sentiment
// and irony in which they differ is right in both.
func pairs(comments []Comment, judged []triage.Classification) map[string]Pairs {
	first := map[string]int{}
	found := map[string]Pairs{}
	for i, c := range comments {
		if c.Pair == "" {
			continue
		}
		j, met := first[c.Pair]
		if !met {
			first[c.Pair] = i
			continue
		}
		p := found[kind(c.Pair)]
		p.Pairs++
		if toldApart(comments[j], c, judged[j], judged[i]) {
			p.ToldApart++
		}
		found[kind(c.Pair)] = p
	}
	return found
}

func toldApart(a, b Comment, saidA, saidB triage.Classification) bool {
	return (a.Intent == b.Intent || saidA.Intent == a.Intent && saidB.Intent == b.Intent) &&
		(a.Sentiment == b.Sentiment || saidA.Sentiment == a.Sentiment && saidB.Sentiment == b.Sentiment) &&
		(a.Ironic == b.Ironic || saidA.Ironic == a.Ironic && saidB.Ironic == b.Ironic)
}

func printPairs(w io.Writer, found map[string]Pairs) error {
	if len(found) == 0 {
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, "hard pairs\ttold apart\tof") // the writer keeps its error until Flush
	for _, k := range slices.Sorted(maps.Keys(found)) {
		_, _ = fmt.Fprintf(tw, "%s\t%d\t%d\n", k, found[k].ToldApart, found[k].Pairs)
	}
	_, _ = fmt.Fprintln(tw)
	return tw.Flush()
}
