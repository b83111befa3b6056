package classifier_test

import (
	"testing"
	"time"

	"triage/classifier"
	"triage/internal/fakellm"
	"triage/llm"
	"triage/triage"
)

// What must come of what an endpoint does: the model's answer (""), or the built-in one, kept
// for good or only until the endpoint is well again.
var playsEndAs = map[string]string{
	"perfect": "", "drip, to the end": "", "500 once": "",
	"context too long": "kept", "filtered": "kept",
}

// A worker is given back soon enough when the whole question takes this long at most, with the
// time limits that the service has.
const freeWithin = 20 * time.Second

func TestWhateverAnEndpointDoesTheCommentIsJudgedWithinTwoCalls(t *testing.T) {
	first, err := classifier.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	for _, play := range fakellm.Plays() {
		t.Run(play.Name, func(t *testing.T) {
			t.Parallel()
			server := start(t, fakellm.Options{Script: play.Script})
			client, err := llm.New(llm.Config{BaseURL: server.URL, APIKey: server.Key, ChatModel: "gpt-4o-mini"})
			if err != nil {
				t.Fatal(err)
			}
			engine := classifier.NewCascade(first, classifier.NewLLM(client), 2)
			began := time.Now()
			out, err := engine.Classify(t.Context(), []triage.Input{{Text: "it is broken"}})
			took := time.Since(began)
			want, special := playsEndAs[play.Name]
			if !special {
				want = "for now"
			}
			got := map[string]string{"llm": "", "builtin": "kept"}[out[0].Engine]
			if out[0].Provisional {
				got = "for now"
			}
			t.Logf("%-28s %d calls, %6d ms, engine %s, ends as %q", play.Name, server.Count(), took.Milliseconds(), out[0].Engine, got)
			if err != nil || !out[0].Judged() || got != want {
				t.Errorf("ends as %q, want %q: %+v, %v", got, want, out[0], err)
			}
			if n := server.Count(); n < 1 || n > 2 {
				t.Errorf("%d calls", n)
			}
			if took > freeWithin {
				t.Errorf("the worker was busy for %v", took)
			}
		})
	}
}

func TestASlowEndpointIsWaitedFor(t *testing.T) {
	server := start(t, fakellm.Options{Latency: 300 * time.Millisecond, Accuracy: 0.95})
	out, err := engine(t, server).Classify(t.Context(), []triage.Input{{Text: "thank you"}})
	if err != nil || !out[0].Judged() || out[0].Latency < 300*time.Millisecond {
		t.Errorf("%+v, %v", out, err)
	}
}
