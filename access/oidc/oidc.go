// Package oidc lets an OpenID Connect provider say who somebody is: the authorization code
// flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636). What has to be remembered
// between leaving and coming back is sealed into a cookie. It knows no database and no people.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"triage/secret"
	"triage/triage"
)

// FlightTime is how long somebody may take to come back from the provider.
const FlightTime = 10 * time.Minute

// timeout bounds each call of the provider.
const timeout = 5 * time.Second

// Options say which provider is believed, and who we are to it.
type Options struct {
	Issuer       string // address of the provider, as its tokens say it
	ClientID     string
	ClientSecret string
	Name         string // what people call it
	Redirect     string // address that it sends people back to
	Key          []byte // seals what is in flight, secret.KeySize bytes, the same in all processes
}

// Provider is one provider. It is asked for its configuration when first needed, so that we
// start without it. It is safe for concurrent use.
type Provider struct {
	options Options
	box     *secret.Box
	client  *http.Client

	mu    sync.Mutex
	found *discovered // nil until the provider answered once
}

type discovered struct {
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

// New returns a provider that nobody has been sent to yet.
func New(o Options) (*Provider, error) {
	box, err := secret.New(o.Key)
	if err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Provider{options: o, box: box, client: &http.Client{Timeout: timeout, CheckRedirect: stay}}, nil
}

// Name returns what people call the provider.
func (p *Provider) Name() string { return p.options.Name }

// flight is what we remember of somebody who is away at the provider.
type flight struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Until    time.Time `json:"u"`
	Carried  string    `json:"c,omitempty"`
}

// owner binds a sealed flight to its purpose.
const owner = "oidc flight"

// Leave returns the address of the provider to send somebody to, and the cookie to give them
// on the way. carried is kept for Return. The error is Unavailable while the provider does
// not answer.
func (p *Provider) Leave(ctx context.Context, carried string, now time.Time) (address, cookie string, err error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	f := flight{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: now.Add(FlightTime), Carried: carried}
	plain, err := json.Marshal(f)
	if err != nil {
		return "", "", fmt.Errorf("flight: %w", err)
	}
	address = d.oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return address, base64.RawURLEncoding.EncodeToString(p.box.Seal(owner, string(plain))), nil
}

// Identity is who the provider says somebody is.
type Identity struct {
	Issuer, Subject string
	Mail            string // lower case; empty unless the provider vouches for it
	Name            string
	Carried         string // what was given to Leave
}

// errFlight says that somebody came back who never left, or too late.
var errFlight = triage.Errorf(triage.Unauthorized, "This sign-in was not begun here, or too long ago. Begin again.")

// errBelief says that what the provider gave is not to be believed, or that it refused.
var errBelief = triage.Errorf(triage.Unauthorized, "The sign-in was not confirmed. Begin again.")

// Return finds out who somebody is that comes back with a cookie of Leave and with what the
// provider put into the address. Its errors are Unauthorized, and Unavailable while the
// provider does not answer.
func (p *Provider) Return(ctx context.Context, cookie, state, code string, now time.Time) (Identity, error) {
	f, err := p.land(cookie)
	if err != nil || now.After(f.Until) || subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 {
		return Identity{}, errFlight
	}
	if code == "" {
		return Identity{}, errBelief
	}
	d, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := d.oauth.Exchange(p.context(ctx), code, oauth2.VerifierOption(f.Verifier))
	if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) && refused.Response.StatusCode < 500 {
		return Identity{}, errBelief.Because(fmt.Errorf("token endpoint: status %d, error %q", refused.Response.StatusCode, refused.ErrorCode))
	}
	if err != nil {
		return Identity{}, away.Because(err)
	}
	who, err := p.believe(ctx, d, token, f.Nonce)
	who.Carried = f.Carried
	return who, err
}

func (p *Provider) land(cookie string) (f flight, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil {
		return f, errFlight
	}
	plain, err := p.box.Open(owner, sealed)
	if err != nil {
		return f, errFlight
	}
	return f, json.Unmarshal([]byte(plain), &f)
}

// believe checks the ID token: signature, issuer, audience and time by the library, then
// the nonce and, where there is one, the hash of the access token.
func (p *Provider) believe(ctx context.Context, d *discovered, token *oauth2.Token, nonce string) (Identity, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, errBelief.Because(errors.New("no ID token"))
	}
	verified, err := d.verifier.Verify(p.context(ctx), raw)
	if err != nil {
		return Identity{}, errBelief.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(nonce)) != 1 {
		return Identity{}, errBelief.Because(errors.New("another nonce"))
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return Identity{}, errBelief.Because(err)
		}
	}
	var claims struct {
		Mail     string `json:"email"`
		Verified any    `json:"email_verified"` // some providers write a string
		Name     string `json:"name"`
	}
	if err := verified.Claims(&claims); err != nil {
		return Identity{}, errBelief.Because(err)
	}
	who := Identity{Issuer: verified.Issuer, Subject: verified.Subject, Name: claims.Name}
	if claims.Verified == true || claims.Verified == "true" {
		who.Mail = strings.ToLower(claims.Mail)
	}
	return who, nil
}

var away = triage.Errorf(triage.Unavailable, "The sign-in provider does not answer. Try again in a moment.")

// discover asks the provider for its configuration, once (OpenID Connect Discovery 1.0). Its
// keys are asked for as they are needed, beyond the request's end.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	ctx = p.context(ctx)
	provider, err := oidc.NewProvider(ctx, p.options.Issuer)
	if err != nil {
		return nil, away.Because(err)
	}
	var metadata struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&metadata); err != nil {
		return nil, away.Because(err)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of Discovery, section 3
	if len(metadata.Methods) > 0 && !slices.Contains(metadata.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.found = &discovered{
		verifier: provider.VerifierContext(p.context(context.WithoutCancel(ctx)), &oidc.Config{ClientID: p.options.ClientID}),
		oauth: oauth2.Config{
			ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint,
			RedirectURL: p.options.Redirect, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		},
	}
	return p.found, nil
}

func (p *Provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}
