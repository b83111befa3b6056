package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"triage/classifier"
	"triage/evaluation"
	"triage/internal/fakellm"
	"triage/llm"
	"triage/triage"
)

// thresholds are where the trade-off of the cascade is shown.
var thresholds = []float64{0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.99}

// candidates are the thresholds that the cascade's own is chosen from.
func candidates() []float64 {
	var all []float64
	for thousandths := 500; thousandths < 1000; thousandths += 2 {
		all = append(all, float64(thousandths)/1000)
	}
	return all
}

// The bounds that the cascade's own threshold is held to, and the aim.
const (
	mostAsked = 0.50
	aimAsked  = 0.40
	mostLost  = 1.0 // points of queue accuracy
)

// runCascade measures how often the cascade asks a model that is right 95 times in 100, and what
// not asking costs in right answers.
func runCascade(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("cascade", flag.ContinueOnError)
	data := flags.String("data", os.Getenv("TRIAGE_CORPUS"), "`folder` with data/dev.jsonl, or a file of labelled comments")
	write := flags.String("write", "", "also keep table and curve in this `file`, and an SVG beside it")
	accuracy := flags.Float64("accuracy", 0.95, "`share` of the comments whose intent the model server gets right")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *data == "" {
		return errors.New("no labelled comments: set --data or TRIAGE_CORPUS")
	}
	comments, err := evaluation.File(labelled(*data))
	if err != nil {
		return err
	}
	step(fmt.Sprintf("asking about %d comments", len(comments)))
	t, err := tradeoff(ctx, comments, *accuracy)
	if err != nil {
		return err
	}
	page := t.page()
	fmt.Print("\n" + page)
	if *write == "" {
		return nil
	}
	return t.keep(*write, page)
}

// traded is what the cascade gives at each threshold.
type traded struct {
	comments      int
	accuracy      float64 // of the model server
	whole         evaluation.Point
	shown         []evaluation.Point
	inForce       evaluation.Point
	chosen        evaluation.Point // at the threshold that keeps the bounds best
	kept          bool             // there is one
	missed, calls int64
}

// tradeoff measures the cascade with a model server that is right for a share of comments.
func tradeoff(ctx context.Context, comments []evaluation.Comment, accuracy float64) (*traded, error) {
	truth := &known{verdicts: map[string]fakellm.Verdict{}}
	for _, c := range comments {
		truth.verdicts[llm.Conceal(c.Text, 3<<10, 1<<10).Text] = fakellm.Verdict{
			Intent: c.Intent, Sentiment: c.Sentiment, Ironic: c.Ironic, Urgency: c.Urgency,
			ReplyExpected: c.ReplyExpected, Risks: c.Risk, Language: c.Lang,
		}
	}
	server := fakellm.Start(fakellm.Options{Truth: truth.of, Accuracy: accuracy, Keep: 1})
	defer server.Close()
	client, err := llm.New(llm.Config{BaseURL: server.URL, APIKey: server.Key, ChatModel: "gpt-4o-mini", MaxConcurrent: 4, OpenFor: time.Second})
	if err != nil {
		return nil, err
	}
	builtin, err := classifier.NewBuiltin()
	if err != nil {
		return nil, err
	}
	first, err := record(ctx, builtin, comments)
	if err != nil {
		return nil, err
	}
	model, err := record(ctx, classifier.NewLLM(client), comments)
	if err != nil {
		return nil, err
	}
	all, err := classifier.ForMode(classifier.ModeLLM, first, model, 1, nil)
	if err != nil {
		return nil, err
	}
	t := &traded{comments: len(comments), accuracy: accuracy, missed: truth.missed.Load(), calls: int64(server.Count())}
	at := func(threshold float64) (evaluation.Engine, error) {
		return classifier.ForMode(classifier.ModeCascade, first, model, threshold, nil)
	}
	if t.whole, t.shown, err = evaluation.Tradeoff(ctx, comments, all, thresholds, at); err != nil {
		return nil, err
	}
	_, tried, err := evaluation.Tradeoff(ctx, comments, all, candidates(), at)
	if err != nil {
		return nil, err
	}
	t.chosen, t.kept = choose(tried)
	_, now, err := evaluation.Tradeoff(ctx, comments, all, []float64{classifier.Sure()}, at)
	if err != nil {
		return nil, err
	}
	t.inForce = now[0]
	return t, nil
}

// choose returns the threshold that the cascade shall have: the highest that keeps the aim, or
// else the middle one of those that keep the bounds, so that a little more of either breaks none.
func choose(tried []evaluation.Point) (evaluation.Point, bool) {
	var kept, aimed []evaluation.Point
	for _, p := range tried {
		if !within(p) {
			continue
		}
		if kept = append(kept, p); p.Spend.Asked <= aimAsked {
			aimed = append(aimed, p)
		}
	}
	switch {
	case len(aimed) > 0:
		return aimed[len(aimed)-1], true
	case len(kept) > 0:
		return kept[len(kept)/2], true
	}
	return evaluation.Point{}, false
}

func within(p evaluation.Point) bool { return p.QueueLoss <= mostLost && p.Spend.Asked <= mostAsked }

// recorded is a model whose answers are known. It keeps the trade-off free of an endpoint's
// moods: each comment has one answer, whoever asks.
type recorded map[string]triage.Classification

// Classify returns the recorded answers.
func (r recorded) Classify(_ context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		out[i] = r[in.Text]
	}
	return out, nil
}

// record asks model about every comment, again where no answer came, until all are answered.
func record(ctx context.Context, model classifier.Engine, comments []evaluation.Comment) (recorded, error) {
	answers := recorded{}
	for range 30 {
		var open []triage.Input
		for _, c := range comments {
			if !answers[c.Text].Judged() {
				open = append(open, triage.Input{Text: c.Text})
			}
		}
		if len(open) == 0 {
			return answers, nil
		}
		for some := range slices.Chunk(open, 64) {
			judged, err := model.Classify(ctx, some)
			if triage.KindOf(err) != triage.Unavailable && err != nil {
				return nil, err
			}
			for i, c := range judged {
				answers[some[i].Text] = c
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the model server does not answer")
}

// labelled returns the file of labelled comments in the corpora's folder, or path itself.
func labelled(path string) string {
	if file := filepath.Join(path, "data", "dev.jsonl"); exists(file) {
		return file
	}
	return path
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// known answers for the server from the labels. What it does not know is counted.
type known struct {
	verdicts map[string]fakellm.Verdict
	missed   atomic.Int64
}

func (k *known) of(comment string) (fakellm.Verdict, bool) {
	v, ok := k.verdicts[comment]
	if !ok {
		k.missed.Add(1)
	}
	return v, ok
}
