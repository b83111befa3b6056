package embeddings

import (
	"context"
	"fmt"

	"triage/builtin"
	"triage/triage"
)

// Builtin is the engine in the binary: no key, no network. It is deterministic and safe
// for concurrent use.
type Builtin struct {
	model *builtin.Model
}

// NewBuiltin returns the engine with the model that came with the program.
func NewBuiltin() (*Builtin, error) {
	m, err := builtin.Default()
	if err != nil {
		return nil, fmt.Errorf("built-in embeddings: %w", err)
	}
	return &Builtin{model: m}, nil
}

// Embed returns one vector per text. It fails only when ctx has ended.
func (b *Builtin) Embed(ctx context.Context, texts []string) ([]triage.Vector, error) {
	out := make([]triage.Vector, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = triage.Vector{Model: b.Model(), Values: b.model.Embed(text)}
	}
	return out, nil
}

// Model names the space that the vectors live in.
func (b *Builtin) Model() string { return builtin.VectorModel }

// Dimensions is the length of every vector.
func (b *Builtin) Dimensions() int { return builtin.Dimensions }
