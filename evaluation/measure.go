package evaluation

import (
	"math"
	"slices"
	"sort"

	"triage/triage"
)

// Report holds the figures of one engine on one set.
type Report struct {
	Comments      int               `json:"comments"`
	Queue         Field             `json:"queue"`
	Intent        Field             `json:"intent"`
	Sentiment     Field             `json:"sentiment"`
	Urgency       Field             `json:"urgency"`
	Ironic        Field             `json:"ironic"`
	ReplyExpected Field             `json:"reply_expected"`
	Pressing      Class             `json:"high_or_urgent"` // high or urgent against the rest
	AnyRisk       Class             `json:"any_risk"`
	Risks         map[string]Class  `json:"risks"`
	Grave         Class             `json:"grave_risk"`       // safety, self-harm, threat and legal together
	Decided       Decided           `json:"decided_alone"`    // of the queue
	Groups        map[string]Report `json:"groups,omitempty"` // by language, and the unambiguous
}

// Field is how well one field is answered.
type Field struct {
	Accuracy float64          `json:"accuracy"`
	Interval [2]float64       `json:"accuracy_95"` // bootstrap, 95 %
	MacroF1  float64          `json:"macro_f1"`    // over the classes that occur
	Macro95  [2]float64       `json:"macro_f1_95"` // bootstrap, 95 %
	ECE      float64          `json:"ece"`         // expected calibration error, ten groups of equal size
	Alone    Alone            `json:"decided_alone"`
	Classes  map[string]Class `json:"classes,omitempty"`

	Confusion    map[string]map[string]int `json:"confusion,omitempty"`   // right answer, then what was said
	Reliability  []Bin                     `json:"reliability,omitempty"` // least sure first
	Languages    map[string]Figures        `json:"languages,omitempty"`
	NotAmbiguous *Figures                  `json:"not_ambiguous,omitempty"`
}

// Figures are a field's figures on a part of the comments.
type Figures struct {
	Comments int        `json:"comments"`
	Accuracy float64    `json:"accuracy"`
	Interval [2]float64 `json:"accuracy_95"`
	MacroF1  float64    `json:"macro_f1"`
	ECE      float64    `json:"ece"`
	Alone    Alone      `json:"decided_alone"`
}

// Alone is what the engine answers without calling itself unsure.
type Alone struct {
	Share     float64 `json:"share"`
	Precision float64 `json:"precision"`
}

// Class is how well one answer is given.
type Class struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"`
}

// Decided is what is placed without asking a person: the share that the engine does not
// call unsure, and how often its queue is right there. Beside it stands what the data
// would have allowed: the largest share, in order of confidence, that is right in at
// least 95 %.
type Decided struct {
	Alone
	Allowed   float64   `json:"share_at_95"`
	Threshold float64   `json:"threshold_at_95"`
	Curve     []Decides `json:"curve"`
}

// Decides is one point: the precision of the surest share.
type Decides struct {
	Share     float64 `json:"share"`
	Precision float64 `json:"precision"`
}

// Placing says in which queue a comment ends up that was judged.
type Placing func(c Comment, said triage.Classification) triage.Queue

// ByTaxonomy places by the intent alone.
func ByTaxonomy(_ Comment, said triage.Classification) triage.Queue {
	return said.Intent.DefaultQueue()
}

// Measure compares what an engine said with what is right. Queues are the taxonomy's.
func Measure(comments []Comment, judged []triage.Classification) Report {
	return MeasurePlaced(comments, judged, ByTaxonomy)
}

// MeasurePlaced is Measure with the queues that a plan gives.
func MeasurePlaced(comments []Comment, judged []triage.Classification, place Placing) Report {
	r := measure(comments, judged, place)
	r.Groups = map[string]Report{}
	for _, g := range []struct {
		name string
		in   func(c Comment) bool
	}{
		{"en", func(c Comment) bool { return c.Lang == "en" }},
		{"de", func(c Comment) bool { return c.Lang == "de" }},
		{"not_ambiguous", func(c Comment) bool { return !c.Ambiguous }},
	} {
		var some []Comment
		var said []triage.Classification
		for i, c := range comments {
			if g.in(c) {
				some, said = append(some, c), append(said, judged[i])
			}
		}
		if len(some) > 0 {
			r.Groups[g.name] = measure(some, said, place)
		}
	}
	r.divide()
	return r
}

// divide writes the figures of the groups beside each field, too.
func (r *Report) divide() {
	fields := func(r *Report) []*Field {
		return []*Field{&r.Queue, &r.Intent, &r.Sentiment, &r.Urgency, &r.Ironic, &r.ReplyExpected}
	}
	for name, g := range r.Groups {
		for i, part := range fields(&g) {
			f := fields(r)[i]
			figures := Figures{g.Comments, part.Accuracy, part.Interval, part.MacroF1, part.ECE, part.Alone}
			if name == "not_ambiguous" {
				f.NotAmbiguous = &figures
				continue
			}
			if f.Languages == nil {
				f.Languages = map[string]Figures{}
			}
			f.Languages[name] = figures
		}
	}
}

func measure(comments []Comment, judged []triage.Classification, place Placing) Report {
	r := Report{Comments: len(comments)}
	queues := make([]triage.Queue, len(comments))
	for i, c := range comments {
		queues[i] = place(c, judged[i])
	}
	ask := func(name string, want func(Comment) string, got func(triage.Classification) (string, float64)) Field {
		answers := make([]answer, len(comments))
		for i, c := range comments {
			answers[i].want = want(c)
			answers[i].got, answers[i].confidence = got(judged[i])
			answers[i].unsure = slices.Contains(judged[i].Unsure, name)
			if name == "queue" {
				answers[i].got = string(queues[i])
			}
		}
		return field(answers)
	}
	type said = triage.Classification
	r.Queue = ask("queue", func(c Comment) string { return string(c.Queue) }, func(s said) (string, float64) { return "", s.Confidence.Queue })
	r.Intent = ask("intent", func(c Comment) string { return string(c.Intent) }, func(s said) (string, float64) { return string(s.Intent), s.Confidence.Intent })
	r.Sentiment = ask("sentiment", func(c Comment) string { return string(c.Sentiment) }, func(s said) (string, float64) { return string(s.Sentiment), s.Confidence.Sentiment })
	r.Urgency = ask("urgency", func(c Comment) string { return string(c.Urgency) }, func(s said) (string, float64) { return string(s.Urgency), s.Confidence.Urgency })
	r.Ironic = ask("ironic", func(c Comment) string { return yes(c.Ironic) }, func(s said) (string, float64) { return yes(s.Ironic), s.Confidence.Ironic })
	r.ReplyExpected = ask("reply_expected", func(c Comment) string { return yes(c.ReplyExpected) }, func(s said) (string, float64) { return yes(s.ReplyExpected), s.Confidence.ReplyExpected })

	flag := func(want func(Comment) bool, got func(said) bool) Class {
		answers := make([]answer, len(comments))
		for i, c := range comments {
			answers[i] = answer{want: yes(want(c)), got: yes(got(judged[i]))}
		}
		return class(answers, "yes")
	}
	r.Pressing = flag(func(c Comment) bool { return c.Urgency.Rank() >= 2 }, func(s said) bool { return s.Urgency.Rank() >= 2 })
	r.AnyRisk = flag(func(c Comment) bool { return len(c.Risk) > 0 }, func(s said) bool { return len(s.Risks) > 0 })
	r.Grave = flag(func(c Comment) bool { return slices.ContainsFunc(c.Risk, grave) }, func(s said) bool { return slices.ContainsFunc(s.Risks, grave) })
	r.Risks = map[string]Class{}
	for _, risk := range triage.Risks() {
		r.Risks[string(risk)] = flag(func(c Comment) bool { return slices.Contains(c.Risk, risk) }, func(s said) bool { return slices.Contains(s.Risks, risk) })
	}
	r.Decided = decided(comments, judged, queues)
	r.Decided.Alone = r.Queue.Alone
	return r
}

func grave(r triage.Risk) bool {
	return r == triage.RiskSafety || r == triage.RiskSelfHarm || r == triage.RiskThreat || r == triage.RiskLegal
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// answer is one field of one comment: what is right, what was said, how surely.
type answer struct {
	want, got  string
	confidence float64
	unsure     bool
}

func field(answers []answer) Field {
	f := Field{Accuracy: accuracy(answers), ECE: calibrationError(answers), Alone: unaided(answers), Classes: map[string]Class{},
		Confusion: confusion(answers), Reliability: reliability(answers)}
	f.Interval, f.Macro95 = intervals(answers)
	for _, a := range answers {
		if _, done := f.Classes[a.want]; !done {
			f.Classes[a.want] = class(answers, a.want)
		}
	}
	names := make([]string, 0, len(f.Classes))
	for name := range f.Classes {
		names = append(names, name)
	}
	slices.Sort(names) // sums of floats depend on their order
	for _, name := range names {
		f.MacroF1 += f.Classes[name].F1 / float64(len(f.Classes))
	}
	return f
}

// unaided measures what is left when the unsure answers are taken away.
func unaided(answers []answer) Alone {
	sure := slices.DeleteFunc(slices.Clone(answers), func(a answer) bool { return a.unsure })
	return Alone{Share: float64(len(sure)) / float64(max(1, len(answers))), Precision: accuracy(sure)}
}

func accuracy(answers []answer) float64 {
	right := 0
	for _, a := range answers {
		if a.want == a.got {
			right++
		}
	}
	return float64(right) / float64(max(1, len(answers)))
}

func class(answers []answer, name string) Class {
	said, right, real := 0, 0, 0
	for _, a := range answers {
		if a.got == name {
			said++
		}
		if a.want == name {
			real++
			if a.got == name {
				right++
			}
		}
	}
	c := Class{Support: real}
	if said > 0 {
		c.Precision = float64(right) / float64(said)
	}
	if real > 0 {
		c.Recall = float64(right) / float64(real)
	}
	if right > 0 {
		c.F1 = 2 * c.Precision * c.Recall / (c.Precision + c.Recall)
	}
	return c
}

// calibrationError returns the mean distance between confidence and share of right
// answers in ten groups of equal size, in order of confidence.
func calibrationError(answers []answer) float64 {
	sorted := slices.Clone(answers)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].confidence < sorted[j].confidence })
	n, off := len(sorted), 0.0
	for g := range 10 {
		group := sorted[g*n/10 : (g+1)*n/10]
		sum := 0.0
		for _, a := range group {
			sum += a.confidence
		}
		off += math.Abs(sum - accuracy(group)*float64(len(group)))
	}
	return off / float64(max(1, n))
}

// decided walks from the surest to the least sure.
func decided(comments []Comment, judged []triage.Classification, queues []triage.Queue) Decided {
	order := make([]int, len(comments))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return judged[order[i]].Confidence.Queue > judged[order[j]].Confidence.Queue
	})
	var d Decided
	right := 0
	for n, i := range order {
		if queues[i] == comments[i].Queue {
			right++
		}
		precision := float64(right) / float64(n+1)
		share := float64(n+1) / float64(len(order))
		if precision >= 0.95 {
			d.Allowed, d.Threshold = share, judged[i].Confidence.Queue
		}
		if (n+1)*20/len(order) != n*20/len(order) {
			d.Curve = append(d.Curve, Decides{share, precision})
		}
	}
	return d
}
