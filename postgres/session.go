package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// How long a session lasts: until nobody used it for SessionIdle, and never longer than
// SessionAge.
const (
	SessionIdle = 12 * time.Hour
	SessionAge  = 7 * 24 * time.Hour
)

// Means is how somebody proved to be who they are.
type Means string

// The means.
const (
	ByPassword Means = "password"
	ByProvider Means = "oidc"
)

// SessionRow is one browser that is signed in, as it is kept: without its cookie.
type SessionRow struct {
	ID         triage.ID
	PersonID   triage.ID
	Person     string // name
	Mail       string // with which the person signs in
	Means      Means
	Agent      string // the browser's own name
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// Membership is a person's role for one brand.
type Membership struct {
	BrandID triage.ID
	Slug    string
	Brand   string // name
	Role    triage.Role
}

const selectSessions = `SELECT s.id, s.person_id, p.name, coalesce(a.mail, ''), s.means, s.agent, s.created_at, s.last_used_at,
	least(s.expires_at, s.last_used_at + $2::interval)
	FROM sessions s JOIN people p ON p.id = s.person_id LEFT JOIN accounts a ON a.person_id = s.person_id
	WHERE s.expires_at > $3 AND s.last_used_at > $3::timestamptz - $2::interval AND `

// SessionBehind returns the session that a cookie stands for, or an Unauthorized error: the
// caller does not learn what is wrong with it.
func (r Reads) SessionBehind(ctx context.Context, cookie string, now time.Time) (SessionRow, error) {
	hash := sha256.Sum256([]byte(cookie))
	rows, _ := r.db.Query(ctx, selectSessions+`s.hash = $1`, hash[:], SessionIdle, now)
	s, err := pgx.CollectExactlyOneRow(rows, scanSession)
	if errors.Is(err, pgx.ErrNoRows) {
		return SessionRow{}, triage.Errorf(triage.Unauthorized, "You are not signed in, or no longer.")
	}
	if err != nil {
		return SessionRow{}, unavailable(fmt.Errorf("session: %w", err))
	}
	return s, nil
}

// SessionsOf returns the live sessions of a person, the one used last first.
func (r Reads) SessionsOf(ctx context.Context, person triage.ID, now time.Time) ([]SessionRow, error) {
	rows, _ := r.db.Query(ctx, selectSessions+`s.person_id = $1 ORDER BY s.last_used_at DESC, s.id`, orNil(person), SessionIdle, now)
	found, err := pgx.CollectRows(rows, scanSession)
	if err != nil {
		return nil, unavailable(fmt.Errorf("sessions of person %s: %w", person, err))
	}
	return found, nil
}

func scanSession(row pgx.CollectableRow) (SessionRow, error) {
	var s SessionRow
	err := row.Scan(&s.ID, &s.PersonID, &s.Person, &s.Mail, &s.Means, &s.Agent, &s.CreatedAt, &s.LastUsedAt, &s.ExpiresAt)
	return s, err
}

// Memberships returns for which brands a person works, by the brands' names.
func (r Reads) Memberships(ctx context.Context, person triage.ID) ([]Membership, error) {
	rows, _ := r.db.Query(ctx, `SELECT m.brand_id, b.slug, b.name, m.role
		FROM memberships m JOIN brands b ON b.id = m.brand_id WHERE m.person_id = $1 ORDER BY b.name, b.id`, orNil(person))
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Membership])
	if err != nil {
		return nil, unavailable(fmt.Errorf("memberships of person %s: %w", person, err))
	}
	return found, nil
}

// AddSession signs a person in and returns the session's id and its cookie, which nobody
// can read again: only its SHA-256 is kept. Each brand's audit tells of it.
func (t *Tx) AddSession(ctx context.Context, person triage.ID, means Means, agent string) (id triage.ID, cookie string, err error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	cookie = base64.RawURLEncoding.EncodeToString(raw)
	hash := sha256.Sum256([]byte(cookie))
	id = NewID()
	err = t.exec(ctx, `
		INSERT INTO sessions (id, person_id, hash, means, agent, created_at, last_used_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`, id, person, hash[:], means, agent, t.Now, t.Now.Add(SessionAge))
	if err != nil {
		return "", "", fmt.Errorf("session of person %s: %w", person, err)
	}
	return id, cookie, t.auditEverywhere(ctx, person, "session.started", id, map[string]any{"means": means})
}

// EndSession ends one session of a person. An absent or malformed id, and one of somebody
// else, are the same NotFound error.
func (t *Tx) EndSession(ctx context.Context, person, id triage.ID) error {
	tag, err := t.tx.Exec(ctx, `DELETE FROM sessions WHERE id = $1 AND person_id = $2`, orNil(id), person)
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return triage.Errorf(triage.NotFound, "There is no such session.")
	}
	return t.auditEverywhere(ctx, person, "session.ended", id, nil)
}

// EndSessions ends all sessions of a person but the one kept, which may be empty.
func (t *Tx) EndSessions(ctx context.Context, person, kept triage.ID) error {
	rows, _ := t.tx.Query(ctx, `DELETE FROM sessions WHERE person_id = $1 AND id <> $2 RETURNING id`, person, orNil(kept))
	ended, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return fmt.Errorf("sessions of person %s: %w", person, err)
	}
	for _, id := range ended {
		if err := t.auditEverywhere(ctx, person, "session.ended", id, nil); err != nil {
			return err
		}
	}
	return nil
}

// TouchSession notes that a session was used at now.
func (t *Tx) TouchSession(ctx context.Context, id triage.ID) error {
	return t.exec(ctx, `UPDATE sessions SET last_used_at = $2 WHERE id = $1`, id, t.Now)
}

// DropSessions forgets sessions that ended by themselves.
func (t *Tx) DropSessions(ctx context.Context) error {
	return t.exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $1::timestamptz - $2::interval`, t.Now, SessionIdle)
}

// auditEverywhere tells every brand that a person works for of something the person did
// that belongs to no brand.
func (t *Tx) auditEverywhere(ctx context.Context, person triage.ID, action string, session triage.ID, detail map[string]any) error {
	works, err := t.Memberships(ctx, person)
	if err != nil {
		return err
	}
	var rows []AuditRow
	for _, m := range works {
		rows = append(rows, AuditRow{BrandID: m.BrandID, Actor: Actor{Person: person}, Action: action,
			Subject: "session", SubjectID: session, Detail: detail})
	}
	return t.Audit(ctx, rows...)
}
