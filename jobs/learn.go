package jobs

import (
	"context"
	"fmt"

	"triage/classifier"
	"triage/postgres"
	"triage/triage"
)

// learn lets what people corrected have its say in what the built-in engine answered, by one
// search for the whole batch. What a language model answered stays. Without the search the
// engine's own answers stand: learning never keeps a comment from its place.
func (j *Judge) learn(ctx context.Context, waiting []postgres.Waiting, judged []verdict) {
	if j.Near == nil {
		return
	}
	err := contained(func() error {
		asked, at, err := j.asked(ctx, waiting, judged)
		if err != nil || len(asked) == 0 {
			return err
		}
		found, err := j.Store.Neighbourhoods(ctx, waiting[0].BrandID, asked, j.nearby())
		if err != nil {
			return err
		}
		for n, i := range at {
			judged[i].classification = classifier.Learn(judged[i].classification, found[n])
		}
		return nil
	})
	if err != nil {
		j.Log.WarnContext(ctx, "judged without corrections", "engagements", len(waiting), "err", err)
	}
}

func (j *Judge) nearby() postgres.Nearby {
	return postgres.Nearby{Model: j.Near.Model(), Most: classifier.MostNeighbours, OtherReading: classifier.OtherReading}
}

// asked returns those that the built-in engine judged, with vectors of the space in which
// corrections are compared, and where they stand in waiting.
func (j *Judge) asked(ctx context.Context, waiting []postgres.Waiting, judged []verdict) ([]postgres.Asked, []int, error) {
	var asked []postgres.Asked
	var at []int
	var texts []string
	for i, v := range judged {
		if v.classification.Engine == builtinEngine && !v.classification.AddressesModel {
			asked = append(asked, postgres.Asked{ID: waiting[i].ID, Intent: v.classification.Intent})
			at, texts = append(at, i), append(texts, waiting[i].Text)
		}
	}
	if v := judged[0].vector; len(asked) > 0 && v != nil && v.Model == j.Near.Model() {
		for n, i := range at {
			asked[n].Vector = judged[i].vector.Values
		}
		return asked, at, nil
	}
	vectors, err := j.Near.Embed(ctx, texts)
	if err != nil {
		return nil, nil, fmt.Errorf("vectors of corrections: %w", err)
	}
	for n := range asked {
		asked[n].Vector = vectors[n].Values
	}
	return asked, at, nil
}

// builtinEngine is how the built-in engine signs its answers.
const builtinEngine = "builtin"

// taughtPerStep bounds how many labelled comments one step of upkeep reads again.
const taughtPerStep = 200

// teach gives labelled comments what they lack to be neighbours: vectors, and what the
// built-in engine of this program alone says of them. They lack it when a language model
// judged and embedded them, and after the program came with a new model.
func (u *Upkeep) teach(ctx context.Context) (bool, error) {
	near, engine := u.Judge.Near, u.Judge.Builtin
	if near == nil || engine == nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	probe, err := engine.Classify(ctx, []triage.Input{{}})
	if err != nil {
		return false, err
	}
	found, err := u.Store.Untaught(ctx, near.Model(), probe[0].Model, taughtPerStep)
	if err != nil || len(found) == 0 {
		return false, err
	}
	inputs, texts := make([]triage.Input, len(found)), make([]string, len(found))
	for n, f := range found {
		inputs[n], texts[n] = triage.Input{Text: f.Text}, f.Text
	}
	vectors, err := near.Embed(ctx, texts)
	if err != nil {
		return false, err
	}
	said, err := engine.Classify(ctx, inputs)
	if err != nil {
		return false, err
	}
	err = u.Store.InTx(ctx, func(tx *postgres.Tx) error { return tx.Teach(ctx, found, vectors, said) })
	return len(found) == taughtPerStep, err
}

// forgetTaught keeps what corrections fill within its bounds.
func (u *Upkeep) forgetTaught(ctx context.Context, tx *postgres.Tx) (bool, error) {
	if u.Judge.Near == nil {
		return false, nil
	}
	return false, tx.ForgetNeighbours(ctx, u.Judge.Near.Model())
}
