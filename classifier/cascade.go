package classifier

import (
	"context"
	"fmt"
	"slices"

	"triage/builtin"
	"triage/triage"
)

// Mode names which engines judge.
type Mode string

// The modes.
const (
	ModeBuiltin Mode = "builtin" // the built-in engine alone: nothing leaves the house
	ModeLLM     Mode = "llm"     // the LLM about everything, rules and fallback from the built-in
	ModeCascade Mode = "cascade" // the LLM where the built-in engine is not sure
)

// everything is a threshold that no confidence reaches.
const everything = 2

// ForMode returns the engine of a mode; teacher, which may be nil, brings examples for the
// LLM. It fails for an unknown mode, for a threshold
// outside 0 to 1, and for a mode that needs the LLM when model is nil.
func ForMode(mode Mode, builtin, model Engine, threshold float64, teacher Teacher) (Engine, error) {
	switch {
	case mode == ModeBuiltin:
		return builtin, nil
	case mode != ModeLLM && mode != ModeCascade:
		return nil, fmt.Errorf("engine %q: not builtin, llm or cascade", mode)
	case model == nil:
		return nil, fmt.Errorf("engine %s: no language model is configured", mode)
	case threshold < 0 || threshold > 1:
		return nil, fmt.Errorf("engine %s: threshold %g is not from 0 to 1", mode, threshold)
	case mode == ModeLLM:
		threshold = everything
	}
	cascade := NewCascade(builtin, model, threshold)
	cascade.TaughtBy(teacher)
	return cascade, nil
}

// Cascade asks the built-in engine first, and a language model where that is not sure.
type Cascade struct {
	builtin, model Engine
	threshold      float64
	teacher        Teacher // nil without examples
}

// Teacher knows what people said of comments like those that a model is about to be asked
// about. It returns the inputs with their examples, in order; first is what the built-in
// engine says of them. Without any it returns the inputs as they are: it never fails.
type Teacher interface {
	Teach(ctx context.Context, inputs []triage.Input, first []triage.Classification) []triage.Input
}

// TaughtBy lets t add examples to what c asks the model. Set it before c is used.
func (c *Cascade) TaughtBy(t Teacher) { c.teacher = t }

func (c *Cascade) taught(ctx context.Context, inputs []triage.Input, first []triage.Classification) []triage.Input {
	if c.teacher == nil {
		return inputs
	}
	if taught := c.teacher.Teach(ctx, inputs, first); len(taught) == len(inputs) {
		return taught
	}
	return inputs
}

// NewCascade returns a cascade that asks model where builtin's confidence in the queue is
// below threshold, or it guesses a grave risk. Above 1 it asks about everything.
func NewCascade(builtin, model Engine, threshold float64) *Cascade {
	return &Cascade{builtin: builtin, model: model, threshold: threshold}
}

// Classify judges every input whenever the built-in engine does. For each input, in this
// order:
//
//  1. the built-in engine judges; when it is sure of the queue and guesses no grave risk, that
//     stands; so it does where the text speaks to the machine, or may not leave the house;
//  2. otherwise the model judges, with what people said of similar comments as examples, and
//     the built-in rules raise its answer;
//  3. when the model gave none, the built-in answer stands, and is Provisional if asking
//     the model again later may help.
//
// A fallback carries what the model cost. There is an error only when an input has no
// answer from either.
func (c *Cascade) Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out, builtinErr := c.builtin.Classify(ctx, inputs)
	if builtinErr != nil || len(out) != len(inputs) {
		out = make([]triage.Classification, len(inputs))
	}
	var open []int
	var questions []triage.Input
	for i := range out {
		if c.asks(inputs[i], out[i]) {
			open, questions = append(open, i), append(questions, inputs[i])
		}
	}
	if len(open) == 0 {
		return out, nil
	}
	first := make([]triage.Classification, len(open))
	for n, i := range open {
		first[n] = out[i]
		questions[n].First = &first[n]
	}
	answers, modelErr := c.model.Classify(ctx, c.taught(ctx, questions, first))
	if len(answers) != len(questions) {
		answers = make([]triage.Classification, len(questions))
		for n := range answers {
			answers[n].Provisional = true
		}
	}
	judged := len(out) - len(open)
	for n, i := range open {
		out[i] = settleBetween(out[i], answers[n])
		if out[i].Judged() {
			judged++
		}
	}
	if judged > 0 {
		return out, nil
	}
	if modelErr != nil {
		return out, modelErr
	}
	return out, builtinErr
}

// asks reports whether the model is asked about in, of which the built-in engine says first.
func (c *Cascade) asks(in triage.Input, first triage.Classification) bool {
	return !first.AddressesModel && !in.Outflow.Nothing && thriftOf(in).Model && !c.sure(in, first)
}

// sure reports whether the built-in answer may stand: who gets the comment is not in doubt, and
// nothing that cannot wait, a grave risk or urgency, was only guessed. What a rule found needs no
// second reading, since no model may take it back.
func (c *Cascade) sure(in triage.Input, first triage.Classification) bool {
	t := thriftOf(in)
	threshold := c.threshold
	if t.Sure > 0 && threshold <= 1 {
		threshold = t.Sure
	}
	pressing := slices.ContainsFunc(first.Risks, builtin.Grave) || first.Urgency == triage.UrgencyUrgent
	guessed := pressing && len(first.Rules) == 0
	return t.Builtin && first.Judged() && first.Confidence.Queue >= threshold && !guessed
}

// settleBetween chooses between the built-in answer and the model's.
func settleBetween(first, answer triage.Classification) triage.Classification {
	if answer.Judged() {
		answer.Provisional = false
		answer.Latency += first.Latency
		if answer.Effort.Step == "" {
			answer.Effort.Step = triage.StepModel
		}
		return Raise(answer, ruled(first))
	}
	first.Latency += answer.Latency
	first.CostMicroUSD += answer.CostMicroUSD
	first.Provisional = answer.Provisional
	first.Outside = answer.Outside
	return instead(first, answer)
}
