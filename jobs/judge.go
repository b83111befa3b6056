// Package jobs holds the background steps: judging what was accepted, telling teams, and
// upkeep. Every step can be killed at any line and repeated. It knows no HTTP and no
// platform.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"triage/classifier"
	"triage/embeddings"
	"triage/llm"
	"triage/notify"
	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// thinking is how long all model calls of one attempt may take together. It is shorter
// than the job's timeout, so that there is always time left to settle.
const thinking = 15 * time.Second

// Judge is the worker that judges and places engagements.
type Judge struct {
	river.WorkerDefaults[triage.JudgeJob]

	Store    *postgres.Store
	Engine   classifier.Engine // asked first
	Builtin  classifier.Engine // answers at once when Engine cannot
	Embedder embeddings.Engine
	Near     embeddings.Engine             // the built-in one, in whose space corrections are compared; nil: nothing is learned
	Ready    func(ctx context.Context) int // how many provisional judgements may be tried now; nil: none ever
	Prices   llm.PriceList                 // that calls are priced by
	Tally    *Tally                        // counts how comments were judged; nil: nobody does
	Log      *slog.Logger
}

// Work judges one batch, in this order:
//
//  1. a batch that failed before is split, so that one bad engagement fails alone;
//  2. read what is to be judged, with its context;
//  3. classify and embed, outside any transaction, and weigh in what people corrected;
//     nothing is written before all is known;
//  4. place and settle in one transaction.
//
// On the last attempt what still fails is placed without a judgement: people get it.
func (j *Judge) Work(ctx context.Context, job *river.Job[triage.JudgeJob]) error {
	rounds, err := job.Args.Rounds()
	if err != nil {
		return river.JobCancel(err)
	}
	if job.Attempt > 1 && len(rounds) > 1 {
		return j.split(ctx, job.Args.Brand, rounds)
	}
	waiting, err := j.waiting(ctx, job.Args, rounds)
	if err != nil || len(waiting) == 0 {
		return err
	}
	last := job.Attempt >= job.MaxAttempts
	judged, err := j.judge(ctx, waiting)
	if err != nil && !last {
		return err
	}
	if err != nil {
		j.Log.WarnContext(ctx, "placed without a judgement", "engagements", len(waiting), "err", err)
	}
	j.learn(ctx, waiting, judged)
	return j.settle(ctx, job.Args.Brand, waiting, judged)
}

func (j *Judge) split(ctx context.Context, brand triage.ID, rounds []triage.Round) error {
	refs := make([]postgres.Ref, len(rounds))
	for i, r := range rounds {
		refs[i] = postgres.Ref{BrandID: brand, ID: r.ID, Round: r.Round}
	}
	return j.Store.InTx(ctx, func(tx *postgres.Tx) error { return tx.EnqueueEach(ctx, refs) })
}

// waiting returns those of rounds that are still current, and not settled or only
// provisionally.
func (j *Judge) waiting(ctx context.Context, args triage.JudgeJob, rounds []triage.Round) ([]postgres.Waiting, error) {
	ids := make([]triage.ID, len(rounds))
	wanted := make(map[triage.ID]int, len(rounds))
	for i, r := range rounds {
		ids[i], wanted[r.ID] = r.ID, r.Round
	}
	found, err := j.Store.Waiting(ctx, args.Brand, ids)
	if err != nil {
		return nil, err
	}
	current := found[:0]
	for _, w := range found {
		if w.Round == wanted[w.ID] && (w.Settled < w.Round || w.Provisional) {
			current = append(current, w)
		}
	}
	return current, nil
}

// verdict is what the engines say about one engagement.
type verdict struct {
	classification triage.Classification
	vector         *triage.Vector
	short          triage.Shortfall // why there is no vector, where money is missing
}

// judge asks both engines side by side. Its result is as long as waiting even with an
// error; what could not be judged is empty there.
func (j *Judge) judge(ctx context.Context, waiting []postgres.Waiting) ([]verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, thinking)
	defer cancel()
	inputs := make([]triage.Input, len(waiting))
	for i, w := range waiting {
		inputs[i] = inputOf(w)
	}
	if err := j.thrifty(ctx, inputs); err != nil {
		return make([]verdict, len(waiting)), err
	}
	embedder := j.embedder(waiting[0].Brand.Outflow)
	var vectors []triage.Vector
	var embedErr error
	var embedding sync.WaitGroup
	embedding.Go(func() {
		embedErr = contained(func() (err error) {
			vectors, err = j.embed(ctx, embedder, inputs)
			return err
		})
	})
	var classified []triage.Classification
	err := contained(func() (err error) {
		classified, err = j.classify(ctx, inputs)
		return err
	})
	embedding.Wait()
	out := make([]verdict, len(waiting))
	if err != nil {
		return out, err
	}
	var poor noMoney
	if !errors.As(embedErr, &poor) && embedErr != nil {
		j.Log.WarnContext(ctx, "placed without a vector", "engagements", len(waiting), "err", embedErr)
	}
	for i := range out {
		out[i].classification = classified[i]
		out[i].classification.Outside = told(classified[i].Outside, inputs[i].Outflow, embeddings.Leaves(embedder))
		if embedErr != nil {
			out[i].classification.Provisional, out[i].short = true, poor.short // judging again brings the vector too
			continue
		}
		out[i].vector = &vectors[i]
	}
	return out, nil
}

// contained runs work and makes an error of a panic: hostile text must not take the
// worker down.
func contained(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("judging panicked: %v", p)
		}
	}()
	return work()
}

func inputOf(w postgres.Waiting) triage.Input {
	return triage.Input{
		Text: w.Text, Language: w.Language, Platform: w.Platform, Form: w.Form,
		ParentPost: w.Thread.Text, ParentText: w.ParentText,
		Brand: w.Brand.Name, BrandContext: w.Brand.Context, BrandVoice: w.Brand.Voice,
		BrandID: w.BrandID, EngagementID: w.ID, History: w.History, Outflow: w.Brand.Outflow,
		Below: string(w.ChannelID) + "\x00" + w.Thread.ExternalID + "\x00" + w.ParentExternalID,
		Names: []string{w.Author.Name, w.Author.Handle, w.ParentName, w.ParentAlias},
	}
}

// classify asks the engine, and the built-in one for all that it left open. A first
// placement never waits for a model that is down, slow or over budget. History is not worth
// a model's money: the built-in engine alone reads it.
func (j *Judge) classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out, err := j.ask(ctx, inputs)
	if err == nil && !anyOpen(out) {
		return out, nil
	}
	var open []int
	var rest []triage.Input
	for i, c := range out {
		if !c.Judged() {
			open, rest = append(open, i), append(rest, inputs[i])
		}
	}
	fallback, fallbackErr := j.Builtin.Classify(context.WithoutCancel(ctx), rest)
	if fallbackErr != nil {
		return nil, errors.Join(err, fallbackErr)
	}
	for n, i := range open {
		out[i] = fallback[n]
		if j.Engine != j.Builtin && !inputs[i].History {
			out[i].Provisional = true
			out[i].Effort = triage.Effort{Step: triage.StepStood, Short: triage.ShortOfModel}
		}
	}
	return out, nil
}

// ask asks the engine about all but history. Its result is as long as inputs even with an
// error; what was not answered is empty there.
func (j *Judge) ask(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	var news []int
	var asked []triage.Input
	for i, in := range inputs {
		if !in.History {
			news, asked = append(news, i), append(asked, in)
		}
	}
	out := make([]triage.Classification, len(inputs))
	if len(asked) == 0 {
		return out, nil
	}
	answered, err := j.Engine.Classify(ctx, asked)
	if len(answered) == len(asked) {
		for n, i := range news {
			out[i] = answered[n]
		}
	}
	return out, err
}

func anyOpen(all []triage.Classification) bool {
	for _, c := range all {
		if !c.Judged() {
			return true
		}
	}
	return false
}

// settle places every engagement and writes all of it in one transaction. What is
// provisional waits to be judged again.
func (j *Judge) settle(ctx context.Context, brand triage.ID, waiting []postgres.Waiting, judged []verdict) error {
	settlements, err := j.settlements(ctx, brand, waiting, judged)
	if err != nil {
		return err
	}
	again, done := j.again(waiting, judged)
	err = j.Store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		if _, err := tx.Settle(ctx, brand, settlements); err != nil {
			return err
		}
		return tx.JudgeAgain(ctx, brand, again, done)
	})
	if err == nil {
		j.Tally.count(brand, judged)
	}
	return err
}

// settlements says what is decided about waiting, by the brand's plan and rules.
func (j *Judge) settlements(ctx context.Context, brand triage.ID, waiting []postgres.Waiting, judged []verdict) ([]postgres.Settlement, error) {
	plan, err := j.Store.Plan(ctx, brand)
	if err != nil {
		return nil, err
	}
	routes, err := j.Store.Routes(ctx, brand)
	if err != nil {
		return nil, err
	}
	known, err := j.known(ctx, brand, waiting, judged)
	if err != nil {
		return nil, err
	}
	settlements := make([]postgres.Settlement, len(waiting))
	for i, w := range waiting {
		settlements[i] = j.settlement(plan, routes, w, judged[i], known[i])
	}
	return settlements, nil
}

// known returns what is known around each of waiting.
func (j *Judge) known(ctx context.Context, brand triage.ID, waiting []postgres.Waiting, judged []verdict) ([]routing.Context, error) {
	seen := make([]postgres.Seen, len(waiting))
	for i, w := range waiting {
		seen[i] = postgres.Seen{Engagement: w.Engagement, Intent: judged[i].classification.Intent}
	}
	return j.Store.Known(ctx, brand, seen)
}

func (j *Judge) settlement(
	plan routing.Plan, routes []notify.Route, w postgres.Waiting, v verdict, known routing.Context,
) postgres.Settlement {
	c := v.classification
	return postgres.Settlement{
		Engagement: w.Engagement, Classification: c, Vector: v.vector, Known: known, Ruled: plan.RuleTags(),
		Place: func(s *postgres.Standing) *postgres.Placed {
			return place(plan, w.Engagement, c, known, s)
		},
		Notify: func(p triage.Placement) []notify.Going {
			return notify.For(notify.Matter{
				Queue: p.Queue, Priority: p.Priority, Risks: c.Risks, Language: c.Language, Platform: w.Platform,
				Dismiss: p.Dismiss, Action: w.Action,
			}, routes, notify.Targets{SMM: w.Brand.SlackSMM, CM: w.Brand.SlackCM}, j.Store.Now())
		},
	}
}

// place decides for a new item, or for the one that stands.
func place(
	plan routing.Plan, e triage.Engagement, c triage.Classification, known routing.Context, s *postgres.Standing,
) *postgres.Placed {
	placement := plan.Place(e, c, known, e.ReceivedAt)
	if s == nil {
		return &postgres.Placed{Placement: placement}
	}
	if e.History && (s.Touched || s.Status != triage.StatusDismissed) {
		return nil
	} else if e.History {
		return &postgres.Placed{Placement: placement}
	}
	switch routing.JudgedAgain(routing.Standing{
		Status: s.Status, Queue: s.Queue, Urgency: s.Urgency, Risks: s.Risks, Touched: s.Touched,
	}, c) {
	case routing.Move:
		return &postgres.Placed{Placement: placement}
	case routing.Reopen:
		return &postgres.Placed{Placement: placement, Open: true}
	case routing.OnlyReceipt:
		return nil
	}
	return nil
}
