package classifier

import (
	"context"
	"fmt"
	"slices"
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

// doubted is every field that can be unsure.
var doubted = []string{"queue", "intent", "sentiment", "ironic", "urgency", "reply_expected"}

// Classify judges each text by itself. Where a text speaks to the machine, only the rest is
// judged, and nothing of it is sure; the rules read all of it. It fails only when ctx has
// ended.
func (b *Builtin) Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := time.Now()
		out[i] = b.judge(in.Text)
		out[i].Effort.Step = triage.StepBuiltin
		out[i].Latency = time.Since(began)
	}
	return out, nil
}

func (b *Builtin) judge(text string) triage.Classification {
	spans := Addressing(text)
	c := b.model.Classify(unaddressed(text, spans))
	if len(spans) == 0 {
		return c
	}
	c = Raise(c, ruled(b.model.Classify(text)))
	c.AddressesModel, c.Unsure = true, slices.Clone(doubted)
	c.Evidence = append(c.Evidence, spans[:min(len(spans), 5)]...)
	return c
}
