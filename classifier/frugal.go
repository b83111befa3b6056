package classifier

import (
	"cmp"
	"context"
	"slices"
	"time"

	"triage/triage"
)

// Purse holds what brands may spend on models. Its errors mean that nobody knows.
type Purse interface {
	// Hold sets aside what asking may cost, in millionths of a US dollar, for as many of the
	// first asks as there is room for. It names the bound that keeps it from the rest.
	Hold(ctx context.Context, brand triage.ID, t triage.Thrift, asks []int64) (Held, error)
	// Pay writes down what was spent and gives back what was set aside, if anything was.
	Pay(ctx context.Context, brand, hold triage.ID, charges []triage.Charge) error
}

// Held is money set aside.
type Held struct {
	ID    triage.ID // empty when nothing had to be
	Asks  int       // for how many
	Short triage.Shortfall
}

// Memory knows what a model said of a brand's comments, and what it is being asked.
type Memory interface {
	// Recall looks for copies of the inputs, in their order. What it knows nothing of, it
	// takes down as being asked by the caller, who tells with Keep what came of it.
	Recall(ctx context.Context, brand triage.ID, t triage.Thrift, inputs []triage.Input) ([]Recollection, error)
	// Keep takes in the answers; where there is none, the question is free again.
	Keep(ctx context.Context, brand triage.ID, inputs []triage.Input, answers []triage.Classification) error
}

// Recollection is what is known of one input. The zero value is a question to be asked.
type Recollection struct {
	Answer *triage.Classification // nil when there is none yet
	From   triage.ID              // of whose judgement it is, or on whose it waits
	Exact  bool                   // the texts are the same
	Wait   bool                   // somebody is asking about a copy right now
}

// Estimator tells what asking about an input may cost, in millionths of a US dollar, and
// whether that is known.
type Estimator interface {
	Estimate(in triage.Input) (microUSD int64, known bool)
}

// Frugal is a model that is asked as little as its brands want: about copies once, and only
// while there is money. It is safe for concurrent use.
type Frugal struct {
	model  Engine
	purse  Purse
	memory Memory
}

// NewFrugal returns model, asked frugally. Either of purse and memory may be nil.
func NewFrugal(model Engine, purse Purse, memory Memory) *Frugal {
	return &Frugal{model: model, purse: purse, memory: memory}
}

// How a question waits for the one about its copy.
const (
	lookAgain = 100 * time.Millisecond
	timeToAsk = 4 * time.Second // of the caller's time are left to ask after all
)

// Classify judges inputs of one brand: from memory where copies were judged, else by the
// model where there is money. What it leaves open says why in its Effort, and is Provisional
// where waiting helps. Trouble with memory or purse costs money, but no answer: without
// memory all are asked, and without a purse none is, which is only known to be cheap.
func (f *Frugal) Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	if len(inputs) == 0 {
		return nil, nil
	}
	out := make([]triage.Classification, len(inputs))
	open := make([]int, len(inputs))
	for i := range open {
		open[i] = i
	}
	var failed error
	for len(open) > 0 {
		mine, waiting := f.recall(ctx, inputs, open, out)
		if len(mine) > 0 {
			failed = f.ask(ctx, inputs, mine, out)
		}
		if open = waiting; len(open) > 0 && len(mine) == 0 && !pause(ctx, lookAgain) {
			for _, i := range open {
				out[i] = triage.Classification{Provisional: true, Effort: triage.Effort{Short: triage.ShortOfModel}}
			}
			break
		}
	}
	if slices.ContainsFunc(out, triage.Classification.Judged) {
		return out, nil
	}
	return out, failed
}

// pause waits, unless that would leave no time to ask.
func pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < timeToAsk+d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// recall fills in what is known and returns which are to be asked, and which wait.
func (f *Frugal) recall(ctx context.Context, inputs []triage.Input, open []int, out []triage.Classification) (mine, waiting []int) {
	t := thriftOf(inputs[0])
	if f.memory == nil || !t.ReuseExact && !t.ReuseNear {
		return open, nil
	}
	found, err := f.memory.Recall(ctx, inputs[0].BrandID, t, pick(inputs, open))
	if err != nil || len(found) != len(open) {
		return open, nil
	}
	for n, i := range open {
		switch r := found[n]; {
		case r.Answer != nil:
			out[i] = reused(r)
		case r.Wait:
			waiting = append(waiting, i)
		default:
			mine = append(mine, i)
		}
	}
	return mine, waiting
}

// reused is an answer about a copy. Quotes are those of the same text only.
func reused(r Recollection) triage.Classification {
	c := *r.Answer
	c.Latency, c.CostMicroUSD, c.Outside, c.Provisional = 0, 0, nil, false
	c.Effort = triage.Effort{Step: triage.StepExact, ReusedFrom: r.From}
	if !r.Exact {
		c.Effort.Step, c.Evidence = triage.StepNear, nil
	}
	return c
}

// ask asks the model about what there is money for, and pays.
func (f *Frugal) ask(ctx context.Context, inputs []triage.Input, mine []int, out []triage.Classification) error {
	questions, brand := pick(inputs, mine), inputs[0].BrandID
	held := Held{Asks: len(mine)}
	if t := thriftOf(inputs[0]); f.purse != nil && t.Budgeted() {
		held = f.hold(ctx, brand, t, questions)
	}
	answers := make([]triage.Classification, len(mine))
	var failed error
	if held.Asks > 0 {
		var said []triage.Classification
		said, failed = f.model.Classify(ctx, questions[:held.Asks])
		copy(answers, said)
	}
	for n := range answers {
		a := &answers[n]
		switch {
		case n >= held.Asks:
			*a = triage.Classification{Provisional: true, Effort: triage.Effort{Short: held.Short}}
		case a.Judged():
			a.Effort.Step = cmp.Or(a.Effort.Step, triage.StepModel)
		case a.Provisional:
			a.Effort.Short = triage.ShortOfModel
		default:
			a.Effort.Short = triage.ShortOfSense
		}
		out[mine[n]] = *a
	}
	f.settle(context.WithoutCancel(ctx), brand, held, questions, answers)
	return failed
}

// settle pays and remembers, also when the caller's time is over.
func (f *Frugal) settle(ctx context.Context, brand triage.ID, held Held, questions []triage.Input, answers []triage.Classification) {
	ctx, cancel := context.WithTimeout(ctx, timeToAsk)
	defer cancel()
	var charges []triage.Charge
	for n, a := range answers[:held.Asks] {
		if tokens := a.Effort.Tokens; tokens != (triage.Tokens{}) {
			charges = append(charges, triage.Charge{
				EngagementID: questions[n].EngagementID, Step: cmp.Or(a.Effort.Step, triage.StepModel), Engine: "llm", Model: a.Model,
				Items: 1, Tokens: tokens,
			})
		}
	}
	if f.purse != nil && (held.ID != "" || len(charges) > 0) {
		_ = f.purse.Pay(ctx, brand, held.ID, charges) // the purse itself tells of its trouble
	}
	if t := thriftOf(questions[0]); f.memory != nil && (t.ReuseExact || t.ReuseNear) {
		_ = f.memory.Keep(ctx, brand, questions, answers) // as above; the questions come free by themselves
	}
}

// hold sets money aside. What has no known price is not asked at all: no budget could be kept.
func (f *Frugal) hold(ctx context.Context, brand triage.ID, t triage.Thrift, questions []triage.Input) Held {
	asks := make([]int64, len(questions))
	e, ok := f.model.(Estimator)
	for n := 0; ok && n < len(asks); n++ {
		known := false
		if asks[n], known = e.Estimate(questions[n]); !known {
			return Held{Short: triage.ShortOfPrice}
		}
	}
	held, err := f.purse.Hold(ctx, brand, t, asks)
	if err != nil {
		return Held{Short: triage.ShortOfModel}
	}
	return held
}

func pick(inputs []triage.Input, at []int) []triage.Input {
	out := make([]triage.Input, len(at))
	for n, i := range at {
		out[n] = inputs[i]
	}
	return out
}

// thriftOf returns how the input's brand wants it judged.
func thriftOf(in triage.Input) triage.Thrift {
	if in.Thrift == nil {
		return triage.DefaultThrift()
	}
	return *in.Thrift
}

// instead marks the built-in answer that stands where the model gave none.
func instead(first, answer triage.Classification) triage.Classification {
	first.Effort = answer.Effort
	first.Effort.Step = triage.StepStood
	if first.Effort.Short == "" {
		first.Effort.Short = triage.ShortOfSense
		if answer.Provisional {
			first.Effort.Short = triage.ShortOfModel
		}
	}
	return first
}
