package train

import (
	"sort"

	"triage/builtin"
	"triage/triage"
)

// alonePrecision is how often the honest answers that stand without a person are to be
// right, and aloneLeast how many it takes to believe a measurement.
const (
	alonePrecision = 0.95
	aloneLeast     = 60
)

// alone sets, for each field and language, the confidence from which the honest answers
// are right often enough.
func (b *bench) alone(m *builtin.Model, say func(string, ...any)) {
	m.Precision = alonePrecision
	for _, f := range fields {
		h := headOf(m, f.name)
		h.Alone = map[string]float64{}
		for _, language := range []string{"en", "de", builtin.Elsewhere} {
			var answers []point
			for i, c := range b.comments[:b.stream] {
				if languageOf(c) != language {
					continue
				}
				said := m.Read(b.honest[i])
				a := point{f.sure(said), f.right(said, c)}
				if language == builtin.Elsewhere {
					a.raw *= m.Foreign
				}
				answers = append(answers, a)
			}
			threshold, share := standing(answers)
			h.Alone[language] = threshold
			say("%s in %s stands alone from %.3f, a share of %.2f", f.name, language, threshold, share)
		}
	}
}

func languageOf(c Comment) string {
	if c.Lang == "en" || c.Lang == "de" {
		return c.Lang
	}
	return builtin.Elsewhere
}

// point is one answer: how surely it was given, and whether it was right.
type point struct {
	raw   float64
	right bool
}

// standing returns the lowest confidence from which the answers are right often enough,
// and their share; 2 if there is none.
func standing(answers []point) (threshold, share float64) {
	sort.SliceStable(answers, func(i, j int) bool { return answers[i].raw > answers[j].raw })
	threshold = 2
	right := 0.0
	for n, a := range answers {
		if a.right {
			right++
		}
		last := n+1 == len(answers) || answers[n+1].raw < a.raw
		if n+1 >= aloneLeast && last && right >= alonePrecision*float64(n+1) {
			threshold, share = a.raw, float64(n+1)/float64(len(answers))
		}
	}
	return threshold, share
}

// field is one answer of the product that can be right or wrong.
type field struct {
	name  string
	sure  func(triage.Classification) float64
	right func(triage.Classification, Comment) bool
}

type said = triage.Classification

var fields = []field{
	{"queue", func(s said) float64 { return s.Confidence.Queue }, func(s said, c Comment) bool { return string(s.Intent.DefaultQueue()) == c.Queue }},
	{"intent", func(s said) float64 { return s.Confidence.Intent }, func(s said, c Comment) bool { return string(s.Intent) == c.Intent }},
	{"sentiment", func(s said) float64 { return s.Confidence.Sentiment }, func(s said, c Comment) bool { return string(s.Sentiment) == c.Sentiment }},
	{"urgency", func(s said) float64 { return s.Confidence.Urgency }, func(s said, c Comment) bool { return string(s.Urgency) == c.Urgency }},
	{"ironic", func(s said) float64 { return s.Confidence.Ironic }, func(s said, c Comment) bool { return s.Ironic == c.Ironic }},
	{"reply_expected", func(s said) float64 { return s.Confidence.ReplyExpected }, func(s said, c Comment) bool { return s.ReplyExpected == c.ReplyExpected }},
}
