package api

import (
	"context"
	"net"
	"net/http"
	"time"

	"triage/access"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) sessionRoutes() {
	enter(s, route{
		method: http.MethodPost, path: "/v1/session", id: "sign-in", needs: mayEnter,
		summary: "Sign in with mail address and password", fails: []int{http.StatusTooManyRequests},
	}, s.signIn)
	enter(s, route{
		method: http.MethodGet, path: "/v1/session/means", id: "list-means", needs: mayEnter,
		summary: "How people can sign in",
	}, s.listMeans)
	register(s, route{
		method: http.MethodGet, path: "/v1/session", id: "get-session", needs: maySelf,
		summary: "Who I am, and for which brands I work",
	}, s.getSession)
	register(s, route{
		method: http.MethodDelete, path: "/v1/session", id: "sign-out", needs: maySelf, summary: "Sign out",
	}, s.signOut)
	register(s, route{
		method: http.MethodPost, path: "/v1/session/password", id: "change-password", needs: maySelf,
		summary: "Change my password; my other sessions end", fails: []int{http.StatusConflict, http.StatusTooManyRequests},
	}, s.changePassword)
	register(s, route{
		method: http.MethodGet, path: "/v1/sessions", id: "list-sessions", needs: maySelf, summary: "Where I am signed in",
	}, s.listSessions)
	register(s, route{
		method: http.MethodDelete, path: "/v1/sessions/{id}", id: "end-session", needs: maySelf,
		summary: "End one of my sessions", fails: []int{http.StatusNotFound},
	}, s.endSession)
}

// The names of cookies. A browser takes one that begins with __Host- only with Secure, for
// this host and for every path (RFC 6265bis, section 4.1.3.2).
const (
	cookiePlain  = "triage"
	cookieSecure = "__Host-triage"
)

func (s *Server) secure() bool { return s.public.Scheme == "https" }

func (s *Server) cookieName() string {
	if s.secure() {
		return cookieSecure
	}
	return cookiePlain
}

// cookie returns one that no script reads and that other sites do not make browsers send
// with anything but plain links. An age below zero takes it away.
func (s *Server) cookie(name, value string, age time.Duration) http.Cookie {
	c := http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
	if age < 0 {
		c.MaxAge = -1
	}
	return c
}

// errInsecure keeps passwords and cookies off networks that anybody can listen to.
var errInsecure = problemError{
	status: http.StatusForbidden, kind: "https-needed",
	title: "Signing in needs https. Whoever runs this service sets TRIAGE_PUBLIC_URL to its https address.",
}

// private reports an error unless what is sent stays on this machine or is encrypted.
func (s *Server) private() error {
	host := s.public.Hostname()
	ip := net.ParseIP(host)
	if s.secure() || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return errInsecure
}

// sessionOnly refuses tokens, which speak for a person but are not the person.
func sessionOnly(who postgres.Caller) error {
	if who.SessionID == "" {
		return triage.Errorf(triage.Forbidden, "Only a person who is signed in can do this, not a token.")
	}
	return nil
}

type signInInput struct {
	Body struct {
		Mail     string `json:"mail" minLength:"1" maxLength:"254"`
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

type enteredOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SessionBody
}

func (s *Server) signIn(ctx context.Context, v visit, in *signInInput) (*enteredOutput, error) {
	if err := s.private(); err != nil {
		return nil, err
	}
	entered, err := s.gate.SignIn(ctx, v.visitor, in.Body.Mail, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return s.entered(ctx, entered)
}

// entered answers with a session that just began.
func (s *Server) entered(ctx context.Context, in access.Entered) (*enteredOutput, error) {
	session, err := s.store.SessionBehind(ctx, in.Cookie, time.Now())
	if err != nil {
		return nil, err
	}
	body, err := s.sessionBody(ctx, session, "")
	if err != nil {
		return nil, err
	}
	return &enteredOutput{SetCookie: []http.Cookie{s.cookie(s.cookieName(), in.Cookie, postgres.SessionAge)}, Body: body}, nil
}

type meansOutput struct {
	Body struct {
		Password bool      `json:"password"`
		OIDC     *oidcBody `json:"oidc" doc:"Absent unless a provider is configured"`
	}
}

type oidcBody struct {
	Name string `json:"name" doc:"What the button says"`
	Path string `json:"path" doc:"Where the button leads"`
}

func (s *Server) listMeans(context.Context, visit, *struct{}) (*meansOutput, error) {
	out := &meansOutput{}
	out.Body.Password = true
	if s.provider != nil {
		out.Body.OIDC = &oidcBody{s.provider.Name(), oidcPath}
	}
	return out, nil
}

// SessionBody is who is signed in, on the wire. It is exported because the contract library
// reads no others.
type SessionBody struct {
	ID        string          `json:"id,omitempty" doc:"Of the session; absent for a token"`
	PersonID  string          `json:"person_id"`
	Name      string          `json:"name"`
	Mail      string          `json:"mail,omitempty"`
	Means     string          `json:"means" enum:"password,oidc,token"`
	ExpiresAt *time.Time      `json:"expires_at" doc:"When it ends unless it is used before; null for a token"`
	Brand     string          `json:"brand,omitempty" doc:"Id of the brand that this request is for"`
	Role      string          `json:"role,omitempty" doc:"For that brand"`
	Brands    []WorksForEntry `json:"brands" nullable:"false" doc:"Those that I work for; a token knows its own only"`
}

// WorksForEntry is one brand that somebody works for.
type WorksForEntry struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
	Role string `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer"`
}

type sessionOutput struct{ Body SessionBody }

func (s *Server) getSession(ctx context.Context, who postgres.Caller, _ *struct{}) (*sessionOutput, error) {
	if who.SessionID == "" {
		return s.tokenSession(ctx, who)
	}
	session, err := s.store.SessionBehind(ctx, visitOf(ctx).cookie, time.Now())
	if err != nil {
		return nil, err
	}
	body, err := s.sessionBody(ctx, session, who.BrandID)
	return &sessionOutput{body}, err
}

// tokenSession says of a token no more than belongs to its brand.
func (s *Server) tokenSession(ctx context.Context, who postgres.Caller) (*sessionOutput, error) {
	b, err := s.store.Brand(ctx, string(who.BrandID))
	if err != nil {
		return nil, err
	}
	return &sessionOutput{SessionBody{
		PersonID: string(who.PersonID), Name: who.Person, Means: "token", Brand: string(b.ID), Role: string(who.Role),
		Brands: []WorksForEntry{{string(b.ID), b.Slug, b.Name, string(who.Role)}},
	}}, nil
}

func (s *Server) sessionBody(ctx context.Context, session postgres.SessionRow, brand triage.ID) (SessionBody, error) {
	body := SessionBody{
		ID: string(session.ID), PersonID: string(session.PersonID), Name: session.Person, Mail: session.Mail, Means: string(session.Means),
		ExpiresAt: timeOrNull(session.ExpiresAt), Brands: []WorksForEntry{},
	}
	works, err := s.store.Memberships(ctx, session.PersonID)
	if err != nil {
		return body, err
	}
	for _, m := range works {
		body.Brands = append(body.Brands, WorksForEntry{string(m.BrandID), m.Slug, m.Brand, string(m.Role)})
		if m.BrandID == brand || brand == "" && len(works) == 1 {
			body.Brand, body.Role = string(m.BrandID), string(m.Role)
		}
	}
	return body, nil
}

type leftOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, who postgres.Caller, _ *struct{}) (*leftOutput, error) {
	if err := sessionOnly(who); err != nil {
		return nil, err
	}
	if err := s.gate.EndSession(ctx, who, who.SessionID); err != nil && triage.KindOf(err) != triage.NotFound {
		return nil, err
	}
	return &leftOutput{[]http.Cookie{s.cookie(s.cookieName(), "", -1)}}, nil
}

type changePasswordInput struct {
	Body struct {
		Current string `json:"current,omitempty" maxLength:"512" doc:"Absent for whoever has none yet"`
		Next    string `json:"next" minLength:"12" maxLength:"512"`
	}
}

func (s *Server) changePassword(ctx context.Context, who postgres.Caller, in *changePasswordInput) (*struct{}, error) {
	if err := sessionOnly(who); err != nil {
		return nil, err
	}
	return nil, s.gate.ChangePassword(ctx, who, visitOf(ctx).visitor, in.Body.Current, in.Body.Next)
}

type sessionsOutput struct {
	Body struct {
		Sessions []listedSession `json:"sessions" nullable:"false"`
	}
}

type listedSession struct {
	ID         string    `json:"id"`
	Means      string    `json:"means" enum:"password,oidc"`
	Agent      string    `json:"agent" doc:"The browser's own name"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
	ExpiresAt  time.Time `json:"expires_at" doc:"When it ends unless it is used before"`
	Current    bool      `json:"current" doc:"The one that asks"`
}

func (s *Server) listSessions(ctx context.Context, who postgres.Caller, _ *struct{}) (*sessionsOutput, error) {
	if err := sessionOnly(who); err != nil {
		return nil, err
	}
	found, err := s.store.SessionsOf(ctx, who.PersonID, time.Now())
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	for _, f := range found {
		out.Body.Sessions = append(out.Body.Sessions, listedSession{
			string(f.ID), string(f.Means), f.Agent, f.CreatedAt, f.LastUsedAt, f.ExpiresAt, f.ID == who.SessionID,
		})
	}
	return out, nil
}

type endSessionInput struct {
	ID string `path:"id" doc:"Id of a session"`
}

func (s *Server) endSession(ctx context.Context, who postgres.Caller, in *endSessionInput) (*struct{}, error) {
	if err := sessionOnly(who); err != nil {
		return nil, err
	}
	return nil, s.gate.EndSession(ctx, who, triage.ID(in.ID))
}
