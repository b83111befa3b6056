package evaluation

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triage/builtin"
	"triage/triage"
)

// alone lets the built-in model be measured without the adapter around it.
type alone struct{ model *builtin.Model }

func (a alone) Classify(_ context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		out[i] = a.model.Classify(in.Text)
	}
	return out, nil
}

func engineOf(t *testing.T) alone {
	t.Helper()
	m, err := builtin.Default()
	if err != nil {
		t.Fatal(err)
	}
	return alone{m}
}

func measured(t *testing.T, comments []Comment) Report {
	t.Helper()
	judged, err := judge(t.Context(), engineOf(t), comments)
	if err != nil {
		t.Fatal(err)
	}
	return Measure(comments, judged)
}

// The floors lie a little below the committed figures; a change that falls under them
// must be meant.
func TestOwnSetFigures(t *testing.T) {
	r := measured(t, ownSet(t))
	for _, f := range []struct {
		name       string
		got, floor float64
	}{
		{"queue accuracy", r.Queue.Accuracy, 0.78}, {"intent accuracy", r.Intent.Accuracy, 0.35},
		{"sentiment macro-F1", r.Sentiment.MacroF1, 0.58}, {"grave risk recall", r.Grave.Recall, 0.60},
		{"high or urgent F1", r.Pressing.F1, 0.56},
	} {
		if f.got < f.floor {
			t.Errorf("%s is %.3f, under %.2f", f.name, f.got, f.floor)
		}
	}
}

// TestLabelledFigures holds the figures of docs/evaluation/builtin.md where the data
// lie.
func TestLabelledFigures(t *testing.T) {
	root := os.Getenv("TRIAGE_CORPUS")
	if root == "" {
		t.Log("TRIAGE_CORPUS is not set: the labelled comments were not judged")
		return
	}
	comments, err := File(filepath.Join(root, "data"))
	if err != nil {
		t.Fatal(err)
	}
	r := measured(t, comments)
	if r.Queue.Accuracy < labelledQueue-0.005 || r.Queue.Accuracy < 0.80 {
		t.Errorf("queue accuracy %.3f, committed %.3f", r.Queue.Accuracy, labelledQueue)
	}
	for _, f := range []struct {
		name       string
		got, floor float64
	}{
		{"intent accuracy", r.Intent.Accuracy, 0.62}, {"sentiment macro-F1", r.Sentiment.MacroF1, 0.68},
		{"high or urgent F1", r.Pressing.F1, 0.60}, {"any risk F1", r.AnyRisk.F1, 0.45}, {"grave risk F1", r.Grave.F1, 0.40},
		{"precision of what is decided alone", r.Decided.Precision, 0.95}, {"share decided alone", r.Decided.Share, 0.50},
	} {
		if f.got < f.floor {
			t.Errorf("%s is %.3f, under %.2f", f.name, f.got, f.floor)
		}
	}
	if r.Queue.ECE > 0.04 {
		t.Errorf("calibration error of the queue %.3f", r.Queue.ECE)
	}
}

// labelledQueue is the queue accuracy on the labelled comments, as committed.
const labelledQueue = 0.840

func TestFiguresOfAKnownCase(t *testing.T) {
	comments := []Comment{
		{Intent: triage.Praise, Queue: triage.CM, Sentiment: triage.Positive, Urgency: triage.UrgencyLow, Lang: "en"},
		{Intent: triage.Praise, Queue: triage.CM, Sentiment: triage.Positive, Urgency: triage.UrgencyLow, Lang: "en"},
		{Intent: triage.Complaint, Queue: triage.CM, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh, Risk: []triage.Risk{triage.RiskLegal}, Lang: "de"},
		{Intent: triage.UGC, Queue: triage.SMM, Sentiment: triage.Positive, Urgency: triage.UrgencyLow, Lang: "de"},
	}
	said := func(in triage.Intent, u triage.Urgency, sure float64, risks ...triage.Risk) triage.Classification {
		return triage.Classification{Intent: in, Sentiment: triage.Positive, Urgency: u, Risks: risks, Confidence: triage.Confidence{Queue: sure, Intent: sure}}
	}
	r := Measure(comments, []triage.Classification{
		said(triage.Praise, triage.UrgencyLow, 1), said(triage.Praise, triage.UrgencyLow, 1),
		said(triage.Praise, triage.UrgencyHigh, 0.5, triage.RiskLegal), said(triage.Praise, triage.UrgencyLow, 0.5),
	})
	near := func(name string, got, want float64) {
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	near("queue accuracy", r.Queue.Accuracy, 0.75)
	near("intent accuracy", r.Intent.Accuracy, 0.5)
	near("praise precision", r.Intent.Classes["praise"].Precision, 0.5)
	near("praise recall", r.Intent.Classes["praise"].Recall, 1)
	near("intent macro-F1", r.Intent.MacroF1, (2.0/3)/3)
	near("pressing F1", r.Pressing.F1, 1)
	near("grave recall", r.Grave.Recall, 1)
	near("german queue accuracy", r.Groups["de"].Queue.Accuracy, 0.5)
	near("share that could be decided alone", r.Decided.Allowed, 0.75)
}

func TestWrongAnswersInAFileAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.jsonl")
	if err := os.WriteFile(path, []byte(`{"text":"a","intent":"rant","sentiment":"neutral","urgency":"low","queue":"cm"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := File(path); err == nil || !strings.Contains(err.Error(), "comment 1") {
		t.Errorf("error %v", err)
	}
}

func TestFiguresAreToldAsTableAndAsJSON(t *testing.T) {
	var table, document bytes.Buffer
	if err := Run(t.Context(), engineOf(t), Options{}, &table, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"queue", "content_reaction", "high or urgent", "95 % interval"} {
		if !strings.Contains(table.String(), word) {
			t.Errorf("the table lacks %q", word)
		}
	}
	if err := Run(t.Context(), engineOf(t), Options{JSON: true}, &document, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r struct {
		Queue  struct{ Accuracy float64 }
		Intent struct {
			Accuracy float64
			MacroF1  float64 `json:"macro_f1"`
		}
	}
	if err := json.Unmarshal(document.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Queue.Accuracy == 0 || r.Intent.MacroF1 == 0 {
		t.Errorf("figures %+v", r)
	}
}

func TestTheCurveIsDrawnForEachLanguage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curve.svg")
	if err := Run(t.Context(), engineOf(t), Options{Draw: path}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(picture), "<polyline"); n != 3 {
		t.Errorf("%d lines, want one for all and one for each language", n)
	}
	if err := xml.Unmarshal(picture, new(struct{ XMLName xml.Name })); err != nil {
		t.Errorf("not well formed: %v", err)
	}
}
