package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"triage/classifier"
	"triage/evaluation"
	"triage/internal/fakellm"
	"triage/llm"
	"triage/triage"
)

// thresholds are where the trade-off of the cascade is measured.
var thresholds = []float64{0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.99}

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
	truth := &known{verdicts: map[string]fakellm.Verdict{}}
	for _, c := range comments {
		truth.verdicts[llm.Conceal(c.Text, 3<<10, 1<<10).Text] = fakellm.Verdict{
			Intent: c.Intent, Sentiment: c.Sentiment, Ironic: c.Ironic, Urgency: c.Urgency,
			ReplyExpected: c.ReplyExpected, Risks: c.Risk, Language: c.Lang,
		}
	}
	server := fakellm.Start(fakellm.Options{Truth: truth.of, Accuracy: *accuracy, Keep: 1})
	defer server.Close()
	client, err := llm.New(llm.Config{BaseURL: server.URL, APIKey: server.Key, ChatModel: "gpt-4o-mini", MaxConcurrent: 4, OpenFor: time.Second})
	if err != nil {
		return err
	}
	first, err := classifier.NewBuiltin()
	if err != nil {
		return err
	}
	step(fmt.Sprintf("asking about %d comments", len(comments)))
	model, err := record(ctx, classifier.NewLLM(client), comments)
	if err != nil {
		return err
	}
	all, err := classifier.ForMode(classifier.ModeLLM, first, model, 1, nil)
	if err != nil {
		return err
	}
	step(fmt.Sprintf("deciding at %d thresholds", len(thresholds)))
	whole, points, err := evaluation.Tradeoff(ctx, comments, all, thresholds, func(threshold float64) (evaluation.Engine, error) {
		return classifier.ForMode(classifier.ModeCascade, first, model, threshold, nil)
	})
	if err != nil {
		return err
	}
	page := cascadePage(len(comments), *accuracy, whole, points, truth.missed.Load(), int64(server.Count()))
	fmt.Print("\n" + page)
	if *write == "" {
		return nil
	}
	return keepCascade(*write, page, whole, points)
}

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

func cascadePage(comments int, accuracy float64, whole evaluation.Point, points []evaluation.Point, missed, calls int64) string {
	var sb strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&sb, format+"\n", args...) }
	p("# How much the cascade may leave unasked\n")
	p("Printed by `make eval-cascade`: %d labelled comments, all different, text alone, and a model server that gets the intent", comments)
	p("right for %.0f %% of them, chosen by their text, with every other field right. The cascade believes the built-in engine", 100*accuracy)
	p("from a confidence in queue and intent on, where it sees no risk and no rule has spoken; it asks about the rest. A loss is")
	p("what is right less often than when the model is asked about everything, in points of 100, with the middle 95 %% of 1,000")
	p("samples. The comments are described in [builtin.md](builtin.md).\n")
	p("| threshold | asked about | queue right | lost in queues | lost in intents | US dollars for 1,000 |")
	p("| --- | --- | --- | --- | --- | --- |")
	for _, q := range points {
		p("| %.2f | %.1f %% | %.3f | %+.2f (%+.2f to %+.2f) | %+.1f | %.3f |", q.Threshold, 100*q.Spend.Asked, q.Queue,
			q.QueueLoss, q.QueueLoss95[0], q.QueueLoss95[1], q.IntentLoss, q.Spend.Per1000)
	}
	p("| everything | %.1f %% | %.3f | 0 | 0 | %.3f |\n", 100*whole.Spend.Asked, whole.Queue, whole.Spend.Per1000)
	p("![Share asked about against right queues](cascade.svg)\n")
	best, found := bestPoint(points)
	if !found {
		p("No threshold loses at most one point while asking about at most half.\n")
	} else {
		p("Asked about least while losing at most one point: threshold %.2f, %.1f %% of the comments, %+.2f points in queues and", best.Threshold, 100*best.Spend.Asked, best.QueueLoss)
		p("%+.1f in intents (aim %.0f %%: %s). Intents are lost more than queues, since two intents of one queue are confused most.\n",
			best.IntentLoss, 100*aimAsked, reached(best.Spend.Asked <= aimAsked))
	}
	p("The server was asked %d times; %d questions did not hold a comment as it is known (a text that speaks to the machine is", calls, missed)
	p("never asked about). Money is counted with the prices in `llm/prices.json`.")
	return sb.String()
}

// bestPoint returns the point that asks least within the bounds.
func bestPoint(points []evaluation.Point) (best evaluation.Point, found bool) {
	for _, q := range points {
		if q.QueueLoss <= mostLost && q.Spend.Asked <= mostAsked && (!found || q.Spend.Asked < best.Spend.Asked) {
			best, found = q, true
		}
	}
	return best, found
}

func reached(yes bool) string {
	if yes {
		return "reached"
	}
	return "missed"
}

func keepCascade(file, page string, whole evaluation.Point, points []evaluation.Point) error {
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		return err
	}
	return drawInto(strings.TrimSuffix(file, filepath.Ext(file))+".svg", func(w io.Writer) error {
		return evaluation.DrawTradeoff(w, whole, points)
	})
}

func drawInto(file string, draw func(io.Writer) error) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return draw(f)
}
