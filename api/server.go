// Package api is the service's door: webhooks, the REST interface under /v1, health and
// the documentation of both. It decodes, calls one thing and answers; it holds no SQL and
// decides nothing.
package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"triage/embeddings"
	"triage/postgres"
	"triage/queue"
)

// Options are the parts a server is made of.
type Options struct {
	Store *postgres.Store
	Desk  *queue.Desk
	Door  door
	Log   *slog.Logger

	// CursorKey seals list cursors. Servers that stand beside each other need the same;
	// without one it is random, and cursors end with the process.
	CursorKey []byte

	// Embedder reads what the words of a search mean. Without one searches go by words.
	Embedder embeddings.Engine
}

// Server answers HTTP.
type Server struct {
	store      *postgres.Store
	desk       *queue.Desk
	door       door
	log        *slog.Logger
	cursorKey  []byte
	embedder   embeddings.Engine
	app        *fiber.App
	contract   huma.API
	handshakes handshakeGuard
}

// Limits of a request.
const (
	readTimeout    = 10 * time.Second
	idleTimeout    = time.Minute
	requestTimeout = 10 * time.Second
)

// New returns a server that listens nowhere yet.
func New(o Options) *Server {
	s := &Server{store: o.Store, desk: o.Desk, door: o.Door, log: o.Log, cursorKey: o.CursorKey, embedder: o.Embedder}
	if len(s.cursorKey) == 0 {
		s.cursorKey = []byte(rand.Text())
	}
	s.app = fiber.New(fiber.Config{
		Immutable:               true, // values outlive the request's buffers
		ErrorHandler:            s.handleError,
		BodyLimit:               webhookBody,
		ReadBufferSize:          16 << 10,
		ReadTimeout:             readTimeout,
		IdleTimeout:             idleTimeout,
		DisableStartupMessage:   true,
		EnableTrustedProxyCheck: true, // nobody is trusted
	})
	s.app.Use(s.recoverPanic)
	s.webhookRoutes(s.app) // before the rest: thousands a second need no more than they ask for
	s.app.Use(begin)
	s.routes()
	return s
}

// App returns the framework's application, for tests and benchmarks.
func (s *Server) App() *fiber.App { return s.app }

// Serve answers connections of l until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	if err := s.app.Listener(l); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Shutdown lets running requests finish until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }
