package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"

	"triage/postgres"
	"triage/triage"
)

// permission is what a caller's role must allow. The zero value allows nobody.
type permission string

// The permissions.
const (
	mayRead permission = "read" // every role
	mayWork permission = "work" // every role that works some queue; which one is the desk's matter
	mayLead permission = "lead" // leads and administrators
	mayRule permission = "rule" // administrators
)

func (p permission) allows(r triage.Role) bool {
	switch p {
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

// permissionMember names the permission of an operation in the contract.
const permissionMember = "x-permission"

// route is one operation of the contract.
type route struct {
	method, path string
	id           string // operation id
	summary      string
	needs        permission
	fails        []int // statuses beyond those that every route may answer
}

// newContract makes the OpenAPI side of the server. The defaults of the library that
// reach to other hosts, or add members to answers, are off.
func (s *Server) newContract() huma.API {
	config := huma.DefaultConfig("Triage", "1")
	config.Info.Description = "Two queues of what people say to a brand, and the work on them."
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A token that begins with trg_."},
	}
	return humafiber.NewV2(s.app, config)
}

// register adds a route whose handler is told who calls. The role is checked before
// anything of the request is read.
func register[I, O any](s *Server, r route, handle func(context.Context, postgres.Caller, *I) (*O, error)) {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary,
		Errors: append([]int{
			http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity,
			http.StatusServiceUnavailable,
		}, r.fails...),
		Security:     []map[string][]string{{"bearer": {}}},
		Extensions:   map[string]any{permissionMember: string(r.needs)},
		Middlewares:  huma.Middlewares{s.admit(r.needs)},
		MaxBodyBytes: maxBody,
	}
	huma.Register(s.contract, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, callerOf(ctx), in)
		if err != nil {
			return nil, s.fail(ctx, r.path, err)
		}
		return out, nil
	})
}

// maxBody bounds the JSON of a request to /v1, in bytes.
const maxBody = 64 << 10

type callerKey struct{}

func callerOf(ctx context.Context) postgres.Caller {
	c, _ := ctx.Value(callerKey{}).(postgres.Caller)
	return c
}

// admit lets a request pass whose bearer token is valid and whose role has the permission.
func (s *Server) admit(needs permission) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		caller, err := s.caller(c.Context(), c.Header("Authorization"))
		if err == nil && !needs.allows(caller.Role) {
			err = triage.Errorf(triage.Forbidden, "Your role does not allow this.")
		}
		if err != nil {
			f := s.fail(c.Context(), c.Operation().Path, err)
			for name, values := range f.GetHeaders() {
				c.SetHeader(name, values[0])
			}
			_ = huma.WriteErr(s.contract, c, f.status, "", f) // the library reports what it cannot write
			return
		}
		next(huma.WithValue(c, callerKey{}, caller))
	}
}

// caller returns who the Authorization header speaks for. The last use of the token is
// noted beside the request: when that fails, the request does not.
func (s *Server) caller(ctx context.Context, header string) (postgres.Caller, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return postgres.Caller{}, triage.Errorf(triage.Unauthorized, "A bearer token is needed.")
	}
	caller, err := s.store.Bearer(ctx, strings.TrimSpace(token))
	if err != nil {
		return postgres.Caller{}, err
	}
	if err := s.store.NoteUse(ctx, caller, time.Now()); err != nil {
		s.log.WarnContext(ctx, "use of a token not noted", "token", caller.TokenID, "err", err)
	}
	return caller, nil
}

// OpenAPI returns the contract of /v1 as OpenAPI 3.1 in JSON.
func OpenAPI() ([]byte, error) {
	contract, err := New(Options{Log: slog.New(slog.DiscardHandler)}).contract.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return contract, nil
}
