package train

import (
	"context"
	"fmt"
	"slices"

	"triage/builtin"
	"triage/triage"
)

// question is one head to be learned: its classes and what a comment answers.
type question struct {
	name    string
	classes []string
	apart   bool
	answer  func(c Comment) []float32
	weight  func(c Comment) float32
	descent descent
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

// questions returns every head of the model in the order of its columns.
func questions() []question {
	intents, moods, urgencies, risks := words(triage.Intents()), words(triage.Sentiments()), words(triage.Urgencies()), words(triage.Risks())
	usual := descent{epochs: 8, rate: 0.05}
	even := func(Comment) float32 { return 1 }
	return []question{
		{"intent", intents, false, oneOf(intents, func(c Comment) string { return c.Intent }), intentWeight, usual},
		{"queue", []string{"smm"}, true, yesNo(func(c Comment) bool { return c.Queue == string(triage.SMM) }), even, usual},
		{"sentiment", moods, false, oneOf(moods, func(c Comment) string { return c.Sentiment }), even, usual},
		{"ironic", []string{"ironic"}, true, yesNo(func(c Comment) bool { return c.Ironic }), even, usual},
		{"urgency", urgencies, false, oneOf(urgencies, func(c Comment) string { return c.Urgency }), even, usual},
		{"reply_expected", []string{"reply"}, true, yesNo(func(c Comment) bool { return c.ReplyExpected }), even, usual},
		{"risk", risks, true, func(c Comment) []float32 {
			v := make([]float32, len(risks))
			for i, r := range risks {
				if slices.Contains(c.Risk, r) {
					v[i] = 1
				}
			}
			return v
		}, even, usual},
	}
}

// intentWeight makes the rare intents that matter count for more.
func intentWeight(c Comment) float32 {
	switch triage.Intent(c.Intent) {
	case triage.Abuse, triage.Partnership, triage.UGC, triage.ContentRequest, triage.ProductSuggestion:
		return 1.5
	default:
		return 1
	}
}

// bench holds what the heads are learned on.
type bench struct {
	comments []Comment
	real     int // the first so many are real comments; the rest was written for training
	texts    []vector
	seed     uint64
	honest   map[string][][]float64 // logits for each real comment by a model that never saw it
}

const folds = 5

// learn trains every head and sets its calibration.
func (b *bench) learn(ctx context.Context, m *builtin.Model, say func(string, ...any)) error {
	b.honest = map[string][][]float64{}
	var parts []*linear
	for _, q := range questions() {
		q.descent.seed, q.descent.dims = b.seed, builtin.Buckets
		if err := b.crossValidate(ctx, q); err != nil {
			return err
		}
		parts = append(parts, b.fitHead(q, func(int) bool { return true }))
		m.Heads = append(m.Heads, builtin.Head{Name: q.name, Classes: q.classes, Column: m.Columns, Apart: q.apart, Heat: 1})
		m.Columns += len(q.classes)
		say("learned %s", q.name)
	}
	pack(m, parts)
	return b.calibrate(m, say)
}

// fitHead learns q on the comments that use says.
func (b *bench) fitHead(q question, use func(i int) bool) *linear {
	t := task{classes: len(q.classes), apart: q.apart, texts: b.texts}
	for i, c := range b.comments {
		w := float32(0)
		if use(i) {
			w = q.weight(c)
		}
		t.targets = append(t.targets, q.answer(c))
		t.weights = append(t.weights, w)
	}
	return fit(t, q.descent)
}

// crossValidate keeps, for every real comment, the logits of a head that was trained
// without its fold.
func (b *bench) crossValidate(ctx context.Context, q question) error {
	honest := make([][]float64, b.real)
	out := make([]float32, len(q.classes))
	for fold := range folds {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("head %s: %w", q.name, err)
		}
		l := b.fitHead(q, func(i int) bool { return i >= b.real || i%folds != fold })
		for i := fold; i < b.real; i += folds {
			l.logits(b.texts[i], out)
			for _, z := range out {
				honest[i] = append(honest[i], float64(z))
			}
		}
	}
	b.honest[q.name] = honest
	return nil
}

// pack lays the heads side by side in one table of small numbers.
func pack(m *builtin.Model, parts []*linear) {
	all := make([]float32, builtin.Buckets*m.Columns)
	at := 0
	for _, l := range parts {
		for b := range builtin.Buckets {
			copy(all[b*m.Columns+at:], l.w[b*l.classes:(b+1)*l.classes])
		}
		m.Bias = append(m.Bias, l.bias...)
		at += l.classes
	}
	m.Weights, m.Scale = builtin.Quantise(all, m.Columns)
}
