package postgres

import (
	"context"
	"time"

	"triage/triage"
)

// usedEvery bounds how often the last use of a token or session is written down.
const usedEvery = time.Minute

// Caller is who a token or a session speaks for. Exactly one of TokenID and SessionID is
// set. BrandID is empty for a session that speaks for no particular brand.
type Caller struct {
	TokenID    triage.ID
	SessionID  triage.ID
	BrandID    triage.ID
	PersonID   triage.ID
	Person     string         // name
	Role       triage.Role    // as it is now, within what the token allows
	Scopes     []triage.Scope // of the token; a session has no such bounds
	LastUsedAt time.Time      // of the token or session; zero when never
}

// Actor returns the caller as the one who changes something.
func (c Caller) Actor() Actor { return Actor{Person: c.PersonID} }

// Bearer returns who token speaks for. Its role is read anew each time and is never more
// than its person has now: with the membership the token ends. Whatever is wrong with it,
// the error is the same, of kind Unauthorized.
func (r Reads) Bearer(ctx context.Context, token string) (Caller, error) {
	row, err := r.TokenBehind(ctx, token, time.Now())
	if err != nil {
		return Caller{}, err
	}
	return Caller{
		TokenID: row.ID, BrandID: row.BrandID, PersonID: row.PersonID, Person: row.PersonName,
		Role: row.Role.Within(row.Present).Within(triage.Ceiling(row.Scopes)), Scopes: row.Scopes, LastUsedAt: row.LastUsedAt,
	}, nil
}

// NoteUse writes down that a caller's token or session was used, at most once a minute.
func (s *Store) NoteUse(ctx context.Context, c Caller, now time.Time) error {
	if now.Sub(c.LastUsedAt) < usedEvery {
		return nil
	}
	return s.InTx(ctx, func(t *Tx) error {
		if c.SessionID != "" {
			return t.TouchSession(ctx, c.SessionID)
		}
		return t.TouchTokens(ctx, c.BrandID, []triage.ID{c.TokenID})
	})
}
