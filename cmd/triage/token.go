package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"triage/postgres"
	"triage/triage"
)

// tokenAdded is the answer to programs.
type tokenAdded struct {
	ID       triage.ID `json:"id"`
	Token    string    `json:"token"`
	PersonID triage.ID `json:"person_id"`
}

func tokenAdd(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("The token is shown once and only its hash is kept. A name that nobody has yet makes a new\n" +
		"person; whoever does not work for the brand yet gets the token's role there.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	roleName := c.flags.String("role", "", "the `role`: "+roleNames())
	person := c.flags.String("person", "", "the `person`, by id, name or email")
	scopeNames := c.flags.String("scopes", "", "what it is for: `some` of read, work, lead, admin, separated by commas (default: all)")
	expires := c.flags.Duration("expires", 0, "how long the token is valid (default: until it is revoked)")
	if err := c.parse("brand", "role", "person"); err != nil {
		return err
	}
	role := triage.Role(*roleName)
	switch {
	case !role.Valid():
		return usagef("there is no role %q; known are %s", *roleName, roleNames())
	case *expires < 0:
		return usagef("--expires must not be negative")
	}
	scopes, err := scopesNamed(*scopeNames)
	if err != nil {
		return err
	}
	var made tokenAdded
	err = c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, *brand)
		if err != nil {
			return err
		}
		if made.PersonID, err = personOrNew(ctx, tx, *person); err != nil {
			return err
		}
		if err := tx.AddMember(ctx, byCommand, b.ID, made.PersonID, role); err != nil {
			return err
		}
		wanted := postgres.NewToken{BrandID: b.ID, PersonID: made.PersonID, Role: role, Scopes: scopes}
		if *expires > 0 {
			wanted.ExpiresAt = tx.Now.Add(*expires)
		}
		made.ID, made.Token, err = tx.AddToken(ctx, byCommand, wanted)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(made, "Added token "+string(made.ID)+". It is shown this once:", made.Token)
}

// scopesNamed reads a list of scopes; none is nil.
func scopesNamed(list string) ([]triage.Scope, error) {
	var scopes []triage.Scope
	for word := range strings.SplitSeq(list, ",") {
		scope := triage.Scope(strings.TrimSpace(word))
		switch {
		case list == "":
		case !scope.Valid():
			return nil, usagef("there is no scope %q; known are read, work, lead, admin", word)
		case !slices.Contains(scopes, scope):
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil
}

func roleNames() string {
	var names []string
	for _, r := range triage.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// personOrNew returns the person that key names, and makes one of a name that is new.
func personOrNew(ctx context.Context, tx *postgres.Tx, key string) (triage.ID, error) {
	p, err := tx.Person(ctx, key)
	if triage.KindOf(err) == triage.NotFound && uuid.Validate(key) != nil {
		return tx.AddPerson(ctx, postgres.PersonRow{Name: key})
	}
	return p.ID, err
}

func tokenRevoke(ctx context.Context, c *call) error {
	c.jsonFlag()
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	id := c.flags.String("token", "", "the token's `id`, as 'triage token list' shows it; not the token")
	if err := c.parse("brand", "token"); err != nil {
		return err
	}
	if uuid.Validate(*id) != nil {
		return usagef("the value of --token is no id; 'triage token list' shows them")
	}
	err := c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, *brand)
		if err != nil {
			return err
		}
		return tx.RevokeToken(ctx, byCommand, b.ID, triage.ID(*id))
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: triage.ID(*id)}, "Revoked token "+*id)
}

// tokenShown is a token as list shows it to programs.
type tokenShown struct {
	ID         triage.ID      `json:"id"`
	PersonID   triage.ID      `json:"person_id"`
	Person     string         `json:"person"`
	Role       triage.Role    `json:"role"`
	Scopes     []triage.Scope `json:"scopes"`
	Hint       string         `json:"hint"`
	Valid      bool           `json:"valid"`
	CreatedAt  time.Time      `json:"created_at"`
	ExpiresAt  *time.Time     `json:"expires_at,omitempty"`
	RevokedAt  *time.Time     `json:"revoked_at,omitempty"`
	LastUsedAt *time.Time     `json:"last_used_at,omitempty"`
}

func tokenList(ctx context.Context, c *call) error {
	c.jsonFlag()
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	if err := c.parse("brand"); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := store.Brand(ctx, *brand)
	if err != nil {
		return err
	}
	found, err := store.Tokens(ctx, b.ID)
	if err != nil {
		return err
	}
	shown := make([]tokenShown, 0, len(found))
	var rows []string
	for _, t := range found {
		shown = append(shown, tokenShown{t.ID, t.PersonID, t.PersonName, t.Role, t.Scopes, t.Hint, t.Valid(time.Now()), t.CreatedAt,
			ifSet(!t.ExpiresAt.IsZero(), &t.ExpiresAt), ifSet(!t.RevokedAt.IsZero(), &t.RevokedAt),
			ifSet(!t.LastUsedAt.IsZero(), &t.LastUsedAt)})
		rows = append(rows, cells(t.ID, t.PersonName, t.Role, joined(t.Scopes), t.Hint, stateOf(t, time.Now())))
	}
	return c.answer(map[string]any{"tokens": shown}, table(cells("ID", "PERSON", "ROLE", "SCOPES", "TOKEN", "STATE"), rows))
}

func stateOf(t postgres.TokenRow, now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case t.Present == "":
		return "its person left"
	case !t.Valid(now):
		return "expired"
	case !t.ExpiresAt.IsZero():
		return fmt.Sprintf("valid until %s", t.ExpiresAt.Format(time.DateOnly))
	}
	return "valid"
}

func joined(scopes []triage.Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}
