package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"triage/triage"
)

type requestKey struct{}

// requestOf returns the id by which answer and log name a request.
func requestOf(ctx context.Context) string {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		return id
	}
	return uuid.NewString() // refused before it reached a handler
}

// begin names the request, gives its context an end, which it has not by itself, and sets
// the headers of every answer: none is to be cached, guessed at or framed.
func begin(c *fiber.Ctx) error {
	id := uuid.NewString()
	ctx, cancel := context.WithTimeout(context.WithValue(c.UserContext(), requestKey{}, id), requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	c.Set(fiber.HeaderXRequestID, id)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return c.Next()
}

// recoverPanic turns a panic into a generic 500; its value and place go to the log only.
func (s *Server) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return c.Next()
}

// streamed are the media types of answers that are no JSON, by path.
var streamed = map[string][]string{
	"/v1/stream": {streamMedia}, "/v1/audit/export": {"application/x-ndjson", "text/csv"},
}

// guard refuses what /v1 does not speak: bodies that would have to be unpacked, since
// their size is known only afterwards, and answers in another form than JSON.
func guard(c *fiber.Ctx) error {
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		c.Set(fiber.HeaderAcceptEncoding, "identity")
		return problemError{status: http.StatusUnsupportedMediaType, kind: "unsupported-encoding", title: "This encoding is not accepted."}
	}
	if c.Accepts(append([]string{fiber.MIMEApplicationJSON, problemMedia}, streamed[c.Path()]...)...) == "" {
		return problemError{status: http.StatusNotAcceptable, kind: "not-acceptable", title: "Answers are application/json."}
	}
	return c.Next()
}

// pingTimeout bounds what readiness asks of the database.
const pingTimeout = time.Second

func alive(c *fiber.Ctx) error { return c.JSON(fiber.Map{"status": "ok"}) }

// ready answers 200 while the database does within a second.
func (s *Server) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), pingTimeout)
	defer cancel()
	if err := s.store.Pool().Ping(ctx); err != nil {
		c.Set(fiber.HeaderRetryAfter, "5")
		return triage.Errorf(triage.Unavailable, "The database is not available.").Because(err)
	}
	return c.JSON(fiber.Map{"status": "ready"})
}
