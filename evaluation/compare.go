package evaluation

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// compare tells on w what changed since the run in the file: figures, and the comments whose
// answer turned right or wrong, by what is right and what is said now.
func (r Result) compare(w io.Writer, file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var before Result
	if err := json.Unmarshal(raw, &before); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return Compare(w, before, r)
}

// Compare tells on w what changed from one run to another on the same comments.
func Compare(w io.Writer, before, after Result) error {
	var sb strings.Builder
	tw := tabwriter.NewWriter(&sb, 0, 4, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(tw, format+"\n", args...) }
	p("%s, %s\tbefore\tafter\tchange", after.About.Engine, after.About.Data)
	for _, f := range []struct {
		name string
		from Field
		to   Field
	}{
		{"queue", before.Queue, after.Queue}, {"intent", before.Intent, after.Intent},
		{"sentiment", before.Sentiment, after.Sentiment}, {"urgency", before.Urgency, after.Urgency},
	} {
		p("%s right\t%.3f\t%.3f\t%+.3f", f.name, f.from.Accuracy, f.to.Accuracy, f.to.Accuracy-f.from.Accuracy)
		p("%s macro-F1\t%.3f\t%.3f\t%+.3f", f.name, f.from.MacroF1, f.to.MacroF1, f.to.MacroF1-f.from.MacroF1)
		p("%s ECE\t%.3f\t%.3f\t%+.3f", f.name, f.from.ECE, f.to.ECE, f.to.ECE-f.from.ECE)
	}
	p("asked about\t%.3f\t%.3f\t%+.3f", before.Spend.Asked, after.Spend.Asked, after.Spend.Asked-before.Spend.Asked)
	p("US dollars for 1,000\t%.4f\t%.4f\t%+.4f", before.Spend.Per1000, after.Spend.Per1000, after.Spend.Per1000-before.Spend.Per1000)
	p("latency p95, ms\t%.1f\t%.1f\t%+.1f", before.Spend.Latency.P95, after.Spend.Latency.P95, after.Spend.Latency.P95-before.Spend.Latency.P95)
	p("")
	changes(p, before, after)
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

// changes compares comment by comment. Whether the difference in right answers may be chance
// is told by McNemar's test with its continuity correction (1947; Edwards 1948).
func changes(p func(string, ...any), before, after Result) {
	was := map[string]Said{}
	for _, s := range before.Answers {
		was[s.Text] = s
	}
	better, worse, met := map[string]int{}, map[string]int{}, 0
	gained, lost := 0, 0
	for _, now := range after.Answers {
		then, ok := was[now.Text]
		if !ok {
			continue
		}
		met++
		switch right, wasRight := now.Queue == now.RightQueue, then.Queue == then.RightQueue; {
		case right && !wasRight:
			gained++
			better[string(now.RightIntent)]++
		case !right && wasRight:
			lost++
			worse[string(now.RightIntent)+", now "+string(now.Intent)]++
		}
	}
	if met == 0 {
		p("comment by comment: the earlier run keeps no answers to these comments")
		return
	}
	p("queue of %d comments: %d turned right, %d turned wrong, p = %.3f", met, gained, lost, mcNemar(gained, lost))
	for _, list := range []struct {
		what   string
		counts map[string]int
	}{{"turned right", better}, {"turned wrong", worse}} {
		for _, name := range largest(list.counts) {
			p("  %s: %s\t%d", list.what, name, list.counts[name])
		}
	}
}

// largest returns the ten names that are counted most often, most often first.
func largest(counts map[string]int) []string {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { return counts[b] - counts[a] })
	return names[:min(10, len(names))]
}

// mcNemar returns the probability of a difference at least as large when neither is better.
func mcNemar(gained, lost int) float64 {
	n := float64(gained + lost)
	if n == 0 {
		return 1
	}
	off := max(0, math.Abs(float64(gained-lost))-1)
	return math.Erfc(math.Sqrt(off * off / n / 2))
}
