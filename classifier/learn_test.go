package classifier_test

import (
	"fmt"
	"reflect"
	"testing"

	"triage/classifier"
	"triage/triage"
)

// alike returns n corrections of comments at a distance that the engine had read alike.
func alike(n int, distance float64, person string, intent triage.Intent) []triage.Neighbour {
	out := make([]triage.Neighbour, n)
	for i := range out {
		out[i] = triage.Neighbour{
			Distance: distance, Intent: intent, SaidIntent: triage.Complaint, Person: triage.ID(person),
			Copy: fmt.Sprint(person, distance, intent, i),
		}
	}
	return out
}

func TestWhatCorrectionsMayChange(t *testing.T) {
	t.Parallel()
	join := func(all ...[]triage.Neighbour) (out []triage.Neighbour) {
		for _, a := range all {
			out = append(out, a...)
		}
		return out
	}
	copies := alike(30, 0.5, "a", triage.Praise)
	for n := range copies {
		copies[n].Copy, copies[n].Person = "one wave", triage.ID(fmt.Sprint("person ", n))
	}
	otherwise := join(alike(10, 0.5, "a", triage.Praise), alike(10, 0.5, "b", triage.Praise))
	for n := range otherwise {
		otherwise[n].SaidIntent = triage.Spam
	}
	for _, c := range []struct {
		rule      string
		sure      float64
		corrected int // of fifty; of as many, when below zero
		near      []triage.Neighbour
		want      triage.Intent
	}{
		{"one correction of a near-copy is enough", 0.95, 0, alike(1, 0.1, "a", triage.Praise), triage.Praise},
		{"one correction of a comment that is only alike is not", 0.6, 50, alike(1, 0.5, "a", triage.Praise), triage.Complaint},
		{"many corrections of one person do not overrule a sure engine", 0.9, 50, alike(30, 0.5, "a", triage.Praise), triage.Complaint},
		{"they do overrule an unsure one", 0.5, 50, alike(30, 0.5, "a", triage.Praise), triage.Praise},
		{"those of two people overrule a sure engine", 0.9, 50, join(alike(8, 0.5, "a", triage.Praise), alike(8, 0.5, "b", triage.Praise)), triage.Praise},
		{"one wave is one voice, whoever labelled it", 0.5, 50, copies, triage.Complaint},
		{"people who disagree leave it to the engine", 0.7, 50, join(alike(8, 0.5, "a", triage.Praise), alike(8, 0.5, "b", triage.Spam)), triage.Complaint},
		{"mistakes that people correct now and then are no habit", 0.6, 15, join(alike(8, 0.5, "a", triage.Praise), alike(8, 0.5, "b", triage.Praise)), triage.Complaint},
		{"comments that the engine reads otherwise say nothing of this one", 0.5, 50, otherwise, triage.Complaint},
		{"one person's near-copies are one vote", 1, 0, join(alike(9, 0.1, "a", triage.Praise), alike(1, 0.1, "b", triage.Complaint)), triage.Complaint},
		{"a few corrections are no habit yet", 0.5, -3, alike(3, 0.5, "a", triage.Praise), triage.Complaint},
		{"without neighbours nothing changes", 0.3, 50, nil, triage.Complaint},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			before := triage.Classification{
				Engine: "builtin", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh,
				Risks: []triage.Risk{triage.RiskLegal}, Confidence: triage.Confidence{Intent: c.sure, Queue: c.sure, Sentiment: 0.8},
			}
			around := triage.Neighbourhood{Neighbours: c.near, Handled: 50, Corrected: c.corrected}
			if c.corrected < 0 {
				around.Handled, around.Corrected = -c.corrected, -c.corrected
			}
			got := classifier.Learn(before, around)
			if got.Intent != c.want {
				t.Errorf("read as %s, want %s", got.Intent, c.want)
			}
			if (got.Intent != before.Intent) != (got.Learned != nil && got.Learned.Intent == before.Intent) && got.Learned == nil {
				t.Errorf("the change is not told of: %+v", got.Learned)
			}
			if got.Urgency != before.Urgency || !reflect.DeepEqual(got.Risks, before.Risks) || got.Sentiment != before.Sentiment {
				t.Errorf("more than the intent has changed: %+v", got)
			}
			for _, p := range []float64{got.Confidence.Intent, got.Confidence.Queue, got.Confidence.Sentiment} {
				if p < 0 || p > 1 {
					t.Errorf("confidence %g", p)
				}
			}
		})
	}
}

func TestLearningTellsWhoSpoke(t *testing.T) {
	t.Parallel()
	near := append(alike(1, 0.1, "a", triage.Praise), alike(1, 0.12, "b", triage.Praise)...)
	near[0].Sentiment = triage.Positive
	before := triage.Classification{
		Engine: "builtin", Intent: triage.Complaint, Sentiment: triage.Negative, Confidence: triage.Confidence{Intent: 0.6, Queue: 0.7, Sentiment: 0.6},
	}
	got := classifier.Learn(before, triage.Neighbourhood{Neighbours: near})
	want := &triage.Learned{Corrections: 2, People: 2, Intent: triage.Complaint, Sentiment: triage.Negative}
	if !reflect.DeepEqual(got.Learned, want) || got.Intent != triage.Praise || got.Sentiment != triage.Positive {
		t.Errorf("%s, %s, %+v", got.Intent, got.Sentiment, got.Learned)
	}
	if got.Confidence.Intent < 0.7 || got.Confidence.Queue < before.Confidence.Queue {
		t.Errorf("two people agree on near-copies, and the confidence is %+v", got.Confidence)
	}
	if again := classifier.Learn(before, triage.Neighbourhood{Neighbours: near}); !reflect.DeepEqual(again, got) {
		t.Error("the same neighbours teach something else")
	}
}
