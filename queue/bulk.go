package queue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Selection says which items an action is for: exactly one of its ways.
type Selection struct {
	IDs  []triage.ID
	Wave triage.ID // the live members of a wave that need no answer of their own

	// Queue and Filter select what a list holds. Expect is how many items the caller
	// believes these are; another number changes nothing.
	Queue  triage.Queue
	Filter postgres.ItemFilter
	Expect int
}

// Bounds of one selection, and how many items share one transaction.
const (
	MaxIDs     = 500
	maxMembers = 5000
	chunk      = 200
)

// Verb names what is done to a selection.
type Verb string

// The verbs.
const (
	VerbResolve  Verb = "resolve"
	VerbDismiss  Verb = "dismiss"
	VerbSnooze   Verb = "snooze"
	VerbAssign   Verb = "assign"
	VerbTags     Verb = "tags"
	VerbRelease  Verb = "release"
	VerbHandOver Verb = "handover"
)

// Verbs returns all verbs.
func Verbs() []Verb {
	return []Verb{VerbResolve, VerbDismiss, VerbSnooze, VerbAssign, VerbTags, VerbRelease, VerbHandOver}
}

// Action is what is done to each item of a selection. The other fields are read as the
// verb needs them.
type Action struct {
	Verb        Verb
	Outcome     Outcome
	Until       time.Time
	UntilAuthor bool
	Assignee    triage.ID
	Add, Remove []string // tags
	Reason      string
	Note        string
}

func (a Action) work() (work, error) {
	switch a.Verb {
	case VerbResolve:
		return acting("item.resolved", resolve(a.Outcome, Outcomes(), a.Note)), nil
	case VerbDismiss:
		return acting("item.dismissed", resolve(a.Outcome, triage.Dismissals(), a.Note)), nil
	case VerbSnooze:
		return acting("item.snoozed", snooze(a.Until, a.UntilAuthor)), nil
	case VerbAssign:
		return acting("item.assigned", assign(a.Assignee)), nil
	case VerbTags:
		return acting("item.tagged", tag(a.Add, a.Remove)), nil
	case VerbRelease:
		return acting("item.released", release), nil
	case VerbHandOver:
		return acting("item.handed_over", handOver(a.Reason, a.Note)), nil
	}
	return nil, triage.Errorf(triage.Invalid, "There is no such action.")
}

// Skipped are items that were left as they are, and why. Each has the reason in words of
// ours: not_found, gone, forbidden, closed, held, assigned, not_held, not_possible, or
// unavailable for those that the database went away before.
type Skipped struct {
	Why    string
	Holder triage.ID // whose they are, with held and assigned
	Name   string
	IDs    []triage.ID
}

// BulkResult says what became of each item of a selection.
type BulkResult struct {
	Done      []triage.ID
	Unchanged []triage.ID // they were that way already
	Skipped   []Skipped
	UndoID    triage.ID // empty when nothing can be taken back
	UndoUntil time.Time

	refused error // why the first of those was not possible
}

// Bulk does the same to many items, in transactions of some hundred each, in the order of
// their ids. Items that somebody else holds are skipped, for leads too. An action that no
// item could take is Invalid, and changes nothing.
func (d *Desk) Bulk(ctx context.Context, who postgres.Caller, s Selection, a Action) (BulkResult, error) {
	do, err := a.work()
	if err != nil {
		return BulkResult{}, err
	}
	ids, err := d.selected(ctx, who, s)
	if err != nil {
		return BulkResult{}, err
	}
	var out BulkResult
	var undo postgres.Undo
	for from := 0; from < len(ids); from += chunk {
		one, kept, err := d.bulk(ctx, who, ids[from:min(from+chunk, len(ids))], do, undo)
		if err != nil && undo.ID == "" {
			return out, err
		}
		if err != nil { // what is done can be taken back, so the caller has to know
			out.addSkipped(Skipped{Why: "unavailable", IDs: ids[from:]})
			break
		}
		undo = kept
		out.add(one)
	}
	if out.refused != nil && len(out.Done)+len(out.Unchanged) == 0 {
		return out, out.refused
	}
	out.UndoID, out.UndoUntil = undo.ID, undo.ExpiresAt
	return out, nil
}

// selected returns the ids of a selection in order, each once.
func (d *Desk) selected(ctx context.Context, who postgres.Caller, s Selection) ([]triage.ID, error) {
	var ids []triage.ID
	var err error
	switch {
	case len(s.IDs) > MaxIDs:
		return nil, triage.Errorf(triage.Invalid, "Name at most %d items.", MaxIDs)
	case len(s.IDs) > 0:
		ids = slices.Clone(s.IDs)
	case s.Wave != "":
		ids, err = d.store.WaveMembers(ctx, who.BrandID, s.Wave, maxMembers+1)
	case s.Queue.Valid():
		ids, err = d.store.ItemIDs(ctx, who.BrandID, s.Queue, s.Filter, maxMembers+1)
		if err == nil && len(ids) <= maxMembers && len(ids) != s.Expect {
			return nil, triage.Errorf(triage.Conflict, "The list holds another number of items by now.").With("count", len(ids))
		}
	default:
		return nil, triage.Errorf(triage.Invalid, "Say which items.")
	}
	if err != nil {
		return nil, err
	}
	if len(ids) > maxMembers {
		return nil, triage.Errorf(triage.Invalid, "These are more than %d items: narrow it down.", maxMembers)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// bulk does the same to some items in one transaction, and returns the undo that holds
// them too.
func (d *Desk) bulk(ctx context.Context, who postgres.Caller, ids []triage.ID, do work, undo postgres.Undo) (BulkResult, postgres.Undo, error) {
	var out BulkResult
	var kept postgres.Undo
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		out = BulkResult{}
		items, err := tx.LockItems(ctx, who.BrandID, ids)
		if err != nil {
			return err
		}
		s := &session{ctx: ctx, tx: tx, who: who, undo: undo}
		changes, err := s.each(items, do, &out)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !slices.ContainsFunc(items, func(i postgres.Item) bool { return i.ID == id }) {
				out.skip("not_found", postgres.Item{ID: id})
			}
		}
		err = s.save(changes...)
		kept = s.undo.Forget()
		return err
	})
	return out, kept, err
}

// each applies the same work to items and sorts them by what became of it.
func (s *session) each(items []postgres.Item, do work, out *BulkResult) ([]*change, error) {
	var changes []*change
	for _, i := range items {
		why, err := s.keptFrom(i)
		if err != nil {
			return nil, err
		}
		if why != "" {
			out.skip(why, i)
			continue
		}
		c, err := s.apply(i, Given{}, do)
		switch kind := triage.KindOf(err); {
		case err == nil && c.kept:
			out.Unchanged = append(out.Unchanged, i.ID)
		case err == nil:
			changes = append(changes, c)
			out.Done = append(out.Done, i.ID)
		case kind == triage.Forbidden:
			out.skip("forbidden", i)
		case kind == triage.Conflict:
			out.skip("not_held", i)
		case kind == triage.Invalid:
			out.skip("not_possible", i)
			out.refused = cmp.Or(out.refused, err)
		default:
			return nil, err
		}
	}
	return changes, nil
}

// keptFrom says why an item is no part of what somebody does to many, empty when it is.
func (s *session) keptFrom(i postgres.Item) (string, error) {
	switch {
	case i.Erased:
		return "gone", nil
	case !s.who.Role.Works(i.Queue):
		return "forbidden", nil
	case !i.Live():
		return "closed", nil
	case i.Assignee == s.who.PersonID:
		return "", nil
	case i.HeldAt(s.tx.Now):
		return "held", nil
	case i.TakenAt(s.tx.Now) && !leads(s.who.Role):
		return "assigned", nil
	}
	waits, err := s.awaitsLead(i)
	if waits {
		return "forbidden", err
	}
	return "", err
}

func (r *BulkResult) skip(why string, i postgres.Item) {
	one := Skipped{Why: why, IDs: []triage.ID{i.ID}}
	if why == "held" || why == "assigned" {
		one.Holder, one.Name = i.Assignee, i.AssigneeName
	}
	r.addSkipped(one)
}

func (r *BulkResult) addSkipped(one Skipped) {
	for n := range r.Skipped {
		if r.Skipped[n].Why == one.Why && r.Skipped[n].Holder == one.Holder {
			r.Skipped[n].IDs = append(r.Skipped[n].IDs, one.IDs...)
			return
		}
	}
	r.Skipped = append(r.Skipped, one)
}

func (r *BulkResult) add(one BulkResult) {
	r.Done, r.Unchanged = append(r.Done, one.Done...), append(r.Unchanged, one.Unchanged...)
	r.refused = cmp.Or(r.refused, one.refused)
	for _, skipped := range one.Skipped {
		r.addSkipped(skipped)
	}
}
