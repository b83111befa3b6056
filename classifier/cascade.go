package classifier

import (
	"context"
	"fmt"

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

// ForMode returns the engine of a mode. It fails for an unknown mode, for a threshold
// outside 0 to 1, and for a mode that needs the LLM when model is nil.
func ForMode(mode Mode, builtin, model Engine, threshold float64) (Engine, error) {
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
		return NewCascade(builtin, model, everything), nil
	}
	return NewCascade(builtin, model, threshold), nil
}

// Cascade asks the built-in engine first, and a language model where that is not sure.
type Cascade struct {
	builtin, model Engine
	threshold      float64
}

// NewCascade returns a cascade that asks model where builtin's confidence in the queue
// or the intent is below threshold. Above 1 it asks about everything.
func NewCascade(builtin, model Engine, threshold float64) *Cascade {
	return &Cascade{builtin: builtin, model: model, threshold: threshold}
}

// Classify judges every input whenever the built-in engine does. For each input, in this
// order:
//
//  1. the built-in engine judges; when it is sure and sees no risk, that stands;
//  2. otherwise the model judges, and the built-in rules raise its answer;
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
		if !c.sure(out[i]) {
			open, questions = append(open, i), append(questions, inputs[i])
		}
	}
	if len(open) == 0 {
		return out, nil
	}
	answers, modelErr := c.model.Classify(ctx, questions)
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

// sure reports whether the built-in answer may stand. Where there is risk or a rule has
// spoken, a second reading is worth its price.
func (c *Cascade) sure(first triage.Classification) bool {
	return first.Judged() &&
		first.Confidence.Queue >= c.threshold && first.Confidence.Intent >= c.threshold &&
		len(first.Risks) == 0 && len(first.Rules) == 0 && first.Urgency != triage.UrgencyUrgent
}

// settleBetween chooses between the built-in answer and the model's.
func settleBetween(first, answer triage.Classification) triage.Classification {
	if answer.Judged() {
		answer.Provisional = false
		answer.Latency += first.Latency
		return Raise(answer, ruled(first))
	}
	first.Latency += answer.Latency
	first.CostMicroUSD += answer.CostMicroUSD
	first.Provisional = answer.Provisional
	return first
}
