package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Outcome says what a failed call means for whoever made it.
type Outcome string

// The outcomes of a failed call.
const (
	Retry    Outcome = "retry"    // it may work at once
	Wait     Outcome = "wait"     // it may work after RetryAfter
	Refused  Outcome = "refused"  // key, quota, model or address is wrong: a person must act
	Invalid  Outcome = "invalid"  // this request can never work
	Declined Outcome = "declined" // the model will not speak about this text
	Unusable Outcome = "unusable" // an answer came, and cannot be used
)

// Lasting reports whether asking again later, with nothing changed, is in vain.
func (o Outcome) Lasting() bool { return o == Invalid || o == Declined || o == Unusable }

// The bounds of every wait that an endpoint asks for.
const (
	minWait = time.Second
	maxWait = 5 * time.Minute
)

// Error is a failed call. Its text holds the outcome, the HTTP status and a short code,
// never the key, the prompt or anything else of the answer.
type Error struct {
	Outcome    Outcome
	Status     int           // HTTP status, 0 when no answer came
	Code       string        // the endpoint's or our own short word, may be empty
	RetryAfter time.Duration // for Wait: from 1 s to 5 min

	asksFor parameter // the parameter that a status 400 complains about
	cause   error     // a context's error or nothing
}

// Error returns outcome, status and code.
func (e *Error) Error() string {
	text := "language model: " + string(e.Outcome)
	if e.Status != 0 {
		text += fmt.Sprintf(", status %d", e.Status)
	}
	if e.Code != "" {
		text += ", " + e.Code
	}
	return text
}

// Unwrap returns the context's error when that ended the call.
func (e *Error) Unwrap() error { return e.cause }

// NewUnusable returns the error of an answer that came and cannot be used; code says
// in one word of ours why.
func NewUnusable(code string) *Error { return &Error{Outcome: Unusable, Code: code} }

// OutcomeOf returns the outcome of err, Retry when it carries none and "" when it is nil.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Outcome
	}
	return Retry
}

// RetryAfter returns how long err asks to wait before the next call, 0 when it does
// not say.
func RetryAfter(err error) time.Duration {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// Sent reports whether a call went out to end with err: true for nil, false where our own
// gate or limit kept it in.
func Sent(err error) bool {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code != "held" && e.Code != "breaker_open" && e.Code != "no_free_slot" && e.Code != "no_chat_model"
	}
	return true
}

func isTimeout(err error) bool {
	e := (*Error)(nil)
	return errors.As(err, &e) && e.Code == "timeout"
}

// translate turns any error of go-openai into one of ours. The original is dropped: it
// quotes the answer's body.
func translate(ctx context.Context, err error, header http.Header) *Error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return endedBy(cause)
	}
	// The order matters: an error without a message becomes a RequestError around an
	// APIError that lacks its status.
	if req := (*openai.RequestError)(nil); errors.As(err, &req) {
		return fromStatus(req.HTTPStatusCode, header, readError(req.Body))
	}
	if api := (*openai.APIError)(nil); errors.As(err, &api) {
		return fromStatus(api.HTTPStatusCode, header, api)
	}
	return fromConnection(err)
}

// endedBy is a call that the caller's context ended.
func endedBy(cause error) *Error {
	if errors.Is(cause, context.Canceled) {
		return &Error{Outcome: Retry, Code: "canceled", cause: cause}
	}
	return &Error{Outcome: Retry, Code: "timeout", cause: cause}
}

func fromConnection(err error) *Error {
	var timeout net.Error
	switch {
	case errors.Is(err, errRedirect):
		return &Error{Outcome: Refused, Code: "redirect"}
	case errors.Is(err, errForeignHost):
		return &Error{Outcome: Refused, Code: "foreign_host"}
	case errors.Is(err, errTooLarge):
		return &Error{Outcome: Retry, Code: "too_large"}
	case errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated):
		return &Error{Outcome: Invalid, Code: "max_tokens", asksFor: paramMaxTokens}
	case errors.Is(err, openai.ErrReasoningModelLimitationsOther),
		errors.Is(err, openai.ErrReasoningSamplingUnsupported):
		return &Error{Outcome: Invalid, Code: "temperature", asksFor: paramTemperature}
	case errors.Is(err, openai.ErrReasoningEffortUnsupported):
		return &Error{Outcome: Invalid, Code: "reasoning_effort", asksFor: paramEffort}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Outcome: Retry, Code: "timeout"}
	}
	// Cut connections, refused connections, and a 200 that holds no JSON (a gateway's page).
	return &Error{Outcome: Retry, Code: "no_answer"}
}

// readError reads what go-openai could not: an error object that lacks a message, a bare
// text in its place (LM Studio), or its members at the top (vLLM). It returns nil for any
// other body.
func readError(body []byte) *openai.APIError {
	var in struct {
		Error   json.RawMessage
		Message string
		Type    any
	}
	if json.Unmarshal(body, &in) != nil || in.Error == nil && in.Message == "" {
		return nil
	}
	var text string
	if json.Unmarshal(in.Error, &text) == nil {
		return &openai.APIError{Message: text}
	}
	var object struct{ Type, Code any }
	if in.Error != nil && json.Unmarshal(in.Error, &object) != nil {
		return nil
	}
	if in.Error == nil {
		object.Type = in.Type
	}
	kind, _ := object.Type.(string)
	return &openai.APIError{Type: kind, Code: object.Code, Message: in.Message}
}

// fromStatus reads a failed answer. api is nil when its body was not in OpenAI's form.
func fromStatus(status int, header http.Header, api *openai.APIError) *Error {
	e := &Error{Status: status, Code: codeOf(api)}
	switch {
	case status == http.StatusTooManyRequests && e.Code == "insufficient_quota":
		e.Outcome = Refused
	case status == http.StatusTooManyRequests,
		status == http.StatusServiceUnavailable && header.Get("Retry-After") != "":
		e.Outcome, e.RetryAfter = Wait, parseRetryAfter(header.Get("Retry-After"), header.Get("Date"))
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly, status >= 500 && status != http.StatusNotImplemented:
		e.Outcome = Retry
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusPaymentRequired,
		status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		e.Outcome = Refused
	case e.Code == "content_filter" || e.Code == "content_policy_violation":
		e.Outcome = Declined
	default:
		e.Outcome, e.asksFor = Invalid, complaint(api)
	}
	return e
}

// A code is lower-case words only: no key, no name and no sentence has that form.
var shortCode = regexp.MustCompile(`^[a-z]{2,20}(_[a-z]{1,20}){0,4}$`)

func codeOf(api *openai.APIError) string {
	if api == nil {
		return ""
	}
	if code, ok := api.Code.(string); ok && shortCode.MatchString(code) {
		return code
	}
	if shortCode.MatchString(api.Type) {
		return api.Type
	}
	return ""
}

// parseRetryAfter reads RFC 9110, section 10.2.3: seconds, or a date, which is measured
// against the answer's own Date so that our clock does not matter. Whatever else stands
// there, and nothing, is the shortest wait.
func parseRetryAfter(value, date string) time.Duration {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(seconds) {
		return time.Duration(min(max(seconds, minWait.Seconds()), maxWait.Seconds()) * float64(time.Second))
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return minWait
	}
	sent, err := http.ParseTime(date)
	if err != nil {
		return minWait
	}
	return min(max(until.Sub(sent), minWait), maxWait)
}
