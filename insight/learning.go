package insight

import (
	"context"
	"slices"

	"triage/classifier"
	"triage/triage"
)

// Learning is what a brand's corrections have taught the engine.
type Learning struct {
	Corrections int     // labelled comments that have a say now
	People      int     // who labelled them
	Fixed       Figures // on the project's own evaluation set, the same for every brand
	Own         Figures // on the brand's own labelled comments, each judged without its own label
}

// Figures are how often intents were read rightly: by the engine alone, and with the
// corrections' say.
type Figures struct {
	Effect
	Intents []IntentEffect // those that occur, in the order of the taxonomy
}

// Effect counts comments, and those that were read rightly before and after learning.
type Effect struct{ Comments, Before, After int }

// IntentEffect is the effect on the comments of which an intent is right.
type IntentEffect struct {
	Intent triage.Intent
	Effect
}

// labelledMost bounds how many of a brand's newest labelled comments are judged again.
const labelledMost = 500

// Learning judges the fixed set and the brand's own labelled comments with and without what
// people taught. Copies of a comment, and those of its wave, do not count for it.
func (in *Insights) Learning(ctx context.Context, brand triage.ID) (Learning, error) {
	var out Learning
	var err error
	if out.Corrections, out.People, err = in.store.Taught(ctx, brand); err != nil {
		return out, err
	}
	fixed, err := in.fixed()
	if err != nil {
		return out, err
	}
	if out.Fixed, err = in.effect(ctx, brand, fixed); err != nil {
		return out, err
	}
	own, err := in.readLabelled(ctx, brand)
	if err != nil {
		return out, err
	}
	out.Own, err = in.effect(ctx, brand, own)
	return out, err
}

func (in *Insights) readLabelled(ctx context.Context, brand triage.ID) ([]reading, error) {
	labelled, err := in.store.Labelled(ctx, brand, labelledMost)
	if err != nil || len(labelled) == 0 {
		return nil, err
	}
	t, err := in.tools()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(labelled))
	for n, l := range labelled {
		texts[n] = l.Text
	}
	read, err := t.read(ctx, texts)
	if err != nil {
		return nil, err
	}
	for n, l := range labelled {
		read[n].asked.ID, read[n].copy, read[n].right = l.ID, l.Copy, l.Intent
	}
	return read, nil
}

// askedAtOnce bounds one search for neighbours.
const askedAtOnce = 100

func (in *Insights) effect(ctx context.Context, brand triage.ID, read []reading) (Figures, error) {
	t, err := in.tools()
	if err != nil {
		return Figures{}, err
	}
	var out Figures
	each := map[triage.Intent]Effect{}
	for group := range slices.Chunk(read, askedAtOnce) {
		around, err := in.around(ctx, t, brand, group)
		if err != nil {
			return Figures{}, err
		}
		for n, r := range group {
			after := classifier.Learn(r.said, around[n])
			out.Effect = out.plus(r, after)
			each[r.right] = each[r.right].plus(r, after)
		}
	}
	for _, i := range triage.Intents() {
		if e, occurs := each[i]; occurs {
			out.Intents = append(out.Intents, IntentEffect{i, e})
		}
	}
	return out, nil
}

func (e Effect) plus(r reading, after triage.Classification) Effect {
	e.Comments++
	if r.said.Intent == r.right {
		e.Before++
	}
	if after.Intent == r.right {
		e.After++
	}
	return e
}

// around returns what people taught around each comment, apart from what they said of it and
// of its copies.
func (in *Insights) around(ctx context.Context, t *tools, brand triage.ID, group []reading) ([]triage.Neighbourhood, error) {
	around, err := in.store.Neighbourhoods(ctx, brand, askedOf(group), t.nearby())
	if err != nil {
		return nil, err
	}
	for n, r := range group {
		if r.copy != "" {
			around[n].Neighbours = slices.DeleteFunc(around[n].Neighbours, func(k triage.Neighbour) bool { return k.Copy == r.copy })
		}
	}
	return around, nil
}
