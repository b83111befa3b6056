package queue

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

// LeaveWave takes an item out of a wave that it does not belong to, for good, and returns
// it. An item that is not in that wave is NotFound, a role that does not work on the
// item's queue Forbidden.
func (d *Desk) LeaveWave(ctx context.Context, who postgres.Caller, wave, item triage.ID) (postgres.Item, error) {
	var after postgres.Item
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		before, err := tx.LockItem(ctx, who.BrandID, item)
		if err != nil {
			return err
		}
		if before.WaveID == wave && !who.Role.Works(before.Queue) {
			return errRole
		}
		if err := tx.LeaveWave(ctx, who.Actor(), who.BrandID, wave, item); err != nil {
			return err
		}
		after, err = tx.Item(ctx, who.BrandID, item)
		return err
	})
	return after, err
}

// CloseWave lets a wave take no newcomers. Closing it again changes nothing.
func (d *Desk) CloseWave(ctx context.Context, who postgres.Caller, wave triage.ID) error {
	return d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		if _, err := tx.Wave(ctx, who.BrandID, wave, tx.Now); err != nil {
			return err
		}
		return tx.CloseWave(ctx, who.Actor(), who.BrandID, wave)
	})
}
