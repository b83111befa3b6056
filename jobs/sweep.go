package jobs

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Bounds of the sweep.
const (
	sweepAfter   = 5 * time.Minute // how long an accepted engagement may go without an item
	sweepBack    = 24 * time.Hour  // how far back it looks
	sweptPerStep = 500
)

// Sweep places without a judgement what was accepted five minutes ago and still has no
// item, or an item of an older round: a text that kills its worker leaves no error behind,
// and a long backlog must not hide a comment from people. The places are provisional: a
// judgement that comes after all moves them. It reports whether there may be more.
func (j *Judge) Sweep(ctx context.Context) (bool, error) {
	now := time.Now()
	refs, err := j.Store.Unplaced(ctx, now.Add(-sweepBack), now.Add(-sweepAfter), sweptPerStep)
	if err != nil || len(refs) == 0 {
		return false, err
	}
	j.Log.WarnContext(ctx, "placed by the sweep, without a judgement", "engagements", len(refs))
	byBrand := map[triage.ID][]triage.ID{}
	for _, r := range refs {
		byBrand[r.BrandID] = append(byBrand[r.BrandID], r.ID)
	}
	for brand, ids := range byBrand {
		waiting, err := j.Store.Waiting(ctx, brand, ids)
		if err != nil {
			return false, err
		}
		if err := j.placeUnjudged(ctx, brand, waiting); err != nil {
			return false, err
		}
	}
	return len(refs) == sweptPerStep, nil
}

func (j *Judge) placeUnjudged(ctx context.Context, brand triage.ID, waiting []postgres.Waiting) error {
	unjudged := make([]verdict, len(waiting))
	for i := range unjudged {
		unjudged[i].classification.Provisional = true
	}
	settlements, err := j.settlements(ctx, brand, waiting, unjudged)
	if err != nil {
		return err
	}
	return j.Store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		_, err := tx.Settle(ctx, brand, settlements)
		return err
	})
}
