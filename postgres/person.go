package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// PersonRow is one of us: somebody who works on queues.
type PersonRow struct {
	ID          triage.ID
	Name        string
	Email       string // empty when unknown
	SlackUserID string // empty when unknown
	CreatedAt   time.Time
}

// MemberRow is a person with a role for one brand.
type MemberRow struct {
	PersonRow
	BrandID triage.ID
	Role    triage.Role
}

const personColumns = `p.id, p.name, coalesce(p.email, ''), coalesce(p.slack_user_id, ''), p.created_at`

// People returns everybody, oldest first.
func (r Reads) People(ctx context.Context) ([]PersonRow, error) {
	return r.people(ctx, `SELECT `+personColumns+` FROM people p ORDER BY p.created_at, p.id`)
}

// Person returns the person with that id, name or email. Nobody is a NotFound error, two
// people of that name are a Conflict.
func (r Reads) Person(ctx context.Context, key string) (PersonRow, error) {
	where := `p.name = $1 OR lower(p.email) = lower($1)`
	if uuid.Validate(key) == nil {
		where = `p.id = $1::uuid`
	}
	found, err := r.people(ctx, `SELECT `+personColumns+` FROM people p WHERE `+where+` LIMIT 2`, key)
	switch {
	case err != nil:
		return PersonRow{}, err
	case len(found) == 0:
		return PersonRow{}, triage.Errorf(triage.NotFound, "There is no such person.")
	case len(found) > 1:
		return PersonRow{}, triage.Errorf(triage.Conflict, "Several people have that name; name one by id.")
	}
	return found[0], nil
}

func (r Reads) people(ctx context.Context, sql string, args ...any) ([]PersonRow, error) {
	rows, _ := r.db.Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PersonRow, error) {
		var p PersonRow
		err := row.Scan(&p.ID, &p.Name, &p.Email, &p.SlackUserID, &p.CreatedAt)
		return p, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("people: %w", err))
	}
	return found, nil
}

// Members returns who works for a brand and in which role, by name.
func (r Reads) Members(ctx context.Context, brand triage.ID) ([]MemberRow, error) {
	return r.members(ctx, ``, brand)
}

func (r Reads) members(ctx context.Context, also string, args ...any) ([]MemberRow, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+personColumns+`, m.brand_id, m.role
		FROM memberships m JOIN people p ON p.id = m.person_id
		WHERE m.brand_id = $1`+also+` ORDER BY p.name, p.id`, args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (MemberRow, error) {
		var m MemberRow
		err := row.Scan(&m.ID, &m.Name, &m.Email, &m.SlackUserID, &m.CreatedAt, &m.BrandID, &m.Role)
		return m, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("members of brand %s: %w", args[0], err))
	}
	return found, nil
}

// AddPerson stores a new person and returns the id. People belong to no brand until they
// get a role, which is when the audit first tells of them.
func (t *Tx) AddPerson(ctx context.Context, p PersonRow) (triage.ID, error) {
	name, err := personName(p.Name)
	if err != nil {
		return "", err
	}
	id := NewID()
	_, err = t.tx.Exec(ctx, `
		INSERT INTO people (id, name, email, slack_user_id, created_at)
		VALUES ($1, $2, nullif($3, ''), nullif($4, ''), $5)`, id, name, p.Email, p.SlackUserID, t.Now)
	if err != nil {
		return "", fmt.Errorf("person: %w", err)
	}
	return id, nil
}

// AddMember gives a person a role for a brand unless the person has one there already,
// which then stays as it is.
func (t *Tx) AddMember(ctx context.Context, actor Actor, brand, person triage.ID, role triage.Role) error {
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO memberships (brand_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (brand_id, person_id) DO NOTHING`, brand, person, role, t.Now)
	return t.memberChanged(ctx, actor, brand, person, role, "member.added", tag.RowsAffected(), err)
}

// SetRole changes the role that a member has for a brand.
func (t *Tx) SetRole(ctx context.Context, actor Actor, brand, person triage.ID, role triage.Role) error {
	tag, err := t.tx.Exec(ctx, `
		UPDATE memberships SET role = $3 WHERE brand_id = $1 AND person_id = $2 AND role <> $3`, brand, person, role)
	return t.memberChanged(ctx, actor, brand, person, role, "member.changed", tag.RowsAffected(), err)
}

func (t *Tx) memberChanged(
	ctx context.Context, actor Actor, brand, person triage.ID, role triage.Role, action string, changed int64, err error,
) error {
	if violated(err) == "memberships_role" {
		return triage.Errorf(triage.Invalid, "There is no such role.")
	}
	if err != nil {
		return fmt.Errorf("member %s of brand %s: %w", person, brand, err)
	}
	if changed == 0 {
		return nil
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: action, Subject: "person",
		SubjectID: person, Detail: map[string]any{"role": role}})
}

// HasLead reports whether anybody leads a brand.
func (r Reads) HasLead(ctx context.Context, brand triage.ID) (some bool, err error) {
	err = r.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM memberships WHERE brand_id = $1 AND role IN ('lead', 'admin'))`, brand).Scan(&some)
	if err != nil {
		return false, unavailable(fmt.Errorf("leads of brand %s: %w", brand, err))
	}
	return some, nil
}

// RoleOf returns the role that a person has for a brand, or a NotFound error when the
// person does not work there.
func (r Reads) RoleOf(ctx context.Context, brand, person triage.ID) (triage.Role, error) {
	var role triage.Role
	none := triage.Errorf(triage.NotFound, "Nobody with this id works here.")
	if !wellFormed(person) {
		return "", none
	}
	err := r.db.QueryRow(ctx, `SELECT role FROM memberships WHERE brand_id = $1 AND person_id = $2`, brand, person).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", none
	}
	if err != nil {
		return "", unavailable(fmt.Errorf("member %s of brand %s: %w", person, brand, err))
	}
	return role, nil
}
