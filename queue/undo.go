package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Undone says what taking something back did.
type Undone struct {
	Restored []triage.ID // items that stand as they did before
	Changed  []triage.ID // items that somebody has changed, or that were erased, since: they stay
}

// Undo lets the items of an action stand as they did before it, but those that somebody
// has changed since. Only the same person or a lead may, and only for a minute: then it is
// Gone. What an action wrote down, its notes and its audit rows, stays; what a correction
// taught goes.
func (d *Desk) Undo(ctx context.Context, who postgres.Caller, id triage.ID) (Undone, error) {
	u, err := d.store.Undo(ctx, who.BrandID, id)
	if err != nil {
		return Undone{}, err
	}
	if u.PersonID != who.PersonID && !leads(who.Role) {
		return Undone{}, triage.Errorf(triage.Forbidden, "Only whoever did this, or a lead, can take it back.")
	}
	if !d.store.Now().Before(u.ExpiresAt) {
		return Undone{}, triage.Errorf(triage.Gone, "This can no longer be taken back: the minute is over.")
	}
	var all Undone
	for {
		ids, err := d.store.UndoItems(ctx, u, chunk)
		if err != nil {
			return all, err
		}
		if len(ids) == 0 {
			break
		}
		one, err := d.undo(ctx, who, u, ids)
		if err != nil {
			return all, err
		}
		all.Restored, all.Changed = append(all.Restored, one.Restored...), append(all.Changed, one.Changed...)
	}
	if len(all.Restored)+len(all.Changed) == 0 {
		return all, triage.Errorf(triage.Conflict, "This has been taken back already.")
	}
	return all, nil
}

// undo takes back what u did to some of its items.
func (d *Desk) undo(ctx context.Context, who postgres.Caller, u postgres.Undo, ids []triage.ID) (Undone, error) {
	var out Undone
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		out = Undone{}
		items, err := tx.LockItems(ctx, who.BrandID, ids)
		if err != nil {
			return err
		}
		restored, now, err := tx.TakeUndo(ctx, u, items)
		if err != nil {
			return err
		}
		back := map[triage.ID]bool{}
		s := &session{ctx: ctx, tx: tx, who: who}
		changes := make([]*change, len(restored))
		var asking []triage.ID
		for n, i := range restored {
			back[i.ID] = true
			out.Restored = append(out.Restored, i.ID)
			changes[n] = s.restored(u, now[n], i)
			if !i.NextDueAt.IsZero() && now[n].NextDueAt.IsZero() {
				asking = append(asking, i.ID)
			}
		}
		for _, id := range ids {
			if !back[id] {
				out.Changed = append(out.Changed, id)
			}
		}
		if err := s.save(changes...); err != nil {
			return err
		}
		if err := tx.Unlearn(ctx, u, restored); err != nil {
			return err
		}
		return tx.AskAgain(ctx, u, asking)
	})
	return out, err
}

// restored makes the change that lets item i stand as it did before u. Whoever held it and
// takes it back has the lease for its full length again; another person's lease ends when
// it would have.
func (s *session) restored(u postgres.Undo, now, i postgres.Item) *change {
	i.Fence = now.Fence
	if i.Assignee != now.Assignee {
		i.Fence++
	}
	mine := i.Assignee == s.who.PersonID
	switch {
	case i.Status == triage.StatusClaimed && mine:
		i.LeaseUntil = s.tx.Now.Add(Lease)
	case i.Status == triage.StatusClaimed && !i.LeaseUntil.After(s.tx.Now),
		i.Status == triage.StatusSnoozed && !i.SnoozedUntil.After(s.tx.Now):
		i.Status, i.Assignee, i.LeaseUntil = triage.StatusOpen, "", time.Time{}
		i.SnoozedUntil, i.WakeOnAuthor = time.Time{}, false
	}
	if u.Action != postgres.Corrected && (i.Queue != now.Queue || i.NeedsLead != now.NeedsLead) {
		i.Reasons = reasonsOf(i)
	}
	detail := map[string]any{"undo": u.ID, "of": u.Action, "status": i.Status}
	if i.Status == triage.StatusClaimed {
		detail["holder"], detail["fence"] = i.Assignee, i.Fence
	}
	return &change{session: s, before: now, item: i, action: "item.undone", detail: detail}
}
