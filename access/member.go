package access

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// errLastAdmin keeps every brand in somebody's hands.
var errLastAdmin = triage.Errorf(triage.Conflict, "A brand needs an administrator. Make somebody else one first.")

// MemberChange says what to change of a member; nil fields stay as they are.
type MemberChange struct {
	Role *triage.Role
	Name *string
}

// ChangeMember changes the role or name of somebody who works for who's brand. Nobody
// grants a role above their own or changes somebody above themselves (Forbidden), and the
// last administrator remains one (Conflict).
func (g *Gate) ChangeMember(ctx context.Context, who postgres.Caller, person triage.ID, change MemberChange) (postgres.MemberRow, error) {
	var after postgres.MemberRow
	err := g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		admins, err := tx.LockMembers(ctx, who.BrandID)
		if err != nil {
			return err
		}
		member, err := tx.Member(ctx, who.BrandID, person)
		if err != nil {
			return err
		}
		if change.Role != nil {
			if err := setRole(ctx, tx, who, member, *change.Role, admins); err != nil {
				return err
			}
		}
		if change.Name != nil {
			if err := rename(ctx, tx, who, member, *change.Name); err != nil {
				return err
			}
		}
		after, err = tx.Member(ctx, who.BrandID, person)
		return err
	})
	return after, err
}

func setRole(ctx context.Context, tx *postgres.Tx, who postgres.Caller, member postgres.MemberRow, role triage.Role, admins int) error {
	if !who.Role.Grants(role) || !who.Role.Grants(member.Role) {
		return errGrant
	}
	if member.Role == triage.RoleAdmin && role != triage.RoleAdmin && admins < 2 {
		return errLastAdmin
	}
	if err := tx.SetRole(ctx, who.Actor(), who.BrandID, member.ID, role); err != nil {
		return err
	}
	return giveBack(ctx, tx, who, member.ID, func(q triage.Queue) bool { return !role.Works(q) })
}

func rename(ctx context.Context, tx *postgres.Tx, who postgres.Caller, member postgres.MemberRow, name string) error {
	own, err := tx.NamesThemselves(ctx, member.ID)
	if err != nil {
		return err
	}
	if member.ID != who.PersonID && (own || !who.Role.Grants(member.Role)) {
		return triage.Errorf(triage.Forbidden, "Only they themselves can change this name.")
	}
	if err := tx.Rename(ctx, member.ID, name); err != nil {
		return err
	}
	return tx.Audit(ctx, postgres.AuditRow{BrandID: who.BrandID, Actor: who.Actor(), Action: "person.renamed",
		Subject: "person", SubjectID: member.ID})
}

// RemoveMember ends what somebody is for who's brand: what they hold goes back to the
// queues, their tokens for the brand end, and with the last membership their sessions. The
// last administrator cannot go (Conflict). Everybody may go by themselves; to let somebody
// else go takes a role that could grant theirs.
func (g *Gate) RemoveMember(ctx context.Context, who postgres.Caller, person triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		admins, err := tx.LockMembers(ctx, who.BrandID)
		if err != nil {
			return err
		}
		member, err := tx.Member(ctx, who.BrandID, person)
		if err != nil {
			return err
		}
		if member.ID != who.PersonID && !who.Role.Grants(member.Role) {
			return triage.Errorf(triage.Forbidden, "You cannot let somebody above yourself go.")
		}
		if member.Role == triage.RoleAdmin && admins < 2 {
			return errLastAdmin
		}
		if err := tx.RemoveMember(ctx, who.Actor(), who.BrandID, member.ID); err != nil {
			return err
		}
		return giveBack(ctx, tx, who, member.ID, func(triage.Queue) bool { return true })
	})
}

// giveBack returns what a person holds in those queues, under a new fencing number, so that
// a late write of theirs is refused.
func giveBack(ctx context.Context, tx *postgres.Tx, who postgres.Caller, person triage.ID, from func(triage.Queue) bool) error {
	ids, err := tx.HeldBy(ctx, who.BrandID, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		item, err := tx.LockItem(ctx, who.BrandID, id)
		if err != nil {
			return err
		}
		if item.Assignee != person || !item.Live() || !from(item.Queue) {
			continue // it changed hands meanwhile
		}
		if item.Status == triage.StatusClaimed {
			item.Status = triage.StatusOpen
		}
		item.Assignee, item.LeaseUntil = "", time.Time{}
		item.Fence++
		if _, err := tx.SaveItem(ctx, item); err != nil {
			return err
		}
		err = tx.Audit(ctx, postgres.AuditRow{BrandID: item.BrandID, Actor: who.Actor(), Action: "item.released", Subject: "item",
			SubjectID: item.ID, Detail: map[string]any{"before": person, "because": "member_left"}})
		if err != nil {
			return err
		}
	}
	return nil
}
