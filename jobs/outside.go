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

// noMoney is why nothing was embedded where money is what is missing.
type noMoney struct{ short triage.Shortfall }

func (e noMoney) Error() string { return "no vectors: " + string(e.short) }

// embed embeds the comments of inputs, of one brand, as far as its budget goes. An engine
// outside the house does not see the names of the people around them.
func (j *Judge) embed(ctx context.Context, engine embeddings.Engine, inputs []triage.Input) ([]triage.Vector, error) {
	texts, names := make([]string, len(inputs)), make([][]string, len(inputs))
	for i, in := range inputs {
		texts[i], names[i] = in.Text, in.Names
	}
	brand := inputs[0].BrandID
	held, err := j.holdForVectors(ctx, engine, inputs[0], texts)
	if err != nil {
		return nil, err
	}
	vectors, used, err := embeddings.Hiding(ctx, engine, texts, names)
	charges := chargesFor(engine, inputs, used)
	if held != "" || len(charges) > 0 {
		_ = j.Purse().Pay(context.WithoutCancel(ctx), brand, held, charges) // the purse itself tells of its trouble
	}
	return vectors, err
}

// holdForVectors sets aside what embedding texts may cost, where in's brand has a budget.
func (j *Judge) holdForVectors(ctx context.Context, engine embeddings.Engine, in triage.Input, texts []string) (triage.ID, error) {
	if in.Thrift == nil || !in.Thrift.Budgeted() || !embeddings.Leaves(engine) {
		return "", nil
	}
	cost, known := embeddings.Estimate(engine, texts)
	if !known {
		return "", noMoney{triage.ShortOfPrice}
	}
	held, err := j.Purse().Hold(ctx, in.BrandID, *in.Thrift, []int64{cost})
	if err == nil && held.Asks == 0 {
		err = noMoney{held.Short}
	}
	return held.ID, err
}

// chargesFor returns the line of the ledger for what embedding inputs used up: one for all of
// them, since each costs less than the ledger's smallest coin.
func chargesFor(engine embeddings.Engine, inputs []triage.Input, used triage.Tokens) []triage.Charge {
	if used == (triage.Tokens{}) {
		return nil
	}
	c := triage.Charge{Step: triage.StepEmbed, Engine: "llm", Model: engine.Model(), Items: int64(len(inputs)), Tokens: used}
	if len(inputs) == 1 {
		c.EngagementID = inputs[0].EngagementID
	}
	return []triage.Charge{c}
}

// told returns what a receipt says of what left the house.
func told(o *triage.Outside, allows triage.Outflow, embedded bool) *triage.Outside {
	if o == nil {
		o = &triage.Outside{}
	}
	o.Nothing, o.Embedded = allows.Nothing, embedded
	return o
}
