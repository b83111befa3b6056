package access

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// InvitationValid is how long an invitation can be accepted.
const InvitationValid = 7 * 24 * time.Hour

// errGrant says that nobody gives more than they have.
var errGrant = triage.Errorf(triage.Forbidden, "You cannot give a role above your own.")

// Invite makes an invitation for a mail address and returns it with the token of its link,
// which is shown this once. who must be allowed to grant the role.
func (g *Gate) Invite(ctx context.Context, who postgres.Caller, address string, role triage.Role) (postgres.Invitation, string, error) {
	if !who.Role.Grants(role) {
		return postgres.Invitation{}, "", errGrant
	}
	return g.invite(ctx, who.Actor(), who.BrandID, address, role)
}

// InviteByCommand is Invite for whoever administers the installation.
func (g *Gate) InviteByCommand(ctx context.Context, brand triage.ID, address string, role triage.Role) (postgres.Invitation, string, error) {
	return g.invite(ctx, postgres.Actor{}, brand, address, role)
}

func (g *Gate) invite(ctx context.Context, actor postgres.Actor, brand triage.ID, address string, role triage.Role) (made postgres.Invitation, link string, err error) {
	if address, err = usable(address); err != nil {
		return made, "", err
	}
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if _, err := tx.LockMembers(ctx, brand); err != nil { // one link per address
			return err
		}
		made, link, err = tx.AddInvitation(ctx, actor, brand, address, role, InvitationValid)
		return err
	})
	return made, link, err
}

// RevokeInvitation ends an invitation of who's brand.
func (g *Gate) RevokeInvitation(ctx context.Context, who postgres.Caller, id triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		return tx.RevokeInvitation(ctx, who.Actor(), who.BrandID, id)
	})
}

// Acceptance is what somebody brings to accept an invitation.
type Acceptance struct {
	Link     string
	Name     string // of somebody new
	Password string // the one to be, or that of the account that there is
	Session  string // cookie of whoever is signed in already, which proves it too
}

// Accept makes whoever has the link a member of the brand, and signs them in. Somebody new
// gets an account. Whoever has an account under the address must prove to be it, by its
// password or a session: the link went through other hands, and opens no account that
// exists. A link that is not valid is NotFound.
func (g *Gate) Accept(ctx context.Context, v Visitor, a Acceptance) (Entered, error) {
	invited, err := g.peek(ctx, a.Link)
	if err != nil {
		return Entered{}, err
	}
	account, err := g.store.AccountByMail(ctx, invited.Mail)
	switch {
	case triage.KindOf(err) == triage.NotFound:
		return g.acceptNew(ctx, v, a, invited)
	case err != nil:
		return Entered{}, err
	}
	if err := g.proveForInvitation(ctx, v, a, account); err != nil {
		return Entered{}, err
	}
	var in Entered
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if err := g.join(ctx, tx, a.Link, account.PersonID); err != nil {
			return err
		}
		in, err = g.enter(ctx, tx, v, account.PersonID, postgres.ByPassword)
		return err
	})
	return in, err
}

func (g *Gate) peek(ctx context.Context, link string) (invited postgres.Invitation, err error) {
	err = g.store.InTx(ctx, func(tx *postgres.Tx) error {
		invited, err = tx.InvitationBehind(ctx, link)
		return err
	})
	return invited, err
}

func (g *Gate) proveForInvitation(ctx context.Context, v Visitor, a Acceptance, account postgres.Account) error {
	if a.Session != "" {
		session, err := g.store.SessionBehind(ctx, a.Session, g.store.Now())
		if err == nil && session.PersonID == account.PersonID {
			return nil
		}
		if err != nil && triage.KindOf(err) != triage.Unauthorized {
			return err
		}
	}
	if a.Password == "" {
		return triage.Errorf(triage.Unauthorized, "That address has an account. Sign in first, or give its password.")
	}
	return g.prove(ctx, v, account.Mail, account, a.Password)
}

// acceptNew makes an account for the invited address, for the person that the brand already
// knows under it or for somebody new.
func (g *Gate) acceptNew(ctx context.Context, v Visitor, a Acceptance, invited postgres.Invitation) (Entered, error) {
	phc, err := g.keep(ctx, a.Password, invited.Mail, a.Name)
	if err != nil {
		return Entered{}, err
	}
	var in Entered
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if err := tx.LockMail(ctx, invited.Mail); err != nil {
			return err
		}
		person, err := g.personFor(ctx, tx, invited, a.Name)
		if err != nil {
			return err
		}
		if err := tx.AddAccount(ctx, person, invited.Mail); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, person, phc); err != nil {
			return err
		}
		if err := g.join(ctx, tx, a.Link, person); err != nil {
			return err
		}
		in, err = g.enter(ctx, tx, v, person, postgres.ByPassword)
		return err
	})
	return in, err
}

// personFor returns the member whom the brand alone knows under the invited address, or
// makes a person. Somebody who works for other brands too is not given away by a link of
// this one.
func (g *Gate) personFor(ctx context.Context, tx *postgres.Tx, invited postgres.Invitation, name string) (triage.ID, error) {
	known, err := tx.PeopleByMail(ctx, invited.Mail)
	if err != nil {
		return "", err
	}
	if len(known) == 1 {
		works, err := tx.Memberships(ctx, known[0].ID)
		if err != nil {
			return "", err
		}
		if len(works) == 1 && works[0].BrandID == invited.BrandID {
			return known[0].ID, nil
		}
	}
	return tx.AddPerson(ctx, postgres.PersonRow{Name: name, Email: invited.Mail})
}

// join takes the invitation and makes the person a member. A role that the person has there
// already stays unless the invitation gives more. An invitation of somebody who can no longer
// grant its role has ended with that.
func (g *Gate) join(ctx context.Context, tx *postgres.Tx, link string, person triage.ID) error {
	invited, err := tx.InvitationBehind(ctx, link)
	if err != nil {
		return err
	}
	if _, err := tx.LockMembers(ctx, invited.BrandID); err != nil {
		return err
	}
	if invited.InvitedBy != "" {
		host, err := tx.Member(ctx, invited.BrandID, invited.InvitedBy)
		if triage.KindOf(err) == triage.NotFound || err == nil && !host.Role.Grants(invited.Role) {
			return triage.Errorf(triage.NotFound, "This invitation is not valid, or no longer.")
		}
		if err != nil {
			return err
		}
	}
	if err := tx.TakeInvitation(ctx, invited, person); err != nil {
		return err
	}
	actor := postgres.Actor{Person: person}
	if err := tx.AddMember(ctx, actor, invited.BrandID, person, invited.Role); err != nil {
		return err
	}
	member, err := tx.Member(ctx, invited.BrandID, person)
	if err != nil {
		return err
	}
	if member.Role.Within(invited.Role) == member.Role && member.Role != invited.Role {
		return tx.SetRole(ctx, actor, invited.BrandID, person, invited.Role)
	}
	return nil
}
