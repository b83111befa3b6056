package api

import (
	"context"
	"net/http"
	"time"

	"triage/postgres"
	"triage/triage"
)

func (s *Server) tokenRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/tokens", id: "list-tokens", needs: mayRead,
		summary: "My tokens for the brand; for administrators all of it",
	}, s.listTokens)
	register(s, route{
		method: http.MethodPost, path: "/v1/tokens", id: "add-token", needs: mayRead,
		summary: "Make a token for myself; it is shown this once",
	}, s.addToken)
	register(s, route{
		method: http.MethodDelete, path: "/v1/tokens/{id}", id: "revoke-token", needs: mayRead,
		summary: "End one of my tokens; administrators end any", fails: []int{http.StatusNotFound},
	}, s.revokeToken)
}

// TokenBody is a token without itself, on the wire.
type TokenBody struct {
	ID         string     `json:"id"`
	PersonID   string     `json:"person_id"`
	Person     string     `json:"person"`
	Role       string     `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer" doc:"What it allows at most; never more than the person may"`
	Scopes     []string   `json:"scopes" nullable:"false" enum:"read,work,lead,admin"`
	Hint       string     `json:"hint" doc:"How it begins and ends"`
	State      string     `json:"state" enum:"valid,revoked,expired,left" doc:"left: its person no longer works for the brand"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at" doc:"null: never"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"To the minute; null: never"`
}

func tokenBody(t postgres.TokenRow, now time.Time) TokenBody {
	b := TokenBody{
		ID: string(t.ID), PersonID: string(t.PersonID), Person: t.PersonName, Role: string(t.Role), Hint: t.Hint, State: "valid",
		Scopes: []string{}, CreatedAt: t.CreatedAt, ExpiresAt: timeOrNull(t.ExpiresAt), LastUsedAt: timeOrNull(t.LastUsedAt),
	}
	for _, scope := range t.Scopes {
		b.Scopes = append(b.Scopes, string(scope))
	}
	switch {
	case !t.RevokedAt.IsZero():
		b.State = "revoked"
	case t.Present == "":
		b.State = "left"
	case !t.Valid(now):
		b.State = "expired"
	}
	return b
}

type tokensOutput struct {
	Body struct {
		Tokens []TokenBody `json:"tokens" nullable:"false"`
	}
}

func (s *Server) listTokens(ctx context.Context, who postgres.Caller, _ *struct{}) (*tokensOutput, error) {
	found, err := s.gate.TokensFor(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{}
	out.Body.Tokens = []TokenBody{}
	for _, t := range found {
		out.Body.Tokens = append(out.Body.Tokens, tokenBody(t, time.Now()))
	}
	return out, nil
}

type addTokenInput struct {
	Body struct {
		Role      string     `json:"role,omitempty" enum:"smm,cm,hybrid,lead,admin,viewer" doc:"Not above the caller's own, which is the default"`
		Scopes    []string   `json:"scopes" minItems:"1" nullable:"false" enum:"read,work,lead,admin" doc:"What it is for; none contains another"`
		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Within a year; default: in 90 days"`
	}
}

type tokenAddedOutput struct {
	Status int
	Body   struct {
		TokenBody
		Token string `json:"token" doc:"Shown this once"`
	}
}

func (s *Server) addToken(ctx context.Context, who postgres.Caller, in *addTokenInput) (*tokenAddedOutput, error) {
	wanted := postgres.NewToken{Role: triage.Role(in.Body.Role)}
	for _, scope := range in.Body.Scopes {
		wanted.Scopes = append(wanted.Scopes, triage.Scope(scope))
	}
	if in.Body.ExpiresAt != nil {
		wanted.ExpiresAt = *in.Body.ExpiresAt
	}
	row, token, err := s.gate.AddToken(ctx, who, wanted)
	if err != nil {
		return nil, err
	}
	out := &tokenAddedOutput{Status: http.StatusCreated}
	out.Body.TokenBody, out.Body.Token = tokenBody(row, row.CreatedAt), token
	return out, nil
}

type onToken struct {
	ID string `path:"id" doc:"Id of a token, not the token"`
}

func (s *Server) revokeToken(ctx context.Context, who postgres.Caller, in *onToken) (*struct{}, error) {
	return nil, s.gate.RevokeToken(ctx, who, triage.ID(in.ID))
}
