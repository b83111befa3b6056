package access

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// SaveRoute adds a rule of who's brand that says who is told, or replaces the one with its
// id, and returns that id.
func (g *Gate) SaveRoute(ctx context.Context, who postgres.Caller, r postgres.RouteRow) (id triage.ID, err error) {
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		id, err = tx.SaveRoute(ctx, who.Actor(), who.BrandID, r)
		return err
	})
	return id, err
}

// DropRoute removes a rule of who's brand.
func (g *Gate) DropRoute(ctx context.Context, who postgres.Caller, id triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		return tx.DropRoute(ctx, who.Actor(), who.BrandID, id)
	})
}

// TestNotice asks for a test message at a place and returns the notice's id.
func (g *Gate) TestNotice(ctx context.Context, who postgres.Caller, place string) (id triage.ID, err error) {
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		id, err = tx.AddTest(ctx, who.BrandID, place)
		return err
	})
	return id, err
}

// NotWorth notes that who found a notice not worth a ping, and returns what holds then.
func (g *Gate) NotWorth(ctx context.Context, who postgres.Caller, notice triage.ID) (h postgres.Threshold, err error) {
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		h, err = tx.NotWorth(ctx, who, notice)
		return err
	})
	return h, err
}

// DropThreshold lets a kind of notices ring at a place again.
func (g *Gate) DropThreshold(ctx context.Context, who postgres.Caller, place, kind string) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error { return tx.DropThreshold(ctx, who, place, kind) })
}

// SetBudget says how often a place may be interrupted.
func (g *Gate) SetBudget(ctx context.Context, who postgres.Caller, b postgres.Budget) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		return tx.SetBudget(ctx, who.Actor(), who.BrandID, b.Place, b.PerHour)
	})
}

// SlackCode returns a code by which who shows in Slack who they are, and when it ends.
func (g *Gate) SlackCode(ctx context.Context, who postgres.Caller) (code string, until time.Time, err error) {
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		code, until, err = tx.AddSlackCode(ctx, who.PersonID)
		return err
	})
	return code, until, err
}

// UnlinkSlack forgets who's Slack account.
func (g *Gate) UnlinkSlack(ctx context.Context, who postgres.Caller) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error { return tx.UnlinkSlack(ctx, who.PersonID) })
}
