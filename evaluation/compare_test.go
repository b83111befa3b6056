package evaluation

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triage/triage"
)

func TestARunIsKeptWithoutTextsAndComparedWithAnEarlierOne(t *testing.T) {
	folder := t.TempDir()
	about := About{Engine: "builtin", Plan: "taxonomy", Day: "2026-11-25"}
	if err := Run(t.Context(), engineOf(t), Options{Out: folder, About: about}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(folder, "builtin-own-set.json")
	raw, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	var r Result
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	comments := ownSet(t)
	if len(r.Answers) != len(comments) || r.About.Model == "" || r.Spend.Answered["builtin"] != len(comments) {
		t.Errorf("kept %d answers of model %q, %+v", len(r.Answers), r.About.Model, r.Spend)
	}
	if strings.Contains(string(raw), comments[0].Text) {
		t.Error("a text is kept")
	}
	sum := 0
	for _, row := range r.Queue.Confusion {
		for _, n := range row {
			sum += n
		}
	}
	if sum != len(comments) || len(r.Intent.Reliability) != 10 {
		t.Errorf("confusion over %d, %d groups", sum, len(r.Intent.Reliability))
	}
	if f := r.Queue; f.Macro95[0] > f.MacroF1 || f.Macro95[1] < f.MacroF1 || f.Interval[0] > f.Accuracy || f.Interval[1] < f.Accuracy {
		t.Errorf("intervals %v %v around %v %v", f.Interval, f.Macro95, f.Accuracy, f.MacroF1)
	}
	picture, err := os.ReadFile(filepath.Join(folder, "builtin-own-set.svg"))
	if err != nil || xml.Unmarshal(picture, new(struct{ XMLName xml.Name })) != nil {
		t.Errorf("picture: %v", err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "builtin-own-set.md"))
	if err != nil || !strings.Contains(string(page), "Confusion of the intent") || !strings.Contains(string(page), "| **praise** |") {
		t.Errorf("page: %v", err)
	}
	var told bytes.Buffer
	if err := Run(t.Context(), engineOf(t), Options{Against: kept, About: about}, &told, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(told.String(), "0 turned right, 0 turned wrong, p = 1.000") {
		t.Errorf("compared with itself:\n%s", told.String())
	}
}

func TestAComparisonNamesWhatChanged(t *testing.T) {
	said := func(text string, in, right triage.Intent) Said {
		return Said{Text: text, Intent: in, Queue: in.DefaultQueue(), RightIntent: right, RightQueue: right.DefaultQueue()}
	}
	before := Result{Answers: []Said{said("a", triage.UGC, triage.Praise), said("b", triage.Praise, triage.Praise), said("c", triage.UGC, triage.Praise)}}
	after := Result{Answers: []Said{said("a", triage.Praise, triage.Praise), said("b", triage.UGC, triage.Praise), said("c", triage.Praise, triage.Praise), said("new", triage.UGC, triage.UGC)}}
	var out bytes.Buffer
	if err := Compare(&out, before, after); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"queue of 3 comments: 2 turned right, 1 turned wrong", "turned right: praise", "turned wrong: praise, now ugc"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
}

func TestMcNemarOfAKnownCase(t *testing.T) {
	// (|25-10|-1)²/35 = 5.6, whose upper tail of chi-square with one degree is 0.01796.
	if p := mcNemar(25, 10); math.Abs(p-0.01796) > 1e-4 {
		t.Errorf("p %v", p)
	}
}

func TestAPlanMayPlaceOtherwise(t *testing.T) {
	comments := []Comment{{Intent: triage.Praise, Queue: triage.SMM, Sentiment: triage.Positive, Urgency: triage.UrgencyLow, Lang: "en"}}
	judged := []triage.Classification{{Intent: triage.Praise}}
	if r := Measure(comments, judged); r.Queue.Accuracy != 0 {
		t.Errorf("by taxonomy %v", r.Queue.Accuracy)
	}
	toSMM := func(Comment, triage.Classification) triage.Queue { return triage.SMM }
	if r := MeasurePlaced(comments, judged, toSMM); r.Queue.Accuracy != 1 || r.Decided.Curve[0].Precision != 1 {
		t.Errorf("by plan %+v", r.Queue)
	}
}

func TestTheTradeOffCountsWhatIsLost(t *testing.T) {
	comments := []Comment{
		{Text: "a", Intent: triage.Praise, Queue: triage.CM}, {Text: "b", Intent: triage.UGC, Queue: triage.SMM},
		{Text: "c", Intent: triage.UGC, Queue: triage.SMM}, {Text: "d", Intent: triage.UGC, Queue: triage.SMM},
	}
	fixed := func(engine string, intents ...triage.Intent) (out []triage.Classification) {
		for _, in := range intents {
			out = append(out, triage.Classification{Intent: in, Engine: engine, CostMicroUSD: 5})
		}
		return out
	}
	all := fixed("llm", triage.Praise, triage.UGC, triage.UGC, triage.UGC)
	some := append(fixed("llm", triage.Praise), fixed("builtin", triage.UGC, triage.ContentReaction, triage.Praise)...)
	p := point(comments, some, all, 0.5)
	if p.Queue != 0.75 || p.Intent != 0.5 || p.QueueLoss != 25 || p.IntentLoss != 50 || p.Spend.Asked != 0.25 || p.Spend.MicroUSD != 20 {
		t.Errorf("%+v", p)
	}
	var picture bytes.Buffer
	if err := DrawTradeoff(&picture, point(comments, all, all, 0), []Point{p}); err != nil || xml.Unmarshal(picture.Bytes(), new(struct{ XMLName xml.Name })) != nil {
		t.Errorf("picture: %v\n%s", err, picture.String())
	}
}
