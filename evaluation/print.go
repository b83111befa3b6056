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

// Print writes the figures as tables for people.
func (r Report) Print(w io.Writer, title string) error {
	var sb strings.Builder
	tw := tabwriter.NewWriter(&sb, 0, 4, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(tw, format+"\n", args...) }
	p("%s\tn\tqueue\tintent\tintent F1\tsentiment F1\turgency F1\tECE queue\tECE intent\talone\tright alone", title)
	row := func(name string, r Report) {
		p("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t%.3f", name, r.Comments, r.Queue.Accuracy, r.Intent.Accuracy,
			r.Intent.MacroF1, r.Sentiment.MacroF1, r.Urgency.MacroF1, r.Queue.ECE, r.Intent.ECE, r.Decided.Share, r.Decided.Precision)
	}
	row("all", r)
	for _, name := range slices.Sorted(maps.Keys(r.Groups)) {
		row(strings.ReplaceAll(name, "_", " "), r.Groups[name])
	}
	p("")
	p("field\taccuracy\t95 %% interval\tmacro-F1\tECE\talone\tright alone")
	for _, f := range []struct {
		name string
		Field
	}{
		{"queue", r.Queue}, {"intent", r.Intent}, {"sentiment", r.Sentiment}, {"urgency", r.Urgency},
		{"ironic", r.Ironic}, {"reply expected", r.ReplyExpected},
	} {
		p("%s\t%.3f\t%.3f to %.3f\t%.3f\t%.3f\t%.2f\t%.3f", f.name, f.Accuracy, f.Interval[0], f.Interval[1], f.MacroF1, f.ECE, f.Alone.Share, f.Alone.Precision)
	}
	p("")
	p("intent\tprecision\trecall\tF1\tn")
	for _, in := range triage.Intents() {
		printClass(p, string(in), r.Intent.Classes[string(in)])
	}
	p("")
	p("raised\tprecision\trecall\tF1\tn")
	printClass(p, "high or urgent", r.Pressing)
	printClass(p, "any risk", r.AnyRisk)
	printClass(p, "safety, self_harm, threat, legal", r.Grave)
	for _, risk := range triage.Risks() {
		printClass(p, string(risk), r.Risks[string(risk)])
	}
	p("")
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func printClass(p func(string, ...any), name string, c Class) {
	p("%s\t%.2f\t%.2f\t%.2f\t%d", name, c.Precision, c.Recall, c.F1, c.Support)
}
