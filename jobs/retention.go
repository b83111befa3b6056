package jobs

import (
	"context"

	"triage/postgres"
)

// forgottenPerStep bounds what one step erases.
const forgottenPerStep = 200

// ForgetOld erases what platforms let us keep for a while only, and reports whether there is
// more. What is still to be answered goes, too: the terms know no exception.
func (u *Upkeep) ForgetOld(ctx context.Context) (more bool, err error) {
	now := u.now()
	for platform, k := range u.Keeping {
		again, err := u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			if k.Profile > 0 {
				if err := tx.ForgetProfiles(ctx, platform, now.Add(-k.Profile)); err != nil {
					return false, err
				}
			}
			if k.Activity == 0 {
				return false, nil
			}
			n, err := tx.ForgetActivity(ctx, platform, now.Add(-k.Activity), forgottenPerStep)
			return n == forgottenPerStep, err
		})(ctx)
		if err != nil {
			return false, err
		}
		more = more || again
	}
	return more, nil
}
