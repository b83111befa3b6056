package classifier

import (
	"context"
	"errors"
	"sync"
	"testing"

	"triage/triage"
)

func TestBuiltinAnswersInOrderAndAlike(t *testing.T) {
	engine, err := NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	inputs := []triage.Input{
		{Text: "My lawyer will contact you about the burned charger"},
		{Text: "Ist das Shampoo vegan?"},
		{Text: ""},
	}
	want, err := engine.Classify(t.Context(), inputs)
	if err != nil || len(want) != len(inputs) {
		t.Fatalf("%d answers, %v", len(want), err)
	}
	if want[0].Urgency != triage.UrgencyUrgent || want[1].Language != "de" || want[2].Intent != triage.Other {
		t.Errorf("answers are not in the order of the inputs: %+v", want)
	}
	for _, c := range want {
		if c.Engine != "builtin" || c.Model == "" || !c.Judged() || c.Effort.Step != triage.StepBuiltin {
			t.Errorf("engine %q, model %q, by step %q", c.Engine, c.Model, c.Effort.Step)
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := engine.Classify(context.Background(), inputs)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range got {
				if got[i].Intent != want[i].Intent || got[i].Confidence != want[i].Confidence {
					t.Errorf("input %d is judged differently side by side", i)
				}
			}
		})
	}
	all.Wait()
}

func TestBuiltinStopsWhenTold(t *testing.T) {
	engine, err := NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Classify(ctx, []triage.Input{{Text: "hello"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
