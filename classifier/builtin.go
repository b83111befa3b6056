package classifier

import (
	"context"
	"fmt"
	"time"

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
		return nil, fmt.Errorf("built-in engine: %w", err)
	}
	return &Builtin{model: m}, nil
}

// Classify judges each text by itself. It fails only when ctx has ended.
func (b *Builtin) Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := time.Now()
		out[i] = b.model.Classify(in.Text)
		out[i].Latency = time.Since(began)
	}
	return out, nil
}
