package postgres

import (
	"context"
	"time"

	"triage/triage"
)

// usedEvery bounds how often the last use of a token is written down.
const usedEvery = time.Minute

// Caller is who a bearer token speaks for.
type Caller struct {
	TokenID    triage.ID
	BrandID    triage.ID
	PersonID   triage.ID
	Person     string // name
	Role       triage.Role
	LastUsedAt time.Time // of the token; zero when never
}

// Actor returns the caller as the one who changes something.
func (c Caller) Actor() Actor { return Actor{Person: c.PersonID} }

// Bearer returns who token speaks for. Whatever is wrong with it, the error is the same,
// of kind Unauthorized.
func (r Reads) Bearer(ctx context.Context, token string) (Caller, error) {
	row, err := r.TokenBehind(ctx, token, time.Now())
	if err != nil {
		return Caller{}, err
	}
	return Caller{
		TokenID: row.ID, BrandID: row.BrandID, PersonID: row.PersonID, Person: row.PersonName,
		Role: row.Role, LastUsedAt: row.LastUsedAt,
	}, nil
}

// NoteUse writes down that a caller's token was used, at most once a minute.
func (s *Store) NoteUse(ctx context.Context, c Caller, now time.Time) error {
	if now.Sub(c.LastUsedAt) < usedEvery {
		return nil
	}
	return s.InTx(ctx, func(t *Tx) error { return t.TouchTokens(ctx, c.BrandID, []triage.ID{c.TokenID}) })
}
