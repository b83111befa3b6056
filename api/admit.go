package api

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"triage/access"
	"triage/postgres"
	"triage/triage"
)

// permission is what a caller must be allowed. The zero value allows nobody.
type permission string

// The permissions.
const (
	mayEnter permission = "none" // anybody: what lets people in, which proves by itself who may
	maySelf  permission = "self" // whoever is signed in, for what is theirs and no brand's
	mayRead  permission = "read" // every role
	mayWork  permission = "work" // every role that works some queue; which one is the desk's matter
	mayLead  permission = "lead" // leads and administrators
	mayRule  permission = "rule" // administrators
)

func (p permission) allows(r triage.Role) bool {
	switch p {
	case mayEnter, maySelf:
		return true
	case mayRead:
		return r.Valid()
	case mayWork:
		return slices.ContainsFunc(triage.Queues(), r.Works)
	case mayLead:
		return r == triage.RoleLead || r == triage.RoleAdmin
	case mayRule:
		return r == triage.RoleAdmin
	}
	return false
}

// scope returns what a token must be for. What every role may change takes more than to read.
func (p permission) scope(method string) triage.Scope {
	switch {
	case p == mayRule:
		return triage.ScopeAdmin
	case p == mayLead:
		return triage.ScopeLead
	case p == mayWork, !safe(method):
		return triage.ScopeWork
	}
	return triage.ScopeRead
}

// safe reports whether a method changes nothing (RFC 9110, section 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// origin is from where a browser says that a request came.
type origin int

const (
	unsaid origin = iota // no browser, or a very old one
	ours
	foreign
)

// visit is what a request says of whoever makes it. It outlives the request.
type visit struct {
	method        string
	authorization string
	cookie        string // of a session
	flight        string // cookie of somebody who comes back from a provider
	brand         string // for which a session asks
	origin        origin
	visitor       access.Visitor
}

type visitKey struct{}

func visitOf(ctx context.Context) visit {
	v, _ := ctx.Value(visitKey{}).(visit)
	return v
}

func (s *Server) visitOf(c huma.Context) visit {
	address, _, err := net.SplitHostPort(c.RemoteAddr())
	if err != nil {
		address = c.RemoteAddr()
	}
	v := visit{
		method: c.Method(), authorization: c.Header("Authorization"), brand: strings.TrimSpace(c.Header(brandHeader)),
		origin: s.originOf(c), visitor: access.Visitor{Address: address, Agent: c.Header("User-Agent")},
	}
	if cookie, err := huma.ReadCookie(c, s.cookieName()); err == nil {
		v.cookie, v.visitor.Cookie = cookie.Value, cookie.Value
	}
	if cookie, err := huma.ReadCookie(c, s.flightName()); err == nil {
		v.flight = cookie.Value
	}
	return v
}

// originOf believes Sec-Fetch-Site, which no page can forge (W3C Fetch Metadata), and without
// it compares Origin with the service's own address (OWASP, "Cross-Site Request Forgery
// Prevention").
func (s *Server) originOf(c huma.Context) origin {
	switch c.Header("Sec-Fetch-Site") {
	case "same-origin", "none": // none: typed or bookmarked by the person
		return ours
	case "":
	default:
		return foreign
	}
	said := c.Header("Origin")
	if said == "" {
		return unsaid
	}
	from, err := url.Parse(said)
	if err == nil && from.Host != "" && (strings.EqualFold(from.Host, c.Header("Host")) || strings.EqualFold(said, s.publicOrigin())) {
		return ours
	}
	return foreign
}

// publicOrigin returns scheme and host under which browsers reach the service.
func (s *Server) publicOrigin() string { return s.public.Scheme + "://" + s.public.Host }

// brandHeader says for which of a person's brands a session asks.
const brandHeader = "Triage-Brand"

type callerKey struct{}

func callerOf(ctx context.Context) postgres.Caller {
	c, _ := ctx.Value(callerKey{}).(postgres.Caller)
	return c
}

// errForgery answers what another site makes a browser send.
var errForgery = problemError{status: http.StatusForbidden, kind: "csrf", title: "This request does not come from our own pages."}

// admit lets a request pass whose token or session is valid, and allows what it asks for.
func (s *Server) admit(needs permission) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		v := s.visitOf(c)
		caller, err := s.admitted(c.Context(), v, needs)
		if err != nil {
			f := s.fail(c.Context(), c.Operation().Path, err)
			for name, values := range f.GetHeaders() {
				c.SetHeader(name, values[0])
			}
			_ = huma.WriteErr(s.contract, c, f.status, "", f) // the library reports what it cannot write
			return
		}
		next(huma.WithValue(huma.WithValue(c, visitKey{}, v), callerKey{}, caller))
	}
}

func (s *Server) admitted(ctx context.Context, v visit, needs permission) (postgres.Caller, error) {
	if !safe(v.method) && v.origin == foreign && v.authorization == "" {
		return postgres.Caller{}, errForgery
	}
	if needs == mayEnter {
		return postgres.Caller{}, nil
	}
	caller, err := s.caller(ctx, v, needs)
	switch {
	case err != nil:
		return postgres.Caller{}, err
	case !needs.allows(caller.Role):
		return postgres.Caller{}, triage.Errorf(triage.Forbidden, "Your role does not allow this.")
	case caller.TokenID != "" && !slices.Contains(caller.Scopes, needs.scope(v.method)):
		return postgres.Caller{}, triage.Errorf(triage.Forbidden, "This token does not allow this.")
	}
	return caller, nil
}

// caller returns who a request speaks for: a bearer token, which wins, or a session. The
// last use is noted beside the request: when that fails, the request does not.
func (s *Server) caller(ctx context.Context, v visit, needs permission) (caller postgres.Caller, err error) {
	switch scheme, token, _ := strings.Cut(v.authorization, " "); {
	case strings.EqualFold(scheme, "Bearer"):
		caller, err = s.tokenCaller(ctx, strings.TrimSpace(token), v)
	case v.authorization == "" && v.cookie != "":
		caller, err = s.sessionCaller(ctx, v, needs)
	default:
		err = triage.Errorf(triage.Unauthorized, "A bearer token or a session is needed.")
	}
	if err != nil {
		return postgres.Caller{}, err
	}
	if err := s.store.NoteUse(ctx, caller, time.Now()); err != nil {
		s.log.WarnContext(ctx, "use not noted", "token", caller.TokenID, "session", caller.SessionID, "err", err)
	}
	return caller, nil
}

// errNotYours is the one answer for brands that the caller does not work for and for those
// that do not exist.
var errNotYours = triage.Errorf(triage.Forbidden, "You do not work for this brand.")

func (s *Server) tokenCaller(ctx context.Context, token string, v visit) (postgres.Caller, error) {
	caller, err := s.store.Bearer(ctx, token)
	if err != nil || v.brand == "" {
		return caller, err
	}
	brand, err := s.store.Brand(ctx, string(caller.BrandID))
	if err != nil {
		return postgres.Caller{}, err
	}
	_, err = membershipFor([]postgres.Membership{{BrandID: brand.ID, Slug: brand.Slug}}, v.brand)
	return caller, err
}

// sessionCaller reads the person's role for the brand anew each time, so that it ends with
// the membership.
func (s *Server) sessionCaller(ctx context.Context, v visit, needs permission) (postgres.Caller, error) {
	session, err := s.store.SessionBehind(ctx, v.cookie, time.Now())
	if err != nil {
		return postgres.Caller{}, err
	}
	if !safe(v.method) && v.origin != ours {
		return postgres.Caller{}, errForgery
	}
	caller := postgres.Caller{
		SessionID: session.ID, PersonID: session.PersonID, Person: session.Person, LastUsedAt: session.LastUsedAt,
	}
	works, err := s.store.Memberships(ctx, session.PersonID)
	if err != nil {
		return postgres.Caller{}, err
	}
	m, err := membershipFor(works, v.brand)
	if err != nil && (needs != maySelf || v.brand != "") {
		return postgres.Caller{}, err
	}
	caller.BrandID, caller.Role = m.BrandID, m.Role
	return caller, nil
}

// membershipFor returns the membership that a request is for: that of the brand named by id
// or slug, or the only one.
func membershipFor(works []postgres.Membership, named string) (postgres.Membership, error) {
	switch {
	case named == "" && len(works) == 1:
		return works[0], nil
	case named == "" && len(works) > 1:
		return postgres.Membership{}, problemError{
			status: http.StatusBadRequest, kind: "brand-needed",
			title: "You work for several brands: name one, by id or slug, in the header " + brandHeader + ".",
		}
	case named == "":
		return postgres.Membership{}, triage.Errorf(triage.Forbidden, "You work for no brand.")
	}
	id, err := uuid.Parse(named)
	for _, m := range works {
		if m.Slug == named || err == nil && string(m.BrandID) == id.String() {
			return m, nil
		}
	}
	return postgres.Membership{}, errNotYours
}
