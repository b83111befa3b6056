package access

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

// ChangeBrand changes what change names of who's brand, and returns the brand.
func (g *Gate) ChangeBrand(ctx context.Context, who postgres.Caller, change postgres.BrandChange) (postgres.BrandRow, error) {
	var after postgres.BrandRow
	err := g.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		if err = tx.ChangeBrand(ctx, who.Actor(), who.BrandID, change); err != nil {
			return err
		}
		after, err = tx.Brand(ctx, string(who.BrandID))
		return err
	})
	return after, err
}

// NoteReplay tells the audit that who takes a delivery through the door once more.
func (g *Gate) NoteReplay(ctx context.Context, who postgres.Caller, delivery triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		return tx.Audit(ctx, postgres.AuditRow{BrandID: who.BrandID, Actor: who.Actor(), Action: "delivery.replayed",
			Subject: "delivery", SubjectID: delivery})
	})
}

// RetryDead lets work of who's brand that was given up be tried once more.
func (g *Gate) RetryDead(ctx context.Context, who postgres.Caller, kind, id string) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error { return tx.RetryDead(ctx, who.Actor(), who.BrandID, kind, id) })
}
