package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Account is how a person signs in.
type Account struct {
	PersonID   triage.ID
	Person     string // name
	Mail       string // lower case
	Password   string // PHC string, empty for none
	PasswordAt time.Time
}

const selectAccount = `SELECT a.person_id, p.name, a.mail, coalesce(a.password, ''), a.password_at
	FROM accounts a JOIN people p ON p.id = a.person_id`

// errNoAccount never reaches a caller as it is: nobody is told who has an account.
var errNoAccount = triage.Errorf(triage.NotFound, "There is no such account.")

// AccountByMail returns the account with that address, in lower case, or a NotFound error.
func (r Reads) AccountByMail(ctx context.Context, mail string) (Account, error) {
	return r.account(ctx, selectAccount+` WHERE a.mail = $1`, mail)
}

// AccountOf returns a person's account, or a NotFound error.
func (r Reads) AccountOf(ctx context.Context, person triage.ID) (Account, error) {
	return r.account(ctx, selectAccount+` WHERE a.person_id = $1`, orNil(person))
}

// AccountByIdentity returns the account of whom a provider calls subject, or a NotFound error.
func (r Reads) AccountByIdentity(ctx context.Context, issuer, subject string) (Account, error) {
	return r.account(ctx, selectAccount+` JOIN identities i ON i.person_id = a.person_id
		WHERE i.issuer = $1 AND i.subject = $2`, issuer, subject)
}

func (r Reads) account(ctx context.Context, sql string, args ...any) (Account, error) {
	rows, _ := r.db.Query(ctx, sql, args...)
	found, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Account, error) {
		var a Account
		var at *time.Time
		err := row.Scan(&a.PersonID, &a.Person, &a.Mail, &a.Password, &at)
		a.PasswordAt = orZero(at)
		return a, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, errNoAccount
	}
	if err != nil {
		return Account{}, unavailable(fmt.Errorf("account: %w", err))
	}
	return found, nil
}

// AddAccount lets a person sign in with a mail address, which must be in lower case. An
// address that somebody signs in with already is a Conflict.
func (t *Tx) AddAccount(ctx context.Context, person triage.ID, mail string) error {
	err := t.exec(ctx, `INSERT INTO accounts (person_id, mail, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET mail = excluded.mail`, person, mail, t.Now)
	if violated(err) == "accounts_mail_unique" {
		return triage.Errorf(triage.Conflict, "Somebody signs in with that address already.")
	}
	if err != nil {
		return fmt.Errorf("account of person %s: %w", person, err)
	}
	return nil
}

// SetPassword gives an account another password, as a PHC string; an empty one leaves none.
func (t *Tx) SetPassword(ctx context.Context, person triage.ID, phc string) error {
	err := t.exec(ctx, `UPDATE accounts SET password = nullif($2, ''), password_at = $3 WHERE person_id = $1`, person, phc, t.Now)
	if err != nil {
		return fmt.Errorf("password of person %s: %w", person, err)
	}
	return nil
}

// AddIdentity remembers who a person is to a provider, and reports false when the person is
// somebody else to it already.
func (t *Tx) AddIdentity(ctx context.Context, person triage.ID, issuer, subject string) (bool, error) {
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO identities (issuer, subject, person_id, created_at)
		SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM identities WHERE issuer = $1 AND person_id = $3)
		ON CONFLICT (issuer, subject) DO NOTHING`, issuer, subject, person, t.Now)
	if err != nil {
		return false, fmt.Errorf("identity of person %s: %w", person, err)
	}
	return tag.RowsAffected() == 1, nil
}

// PeopleByMail returns the people who are known under a mail address and work for a brand,
// whether or not they have an account.
func (r Reads) PeopleByMail(ctx context.Context, mail string) ([]PersonRow, error) {
	return r.people(ctx, `SELECT `+personColumns+` FROM people p
		WHERE lower(p.email) = $1 AND EXISTS (SELECT FROM memberships m WHERE m.person_id = p.id) ORDER BY p.id`, mail)
}

// LockMail lets one transaction at a time decide about a mail address.
func (t *Tx) LockMail(ctx context.Context, mail string) error {
	return t.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('account ' || $1, 0))`, mail)
}
