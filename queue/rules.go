package queue

import (
	"strings"
	"time"
	"unicode/utf8"

	"triage/postgres"
	"triage/triage"
)

var (
	errRole = triage.Errorf(triage.Forbidden, "Your role does not work on this queue.")
	errGone = triage.Errorf(triage.Gone, "This comment was erased.")

	errNeedsLead = triage.Errorf(triage.Forbidden, "It was handed over more than once: a lead decides about it.")
)

// mayClaim checks that the item is free or the caller's own. Leads may take what is only
// assigned.
func mayClaim(i postgres.Item, who postgres.Caller, given Given, now time.Time) error {
	switch {
	case !i.Live():
		return conflict(i, "The item is closed.")
	case i.Assignee == who.PersonID:
	case i.HeldAt(now):
		return conflict(i, "Somebody else holds this item.")
	case i.TakenAt(now) && !leads(who.Role):
		return conflict(i, "This item is assigned to somebody else.")
	}
	return current(i, given)
}

// mayAct checks that the caller's word on the item counts: it is nobody else's, or the
// caller leads. A caller whose lease ran out still counts, as long as nobody has claimed
// the item since.
func mayAct(i postgres.Item, who postgres.Caller, given Given, now time.Time) error {
	switch {
	case !i.Live():
		return conflict(i, "The item is closed.")
	case i.Assignee == who.PersonID || leads(who.Role):
	case i.HeldAt(now):
		return conflict(i, "Somebody else holds this item.")
	case i.TakenAt(now):
		return conflict(i, "This item is assigned to somebody else.")
	}
	return current(i, given)
}

// current checks that nobody has claimed the item since the caller did.
func current(i postgres.Item, given Given) error {
	if given.Fence != nil && *given.Fence < i.Fence {
		return conflict(i, "Your lease on this item has ended.")
	}
	return nil
}

// conflict tells the caller how the item stands and who holds it. The status is called
// state, since a problem document has a status of its own (RFC 9457, section 3.1.2).
func conflict(i postgres.Item, message string) *triage.Error {
	err := triage.Errorf(triage.Conflict, "%s", message).
		With("state", i.Status).With("version", i.Version).With("fence", i.Fence)
	if i.Assignee != "" {
		err = err.With("holder", map[string]any{"id": i.Assignee, "name": i.AssigneeName})
	}
	if !i.LeaseUntil.IsZero() {
		err = err.With("lease_until", i.LeaseUntil)
	}
	return err
}

// maxNote bounds what can be written down about an item, in characters.
const maxNote = 2000

// cleanNote returns a note without the space around it, or an Invalid error when it
// cannot be stored.
func cleanNote(text string) (string, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > maxNote {
		return "", triage.Errorf(triage.Invalid, "A note is text of at most %d characters.", maxNote)
	}
	return strings.TrimSpace(text), nil
}
