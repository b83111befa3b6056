package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"

	"triage/postgres"
)

// permissionMember names the permission of an operation in the contract.
const permissionMember = "x-permission"

// route is one operation of the contract.
type route struct {
	method, path string
	id           string // operation id
	summary      string
	needs        permission
	fails        []int  // statuses beyond those that every route may answer
	media        string // of a streamed answer; empty for JSON
}

// newContract makes the OpenAPI side of the server. The defaults of the library that
// reach to other hosts, or add members to answers, are off.
func (s *Server) newContract() huma.API {
	config := huma.DefaultConfig("Triage", "1")
	config.Info.Description = "Two queues of what people say to a brand, and the work on them."
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":  {Type: "http", Scheme: "bearer", Description: "A token that begins with trg_."},
		"session": {Type: "apiKey", In: "cookie", Name: s.cookieName(), Description: "What signing in sets. Changes need Sec-Fetch-Site or Origin of our own pages."},
	}
	return humafiber.NewV2(s.app, config)
}

// register adds a route whose handler is told who calls. Whether they may is checked before
// anything of the request is read.
func register[I, O any](s *Server, r route, handle func(context.Context, postgres.Caller, *I) (*O, error)) {
	op := s.operation(r)
	op.Security = []map[string][]string{{"bearer": {}}, {"session": {}}}
	op.Parameters = []*huma.Param{{
		Name: brandHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "Id or slug of the brand; needed by a session of somebody who works for several",
	}}
	huma.Register(s.contract, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, callerOf(ctx), in)
		if err != nil {
			return nil, s.fail(ctx, r.path, err)
		}
		return out, nil
	})
}

// enter adds a route that lets people in: it is open to everybody, and its handler is told
// what the request says of whoever makes it.
func enter[I, O any](s *Server, r route, handle func(context.Context, visit, *I) (*O, error)) {
	huma.Register(s.contract, s.operation(r), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, visitOf(ctx), in)
		if err != nil {
			return nil, s.fail(ctx, r.path, err)
		}
		return out, nil
	})
}

func (s *Server) operation(r route) huma.Operation {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary,
		Errors: append([]int{
			http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity,
			http.StatusServiceUnavailable,
		}, r.fails...),
		Extensions:   map[string]any{permissionMember: string(r.needs)},
		Middlewares:  huma.Middlewares{s.admit(r.needs)},
		MaxBodyBytes: maxBody,
	}
	if r.media != "" {
		op.Responses = map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{
			r.media: {Schema: &huma.Schema{Type: huma.TypeString}},
		}}}
	}
	return op
}

// maxBody bounds the JSON of a request to /v1, in bytes.
const maxBody = 64 << 10

// OpenAPI returns the contract of /v1 as OpenAPI 3.1 in JSON.
func OpenAPI() ([]byte, error) {
	contract, err := New(Options{Log: slog.New(slog.DiscardHandler)}).contract.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return contract, nil
}
