package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"triage/classifier"
	"triage/evaluation"
)

// page tells what was measured.
func (t *traded) page() string {
	var sb strings.Builder
	own := t.inForce
	if t.kept {
		own = t.chosen
	}
	p := func(format string, args ...any) { fmt.Fprintf(&sb, format+"\n", args...) }
	p("# How much the cascade may leave unasked\n")
	p("Printed by `make eval-cascade`: %d labelled comments, all different, text alone, and a model server that gets the intent", t.comments)
	p("right for %.0f %% of them, chosen by their text, with every other field right. The cascade believes the built-in engine", 100*t.accuracy)
	p("from a confidence in the queue on, unless it guesses a grave risk or urgency that no rule found; it asks about the rest. A loss is what is")
	p("right less often than when the model is asked about everything, in points of 100, with the middle 95 %% of 1,000 samples.")
	p("The comments are described in [builtin.md](builtin.md); other rules were compared in [gating.md](gating.md).\n")
	p("| threshold | asked about | queue right | lost in queues | lost in intents | US dollars for 1,000 |")
	p("| --- | --- | --- | --- | --- | --- |")
	for _, q := range t.shown {
		p("| %.2f | %s |", q.Threshold, row(q))
	}
	p("| everything | %.1f %% | %.3f | 0 | 0 | %.3f |", 100*t.whole.Spend.Asked, t.whole.Queue, t.whole.Spend.Per1000)
	p("| **%.3f, in force** | %s |\n", own.Threshold, row(own))
	p("![Share asked about against right queues](cascade.svg)\n")
	if t.kept {
		p("In force is %.3f, with at most half of the comments asked about and at most one point lost in queues (%.0f %% is the aim:", own.Threshold, 100*aimAsked)
		p("%s). Intents are lost more than queues, since two intents of one queue are confused most. `make eval-cascade KEEP=1`", reached(own.Spend.Asked <= aimAsked))
		p("chooses it anew, which is due whenever the built-in model was trained: it writes `classifier/sure.json` too.\n")
	} else {
		p("No threshold loses at most one point while asking about at most half. The one in force stays.\n")
	}
	p("The server was asked %d times; %d questions did not hold a comment as it is known (a text that speaks to the machine is", t.calls, t.missed)
	p("never asked about). Money is counted with the prices in `llm/prices.json`.")
	return sb.String()
}

// row is what the table says of a point.
func row(q evaluation.Point) string {
	return fmt.Sprintf("%.1f %% | %.3f | %+.2f (%+.2f to %+.2f) | %+.1f | %.3f", 100*q.Spend.Asked, q.Queue,
		q.QueueLoss, q.QueueLoss95[0], q.QueueLoss95[1], q.IntentLoss, q.Spend.Per1000)
}

func reached(yes bool) string {
	if yes {
		return "reached"
	}
	return "missed"
}

// sureFile is where the threshold in force is kept, from the project's root.
const sureFile = "classifier/sure.json"

// keep writes the page, the curve beside it, and the threshold that the next build has.
func (t *traded) keep(file, page string) error {
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		return err
	}
	if t.kept {
		if err := os.WriteFile(sureFile, classifier.WriteSure(t.chosen.Threshold), 0o644); err != nil {
			return err
		}
	}
	return drawInto(strings.TrimSuffix(file, filepath.Ext(file))+".svg", func(w io.Writer) error {
		return evaluation.DrawTradeoff(w, t.whole, t.shown)
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
