package jobs

import (
	"context"
	"errors"

	"triage/insight"
)

// drift counts the weeks that have ended, for each brand, and tells its leads of what moved.
// A brand that fails does not keep the others from being counted.
func (u *Upkeep) drift(ctx context.Context) (bool, error) {
	brands, err := u.Store.Brands(ctx)
	if err != nil {
		return false, err
	}
	insights := insight.New(u.Store)
	var failed []error
	for _, b := range brands {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		failed = append(failed, insights.KeepWeeks(ctx, b.ID, b.CreatedAt))
		cancel()
	}
	return false, errors.Join(failed...)
}
