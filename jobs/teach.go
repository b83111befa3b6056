package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"triage/classifier"
	"triage/embeddings"
	"triage/postgres"
	"triage/triage"
)

// Teacher finds examples for questions to a language model: what people of the same brand said
// of comments near in meaning.
type Teacher struct {
	Store *postgres.Store
	Near  embeddings.Engine // the built-in one, in whose space corrections are compared
	Log   *slog.Logger
}

// Teach adds the examples to inputs, which must be of one brand. Without the search they go
// as they are: examples never keep a comment from its place.
func (t Teacher) Teach(ctx context.Context, inputs []triage.Input, _ []triage.Classification) []triage.Input {
	out, err := t.teach(ctx, inputs)
	if err != nil {
		t.Log.WarnContext(ctx, "asked a model without examples", "engagements", len(inputs), "err", err)
		return inputs
	}
	return out
}

func (t Teacher) teach(ctx context.Context, inputs []triage.Input) ([]triage.Input, error) {
	if len(inputs) == 0 || inputs[0].BrandID == "" || !inputs[0].Outflow.Lets(triage.FieldExamples) {
		return inputs, nil
	}
	texts := make([]string, len(inputs))
	for n, in := range inputs {
		if in.BrandID != inputs[0].BrandID {
			return nil, fmt.Errorf("examples: questions of two brands together")
		}
		texts[n] = in.Text
	}
	vectors, err := t.Near.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("examples: %w", err)
	}
	asked := make([]postgres.Asked, len(inputs))
	for n, in := range inputs {
		asked[n] = postgres.Asked{ID: in.EngagementID, Vector: vectors[n].Values}
	}
	found, err := t.Store.Lessons(ctx, inputs[0].BrandID, asked,
		postgres.Nearby{Model: t.Near.Model(), Most: classifier.MostLessons})
	if err != nil {
		return nil, err
	}
	out := make([]triage.Input, len(inputs))
	for n, in := range inputs {
		in.Examples = classifier.Examples(found[n])
		out[n] = in
	}
	return out, nil
}
