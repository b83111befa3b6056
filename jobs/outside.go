package jobs

import (
	"context"

	"triage/embeddings"
	"triage/triage"
)

// embedder returns what embeds the comments of a brand: the built-in engine where nothing may
// leave the house.
func (j *Judge) embedder(o triage.Outflow) embeddings.Engine {
	if o.Nothing && j.Near != nil {
		return j.Near
	}
	return j.Embedder
}

// embed embeds the comments of inputs. An engine outside the house does not see the names of
// the people around them.
func embed(ctx context.Context, engine embeddings.Engine, inputs []triage.Input) ([]triage.Vector, error) {
	texts, names := make([]string, len(inputs)), make([][]string, len(inputs))
	for i, in := range inputs {
		texts[i], names[i] = in.Text, in.Names
	}
	return embeddings.Hiding(ctx, engine, texts, names)
}

// told returns what a receipt says of what left the house.
func told(o *triage.Outside, allows triage.Outflow, embedded bool) *triage.Outside {
	if o == nil {
		o = &triage.Outside{}
	}
	o.Nothing, o.Embedded = allows.Nothing, embedded
	return o
}
