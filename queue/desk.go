// Package queue is what people do with items: claim, release, resolve, snooze, hand over,
// correct. It decides who may, owns the transactions and writes the audit row of each
// change with it. It knows no HTTP and no SQL.
package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Lease is how long an item stays with its holder after the holder's last action.
const Lease = 10 * time.Minute

// Desk is where people work. It is safe for concurrent use.
type Desk struct {
	store *postgres.Store
	teams teams
	deals chan struct{} // as many as may deal at the same moment
	crowd crowd
}

// NewDesk returns a desk over store.
func NewDesk(store *postgres.Store) *Desk {
	return &Desk{store: store, deals: make(chan struct{}, sameTime)}
}

// Given is what the caller believes of an item. Nil fields are not compared.
type Given struct {
	Version *int64 // the version that the caller saw; another one is Stale
	Fence   *int64 // the fencing number of the caller's lease; a lower one is a Conflict

	OverCapacity bool // when claiming: the caller wants to have more in hand than their capacity
}

// attempts bounds how often a transaction runs that PostgreSQL broke off.
const attempts = 3

// change locks an item, lets work change it, and saves it with its audit row. An erased
// engagement is Gone, a role that does not work on the item's queue Forbidden.
func (d *Desk) change(ctx context.Context, who postgres.Caller, id triage.ID, given Given, work work) (postgres.Item, error) {
	return d.changeAny(ctx, who, id, given, func(c *change) error {
		if !who.Role.Works(c.item.Queue) && c.item.Assignee != who.PersonID { // what overflowed to them is theirs
			return errRole
		}
		return work(c)
	})
}

// changeAny is change for what every role that works may do to items of both queues.
func (d *Desk) changeAny(ctx context.Context, who postgres.Caller, id triage.ID, given Given, work work) (postgres.Item, error) {
	var after postgres.Item
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		item, err := tx.LockItem(ctx, who.BrandID, id)
		if err != nil {
			return err
		}
		s := &session{ctx: ctx, tx: tx, who: who}
		c, err := s.apply(item, given, work)
		if err != nil {
			return err
		}
		if err := s.save(c); err != nil {
			return err
		}
		if after = item; c.kept {
			return nil
		}
		after, err = tx.Item(ctx, who.BrandID, id)
		after.UndoID = s.undo.ID
		return err
	})
	return after, err
}
