package triage

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is. Whatever carries no kind is internal.
type Kind string

// The kinds of errors.
const (
	Internal     Kind = "internal"
	Invalid      Kind = "invalid"
	Unauthorized Kind = "unauthorized"
	Forbidden    Kind = "forbidden"
	NotFound     Kind = "not_found"
	Conflict     Kind = "conflict"
	Stale        Kind = "stale"       // the caller's version is not the current one
	Gone         Kind = "gone"        // it was erased
	Unavailable  Kind = "unavailable" // try again later: nothing was stored
	Limited      Kind = "limited"     // too often; the member retry_after says in how many seconds again
)

// Error is a failure whose message may be shown to the caller. The message never
// holds input, SQL or secrets.
type Error struct {
	Kind    Kind
	Message string
	Detail  map[string]any // further members of the problem document, may be nil
	cause   error
}

// Error returns the message, with its cause for the log.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Errorf makes an error of the given kind whose message may be shown to the caller.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because returns e with cause behind it; the cause is for the log only.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With returns e with one more member for the problem document.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Detail = map[string]any{name: value}
	for k, v := range e.Detail {
		c.Detail[k] = v
	}
	return &c
}

// KindOf returns the kind of err, Internal when it carries none.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Explain returns the kind of err and what may be shown of it.
func Explain(err error) (Kind, string) {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind, e.Message
	}
	return Internal, "Something went wrong on our side."
}
