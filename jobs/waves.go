package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"triage/builtin"
	"triage/postgres"
	"triage/triage"
	"triage/wave"
)

// Bounds of one step of the search for waves.
const (
	wavedPerStep = 500  // items looked at
	oldPerStep   = 5000 // items passed over

	// A wave is a matter of the hour: what was received longer ago, such as imported
	// history, is passed over.
	waveHorizon = 24 * time.Hour
)

// Waves looks for waves apart from the hot path, for each brand in two transactions:
//
//  1. items that were not looked at since they were judged are placed into open waves, or
//     start new ones; they are locked only while that is written;
//  2. the figures of waves that changed are made anew, spam is closed as one, and waves
//     that went quiet are closed to newcomers.
//
// It returns true when there is more to do at once. A process that finds another one at
// work on a brand leaves it to that one.
func (u *Upkeep) Waves(ctx context.Context) (bool, error) {
	brands, err := u.Store.WaveBrands(ctx, u.Store.Now().Add(-wave.Default(u.Judge.Embedder.Model()).Quiet))
	if err != nil {
		return false, err
	}
	more := false
	for _, brand := range brands {
		outflow, err := u.Store.Outflow(ctx, brand)
		if err != nil {
			return false, err
		}
		model := u.Judge.embedder(outflow).Model()
		again, err := u.brandWaves(ctx, &waving{brand: brand, model: model, bounds: wave.Default(model)})
		if err != nil {
			return false, err
		}
		more = more || again
	}
	return more, nil
}

func (u *Upkeep) brandWaves(ctx context.Context, w *waving) (more bool, err error) {
	for _, step := range []func(context.Context) (bool, error){w.look, w.count} {
		again, err := u.waveStep(ctx, w, step)
		if err != nil {
			return false, err
		}
		more = more || again
	}
	return more, nil
}

// waveStep runs one step in a transaction of its own, unless another process is at work on
// the brand.
func (u *Upkeep) waveStep(ctx context.Context, w *waving, step func(context.Context) (bool, error)) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = u.Store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		more = false
		mine, err := tx.LockWaves(ctx, w.brand)
		if err != nil || !mine {
			return err
		}
		w.tx = tx
		more, err = step(ctx)
		return err
	})
	return more, err
}

// attempts bounds how often a step runs that PostgreSQL broke off.
const attempts = 3

// waving is one step for one brand.
type waving struct {
	tx     *postgres.Tx
	brand  triage.ID
	model  string
	bounds wave.Bounds
}

// look places a batch of items in the order in which they came.
func (w *waving) look(ctx context.Context) (bool, error) {
	old, err := w.tx.PassOverOld(ctx, w.brand, w.tx.Now.Add(-waveHorizon), oldPerStep)
	if err != nil {
		return false, err
	}
	items, err := w.tx.Unwaved(ctx, w.brand, w.model, wavedPerStep)
	if err != nil || len(items) == 0 {
		return old == oldPerStep, err
	}
	for n := range items {
		outline := builtin.OutlineOf(items[n].Text)
		items[n].Outline, items[n].Letters = outline.Hash, outline.Letters
	}
	slices.SortFunc(items, func(a, b postgres.Unwaved) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	search, err := w.search(ctx, items)
	if err != nil {
		return false, err
	}
	placing := postgres.Placing{Model: w.model, Items: items, Found: make([]wave.Found, len(items))}
	for n, i := range items {
		if !i.Out {
			placing.Found[n] = search.Place(i.Item, postgres.NewID)
		}
	}
	return old == oldPerStep || len(items) == wavedPerStep, w.tx.KeepPlacing(ctx, w.brand, placing)
}

// count makes figures anew, and closes and forgets what is over.
func (w *waving) count(ctx context.Context) (bool, error) {
	plan, err := w.tx.Plan(ctx, w.brand)
	if err != nil {
		return false, err
	}
	more, err := w.tx.CountWaves(ctx, w.brand, plan.WavePart)
	if err != nil {
		return false, err
	}
	if err := w.tx.CloseQuietWaves(ctx, w.brand, w.tx.Now.Add(-w.bounds.Quiet)); err != nil {
		return false, err
	}
	return more, w.tx.ForgetTraces(ctx, w.brand, w.tx.Now.Add(-2*w.bounds.Window))
}

// search returns a search that knows what may matter to items.
func (w *waving) search(ctx context.Context, items []postgres.Unwaved) (*wave.Search, error) {
	open, err := w.tx.OpenWaves(ctx, w.brand, w.model)
	if err != nil {
		return nil, err
	}
	traces, err := w.tx.Traces(ctx, w.brand, w.model, items[0].At.Add(-w.bounds.Window), items, w.bounds.Letters)
	if err != nil {
		return nil, err
	}
	search := wave.NewSearch(w.bounds, open)
	batch := make(map[triage.ID]bool, len(items))
	for _, i := range items {
		batch[i.ID] = true
	}
	for _, t := range traces {
		switch {
		case batch[t.ID]:
		case t.Wave != "":
			search.Member(t.Item, t.Wave)
		default:
			search.Remember(t.Item)
		}
	}
	return search, nil
}
