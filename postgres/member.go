package postgres

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// noMember is the one answer for people who do not work for a brand and for those that do
// not exist.
var noMember = triage.Errorf(triage.NotFound, "There is no such person.")

// Member returns one member of a brand. Somebody who does not work for it, somebody who does
// not exist and a malformed id are the same NotFound error.
func (r Reads) Member(ctx context.Context, brand, person triage.ID) (MemberRow, error) {
	found, err := r.members(ctx, ` AND p.id = $2`, brand, orNil(person))
	if err == nil && len(found) == 0 {
		return MemberRow{}, noMember
	}
	if err != nil {
		return MemberRow{}, err
	}
	return found[0], nil
}

// LockMembers lets one transaction at a time change who works for a brand, and returns how
// many administrators it has.
func (t *Tx) LockMembers(ctx context.Context, brand triage.ID) (admins int, err error) {
	if err := t.exec(ctx, `SELECT FROM brands WHERE id = $1 FOR NO KEY UPDATE`, brand); err != nil {
		return 0, fmt.Errorf("members of brand %s: %w", brand, err)
	}
	err = t.tx.QueryRow(ctx, `SELECT count(*) FROM memberships WHERE brand_id = $1 AND role = 'admin'`, brand).Scan(&admins)
	if err != nil {
		return 0, fmt.Errorf("members of brand %s: %w", brand, err)
	}
	return admins, nil
}

// HeldBy returns the live items of a brand that a person holds or is assigned, in the order
// in which to lock them.
func (r Reads) HeldBy(ctx context.Context, brand, person triage.ID) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `SELECT id FROM items
		WHERE brand_id = $1 AND assignee_id = $2 AND status IN ('open', 'claimed', 'snoozed', 'waiting') ORDER BY id`, brand, person)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, fmt.Errorf("items of person %s: %w", person, err)
	}
	return ids, nil
}

// RemoveMember ends what a person is for a brand: the membership, the tokens, their own
// views, and the sessions once no brand is left.
func (t *Tx) RemoveMember(ctx context.Context, actor Actor, brand, person triage.ID) error {
	tag, err := t.tx.Exec(ctx, `DELETE FROM memberships WHERE brand_id = $1 AND person_id = $2`, brand, person)
	if err != nil {
		return fmt.Errorf("member %s of brand %s: %w", person, brand, err)
	}
	if tag.RowsAffected() == 0 {
		return noMember
	}
	tokens, err := t.TokensOf(ctx, brand, person)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if err := t.RevokeToken(ctx, actor, brand, token.ID); err != nil {
			return err
		}
	}
	if err := t.ForgetViewsOf(ctx, brand, person); err != nil {
		return err
	}
	err = t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "member.removed", Subject: "person", SubjectID: person})
	if err != nil {
		return err
	}
	err = t.exec(ctx, `DELETE FROM sessions WHERE person_id = $1
		AND NOT EXISTS (SELECT FROM memberships WHERE person_id = $1)`, person)
	if err != nil {
		return fmt.Errorf("sessions of person %s: %w", person, err)
	}
	return nil
}

// NamesThemselves reports whether only the person may change their name: those who sign in,
// and those who work for more than one brand.
func (r Reads) NamesThemselves(ctx context.Context, person triage.ID) (bool, error) {
	var yes bool
	err := r.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM accounts WHERE person_id = $1)
		OR (SELECT count(*) FROM memberships WHERE person_id = $1) > 1`, person).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("person %s: %w", person, err)
	}
	return yes, nil
}

// Rename changes a person's name.
func (t *Tx) Rename(ctx context.Context, person triage.ID, name string) error {
	name, err := personName(name)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `UPDATE people SET name = $2 WHERE id = $1`, person, name); err != nil {
		return fmt.Errorf("person %s: %w", person, err)
	}
	return nil
}

// personName returns name as it is kept, or an Invalid error.
func personName(name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", triage.Errorf(triage.Invalid, "A person needs a name, on one line.")
	}
	if uuid.Validate(name) == nil {
		return "", triage.Errorf(triage.Invalid, "A name must not look like an id.")
	}
	return name, nil
}
