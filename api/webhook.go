package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"triage/connector"
	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

// Limits of a webhook call.
const (
	webhookBody    = 1 << 20 // bytes
	webhookTimeout = 5 * time.Second
	retryAfter     = 30 // seconds a sender is asked to wait when nothing could be stored
)

// door is where deliveries come in.
type door interface {
	Receive(context.Context, triage.Platform, triage.ID, connector.Delivery) (ingest.Result, error)
	Respond(triage.Platform, connector.Delivery, error) (connector.Response, bool)
	MediaTypes(triage.Platform) []string
	Handshake(context.Context, triage.Platform, triage.ID, url.Values) (connector.Response, error)
	Replay(context.Context, postgres.Delivery) (ingest.Result, error)
	Withdraw(context.Context, triage.Platform, triage.ID, url.Values, time.Time, bool) (string, error)
}

// webhookRoutes are plain handlers: a webhook is verified over its raw bytes before
// anything else looks at it, and always answers by its own rules, not those of /v1.
func (s *Server) webhookRoutes(app *fiber.App) {
	const path = "/webhooks/:platform/:endpoint"
	s.withdrawalRoutes(app)
	app.Get(path, s.handshake)
	app.Post(path, s.receiveWebhook)
	app.All(path, func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderAllow, "GET, HEAD, POST")
		return fiber.ErrMethodNotAllowed
	})
}

// receiveWebhook takes one delivery from a platform. It answers 200 only when the
// delivery is safely stored, so a platform that retries makes us whole.
func (s *Server) receiveWebhook(c *fiber.Ctx) error {
	platform := triage.Platform(c.Params("platform"))
	if problem := refuseEncoding(c, s.door.MediaTypes(platform)); problem != nil {
		return problem
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), webhookTimeout)
	defer cancel()
	in := delivery(c)
	result, err := s.door.Receive(ctx, platform, triage.ID(c.Params("endpoint")), in)
	if answer, ok := s.door.Respond(platform, in, err); ok {
		return say(c, answer)
	}
	if err != nil {
		return webhookError(c, err)
	}
	return c.JSON(result)
}

// say answers in a platform's own words, which cannot be read as a page.
func say(c *fiber.Ctx, answer connector.Response) error {
	c.Status(answer.Status)
	if answer.Body == "" {
		c.Context().Response.Header.SetNoDefaultContentType(true)
		return nil
	}
	c.Set(fiber.HeaderContentType, answer.Type)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.SendString(answer.Body)
}

// unsigned are headers that every client sends and no platform signs with.
var unsigned = map[string]bool{
	fiber.HeaderHost: true, fiber.HeaderContentType: true, fiber.HeaderContentLength: true,
	fiber.HeaderUserAgent: true, fiber.HeaderAccept: true, fiber.HeaderConnection: true, fiber.HeaderCookie: true,
}

// delivery copies the request out of Fiber, whose buffers are reused after the handler
// returns. The body is the raw one, since signatures cover what was sent; Fiber copies it
// by itself, as the application is immutable.
func delivery(c *fiber.Ctx) connector.Delivery {
	header := make(http.Header, 4)
	for k, v := range c.Request().Header.All() {
		if !unsigned[string(k)] {
			header.Add(string(k), string(v))
		}
	}
	return connector.Delivery{Header: header, Body: c.BodyRaw(), ReceivedAt: time.Now().UTC()}
}

// refuseEncoding refuses compressed bodies before a byte is decoded, and types that the
// platform does not send.
func refuseEncoding(c *fiber.Ctx, types []string) error {
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		c.Set(fiber.HeaderAcceptEncoding, "identity")
		return problemError{status: http.StatusUnsupportedMediaType, kind: "unsupported-encoding", title: "This encoding is not accepted."}
	}
	media, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !slices.Contains(types, strings.ToLower(strings.TrimSpace(media))) {
		accepted := strings.Join(types, ", ")
		c.Set("Accept-Post", accepted)
		return problemError{status: http.StatusUnsupportedMediaType, kind: "unsupported-media-type", title: "Send " + accepted + "."}
	}
	return nil
}

// webhookError gives the signature errors their statuses; all others go the common way.
func webhookError(c *fiber.Ctx, err error) error {
	switch {
	case errors.Is(err, connector.ErrSignatureMissing):
		return problemError{status: http.StatusUnauthorized, kind: "signature-missing", title: "The delivery is not signed."}
	case errors.Is(err, connector.ErrTimestamp):
		return problemError{status: http.StatusUnauthorized, kind: "timestamp-out-of-range", title: "The delivery's timestamp is out of range."}
	case errors.Is(err, connector.ErrSignatureInvalid):
		return problemError{status: http.StatusUnauthorized, kind: "signature-invalid", title: "The delivery's signature is not valid."}
	case triage.KindOf(err) == triage.Unavailable:
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter))
	}
	return err
}

// handshake answers the request by which a platform confirms an address. The answer is
// plain text or JSON, neither of which can be read as a page.
func (s *Server) handshake(c *fiber.Ctx) error {
	query := url.Values{}
	for k, v := range c.Context().QueryArgs().All() {
		query.Add(string(k), string(v))
	}
	if !s.handshakes.allow(c.Params("endpoint"), time.Now()) {
		c.Set(fiber.HeaderRetryAfter, "60")
		return problemError{status: http.StatusTooManyRequests, kind: "rate-limited", title: "Too many handshakes."}
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), webhookTimeout)
	defer cancel()
	answer, err := s.door.Handshake(ctx, triage.Platform(c.Params("platform")), triage.ID(c.Params("endpoint")), query)
	if err != nil {
		if triage.KindOf(err) == triage.Invalid {
			s.handshakes.pardon(c.Params("endpoint"))
		}
		return webhookError(c, err)
	}
	s.handshakes.forget(c.Params("endpoint"))
	return say(c, answer)
}
