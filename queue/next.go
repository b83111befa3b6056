package queue

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

// ClaimNext gives who the next best item of a queue for the length of a lease, and false
// when there is none. A role that does not work on the queue is Forbidden.
func (d *Desk) ClaimNext(ctx context.Context, who postgres.Caller, q triage.Queue) (postgres.Item, bool, error) {
	if !who.Role.Works(q) {
		return postgres.Item{}, false, errRole
	}
	var claimed postgres.Claimed
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		claimed, err = tx.ClaimNext(ctx, who.BrandID, q, who.PersonID, tx.Now.Add(Lease))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, claimRow(who, claimed.Item, claimed.Before))
	})
	if triage.KindOf(err) == triage.NotFound {
		return postgres.Item{}, false, nil
	}
	return claimed.Item, err == nil, err
}

func claimRow(who postgres.Caller, i postgres.Item, before triage.ID) postgres.AuditRow {
	detail := map[string]any{"fence": i.Fence}
	if before != "" {
		detail["before"] = before
	}
	return postgres.AuditRow{BrandID: i.BrandID, Actor: who.Actor(), Action: "item.claimed", Subject: "item", SubjectID: i.ID, Detail: detail}
}
