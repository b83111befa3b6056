package access

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

// Vouched is somebody whom a provider vouches for.
type Vouched struct {
	Issuer, Subject string
	Mail            string // lower case; empty unless verified
	Name            string
	Link            string // of an invitation, empty without one
}

// errUninvited says that a provider's word alone makes nobody a member.
var errUninvited = triage.Errorf(triage.Forbidden, "Nobody has invited this address.")

// EnterVouched lets in whom a provider vouches for: who came this way before, or somebody
// invited under the verified address. When an account is used this way for the first time
// its password and sessions end, since until then nobody had proven to own the address.
func (g *Gate) EnterVouched(ctx context.Context, v Visitor, who Vouched) (Entered, error) {
	var in Entered
	err := g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		account, err := g.vouchedAccount(ctx, tx, who)
		if err != nil {
			return err
		}
		if who.Link != "" {
			if err := g.joinVouched(ctx, tx, who, account); err != nil {
				return err
			}
		}
		in, err = g.enter(ctx, tx, v, account.PersonID, postgres.ByProvider)
		return err
	})
	return in, err
}

func (g *Gate) vouchedAccount(ctx context.Context, tx *postgres.Tx, who Vouched) (postgres.Account, error) {
	account, err := tx.AccountByIdentity(ctx, who.Issuer, who.Subject)
	if triage.KindOf(err) != triage.NotFound {
		return account, err
	}
	if who.Mail == "" {
		return account, triage.Errorf(triage.Forbidden, "The provider does not vouch for your mail address.")
	}
	if err := tx.LockMail(ctx, who.Mail); err != nil {
		return account, err
	}
	account, err = tx.AccountByMail(ctx, who.Mail)
	if triage.KindOf(err) == triage.NotFound {
		account, err = g.accountFor(ctx, tx, who)
	}
	if err != nil {
		return account, err
	}
	fresh, err := tx.AddIdentity(ctx, account.PersonID, who.Issuer, who.Subject)
	if err != nil {
		return account, err
	}
	if !fresh { // the address went from one person of the provider to another
		return account, errUninvited
	}
	if err := tx.SetPassword(ctx, account.PersonID, ""); err != nil {
		return account, err
	}
	return account, tx.EndSessions(ctx, account.PersonID, "")
}

// accountFor makes the account of somebody who has none yet: of the one person whom a brand
// knows under the address, or of a new one who brings an invitation for it.
func (g *Gate) accountFor(ctx context.Context, tx *postgres.Tx, who Vouched) (postgres.Account, error) {
	known, err := tx.PeopleByMail(ctx, who.Mail)
	if err != nil {
		return postgres.Account{}, err
	}
	var person triage.ID
	switch {
	case len(known) == 1:
		person = known[0].ID
	case len(known) == 0 && who.Link != "":
		invited, err := tx.InvitationBehind(ctx, who.Link)
		if err != nil {
			return postgres.Account{}, err
		}
		if invited.Mail != who.Mail {
			return postgres.Account{}, errUninvited
		}
		name := who.Name
		if name == "" {
			name = who.Mail
		}
		if person, err = tx.AddPerson(ctx, postgres.PersonRow{Name: name, Email: who.Mail}); err != nil {
			return postgres.Account{}, err
		}
	default:
		return postgres.Account{}, errUninvited
	}
	if err := tx.AddAccount(ctx, person, who.Mail); err != nil {
		return postgres.Account{}, err
	}
	return tx.AccountOf(ctx, person)
}

func (g *Gate) joinVouched(ctx context.Context, tx *postgres.Tx, who Vouched, account postgres.Account) error {
	invited, err := tx.InvitationBehind(ctx, who.Link)
	if err != nil {
		return err
	}
	if invited.Mail != account.Mail {
		return errUninvited
	}
	return g.join(ctx, tx, who.Link, account.PersonID)
}
