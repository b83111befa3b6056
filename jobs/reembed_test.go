package jobs

import (
	"context"
	"errors"
	"testing"

	"triage/llm"
	"triage/postgres"
	"triage/triage"
)

// picky embeds texts outside the house, except one that it will never take.
type picky struct{ calls int }

func (p *picky) Model() string   { return "picky" }
func (p *picky) Dimensions() int { return 2 }

func (p *picky) Embed(_ context.Context, texts []string) ([]triage.Vector, error) {
	p.calls++
	out := make([]triage.Vector, len(texts))
	for i, text := range texts {
		switch text {
		case "never":
			return nil, triage.Errorf(triage.Unavailable, "No.").Because(&llm.Error{Outcome: llm.Invalid})
		case "away":
			return nil, triage.Errorf(triage.Unavailable, "No.").Because(&llm.Error{Outcome: llm.Retry})
		}
		out[i] = triage.Vector{Model: "picky", Values: []float32{1, 0}}
	}
	return out, nil
}

func TestOneTextThatNoEngineTakesStopsNoOther(t *testing.T) {
	e := &picky{}
	out, _, err := embedMissing(t.Context(), e, []postgres.Unembedded{{Text: "a"}, {Text: "never"}, {Text: "b"}})
	if err != nil || out[0] == nil || out[1] != nil || out[2] == nil || e.calls != 4 {
		t.Errorf("%v, %v in %d calls", out, err, e.calls)
	}
}

func TestAnEndpointThatIsAwayIsAskedOnceAStep(t *testing.T) {
	e := &picky{}
	_, _, err := embedMissing(t.Context(), e, []postgres.Unembedded{{Text: "a"}, {Text: "away"}})
	if bad := (*llm.Error)(nil); !errors.As(err, &bad) || e.calls != 1 {
		t.Errorf("%v in %d calls", err, e.calls)
	}
}
