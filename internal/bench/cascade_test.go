package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triage/classifier"
	"triage/evaluation"
	"triage/internal/corpus"
)

func TestTheCascadeInForceAsksAboutHalfAndLosesAPointAtMost(t *testing.T) {
	dir, here := corpus.Dir(t)
	if !here {
		return
	}
	comments, err := evaluation.File(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := tradeoff(t.Context(), comments, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	p := found.inForce
	t.Logf("from %.3f on %.1f %% are asked about, lost are %.2f points of queues and %.1f of intents", p.Threshold, 100*p.Spend.Asked, p.QueueLoss, p.IntentLoss)
	if !within(p) {
		t.Error("one of the bounds is broken: make eval-cascade KEEP=1 chooses another threshold")
	}
}

func TestTheThresholdInForceIsTheOneThatIsWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../../docs/evaluation/cascade.md")
	if want := fmt.Sprintf("**%.3f, in force**", classifier.Sure()); err != nil || !strings.Contains(string(page), want) {
		t.Errorf("docs/evaluation/cascade.md has no row %s: %v", want, err)
	}
}

func TestTheThresholdIsChosenWithinTheBounds(t *testing.T) {
	at := func(threshold, asked, lost float64) evaluation.Point {
		return evaluation.Point{Threshold: threshold, Spend: evaluation.Spend{Asked: asked}, QueueLoss: lost}
	}
	for name, c := range map[string]struct {
		tried []evaluation.Point
		want  float64
	}{
		"none keeps both":                    {[]evaluation.Point{at(0.7, 0.45, 1.4), at(0.8, 0.55, 0.2)}, 0},
		"the middle of those that keep them": {[]evaluation.Point{at(0.6, 0.3, 2), at(0.7, 0.42, 1), at(0.75, 0.44, 0.8), at(0.8, 0.5, 0.2), at(0.9, 0.6, 0)}, 0.75},
		"the highest that keeps the aim":     {[]evaluation.Point{at(0.6, 0.38, 0.9), at(0.7, 0.4, 0.7), at(0.75, 0.44, 0.5)}, 0.7},
	} {
		if got, kept := choose(c.tried); got.Threshold != c.want || kept != (c.want > 0) {
			t.Errorf("%s: %g, want %g", name, got.Threshold, c.want)
		}
	}
}
