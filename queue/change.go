package queue

import (
	"context"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// plan is the routing plan of a brand, whose calendar the clocks follow.
type plan = routing.Plan

// work changes an item that nobody else can change meanwhile.
type work func(*change) error

// session is what one person changes in one transaction.
type session struct {
	ctx  context.Context
	tx   *postgres.Tx
	who  postgres.Caller
	plan *plan         // nil until somebody asks
	lead *bool         // whether the brand has a lead at all; nil until somebody asks
	undo postgres.Undo // ID is empty when nothing can be taken back
}

// change is one person's change of one locked item.
type change struct {
	*session
	given  Given
	before postgres.Item
	item   postgres.Item // as it will be saved
	action string
	detail map[string]any
	notes  []postgres.NewNote
	kept   bool // nothing was changed
	undone bool // it can be taken back
}

// apply lets work change an item, after the checks that every change asks for: the text
// still exists, and the caller saw the current version. Whoever holds the item keeps it
// for another lease.
func (s *session) apply(item postgres.Item, given Given, work work) (*change, error) {
	switch {
	case item.Erased:
		return nil, errGone
	case given.Version != nil && *given.Version != item.Version:
		return nil, triage.Errorf(triage.Stale, "The item has changed since you read it.").With("version", item.Version)
	}
	c := &change{session: s, given: given, before: item, item: item, detail: map[string]any{}}
	if err := work(c); err != nil {
		return nil, err
	}
	if c.item.Status == triage.StatusClaimed && c.item.Assignee == s.who.PersonID {
		c.item.LeaseUntil = s.tx.Now.Add(Lease)
	}
	return c, nil
}

// save writes changes of different items with all that belongs to them.
func (s *session) save(changes ...*change) error {
	var items []postgres.Item
	var audit []postgres.AuditRow
	var notes []postgres.NewNote
	var ended, touched, handled []triage.ID
	for _, c := range changes {
		if c.kept {
			continue
		}
		items = append(items, c.item)
		notes = append(notes, c.notes...)
		c.detail["version"] = c.item.Version + 1
		audit = append(audit, s.row(c.action, c.item.ID, c.detail))
		if c.undone {
			s.undo.Add(s.tx, s.who.PersonID, c.action, c.before)
		}
		if !c.before.NextDueAt.IsZero() && c.item.NextDueAt.IsZero() {
			ended = append(ended, c.item.ID)
		}
		if c.before.Live() && !c.item.Live() && c.item.Kind == owner {
			handled = append(handled, c.item.EngagementID)
		}
		if c.detail["answered"] == true && c.item.AuthorID != "" {
			touched = append(touched, c.item.AuthorID)
		}
	}
	for _, step := range []func() error{
		func() error { return s.tx.SaveItems(s.ctx, s.who.BrandID, items) },
		func() error { return s.tx.AddNotes(s.ctx, notes) },
		func() error { return s.endAsked(ended) },
		func() error { return s.tx.Touch(s.ctx, s.who.BrandID, s.who.PersonID, touched) },
		func() error { return s.tx.KeepHandled(s.ctx, s.who.BrandID, handled) },
		func() error { return s.tx.KeepUndo(s.ctx, s.undo) },
		func() error { return s.tx.Audit(s.ctx, audit...) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) endAsked(items []triage.ID) error {
	if len(items) == 0 {
		return nil
	}
	plan, err := s.planned()
	if err != nil {
		return err
	}
	return s.tx.EndAsked(s.ctx, plan, s.who.BrandID, items)
}

func (s *session) row(action string, item triage.ID, detail map[string]any) postgres.AuditRow {
	return postgres.AuditRow{
		BrandID: s.who.BrandID, Actor: s.who.Actor(), Action: action, Subject: "item", SubjectID: item, Detail: detail,
	}
}

// planned returns the plan in force, which says what the clocks count.
func (s *session) planned() (plan, error) {
	if s.plan == nil {
		found, err := s.tx.Plan(s.ctx, s.who.BrandID)
		if err != nil {
			return plan{}, err
		}
		s.plan = &found
	}
	return *s.plan, nil
}

// awaitsLead reports whether a lead has to decide about an item before its person may. What
// was dealt or given to the person is decided, and where nobody leads nothing waits for it.
func (s *session) awaitsLead(i postgres.Item) (bool, error) {
	if !i.NeedsLead || leads(s.who.Role) || i.Assignee == s.who.PersonID {
		return false, nil
	}
	if s.lead == nil {
		some, err := s.tx.HasLead(s.ctx, s.who.BrandID)
		if err != nil {
			return false, err
		}
		s.lead = &some
	}
	return *s.lead, nil
}

// decided returns an error while a lead has to decide about the item first.
func (c *change) decided() error {
	waits, err := c.awaitsLead(c.item)
	if err == nil && waits && c.item.Live() {
		err = errNeedsLead
	}
	return err
}

// clock lets work move the item's clocks by the plan in force.
func (c *change) clock(move func(i *postgres.Item, plan plan, now time.Time)) error {
	plan, err := c.planned()
	if err != nil {
		return err
	}
	move(&c.item, plan, c.tx.Now)
	return nil
}

// resume lets the clocks run on if they stand.
func (c *change) resume() error {
	if c.item.PausedAt.IsZero() {
		return nil
	}
	return c.clock((*postgres.Item).Resume)
}

// open puts the item back for anybody.
func (c *change) open() {
	i := &c.item
	i.Status, i.Assignee, i.WakeOnAuthor = triage.StatusOpen, "", false
	i.LeaseUntil, i.SnoozedUntil, i.ClosedAt, i.Outcome = time.Time{}, time.Time{}, time.Time{}, ""
}

// take lets whoever else believes to hold the item be late from now on.
func (c *change) take() {
	if c.item.Assignee != c.who.PersonID {
		c.item.Fence++
	}
}

// note keeps text, unless it is empty, and names it in the audit row.
func (c *change) note(name, text string) error {
	text, err := cleanNote(text)
	if err != nil || text == "" {
		return err
	}
	id := postgres.NewID()
	c.notes = append(c.notes, postgres.NewNote{ID: id, Item: c.item, PersonID: c.who.PersonID, Action: c.action, Text: text})
	c.detail[name] = id
	return nil
}

// reason puts r before the reasons of the placement. A handover replaces the words about
// earlier ones, a correction all words of people.
func (c *change) reason(r triage.Reason) {
	replaced := []string{"handed_over"}
	if r.Rule == "corrected" || r.Rule == "corrections_withdrawn" {
		replaced = append(replaced, "corrected", "corrections_withdrawn")
	}
	c.item.Reasons = postgres.WithReason(c.item, r, replaced...)
}
