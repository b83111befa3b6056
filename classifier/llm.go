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

// Classify asks once per input, about short ones of one place together where their brand wants
// that, several at the same time, and once more where an answer could not be used or did not
// come. All of it ends with ctx, or after 15 seconds when ctx has no deadline.
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
	work := groups(inputs)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(work), e.client.MaxConcurrent()) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(work)); n = next.Add(1) - 1 {
				e.judgeGroup(ctx, inputs, work[n], out, errs)
			}
		})
	}
	workers.Wait()
	return out, allFailed(errs)
}

// judgeGroup judges the inputs at those places in one call, or the only one.
func (e *LLM) judgeGroup(ctx context.Context, inputs []triage.Input, at []int, out []triage.Classification, errs []error) {
	if len(at) == 1 {
		out[at[0]], errs[at[0]] = e.judge(ctx, inputs[at[0]], e.client.Twice)
		return
	}
	judged, failed, again := e.judgeTogether(ctx, pick(inputs, at))
	for n, i := range at {
		out[i], errs[i] = judged[n], failed[n]
	}
	var alone sync.WaitGroup
	for n, i := range at {
		if errs[i] == nil || !again {
			continue
		}
		alone.Go(func() {
			spent := judged[n]
			out[i], errs[i] = e.judge(ctx, inputs[i], once)
			out[i].Latency += spent.Latency
			out[i].CostMicroUSD += spent.CostMicroUSD
			out[i].Effort.Tokens = out[i].Effort.Tokens.Plus(spent.Effort.Tokens)
			if len(out[i].Outside.Fields) == 0 { // the second call never went out, but the first one had
				out[i].Outside = spent.Outside
			}
		})
	}
	alone.Wait()
}

// asking runs a try, and may run it again: once, or llm.Client.Twice.
type asking func(ctx context.Context, try func(before error) error) error

func once(_ context.Context, try func(before error) error) error { return try(nil) }

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
func (e *LLM) judge(ctx context.Context, in triage.Input, ask asking) (triage.Classification, error) {
	if in.Outflow.Nothing {
		return triage.Classification{Outside: &triage.Outside{Nothing: true}}, &llm.Error{Outcome: llm.Invalid, Code: "nothing_leaves"}
	}
	ctx = llm.For(ctx, string(in.BrandID))
	began := time.Now()
	p := newPrompt(in, e.token)
	var c triage.Classification
	var used llm.Usage
	sent := false
	err := ask(ctx, func(before error) error {
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
		return err
	})
	c = e.finish(c, p, err, sent, used)
	c.Latency = time.Since(began)
	return c, err
}

// finish adds to what a model said, or did not, how it came about.
func (e *LLM) finish(c triage.Classification, p prompt, err error, sent bool, used llm.Usage) triage.Classification {
	if err != nil {
		c = triage.Classification{Provisional: !llm.OutcomeOf(err).Lasting()}
	} else {
		c.Engine, c.PromptVersion = "llm", promptVersion
		if c.Confidence.Intent > unknownWord && Fits(e.calibration, c.Model) {
			c.Confidence = e.calibration.Apply(c.Confidence)
		}
	}
	if p.outside.NoStore = e.client.NoStore(); !sent {
		p.outside = triage.Outside{}
	}
	c.CostMicroUSD, c.Outside = used.MicroUSD, &p.outside
	c.Effort.Tokens = tokensUsed(used)
	return c
}

// judgeTogether asks about inputs of one group in one call, and in a second one where none
// came back; again reports that each that failed may be asked about alone.
func (e *LLM) judgeTogether(ctx context.Context, inputs []triage.Input) (out []triage.Classification, errs []error, again bool) {
	began := time.Now()
	j := newJoint(inputs, e.token)
	var answers []said
	var used llm.Usage
	var model string
	sent, calls := false, 0
	failed := e.client.Twice(ctx, func(error) error {
		calls++
		answer, err := e.client.Chat(ctx, j.question)
		used, sent, model = used.Plus(answer.Usage), sent || llm.Sent(err), answer.Model
		switch llm.OutcomeOf(err) {
		case "":
			answers = j.read(answer.Content)
		case llm.Unusable, llm.Declined:
			answers = j.read("") // one of them may have spoiled it for the others
		default:
			return err
		}
		return nil
	})
	out, errs = make([]triage.Classification, len(inputs)), make([]error, len(inputs))
	for i, p := range j.parts {
		var c triage.Classification
		if errs[i] = failed; failed == nil {
			c, errs[i] = answers[i].classification, answers[i].err
		}
		c.Model = model
		out[i] = e.finish(c, p, errs[i], sent, used.Part(i, len(inputs)))
		out[i].Latency = time.Since(began)
		if errs[i] == nil {
			out[i].PromptVersion += "+" + togetherVersion
			out[i].Effort.Step = triage.StepTogether
		}
	}
	return out, errs, failed == nil && calls == 1
}
