package api

import (
	"context"
	"net/http"
	"time"

	"triage/access"
	"triage/access/oidc"
	"triage/postgres"
)

// oidcPath is where people leave for the provider; it sends them back to oidcReturn.
const (
	oidcPath   = "/v1/session/oidc"
	oidcReturn = "/v1/session/oidc/callback"
)

// OIDCReturn returns the address that a provider must be told to send people back to, for a
// service that is reached under public.
func OIDCReturn(public string) string { return public + oidcReturn }

func (s *Server) oidcRoutes() {
	enter(s, route{
		method: http.MethodGet, path: oidcPath, id: "leave-for-provider", needs: mayEnter,
		summary: "Sign in with the OpenID Connect provider: leads there", fails: []int{http.StatusNotFound},
	}, s.leaveForProvider)
	enter(s, route{
		method: http.MethodGet, path: oidcReturn, id: "return-from-provider", needs: mayEnter,
		summary: "Where the provider sends people back to", fails: []int{http.StatusNotFound},
	}, s.returnFromProvider)
}

// errNoProvider says that nothing was configured.
var errNoProvider = problemError{status: http.StatusNotFound, kind: "not-found", title: "No provider is configured."}

func (s *Server) flightName() string { return s.cookieName() + "-oidc" }

type leaveInput struct {
	Invitation string `query:"invitation" maxLength:"200" doc:"Token of an invitation to accept on return"`
}

type goneOutput struct {
	Status    int
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *Server) leaveForProvider(ctx context.Context, _ visit, in *leaveInput) (*goneOutput, error) {
	if s.provider == nil {
		return nil, errNoProvider
	}
	if err := s.private(); err != nil {
		return nil, err
	}
	address, flight, err := s.provider.Leave(ctx, in.Invitation, time.Now())
	if err != nil {
		return nil, err
	}
	return &goneOutput{http.StatusSeeOther, address, []http.Cookie{s.cookie(s.flightName(), flight, oidc.FlightTime)}}, nil
}

// returnInput takes what providers add to the address; only state and code are used.
type returnInput struct {
	State            string `query:"state" maxLength:"512"`
	Code             string `query:"code" maxLength:"4096" doc:"Absent when the person or the provider refused"`
	Error            string `query:"error" maxLength:"512"`
	ErrorDescription string `query:"error_description" maxLength:"4096"`
	ErrorURI         string `query:"error_uri" maxLength:"4096"`
	Issuer           string `query:"iss" maxLength:"512"`
	Scope            string `query:"scope" maxLength:"4096"`
	SessionState     string `query:"session_state" maxLength:"4096"`
	AuthUser         string `query:"authuser" maxLength:"512"`
	HostedDomain     string `query:"hd" maxLength:"512"`
	Prompt           string `query:"prompt" maxLength:"512"`
}

func (s *Server) returnFromProvider(ctx context.Context, v visit, in *returnInput) (*goneOutput, error) {
	if s.provider == nil {
		return nil, errNoProvider
	}
	who, err := s.provider.Return(ctx, v.flight, in.State, in.Code, time.Now())
	if err != nil {
		return nil, err
	}
	entered, err := s.gate.EnterVouched(ctx, v.visitor, access.Vouched{
		Issuer: who.Issuer, Subject: who.Subject, Mail: who.Mail, Name: who.Name, Link: who.Carried,
	})
	if err != nil {
		return nil, err
	}
	return &goneOutput{http.StatusSeeOther, "/", []http.Cookie{
		s.cookie(s.cookieName(), entered.Cookie, postgres.SessionAge), s.cookie(s.flightName(), "", -1),
	}}, nil
}
