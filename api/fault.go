package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"triage/triage"
)

// fault is a problem document as the contract library writes it.
type fault struct {
	problemError
	request string
}

// invalidField is one thing wrong with a request. It never repeats what was sent.
type invalidField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// The contract library makes its own errors through these two variables of its package.
// They are set once, before any server exists.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return faultOf(context.Background(), status, message, errs...)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		return faultOf(c.Context(), status, message, errs...)
	}
}

// faultOf makes our problem document of what the contract library found wrong. An error
// that is a fault already stays what it is. What the library says of a failure of ours
// stays inside.
func faultOf(ctx context.Context, status int, message string, errs ...error) *fault {
	p := problemError{status: status, kind: kindOfStatus(status), title: http.StatusText(status)}
	var fields []invalidField
	for _, err := range errs {
		var known *fault
		if errors.As(err, &known) {
			return known
		}
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			continue
		}
		field, unknown := fieldOf(detailer.ErrorDetail())
		if unknown {
			p.kind = "unknown-field"
		}
		if !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	switch {
	case status >= http.StatusInternalServerError:
	case len(fields) > 0:
		p.detail = map[string]any{"errors": fields}
	case message != "":
		p.title = strings.ToUpper(message[:1]) + message[1:] + "."
	}
	return &fault{p, requestOf(ctx)}
}

// fieldOf says what is wrong without repeating what was sent: names that we do not know
// are cut off, and of the messages only those that state what was expected are kept.
func fieldOf(d *huma.ErrorDetail) (field invalidField, unknown bool) {
	field = invalidField{Location: d.Location, Message: d.Message}
	switch {
	case d.Message == "unexpected property" || d.Message == "unknown query parameter":
		field.Location, _, _ = strings.Cut(d.Location, ".")
		return field, true
	case strings.HasPrefix(d.Message, "expected ") || strings.HasPrefix(d.Message, "required "):
	case d.Location == "body":
		field.Message = "not valid JSON"
	default:
		field.Message = "not valid"
	}
	return field, false
}

// invalid says that one field of a well-formed request cannot be used.
func invalid(location, message string) problemError {
	return problemError{
		status: http.StatusUnprocessableEntity, kind: "validation-failed", title: http.StatusText(http.StatusUnprocessableEntity),
		detail: map[string]any{"errors": []invalidField{{location, message}}},
	}
}

// GetStatus returns the HTTP status.
func (f *fault) GetStatus() int { return f.status }

// GetHeaders returns the headers that belong to the status.
func (f *fault) GetHeaders() http.Header {
	switch f.status {
	case http.StatusUnauthorized:
		return http.Header{"WWW-Authenticate": {`Bearer realm="triage"`}}
	case http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {"5"}}
	case http.StatusTooManyRequests:
		if seconds, ok := f.detail["retry_after"].(int); ok {
			return http.Header{"Retry-After": {strconv.Itoa(seconds)}}
		}
	}
	return nil
}

// ContentType returns the media type of RFC 9457, whatever was negotiated.
func (f *fault) ContentType(string) string { return problemMedia }

// MarshalJSON writes the members of the problem document.
func (f *fault) MarshalJSON() ([]byte, error) { return json.Marshal(f.members(f.request)) }

// Schema describes the problem document in the contract.
func (f *fault) Schema(huma.Registry) *huma.Schema {
	text := func(what string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: what} }
	return &huma.Schema{
		Type:        huma.TypeObject,
		Description: "A problem document (RFC 9457).",
		Properties: map[string]*huma.Schema{
			"type":     text("What went wrong, a stable name: /problems/…"),
			"title":    text("The same in one sentence"),
			"instance": text("This one request, as the log names it"),
			"status":   {Type: huma.TypeInteger, Description: "The HTTP status"},
		},
		Required:             []string{"type", "title", "status", "instance"},
		AdditionalProperties: true,
	}
}

// fail turns any error of a handler of /v1 into its problem document, and logs what only
// we may read.
func (s *Server) fail(ctx context.Context, route string, err error) *fault {
	p := problemOf(err)
	if triage.KindOf(err) == triage.Invalid { // the request was read, but cannot be done
		p.status, p.kind = http.StatusUnprocessableEntity, "validation-failed"
	}
	if p.status >= http.StatusInternalServerError {
		s.log.ErrorContext(ctx, "request failed", "request", requestOf(ctx), "route", route, "status", p.status, "err", err)
	}
	return &fault{p, requestOf(ctx)}
}
