// Package api is the service's door: webhooks, the REST interface under /v1, health and
// the documentation of both. It decodes, calls one thing and answers; it holds no SQL and
// decides nothing.
package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"triage/access"
	"triage/access/oidc"
	"triage/access/password"
	"triage/classifier"
	"triage/connector"
	"triage/embeddings"
	"triage/insight"
	"triage/llm"
	"triage/postgres"
	"triage/queue"
	"triage/secret"
	"triage/setup"
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
	// Near does so for brands that let nothing out of the house; without one Embedder does.
	Near embeddings.Engine

	// Purse pays for reading what the words of a search mean, and Prices are what that and all
	// else is priced by. Without them nobody pays, and the program's own list holds.
	Purse  classifier.Purse
	Prices llm.PriceList

	// Box seals what is secret, and Platforms are those that can be listened to.
	Box       *secret.Box
	Platforms []connector.Platform

	// Probe asks the language model something short. Nil means that none is configured.
	Probe func(context.Context) (llm.ChatAbility, error)

	// Public is the address under which browsers reach the service. With https its cookies
	// never leave encryption; empty means this machine only.
	Public string

	// Provider lets people in that it vouches for. Nil means that there is none.
	Provider *oidc.Provider

	// PasswordCost is what one hash of a password takes. Zero means password.Standard.
	PasswordCost password.Cost

	// SlackSecret signs what people do with our messages in Slack. Without it that is refused.
	SlackSecret string

	// StreamBeat is how often live streams show that they live, and look whether their
	// caller still may read. Zero means 15 s.
	StreamBeat time.Duration
}

// Server answers HTTP.
type Server struct {
	store      *postgres.Store
	desk       *queue.Desk
	door       door
	log        *slog.Logger
	cursorKey  []byte
	embedder   embeddings.Engine
	near       embeddings.Engine
	purse      classifier.Purse
	pricesAsOf string
	app        *fiber.App
	contract   huma.API
	handshakes handshakeGuard
	gate       *access.Gate
	public     *url.URL
	provider   *oidc.Provider
	feeds      *feeds
	beat       time.Duration
	insights   *insight.Insights

	slackSecret string
	setup       *setup.Setup
	probe       func(context.Context) (llm.ChatAbility, error)
}

// Limits of a request.
const (
	readTimeout    = 10 * time.Second
	idleTimeout    = time.Minute
	requestTimeout = 10 * time.Second
)

// New returns a server that listens nowhere yet.
func New(o Options) *Server {
	s := &Server{store: o.Store, desk: o.Desk, door: o.Door, log: o.Log, cursorKey: o.CursorKey, embedder: o.Embedder, near: o.Near}
	s.feeds, s.beat = newFeeds(o.Store, o.Log), cmp.Or(o.StreamBeat, streamBeat)
	s.provider, s.public = o.Provider, publicURL(o.Public)
	s.insights, s.slackSecret = insight.New(o.Store), o.SlackSecret
	s.setup, s.probe = setup.New(o.Store, o.Box, o.Platforms), o.Probe
	s.purse, s.pricesAsOf = o.Purse, cmp.Or(o.Prices.AsOf, llm.Prices(nil).AsOf)
	s.gate = access.New(o.Store, cmp.Or(o.PasswordCost, password.Standard))
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
	s.slackRoutes(s.app)
	s.webhookRoutes(s.app) // before the rest: thousands a second need no more than they ask for
	s.app.Use(begin)
	s.routes()
	return s
}

// publicURL reads where browsers reach the service. Whoever configures it checks it.
func publicURL(address string) *url.URL {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u
	}
	return &url.URL{Scheme: "http", Host: "127.0.0.1"}
}

// App returns the framework's application, for tests and benchmarks.
func (s *Server) App() *fiber.App { return s.app }

// Serve answers connections of l, and gives live streams their news, until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.feeds.run(ctx) })
	defer running.Wait()
	defer cancel()
	if err := s.app.Listener(l); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Shutdown ends live streams and lets running requests finish until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.feeds.stop()
	return s.app.ShutdownWithContext(ctx)
}
