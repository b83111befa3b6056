// Package api is the service's door: webhooks, the REST interface under /v1, health and
// the documentation of both. It decodes, calls one thing and answers; it holds no SQL and
// decides nothing.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"triage/postgres"
	"triage/queue"
)

// Options are the parts a server is made of.
type Options struct {
	Store *postgres.Store
	Desk  *queue.Desk
	Door  door
	Log   *slog.Logger
}

// Server answers HTTP.
type Server struct {
	store      *postgres.Store
	desk       *queue.Desk
	door       door
	log        *slog.Logger
	app        *fiber.App
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
	s := &Server{store: o.Store, desk: o.Desk, door: o.Door, log: o.Log}
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
	s.app.Use(s.recoverPanic, withDeadline)
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

// recoverPanic turns a panic into a generic 500; its value goes to the log only.
func (s *Server) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.Next()
}

// withDeadline gives the request's context an end, which it has not by itself.
func withDeadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}
