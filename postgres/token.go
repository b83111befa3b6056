package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// A token reads "trg_" and then, in unpadded base64url, 16 bytes of its brand's id and 32
// random ones: it names its brand, so that it is found by (brand_id, hash).
const (
	tokenPrefix = "trg_"
	tokenRandom = 32
)

// TokenRow is one token as it is kept: without itself.
type TokenRow struct {
	BrandID    triage.ID
	ID         triage.ID
	PersonID   triage.ID
	PersonName string
	Role       triage.Role
	Present    triage.Role // what the person may do for the brand now; empty once they left
	Scopes     []triage.Scope
	Hint       string // prefix and last characters; the first ones are the brand's
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero for never
	RevokedAt  time.Time // zero while valid
	LastUsedAt time.Time // zero when never used
}

// Valid reports whether the token opens anything at now.
func (t TokenRow) Valid(now time.Time) bool {
	return t.Present != "" && t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

const tokenColumns = `t.brand_id, t.id, t.person_id, coalesce(p.name, ''), t.role,
	coalesce(m.role, ''), t.scopes, t.hint, t.created_at, t.expires_at, t.revoked_at, t.last_used_at`

const tokenTables = `tokens t LEFT JOIN people p ON p.id = t.person_id
	LEFT JOIN memberships m ON m.brand_id = t.brand_id AND m.person_id = t.person_id`

// Tokens returns the tokens of a brand, oldest first, revoked ones included.
func (r Reads) Tokens(ctx context.Context, brand triage.ID) ([]TokenRow, error) {
	return r.tokens(ctx, brand, `true`)
}

// TokensOf returns the tokens of one person for a brand, oldest first, revoked ones included.
func (r Reads) TokensOf(ctx context.Context, brand, person triage.ID) ([]TokenRow, error) {
	return r.tokens(ctx, brand, `t.person_id = $2`, person)
}

// Token returns one token of a brand, or a NotFound error.
func (r Reads) Token(ctx context.Context, brand, id triage.ID) (TokenRow, error) {
	found, err := r.tokens(ctx, brand, `t.id = $2`, orNil(id))
	if err == nil && len(found) == 0 {
		return TokenRow{}, triage.Errorf(triage.NotFound, "There is no such token.")
	}
	if err != nil {
		return TokenRow{}, err
	}
	return found[0], nil
}

func (r Reads) tokens(ctx context.Context, brand triage.ID, where string, args ...any) ([]TokenRow, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+tokenColumns+` FROM `+tokenTables+`
		WHERE t.brand_id = $1 AND `+where+` ORDER BY t.created_at, t.id`, append([]any{brand}, args...)...)
	found, err := pgx.CollectRows(rows, scanToken)
	if err != nil {
		return nil, unavailable(fmt.Errorf("tokens of brand %s: %w", brand, err))
	}
	return found, nil
}

// TokenBehind returns the row of a token that was presented, or an Unauthorized error when
// it is malformed, unknown, revoked, past its time or of somebody who no longer works for the
// brand: the caller learns no more than that.
func (r Reads) TokenBehind(ctx context.Context, presented string, now time.Time) (TokenRow, error) {
	refused := triage.Errorf(triage.Unauthorized, "The token is not valid.")
	brand, ok := brandOf(tokenPrefix, presented)
	if !ok {
		return TokenRow{}, refused
	}
	hash := sha256.Sum256([]byte(presented))
	rows, _ := r.db.Query(ctx, `SELECT `+tokenColumns+` FROM `+tokenTables+`
		WHERE t.brand_id = $1 AND t.hash = $2`, brand, hash[:])
	found, err := pgx.CollectExactlyOneRow(rows, scanToken)
	if errors.Is(err, pgx.ErrNoRows) {
		return TokenRow{}, refused
	}
	if err != nil {
		return TokenRow{}, unavailable(fmt.Errorf("token: %w", err))
	}
	if !found.Valid(now) {
		return TokenRow{}, refused
	}
	return found, nil
}

// newSecret returns a new random secret that names its brand, or false when brand is no id.
func newSecret(prefix string, brand triage.ID) (string, bool) {
	id, err := uuid.Parse(string(brand))
	if err != nil {
		return "", false
	}
	raw := make([]byte, len(id)+tokenRandom)
	copy(raw, id[:])
	_, _ = rand.Read(raw[len(id):]) // never fails since Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(raw), true
}

// brandOf reads the brand that a secret of newSecret names.
func brandOf(prefix, token string) (triage.ID, bool) {
	body, ok := strings.CutPrefix(token, prefix)
	if !ok {
		return "", false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) != len(uuid.UUID{})+tokenRandom {
		return "", false
	}
	return triage.ID(uuid.UUID(raw[:len(uuid.UUID{})]).String()), true
}

func scanToken(row pgx.CollectableRow) (TokenRow, error) {
	var t TokenRow
	var expires, revoked, used *time.Time
	err := row.Scan(&t.BrandID, &t.ID, &t.PersonID, &t.PersonName, &t.Role,
		&t.Present, &t.Scopes, &t.Hint, &t.CreatedAt, &expires, &revoked, &used)
	t.ExpiresAt, t.RevokedAt, t.LastUsedAt = orZero(expires), orZero(revoked), orZero(used)
	return t, err
}

// NewToken says whom a token is for. A zero ExpiresAt means that it does not expire, no
// scopes mean all.
type NewToken struct {
	BrandID   triage.ID
	PersonID  triage.ID
	Role      triage.Role
	Scopes    []triage.Scope
	ExpiresAt time.Time
}

// AddToken stores a new token and returns its id and the token itself, which nobody can
// read again: only its SHA-256 is kept. The person must be a member of the brand.
func (t *Tx) AddToken(ctx context.Context, actor Actor, n NewToken) (id triage.ID, token string, err error) {
	token, ok := newSecret(tokenPrefix, n.BrandID)
	if !ok {
		return "", "", triage.Errorf(triage.Invalid, "A token needs a brand.")
	}
	if len(n.Scopes) == 0 {
		n.Scopes = triage.Scopes()
	}
	hash := sha256.Sum256([]byte(token))
	id = NewID()
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO tokens (brand_id, id, person_id, role, hash, hint, created_at, expires_at, scopes)
		SELECT brand_id, $2, person_id, $4, $5, $6, $7, $8, $9
		FROM memberships WHERE brand_id = $1 AND person_id = $3`,
		n.BrandID, id, n.PersonID, n.Role, hash[:], tokenPrefix+"…"+token[len(token)-6:], t.Now, orNull(n.ExpiresAt), strs(n.Scopes))
	switch violated(err) {
	case "tokens_role":
		return "", "", triage.Errorf(triage.Invalid, "There is no such role.")
	case "tokens_scopes":
		return "", "", triage.Errorf(triage.Invalid, "There is no such scope.")
	}
	if err != nil {
		return "", "", fmt.Errorf("token of brand %s: %w", n.BrandID, err)
	}
	if tag.RowsAffected() == 0 {
		return "", "", triage.Errorf(triage.NotFound, "That person does not work for this brand.")
	}
	return id, token, t.Audit(ctx, AuditRow{BrandID: n.BrandID, Actor: actor, Action: "token.added", Subject: "token",
		SubjectID: id, Detail: map[string]any{"person": n.PersonID, "role": n.Role, "scopes": n.Scopes}})
}

// RevokeToken ends a token at once. Revoking it again changes nothing.
func (t *Tx) RevokeToken(ctx context.Context, actor Actor, brand, id triage.ID) error {
	id = orNil(id)
	tag, err := t.tx.Exec(ctx, `
		UPDATE tokens SET revoked_at = $3 WHERE brand_id = $1 AND id = $2 AND revoked_at IS NULL`, brand, id, t.Now)
	if err != nil {
		return fmt.Errorf("token %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		var known bool
		err := t.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM tokens WHERE brand_id = $1 AND id = $2)`, brand, id).Scan(&known)
		switch {
		case err != nil:
			return fmt.Errorf("token %s: %w", id, err)
		case !known:
			return triage.Errorf(triage.NotFound, "There is no such token.")
		}
		return nil
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "token.revoked", Subject: "token", SubjectID: id})
}

// TouchTokens notes that tokens of a brand were used at now. It is called now and then,
// not with each request.
func (t *Tx) TouchTokens(ctx context.Context, brand triage.ID, ids []triage.ID) error {
	_, err := t.tx.Exec(ctx, `
		UPDATE tokens SET last_used_at = $3 WHERE brand_id = $1 AND id = ANY($2)`, brand, uuids(ids), t.Now)
	if err != nil {
		return fmt.Errorf("tokens of brand %s: %w", brand, err)
	}
	return nil
}
