package access

import (
	"context"
	"slices"
	"time"

	"triage/postgres"
	"triage/triage"
)

// How long a token is valid at most, and when nothing is said.
const (
	TokenLongest = 365 * 24 * time.Hour
	TokenUsual   = 90 * 24 * time.Hour
)

// AddToken makes a token for who, of at most who's role, and returns its id and itself,
// shown this once. A zero expires is TokenUsual from now. A token makes another one only
// when it may administer, and none that could do more than itself.
func (g *Gate) AddToken(ctx context.Context, who postgres.Caller, n postgres.NewToken) (row postgres.TokenRow, token string, err error) {
	n.BrandID, n.PersonID = who.BrandID, who.PersonID
	if n.Role == "" {
		n.Role = who.Role
	}
	if n.Role.Within(who.Role) != n.Role {
		return row, "", triage.Errorf(triage.Forbidden, "A token cannot have a role above your own.")
	}
	if len(n.Scopes) == 0 {
		n.Scopes = triage.Scopes()
	}
	if who.TokenID != "" {
		more := func(s triage.Scope) bool { return !slices.Contains(who.Scopes, s) }
		if more(triage.ScopeAdmin) || slices.ContainsFunc(n.Scopes, more) {
			return row, "", triage.Errorf(triage.Forbidden, "This token cannot make such a token.")
		}
	}
	n.Scopes = slices.Compact(slices.Sorted(slices.Values(n.Scopes)))
	err = g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		switch {
		case n.ExpiresAt.IsZero():
			n.ExpiresAt = tx.Now.Add(TokenUsual)
		case !n.ExpiresAt.After(tx.Now), n.ExpiresAt.After(tx.Now.Add(TokenLongest)):
			return triage.Errorf(triage.Invalid, "A token ends in the future, within a year.")
		}
		id, made, err := tx.AddToken(ctx, who.Actor(), n)
		if err != nil {
			return err
		}
		token = made
		row, err = tx.Token(ctx, who.BrandID, id)
		return err
	})
	return row, token, err
}

// RevokeToken ends one of who's own tokens; an administrator ends any of the brand. Others
// do not exist for who (NotFound).
func (g *Gate) RevokeToken(ctx context.Context, who postgres.Caller, id triage.ID) error {
	return g.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		token, err := tx.Token(ctx, who.BrandID, id)
		if err != nil {
			return err
		}
		if token.PersonID != who.PersonID && who.Role != triage.RoleAdmin {
			return triage.Errorf(triage.NotFound, "There is no such token.")
		}
		return tx.RevokeToken(ctx, who.Actor(), who.BrandID, token.ID)
	})
}

// TokensFor returns the tokens that who may see: their own, or all of the brand for an
// administrator.
func (g *Gate) TokensFor(ctx context.Context, who postgres.Caller) ([]postgres.TokenRow, error) {
	if who.Role == triage.RoleAdmin {
		return g.store.Tokens(ctx, who.BrandID)
	}
	return g.store.TokensOf(ctx, who.BrandID, who.PersonID)
}
