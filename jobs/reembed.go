package jobs

import (
	"context"
	"slices"
	"time"

	"triage/embeddings"
	"triage/llm"
	"triage/postgres"
	"triage/triage"
)

// How many engagements one step of filling looks at, and how long it may take before another
// process takes it over.
const (
	filledPerStep = 128
	fillLease     = 30 * time.Second
)

// fillSpace gives engagements the vectors of the wanted model that they lack, a step at a time.
// A step that was cut off is repeated by whoever comes next; an endpoint that is away is asked
// again when the lease has ended.
func (u *Upkeep) fillSpace(ctx context.Context) (bool, error) {
	if u.Wanted == nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	f, err := u.Store.TakeFilling(ctx, u.Wanted.Model(), filledPerStep, fillLease)
	if err != nil || f == nil {
		return false, err
	}
	vectors := make([]*triage.Vector, 0, len(f.Missing))
	for len(vectors) < len(f.Missing) { // brand by brand, since each pays for its own
		some := f.Missing[len(vectors):]
		if n := slices.IndexFunc(some, func(m postgres.Unembedded) bool { return m.Brand != some[0].Brand }); n > 0 {
			some = some[:n]
		}
		one, used, err := embedMissing(ctx, u.Wanted, some)
		u.charge(ctx, some[0].Brand, len(some), used)
		if err != nil {
			return false, err
		}
		vectors = append(vectors, one...)
	}
	more, err := u.Store.Filled(ctx, f, vectors)
	if err == nil && !more {
		u.Log.InfoContext(ctx, "every engagement has a vector", "model", f.Model)
	}
	return more, err
}

// charge writes down what filling cost a brand. No budget holds it back: whoever changes the
// model wants it.
func (u *Upkeep) charge(ctx context.Context, brand triage.ID, items int, used triage.Tokens) {
	if used != (triage.Tokens{}) {
		line := triage.Charge{Step: triage.StepEmbed, Engine: "llm", Model: u.Wanted.Model(), Items: int64(items), Tokens: used}
		_ = u.Judge.Purse().Pay(context.WithoutCancel(ctx), brand, "", []triage.Charge{line}) // the purse itself tells of its trouble
	}
}

// embedMissing embeds all at once, and one by one where the endpoint will never take one of
// them: that one goes without. It tells what that used up.
func embedMissing(ctx context.Context, e embeddings.Engine, missing []postgres.Unembedded) ([]*triage.Vector, triage.Tokens, error) {
	out := make([]*triage.Vector, len(missing))
	texts, names := make([]string, len(missing)), make([][]string, len(missing))
	for i, m := range missing {
		texts[i], names[i] = m.Text, m.Names
	}
	vectors, used, err := embeddings.Hiding(ctx, e, texts, names)
	if err == nil {
		for i := range vectors {
			out[i] = &vectors[i]
		}
		return out, used, nil
	}
	if !llm.OutcomeOf(err).Lasting() {
		return nil, used, err
	}
	for i := range texts {
		one, more, err := embeddings.Hiding(ctx, e, texts[i:i+1], names[i:i+1])
		used = used.Plus(more)
		if err != nil && !llm.OutcomeOf(err).Lasting() {
			return nil, used, err
		}
		if err == nil {
			out[i] = &one[0]
		}
	}
	return out, used, nil
}
