package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Spoken is how a person is spoken to in a messenger. Empty: as their brand is.
type Spoken struct {
	Language string // en or de
	Zone     string // IANA
}

var nobodyInSlack = triage.Errorf(triage.NotFound, "Nobody is known by that Slack account.")

// PersonInSlack returns who a Slack account belongs to, or a NotFound error.
func (r Reads) PersonInSlack(ctx context.Context, user string) (PersonRow, error) {
	found, err := r.people(ctx, `SELECT `+personColumns+` FROM people p WHERE p.slack_user_id = $1`, user)
	if err == nil && len(found) == 0 {
		err = nobodyInSlack
	}
	if err != nil {
		return PersonRow{}, err
	}
	return found[0], nil
}

// PersonByMail returns the one person who signs in with an address or is known by it, and
// has no Slack account yet. Nobody, and two, are the same NotFound error.
func (r Reads) PersonByMail(ctx context.Context, mail string) (PersonRow, error) {
	found, err := r.people(ctx, `
		SELECT `+personColumns+` FROM people p LEFT JOIN accounts a ON a.person_id = p.id
		WHERE p.slack_user_id IS NULL AND coalesce(a.mail, lower(p.email)) = lower($1) LIMIT 2`, mail)
	if err == nil && len(found) != 1 {
		err = nobodyInSlack
	}
	if err != nil {
		return PersonRow{}, err
	}
	return found[0], nil
}

// LinkSlack makes a Slack account that of a person, and no longer anybody else's. What the
// person has not said yet of how to be spoken to, it takes from there.
func (t *Tx) LinkSlack(ctx context.Context, person triage.ID, user string, s Spoken) error {
	if _, err := time.LoadLocation(s.Zone); err != nil {
		s.Zone = ""
	}
	if s.Language != "de" && s.Language != "en" {
		s.Language = ""
	}
	if err := t.exec(ctx, `UPDATE people SET slack_user_id = NULL WHERE slack_user_id = $1 AND id <> $2`, user, person); err != nil {
		return fmt.Errorf("slack account of %s: %w", person, err)
	}
	if err := t.exec(ctx, `
		UPDATE people SET slack_user_id = $2, language = coalesce(nullif(language, ''), $3), zone = coalesce(nullif(zone, ''), $4)
		WHERE id = $1`, person, user, s.Language, s.Zone); err != nil {
		return fmt.Errorf("slack account of %s: %w", person, err)
	}
	return t.auditPerson(ctx, person, "person.slack_linked")
}

// UnlinkSlack forgets a person's Slack account.
func (t *Tx) UnlinkSlack(ctx context.Context, person triage.ID) error {
	if err := t.exec(ctx, `UPDATE people SET slack_user_id = NULL WHERE id = $1`, person); err != nil {
		return fmt.Errorf("slack account of %s: %w", person, err)
	}
	return t.auditPerson(ctx, person, "person.slack_unlinked")
}

// auditPerson tells every brand that a person works for.
func (t *Tx) auditPerson(ctx context.Context, person triage.ID, action string) error {
	works, err := t.Memberships(ctx, person)
	if err != nil {
		return err
	}
	var rows []AuditRow
	for _, m := range works {
		rows = append(rows, AuditRow{BrandID: m.BrandID, Actor: Actor{Person: person}, Action: action, Subject: "person", SubjectID: person})
	}
	return t.Audit(ctx, rows...)
}

// SpokenTo returns a person's Slack account, empty for none, and how to speak to them.
func (r Reads) SpokenTo(ctx context.Context, person triage.ID) (user string, s Spoken, err error) {
	err = r.db.QueryRow(ctx, `SELECT coalesce(slack_user_id, ''), language, zone FROM people WHERE id = $1`, orNil(person)).
		Scan(&user, &s.Language, &s.Zone)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", Spoken{}, noMember
	}
	if err != nil {
		return "", Spoken{}, unavailable(fmt.Errorf("person %s: %w", person, err))
	}
	return user, s, nil
}

// SetSpoken says how to speak to a person.
func (t *Tx) SetSpoken(ctx context.Context, person triage.ID, s Spoken) error {
	if _, err := time.LoadLocation(s.Zone); err != nil {
		return triage.Errorf(triage.Invalid, "There is no time zone %q.", s.Zone)
	}
	if err := t.exec(ctx, `UPDATE people SET language = $2, zone = $3 WHERE id = $1`, person, s.Language, s.Zone); err != nil {
		return fmt.Errorf("person %s: %w", person, err)
	}
	return nil
}

// codeLife is how long a code for linking serves.
const codeLife = 10 * time.Minute

// AddSlackCode returns a code by which a person shows in Slack who they are here: once,
// and soon. An earlier one ends.
func (t *Tx) AddSlackCode(ctx context.Context, person triage.ID) (code string, until time.Time, err error) {
	code, until = rand.Text()[:16], t.Now.Add(codeLife) // 80 bits
	if err := t.exec(ctx, `DELETE FROM slack_codes WHERE person_id = $1`, person); err != nil {
		return "", until, fmt.Errorf("slack code: %w", err)
	}
	if err := t.exec(ctx, `INSERT INTO slack_codes (hash, person_id, expires_at) VALUES ($1, $2, $3)`, codeHash(code), person, until); err != nil {
		return "", until, fmt.Errorf("slack code: %w", err)
	}
	return code, until, nil
}

// UseSlackCode ends a code and returns whose it was. Unknown, used and expired are the same
// NotFound error.
func (t *Tx) UseSlackCode(ctx context.Context, code string) (person triage.ID, err error) {
	err = t.tx.QueryRow(ctx, `DELETE FROM slack_codes WHERE hash = $1 AND expires_at > $2 RETURNING person_id`,
		codeHash(strings.ToUpper(strings.TrimSpace(code))), t.Now).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", triage.Errorf(triage.NotFound, "This code is not valid.")
	}
	if err != nil {
		return "", fmt.Errorf("slack code: %w", err)
	}
	return person, nil
}

func codeHash(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}
