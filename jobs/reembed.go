package jobs

import (
	"context"
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
	vectors, err := embedMissing(ctx, u.Wanted, f.Missing)
	if err != nil {
		return false, err
	}
	more, err := u.Store.Filled(ctx, f, vectors)
	if err == nil && !more {
		u.Log.InfoContext(ctx, "every engagement has a vector", "model", f.Model)
	}
	return more, err
}

// embedMissing embeds all at once, and one by one where the endpoint will never take one of
// them: that one goes without.
func embedMissing(ctx context.Context, e embeddings.Engine, missing []postgres.Unembedded) ([]*triage.Vector, error) {
	out := make([]*triage.Vector, len(missing))
	texts, names := make([]string, len(missing)), make([][]string, len(missing))
	for i, m := range missing {
		texts[i], names[i] = m.Text, m.Names
	}
	if len(texts) == 0 {
		return out, nil
	}
	vectors, err := embeddings.Hiding(ctx, e, texts, names)
	if err == nil {
		for i := range vectors {
			out[i] = &vectors[i]
		}
		return out, nil
	}
	if !llm.OutcomeOf(err).Lasting() {
		return nil, err
	}
	for i := range texts {
		one, err := embeddings.Hiding(ctx, e, texts[i:i+1], names[i:i+1])
		if err != nil && !llm.OutcomeOf(err).Lasting() {
			return nil, err
		}
		if err == nil {
			out[i] = &one[0]
		}
	}
	return out, nil
}
