package train

import (
	"slices"

	"triage/builtin"
	"triage/triage"
)

// question is one head to be learned: its classes, what a comment answers, and how
// much that answer counts.
type question struct {
	name    string
	classes []string
	apart   bool
	answer  func(c Comment) []float32
	weight  func(c Comment) float32
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

func oneOf(classes []string, pick func(c Comment) string) func(c Comment) []float32 {
	return func(c Comment) []float32 {
		v := make([]float32, len(classes))
		if i := slices.Index(classes, pick(c)); i >= 0 {
			v[i] = 1
		}
		return v
	}
}

func yesNo(ask func(c Comment) bool) func(c Comment) []float32 {
	return func(c Comment) []float32 {
		if ask(c) {
			return []float32{1}
		}
		return []float32{0}
	}
}

func even(Comment) float32 { return 1 }

// questions returns every head of the model in the order of its columns.
func questions() []question {
	intents, moods, urgencies, risks := words(triage.Intents()), words(triage.Sentiments()), words(triage.Urgencies()), words(triage.Risks())
	flags := func(c Comment) []float32 {
		v := make([]float32, len(risks))
		for i, r := range risks {
			if slices.Contains(c.Risk, r) {
				v[i] = 1
			}
		}
		return v
	}
	return []question{
		{"intent", intents, false, oneOf(intents, func(c Comment) string { return c.Intent }), intentWeight},
		{"queue", []string{"smm"}, true, yesNo(func(c Comment) bool { return c.Queue == string(triage.SMM) }), even},
		{"sentiment", moods, false, oneOf(moods, func(c Comment) string { return c.Sentiment }), even},
		{"ironic", []string{"ironic"}, true, yesNo(func(c Comment) bool { return c.Ironic }), even},
		{"urgency", urgencies, false, oneOf(urgencies, func(c Comment) string { return c.Urgency }), even},
		{"reply_expected", []string{"reply"}, true, yesNo(func(c Comment) bool { return c.ReplyExpected }), even},
		{"risk", risks, true, flags, even},
		{"alarm", []string{"any", "grave"}, true, alarm, even},
	}
}

// alarm answers whether there is any risk, and whether there is a grave one: flags that
// are too rare for a column each are common enough together.
func alarm(c Comment) []float32 {
	v := make([]float32, 2)
	if len(c.Risk) > 0 {
		v[0] = 1
	}
	if slices.ContainsFunc(c.Risk, func(r string) bool { return builtin.Grave(triage.Risk(r)) }) {
		v[1] = 1
	}
	return v
}

// intentWeight makes the rare intents that matter count for more.
func intentWeight(c Comment) float32 {
	switch triage.Intent(c.Intent) {
	case triage.Abuse, triage.Partnership, triage.UGC, triage.ContentRequest, triage.ProductSuggestion:
		return 2
	default:
		return 1
	}
}

// segments returns where each question's columns are.
func segments(asked []question) []segment {
	var out []segment
	at := 0
	for _, q := range asked {
		out = append(out, segment{at, at + len(q.classes), q.apart})
		at += len(q.classes)
	}
	return out
}

// headsOf returns the heads of the model, not yet calibrated.
func headsOf(asked []question) (heads []builtin.Head) {
	at := 0
	for _, q := range asked {
		heads = append(heads, builtin.Head{Name: q.name, Classes: q.classes, Column: at, Apart: q.apart})
		at += len(q.classes)
	}
	return heads
}

// labelled returns a comment as a sample for all questions.
func labelled(text vector, c Comment, asked []question) sample {
	s := sample{text: text}
	for _, q := range asked {
		s.want = append(s.want, q.answer(c)...)
		s.weights = append(s.weights, q.weight(c)*trust(q.name, c))
	}
	return s
}

// chosenWeight is what an answer about a comment chosen out of the unlabelled ones
// counts: they were chosen for being rare or doubtful, and the stream is made otherwise.
// Of 0, 0.15, 0.5 and 0.8 this one served the queue and the risks best.
const chosenWeight = 0.5

// trust is what an answer counts for where it comes from. Risks were what the choice was
// made for. The reader of the chosen comments called half of the pressing ones normal
// (measured on comments hidden among them), so its normal says nothing.
func trust(question string, c Comment) float32 {
	switch {
	case c.Chosen == "" || question == "risk" || question == "alarm":
		return 1
	case question == "urgency" && c.Urgency == string(triage.UrgencyNormal):
		return 0
	case question == "urgency" && c.Urgency != string(triage.UrgencyLow):
		return 1
	default:
		return chosenWeight
	}
}
