package evaluation

import (
	"fmt"
	"math"
	"testing"
	"time"

	"triage/classifier"
	"triage/triage"
)

// boaster answers every comment with a confidence by its place, and is right less often than
// it says: of ten answers at 0.9 six, of ten at 0.5 three.
func boaster(comments []Comment) []triage.Classification {
	out := make([]triage.Classification, len(comments))
	for i, c := range comments {
		sure, right := 0.9, i/2%10 < 6
		if i%2 == 1 {
			sure, right = 0.5, i/2%10 < 3
		}
		intent := c.Intent
		if !right {
			intent = triage.Other
			if c.Intent == triage.Other {
				intent = triage.Spam
			}
		}
		out[i] = triage.Classification{Engine: "llm", Model: "m-2025-01-01", PromptVersion: "classify.v2", Intent: intent,
			Sentiment: c.Sentiment, Urgency: c.Urgency, Ironic: c.Ironic, ReplyExpected: c.ReplyExpected,
			Confidence: triage.Confidence{Queue: sure, Intent: sure, Sentiment: sure, Ironic: sure, Urgency: sure, ReplyExpected: sure}}
	}
	return out
}

func TestCalibratingBringsConfidenceNearWhatIsRight(t *testing.T) {
	all, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	half := len(all) / 2
	found, err := Calibrate(all[:half], boaster(all[:half]), "own set", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := classifier.WriteCalibration(found)
	if err != nil {
		t.Fatal(err)
	}
	read, err := classifier.ReadCalibration(raw)
	if err != nil || !classifier.Fits(read, "m") || classifier.Fits(read, "n") {
		t.Fatalf("%v, %+v", err, read)
	}
	judged := boaster(all[half:])
	before := Measure(all[half:], judged)
	for i := range judged {
		judged[i].Confidence = read.Apply(judged[i].Confidence)
	}
	after := Measure(all[half:], judged)
	if before.Intent.ECE < 0.2 || after.Intent.ECE > 0.06 {
		t.Errorf("the error of calibration went from %.3f to %.3f", before.Intent.ECE, after.Intent.ECE)
	}
	if got := read.Apply(triage.Confidence{Intent: 0.9}).Intent; math.Abs(got-0.6) > 0.05 {
		t.Errorf("0.9 became %.3f, want about 0.6", got)
	}
	if got := read.Apply(triage.Confidence{}); got != (triage.Confidence{}) {
		t.Errorf("not knowing became %+v", got)
	}
}

func TestTooFewOrMixedAnswersCalibrateNothing(t *testing.T) {
	all, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	mixed := boaster(all)
	mixed[len(mixed)-1].Model = "another"
	few := boaster(all)
	for i := range few[50:] {
		few[50+i].Engine = "builtin"
	}
	for name, judged := range map[string][]triage.Classification{"few answers": few, "two models": mixed} {
		if _, err := Calibrate(all, judged, "own set", time.Now()); triage.KindOf(err) != triage.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileThatIsNoCalibrationIsRefused(t *testing.T) {
	for name, curves := range map[string]string{
		"a curve that falls":   `{"intent":[[0.2,0.9],[0.4,0.5]]}`,
		"more than sure":       `{"intent":[[0.2,1.5]]}`,
		"an unknown field":     `{"mood":[[0.2,0.5]]}`,
		"the same point twice": `{"queue":[[0.2,0.5],[0.2,0.6]]}`,
	} {
		raw := fmt.Sprintf(`{"model":"m","prompt_version":"classify.v2","set":"s","measured_at":"2026-01-01T00:00:00Z","comments":100,"curves":%s}`, curves)
		if _, err := classifier.ReadCalibration([]byte(raw)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
