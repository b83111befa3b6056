package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// invitationPrefix leads every invitation, so that it is not taken for a token.
const invitationPrefix = "inv_"

// Invitation is one invitation as it is kept: without its link.
type Invitation struct {
	BrandID    triage.ID
	ID         triage.ID
	Mail       string // lower case
	Role       triage.Role
	InvitedBy  triage.ID // empty: from the command line
	CreatedAt  time.Time
	ExpiresAt  time.Time
	AcceptedAt time.Time // zero until then
	AcceptedBy triage.ID
	RevokedAt  time.Time // zero until then
}

// Open reports whether the invitation can still be accepted at now.
func (i Invitation) Open(now time.Time) bool {
	return i.AcceptedAt.IsZero() && i.RevokedAt.IsZero() && now.Before(i.ExpiresAt)
}

const selectInvitations = `SELECT brand_id, id, mail, role, invited_by, created_at, expires_at, accepted_at, accepted_by, revoked_at
	FROM invitations WHERE brand_id = $1 `

// Invitations returns the invitations of a brand that were made since, newest first.
func (r Reads) Invitations(ctx context.Context, brand triage.ID, since time.Time) ([]Invitation, error) {
	rows, _ := r.db.Query(ctx, selectInvitations+`AND created_at >= $2 ORDER BY created_at DESC, id DESC`, brand, since)
	found, err := pgx.CollectRows(rows, scanInvitation)
	if err != nil {
		return nil, unavailable(fmt.Errorf("invitations of brand %s: %w", brand, err))
	}
	return found, nil
}

// InvitationBehind returns and locks the open invitation that a link stands for. A link that
// is malformed, unknown, revoked, used or past its time is the same NotFound error.
func (t *Tx) InvitationBehind(ctx context.Context, link string) (Invitation, error) {
	gone := triage.Errorf(triage.NotFound, "This invitation is not valid, or no longer.")
	brand, ok := brandOf(invitationPrefix, link)
	if !ok {
		return Invitation{}, gone
	}
	hash := sha256.Sum256([]byte(link))
	rows, _ := t.tx.Query(ctx, selectInvitations+`AND hash = $2 FOR UPDATE`, brand, hash[:])
	i, err := pgx.CollectExactlyOneRow(rows, scanInvitation)
	if errors.Is(err, pgx.ErrNoRows) {
		return Invitation{}, gone
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("invitation: %w", err)
	}
	if !i.Open(t.Now) {
		return Invitation{}, gone
	}
	return i, nil
}

func scanInvitation(row pgx.CollectableRow) (Invitation, error) {
	var i Invitation
	var by, acceptedBy *triage.ID
	var accepted, revoked *time.Time
	err := row.Scan(&i.BrandID, &i.ID, &i.Mail, &i.Role, &by, &i.CreatedAt, &i.ExpiresAt, &accepted, &acceptedBy, &revoked)
	i.InvitedBy, i.AcceptedBy, i.AcceptedAt, i.RevokedAt = orEmptyID(by), orEmptyID(acceptedBy), orZero(accepted), orZero(revoked)
	return i, err
}

func orEmptyID(id *triage.ID) triage.ID {
	if id == nil {
		return ""
	}
	return *id
}

// AddInvitation keeps an invitation and returns it with its link, which nobody can read
// again. Earlier ones of the brand for the same address end.
func (t *Tx) AddInvitation(ctx context.Context, actor Actor, brand triage.ID, mail string, role triage.Role, valid time.Duration) (Invitation, string, error) {
	link, ok := newSecret(invitationPrefix, brand)
	if !ok {
		return Invitation{}, "", triage.Errorf(triage.Invalid, "An invitation needs a brand.")
	}
	i := Invitation{
		BrandID: brand, ID: NewID(), Mail: mail, Role: role, InvitedBy: actor.Person, CreatedAt: t.Now, ExpiresAt: t.Now.Add(valid),
	}
	err := t.exec(ctx, `UPDATE invitations SET revoked_at = $3
		WHERE brand_id = $1 AND mail = $2 AND accepted_at IS NULL AND revoked_at IS NULL`, brand, mail, t.Now)
	if err != nil {
		return Invitation{}, "", fmt.Errorf("invitations of brand %s: %w", brand, err)
	}
	hash := sha256.Sum256([]byte(link))
	err = t.exec(ctx, `
		INSERT INTO invitations (brand_id, id, mail, role, hash, invited_by, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i.BrandID, i.ID, i.Mail, i.Role, hash[:], idOrNull(i.InvitedBy), i.CreatedAt, i.ExpiresAt)
	if violated(err) == "invitations_role" {
		return Invitation{}, "", triage.Errorf(triage.Invalid, "There is no such role.")
	}
	if err != nil {
		return Invitation{}, "", fmt.Errorf("invitation of brand %s: %w", brand, err)
	}
	return i, link, t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "invitation.added", Subject: "invitation",
		SubjectID: i.ID, Detail: map[string]any{"role": role}})
}

// RevokeInvitation ends an open invitation at once. Revoking it again changes nothing; one
// that was accepted is a Conflict.
func (t *Tx) RevokeInvitation(ctx context.Context, actor Actor, brand, id triage.ID) error {
	rows, _ := t.tx.Query(ctx, selectInvitations+`AND id = $2 FOR UPDATE`, brand, orNil(id))
	i, err := pgx.CollectExactlyOneRow(rows, scanInvitation)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return triage.Errorf(triage.NotFound, "There is no such invitation.")
	case err != nil:
		return fmt.Errorf("invitation %s: %w", id, err)
	case !i.AcceptedAt.IsZero():
		return triage.Errorf(triage.Conflict, "The invitation was accepted already; end the membership instead.")
	case !i.RevokedAt.IsZero():
		return nil
	}
	if err := t.exec(ctx, `UPDATE invitations SET revoked_at = $3 WHERE brand_id = $1 AND id = $2`, brand, i.ID, t.Now); err != nil {
		return fmt.Errorf("invitation %s: %w", id, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "invitation.revoked", Subject: "invitation", SubjectID: i.ID})
}

// TakeInvitation notes who accepted an invitation.
func (t *Tx) TakeInvitation(ctx context.Context, i Invitation, person triage.ID) error {
	err := t.exec(ctx, `UPDATE invitations SET accepted_at = $3, accepted_by = $4 WHERE brand_id = $1 AND id = $2`,
		i.BrandID, i.ID, t.Now, person)
	if err != nil {
		return fmt.Errorf("invitation %s: %w", i.ID, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: i.BrandID, Actor: Actor{Person: person}, Action: "invitation.accepted",
		Subject: "invitation", SubjectID: i.ID})
}
