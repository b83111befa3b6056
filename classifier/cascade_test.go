package classifier_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"triage/classifier"
	"triage/internal/fakellm"
	"triage/triage"
)

// firstReading is an engine that knows the answers to a few texts.
type firstReading map[string]triage.Classification

func (f firstReading) Classify(_ context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		c, ok := f[in.Text]
		if !ok {
			return nil, errors.New("unknown text")
		}
		out[i] = c
	}
	return out, nil
}

func reading(confidence float64, change func(*triage.Classification)) triage.Classification {
	c := triage.Classification{
		Engine: "builtin", Intent: triage.CommunityTalk, Sentiment: triage.Neutral, Urgency: triage.UrgencyLow,
		Confidence: triage.Confidence{Queue: confidence, Intent: confidence},
	}
	if change != nil {
		change(&c)
	}
	return c
}

var readings = firstReading{
	"sure": reading(0.9, nil),
	"sure of the queue only": reading(0.9, func(c *triage.Classification) {
		c.Confidence.Intent = 0.3
	}),
	"unsure: thank you": reading(0.3, nil),
	"sure, guessed urgent": reading(0.9, func(c *triage.Classification) {
		c.Urgency = triage.UrgencyUrgent
	}),
	"unsure, guessed high: thank you": reading(0.3, func(c *triage.Classification) {
		c.Urgency, c.Evidence = triage.UrgencyHigh, []triage.Span{{Start: 0, End: 6, Why: "intent"}}
	}),
	"sure, guessed risk": reading(0.9, func(c *triage.Classification) {
		c.Risks = []triage.Risk{triage.RiskSafety}
	}),
	"unsure, and a rule: thank you": reading(0.3, func(c *triage.Classification) {
		c.Urgency, c.Risks, c.Rules = triage.UrgencyUrgent, []triage.Risk{triage.RiskLegal}, []string{"lawyer"}
		c.Evidence = []triage.Span{{Start: 0, End: 6, Why: "intent"}, {Start: 12, End: 18, Why: "lawyer"}}
	}),
	"sure, and a rule: thank you": reading(0.9, func(c *triage.Classification) {
		c.Urgency, c.Risks, c.Rules = triage.UrgencyUrgent, []triage.Risk{triage.RiskLegal}, []string{"lawyer"}
		c.Evidence = []triage.Span{{Start: 0, End: 4, Why: "intent"}, {Start: 10, End: 16, Why: "lawyer"}}
	}),
}

func cascade(t *testing.T, server *fakellm.Server, mode classifier.Mode) classifier.Engine {
	t.Helper()
	e, err := classifier.ForMode(mode, readings, engine(t, server), 0.6, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func one(t *testing.T, e classifier.Engine, text string) triage.Classification {
	t.Helper()
	out, err := e.Classify(t.Context(), []triage.Input{{Text: text}})
	if err != nil || len(out) != 1 {
		t.Fatalf("%v, %d classifications", err, len(out))
	}
	return out[0]
}

func TestTheModelIsAskedOnlyWhereTheBuiltInEngineIsNotSure(t *testing.T) {
	for text, asked := range map[string]bool{
		"sure": false, "sure of the queue only": false, "unsure: thank you": true, "sure, guessed urgent": true,
		"sure, guessed risk": true, "sure, and a rule: thank you": false, "unsure, and a rule: thank you": true,
	} {
		for mode, count := range map[classifier.Mode]bool{
			classifier.ModeCascade: asked, classifier.ModeBuiltin: false, classifier.ModeLLM: true,
		} {
			server := start(t, fakellm.Options{})
			c := one(t, cascade(t, server, mode), text)
			if (server.Count() == 1) != count || (c.Engine == "llm") != count || c.Provisional {
				t.Errorf("%s, mode %s: %d calls, judged by %s, provisional %v", text, mode, server.Count(), c.Engine, c.Provisional)
			}
		}
	}
}

func TestRulesRaiseTheModelsAnswerAndGuessesDoNot(t *testing.T) {
	server := start(t, fakellm.Options{})
	c := one(t, cascade(t, server, classifier.ModeCascade), "unsure, and a rule: thank you")
	rule := triage.Span{Start: 12, End: 18, Why: "lawyer"}
	if c.Intent != triage.Praise || c.Urgency != triage.UrgencyUrgent || !reflect.DeepEqual(c.Risks, []triage.Risk{triage.RiskLegal}) ||
		!reflect.DeepEqual(c.Rules, []string{"lawyer"}) || c.Evidence[len(c.Evidence)-1] != rule || len(c.Evidence) != 2 {
		t.Errorf("a rule: %+v", c)
	}
	c = one(t, cascade(t, server, classifier.ModeCascade), "unsure, guessed high: thank you")
	if c.Urgency != triage.UrgencyLow || len(c.Evidence) != 1 {
		t.Errorf("a guess: %+v", c)
	}
}

func TestTheBuiltInAnswerStandsWhileTheModelIsAway(t *testing.T) {
	for name, c := range map[string]struct {
		reply       fakellm.Reply
		provisional bool
	}{
		"down":        {fakellm.Reply{Status: 500}, true},
		"no quota":    {fakellm.Reply{Status: 429, Body: `{"error":{"code":"insufficient_quota","message":"x"}}`}, true},
		"slow":        {fakellm.Reply{Never: true}, true},
		"refuses":     {*completion(""), false},
		"cannot read": {fakellm.Reply{Status: 400, Body: `{"error":{"code":"context_length_exceeded","message":"x"}}`}, false},
	} {
		server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &c.reply }})
		timeout := 10 * time.Second
		if c.reply.Never {
			timeout = 100 * time.Millisecond
		}
		asked := classifier.NewCascade(readings, within(t, server, timeout), 0.6)
		got := one(t, asked, "unsure: thank you")
		if got.Engine != "builtin" || got.Intent != triage.CommunityTalk || got.Provisional != c.provisional {
			t.Errorf("%s: by %s, provisional %v", name, got.Engine, got.Provisional)
		}
	}
}

func TestAFallbackCarriesWhatTheModelCost(t *testing.T) {
	server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
		return &fakellm.Reply{Body: `{"choices":[],"usage":{"prompt_tokens":1000}}`}
	}})
	c := one(t, cascade(t, server, classifier.ModeCascade), "unsure: thank you")
	if c.Engine != "builtin" || c.CostMicroUSD != 2*150 {
		t.Errorf("by %s for %d micro-dollars, want 300 for two calls", c.Engine, c.CostMicroUSD)
	}
}

func TestTheModelStandsInForABrokenBuiltInEngine(t *testing.T) {
	server := start(t, fakellm.Options{})
	c := one(t, cascade(t, server, classifier.ModeCascade), "not known to it, thank you")
	if c.Engine != "llm" || c.Intent != triage.Praise {
		t.Errorf("%+v", c)
	}
	server.Close()
	out, err := cascade(t, server, classifier.ModeCascade).Classify(t.Context(), []triage.Input{{Text: "not known to it"}})
	if err == nil || out[0].Judged() {
		t.Errorf("neither engine answered: %v, %+v", err, out)
	}
}

func TestForModeNamesWhatIsWrong(t *testing.T) {
	for name, fail := range map[string]func() error{
		"no model": func() error { _, err := classifier.ForMode(classifier.ModeLLM, readings, nil, 0.5, nil); return err },
		"no such mode": func() error {
			_, err := classifier.ForMode("magic", readings, readings, 0.5, nil)
			return err
		},
		"threshold": func() error {
			_, err := classifier.ForMode(classifier.ModeCascade, readings, readings, 1.5, nil)
			return err
		},
	} {
		if fail() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestRaiseOnlyRaises(t *testing.T) {
	span := triage.Span{Start: 1, End: 2, Why: "r"}
	high := triage.Classification{Urgency: triage.UrgencyHigh, Risks: []triage.Risk{triage.RiskMinor}, Rules: []string{"a"}}
	rules := triage.Classification{
		Intent: triage.Spam, Urgency: triage.UrgencyNormal, Risks: []triage.Risk{triage.RiskSafety, triage.RiskMinor},
		Rules: []string{"a", "b"}, Evidence: []triage.Span{span},
	}
	want := triage.Classification{
		Urgency: triage.UrgencyHigh, Risks: []triage.Risk{triage.RiskSafety, triage.RiskMinor},
		Rules: []string{"a", "b"}, Evidence: []triage.Span{span},
	}
	raised := classifier.Raise(high, rules)
	if !reflect.DeepEqual(raised, want) || !reflect.DeepEqual(classifier.Raise(raised, rules), want) {
		t.Errorf("got %+v, want %+v", raised, want)
	}
	if len(high.Rules) != 1 || len(high.Evidence) != 0 {
		t.Error("the original was changed")
	}
	for _, u := range triage.Urgencies() {
		for _, v := range triage.Urgencies() {
			got := classifier.Raise(triage.Classification{Urgency: u}, triage.Classification{Urgency: v}).Urgency
			if got.Rank() != max(u.Rank(), v.Rank()) {
				t.Errorf("%s raised by %s is %s", u, v, got)
			}
		}
	}
}
