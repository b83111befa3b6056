// Package access lets people in: it signs them in and out, invites them, changes what they
// may do and lets them go, and owns the transactions of all that. It decides who may grant
// what to whom. It knows no HTTP and no SQL.
package access

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"triage/access/password"
	"triage/postgres"
	"triage/triage"
)

// Gate is where people are let in. It is safe for concurrent use.
type Gate struct {
	store    *postgres.Store
	hasher   *password.Hasher
	attempts *attempts
}

// New returns a gate over store that keeps passwords at that cost.
func New(store *postgres.Store, cost password.Cost) *Gate {
	return &Gate{store: store, hasher: password.NewHasher(cost), attempts: newAttempts()}
}

// Visitor is who asks to be let in, as far as the connection tells.
type Visitor struct {
	Address string // of the peer, without a port
	Agent   string // the browser's own name
	Cookie  string // of a session that the browser has already, which ends with the next
}

// Entered is a session that just began, with its cookie.
type Entered struct {
	SessionID triage.ID
	PersonID  triage.ID
	Cookie    string
}

// retries bounds how often a transaction runs that PostgreSQL broke off.
const retries = 3

// errRefused is the one answer to whoever does not prove who they are.
var errRefused = triage.Errorf(triage.Unauthorized, "The address or the password is not right.")

// SignIn lets in whoever knows the password of an account. Unknown addresses, accounts
// without a password and wrong passwords are the same Unauthorized error, after the same
// work; too many failures are Limited.
func (g *Gate) SignIn(ctx context.Context, v Visitor, address, word string) (Entered, error) {
	address = lower(address)
	var account postgres.Account
	var err error
	if _, bad := usable(address); bad == nil {
		account, err = g.store.AccountByMail(ctx, address)
	}
	if err != nil && triage.KindOf(err) != triage.NotFound {
		return Entered{}, err
	}
	if err := g.prove(ctx, v, address, account, word); err != nil {
		return Entered{}, err
	}
	var renewed string
	if g.hasher.Outdated(account.Password) {
		if renewed, err = g.hasher.Hash(ctx, word); err != nil {
			return Entered{}, err
		}
	}
	var in Entered
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if renewed != "" {
			if err := tx.SetPassword(ctx, account.PersonID, renewed); err != nil {
				return err
			}
		}
		in, err = g.enter(ctx, tx, v, account.PersonID, postgres.ByPassword)
		return err
	})
	return in, err
}

// prove checks a password within the bounds on failures. Wrong or absent is errRefused.
func (g *Gate) prove(ctx context.Context, v Visitor, address string, account postgres.Account, word string) error {
	now := g.store.Now()
	if wait := g.attempts.begin(v.Address, address, now); wait > 0 {
		return limited(wait)
	}
	ok, err := g.hasher.Check(ctx, account.Password, word)
	if err != nil {
		return err
	}
	if !ok {
		return errRefused
	}
	g.attempts.succeed(v.Address, address, now)
	return nil
}

// enter begins a session in tx and ends the one that the browser had.
func (g *Gate) enter(ctx context.Context, tx *postgres.Tx, v Visitor, person triage.ID, means postgres.Means) (Entered, error) {
	if v.Cookie != "" {
		before, err := tx.SessionBehind(ctx, v.Cookie, tx.Now)
		if err == nil {
			err = tx.EndSession(ctx, before.PersonID, before.ID)
		}
		if kind := triage.KindOf(err); err != nil && kind != triage.Unauthorized && kind != triage.NotFound {
			return Entered{}, err
		}
	}
	id, cookie, err := tx.AddSession(ctx, person, means, cut(v.Agent))
	return Entered{SessionID: id, PersonID: person, Cookie: cookie}, err
}

// EndSession ends one of who's own sessions. One that is not theirs is NotFound.
func (g *Gate) EndSession(ctx context.Context, who postgres.Caller, id triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error { return tx.EndSession(ctx, who.PersonID, id) })
}

// ChangePassword gives who another password and ends all their other sessions. Whoever has
// one already must know it; too many failures are Limited.
func (g *Gate) ChangePassword(ctx context.Context, who postgres.Caller, v Visitor, current, next string) error {
	account, err := g.store.AccountOf(ctx, who.PersonID)
	if triage.KindOf(err) == triage.NotFound {
		return triage.Errorf(triage.Conflict, "You have no account with a password.")
	}
	if err != nil {
		return err
	}
	if account.Password != "" {
		if err := g.prove(ctx, v, account.Mail, account, current); err != nil {
			if errors.Is(err, errRefused) {
				return triage.Errorf(triage.Forbidden, "The current password is not right.")
			}
			return err
		}
	}
	phc, err := g.keep(ctx, next, account.Mail, account.Person)
	if err != nil {
		return err
	}
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if err := tx.SetPassword(ctx, who.PersonID, phc); err != nil {
			return err
		}
		return tx.EndSessions(ctx, who.PersonID, who.SessionID)
	})
}

// SetPassword gives a person a password from the outside, with an account for their mail
// address when they have none, and ends all their sessions.
func (g *Gate) SetPassword(ctx context.Context, person postgres.PersonRow, address, word string) error {
	address, err := usable(address)
	if err != nil {
		return err
	}
	phc, err := g.keep(ctx, word, address, person.Name)
	if err != nil {
		return err
	}
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		if err := tx.AddAccount(ctx, person.ID, address); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, person.ID, phc); err != nil {
			return err
		}
		return tx.EndSessions(ctx, person.ID, "")
	})
}

// keep returns a password as it is stored, or says why it cannot be used.
func (g *Gate) keep(ctx context.Context, word string, names ...string) (string, error) {
	if err := password.Acceptable(word, names...); err != nil {
		return "", err
	}
	return g.hasher.Hash(ctx, word)
}

// usable returns a mail address in lower case, or an Invalid error.
func usable(address string) (string, error) {
	address = lower(address)
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 { // RFC 5321, section 4.5.3.1.3
		return "", triage.Errorf(triage.Invalid, "That is not a mail address.")
	}
	return address, nil
}

func lower(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// longestAgent bounds what is kept of a browser's name, in bytes.
const longestAgent = 200

func cut(agent string) string {
	agent = strings.ToValidUTF8(strings.ReplaceAll(agent, "\x00", ""), "")
	if len(agent) > longestAgent {
		agent = strings.ToValidUTF8(agent[:longestAgent], "")
	}
	return agent
}
