package classifier

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"triage/llm"
	"triage/triage"
)

// patience is how long one Classify may take when its caller sets no deadline.
const patience = 15 * time.Second

// LLM judges texts with a language model. What the model says is drawn from closed sets
// and believed within bounds; it never names a queue, a person or an action. Built-in
// rules are not asked here: see Raise and Cascade. It is safe for concurrent use.
type LLM struct {
	client *llm.Client
	token  func() string // a new unguessable word

	calibration *triage.Calibration // nil without one
}

// NewLLM returns an engine that asks client's chat model.
func NewLLM(client *llm.Client) *LLM { return &LLM{client: client, token: rand.Text} }

// Classify asks once per input, several at the same time, and once more where an answer
// could not be used or did not come. All of it ends with ctx, or after 15 seconds when
// ctx has no deadline.
//
// An input that could not be judged comes back with an empty Engine, with what it cost,
// and Provisional when asking again later may help. There is an error of kind
// unavailable only when none was judged; the classifications come with it. Its cause is
// an *llm.Error, so that llm.RetryAfter tells when to ask again.
func (e *LLM) Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	if _, ok := ctx.Deadline(); !ok {
		bounded, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = bounded
	}
	out := make([]triage.Classification, len(inputs))
	errs := make([]error, len(inputs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(inputs), e.client.MaxConcurrent()) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(inputs)); i = next.Add(1) - 1 {
				out[i], errs[i] = e.judge(ctx, inputs[i])
			}
		})
	}
	workers.Wait()
	return out, allFailed(errs)
}

func allFailed(errs []error) error {
	for _, err := range errs {
		if err == nil {
			return nil
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return triage.Errorf(triage.Unavailable, "The language model gave no answer.").Because(errors.Join(errs...))
}

// judge asks about one input. What may not leave the house is not asked about, whoever
// calls: an empty answer that asking again does not change.
func (e *LLM) judge(ctx context.Context, in triage.Input) (triage.Classification, error) {
	if in.Outflow.Nothing {
		return triage.Classification{Outside: &triage.Outside{Nothing: true}}, &llm.Error{Outcome: llm.Invalid, Code: "nothing_leaves"}
	}
	ctx = llm.For(ctx, string(in.BrandID))
	began := time.Now()
	p := newPrompt(in, e.token)
	var c triage.Classification
	var used llm.Usage
	sent := false
	err := e.client.Twice(ctx, func(before error) error {
		question := p.question
		if llm.OutcomeOf(before) == llm.Unusable {
			question = p.again(before)
		}
		answer, err := e.client.Chat(ctx, question)
		used, sent = used.Plus(answer.Usage), sent || llm.Sent(err)
		if err != nil {
			return err
		}
		c, err = p.read(answer.Content)
		c.Model = answer.Model
		if err == nil && c.Confidence.Intent > unknownWord && Fits(e.calibration, answer.Model) {
			c.Confidence = e.calibration.Apply(c.Confidence)
		}
		return err
	})
	if err != nil {
		c = triage.Classification{Provisional: !llm.OutcomeOf(err).Lasting()}
	} else {
		c.Engine, c.PromptVersion = "llm", promptVersion
	}
	if p.outside.NoStore = e.client.NoStore(); !sent {
		p.outside = triage.Outside{}
	}
	c.Latency, c.CostMicroUSD, c.Outside = time.Since(began), used.MicroUSD, &p.outside
	c.Effort.Tokens = tokensUsed(used)
	return c, err
}
