package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"triage/triage"
)

// problemMedia is the media type of RFC 9457.
const problemMedia = "application/problem+json"

// problemError is an error that already knows its response. Its texts are fixed words of
// ours, never input.
type problemError struct {
	status int
	kind   string // last part of the type URI
	title  string
	detail map[string]any // further members
}

func (p problemError) Error() string { return p.kind }

// statusOf and typeOf say what each kind of error is answered.
var statusOf = map[triage.Kind]int{
	triage.Internal:     http.StatusInternalServerError,
	triage.Invalid:      http.StatusBadRequest,
	triage.Unauthorized: http.StatusUnauthorized,
	triage.Forbidden:    http.StatusForbidden,
	triage.NotFound:     http.StatusNotFound,
	triage.Conflict:     http.StatusConflict,
	triage.Stale:        http.StatusPreconditionFailed,
	triage.Gone:         http.StatusGone,
	triage.Unavailable:  http.StatusServiceUnavailable,
	triage.Limited:      http.StatusTooManyRequests,
}

var typeOf = map[triage.Kind]string{
	triage.Internal:     "internal",
	triage.Invalid:      "invalid",
	triage.Unauthorized: "unauthenticated",
	triage.Forbidden:    "forbidden",
	triage.NotFound:     "not-found",
	triage.Conflict:     "conflict",
	triage.Stale:        "precondition-failed",
	triage.Gone:         "gone",
	triage.Unavailable:  "temporarily-unavailable",
	triage.Limited:      "rate-limited",
}

// problemOf turns any error into its response. Errors without a kind are internal: their
// text stays in the log.
func problemOf(err error) problemError {
	var known problemError
	if errors.As(err, &known) {
		return known
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return problemError{status: fe.Code, kind: kindOfStatus(fe.Code), title: http.StatusText(fe.Code)}
	}
	kind, message := triage.Explain(err)
	p := problemError{status: statusOf[kind], kind: typeOf[kind], title: message}
	var with *triage.Error
	if errors.As(err, &with) {
		p.detail = with.Detail
	}
	return p
}

// kindOfStatus names a status that the framework gave: "Not Found" becomes "not-found".
func kindOfStatus(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "payload-too-large"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusInternalServerError:
		return "internal"
	case http.StatusUnprocessableEntity:
		return "validation-failed"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "-")
}

// members returns the members of the problem document (RFC 9457, section 3.1).
func (p problemError) members(request string) map[string]any {
	m := map[string]any{
		"type": "/problems/" + p.kind, "title": p.title, "status": p.status, "instance": "/requests/" + request,
	}
	for name, value := range p.detail {
		m[name] = value
	}
	return m
}

// handleError is the only place where an error becomes a response.
func (s *Server) handleError(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	request := requestOf(c.UserContext())
	if p.status >= http.StatusInternalServerError {
		s.log.ErrorContext(c.UserContext(), "request failed", "request", request, "route", c.Route().Path, "status", p.status, "err", err)
	}
	if p.status == http.StatusServiceUnavailable && c.GetRespHeader(fiber.HeaderRetryAfter) == "" {
		c.Set(fiber.HeaderRetryAfter, "30")
	}
	if p.status == http.StatusUnauthorized && strings.HasPrefix(c.Path(), "/v1/") {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="triage"`)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	body, err := json.Marshal(p.members(request))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, problemMedia)
	return c.Status(p.status).Send(body)
}
