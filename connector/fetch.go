package connector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrRefused says that the platform does not accept our token, or no longer: asking again
// is pointless until somebody gives us another.
var ErrRefused = errors.New("token refused")

// Refusal is an ErrRefused with the reason, in words of ours.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return "refused: " + r.Reason }

// Is reports that it is an ErrRefused.
func (*Refusal) Is(target error) bool { return target == ErrRefused }

// Limited says that the platform wants us to wait.
type Limited struct{ After time.Duration }

func (l *Limited) Error() string { return fmt.Sprintf("asked to wait %s", l.After) }

// StatusError is an answer with a status that is no success.
type StatusError struct {
	Code int
	Body []byte // the beginning of what was answered; never logged
}

func (e *StatusError) Error() string { return fmt.Sprintf("answered %d", e.Code) }

// ErrAnswer says that an answer is not what the platform documents.
var ErrAnswer = errors.New("answer not understood")

// Reason returns what may be shown of an error of Poll: words of ours, without addresses.
func Reason(err error) string {
	var limited *Limited
	var status *StatusError
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal.Reason
	case errors.Is(err, ErrRefused):
		return "token_refused"
	case errors.As(err, &limited):
		return "rate_limited"
	case errors.As(err, &status):
		return "answered_" + strconv.Itoa(status.Code)
	case errors.Is(err, ErrAbsent):
		return "not_shown"
	case errors.Is(err, ErrAnswer):
		return "answer_not_understood"
	case errors.Is(err, context.DeadlineExceeded):
		return "no_answer_in_time"
	}
	return "not_reachable"
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 8 << 20

// Fetched is a successful answer.
type Fetched struct {
	Body   []byte
	Header http.Header
}

// Fetch sends r and reads the whole answer. Its errors are those of Poll; 403 is not
// ErrRefused, since platforms also use it for single things that are not ours to see.
func Fetch(client *http.Client, r *http.Request, now time.Time) (Fetched, error) {
	res, err := Send(client, r, now)
	if err != nil {
		return Fetched{}, err
	}
	defer func() { _ = res.Body.Close() }() // everything was read, or the error told
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return Fetched{}, fmt.Errorf("read answer: %w", err)
	case len(body) > maxAnswer:
		return Fetched{}, fmt.Errorf("%w: more than %d bytes", ErrAnswer, maxAnswer)
	}
	return Fetched{Body: body, Header: res.Header}, nil
}

// Send sends r and returns the answer with its body still to be read and closed, once the
// status says success. Its errors are those of Fetch.
func Send(client *http.Client, r *http.Request, now time.Time) (*http.Response, error) {
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err // the address may hold what is nobody's business
		}
		return nil, fmt.Errorf("ask platform: %w", err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10)) // the status says enough without it
	_ = res.Body.Close()
	switch res.StatusCode {
	case http.StatusUnauthorized:
		return nil, ErrRefused
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if after := Pause(res.Header, now); after > 0 {
			return nil, &Limited{After: after}
		}
		if res.StatusCode == http.StatusTooManyRequests {
			return nil, &Limited{After: time.Minute}
		}
	}
	return nil, &StatusError{Code: res.StatusCode, Body: body}
}

// maxPause bounds what a header can make us wait.
const maxPause = time.Hour

// Spent returns how long to wait when the answer says that its quota is used up, else 0.
func (f Fetched) Spent(now time.Time) time.Duration {
	for _, name := range []string{"X-Ratelimit-Remaining", "Ratelimit-Remaining", "X-Rate-Limit-Remaining"} {
		if left, err := strconv.ParseFloat(f.Header.Get(name), 64); err == nil && left < 1 {
			return Pause(f.Header, now)
		}
	}
	return 0
}

// Clock returns the time on the platform's clock, as its answer says (RFC 9110, section
// 6.6.1), else ours.
func (f Fetched) Clock(now time.Time) time.Time {
	if at, err := http.ParseTime(f.Header.Get("Date")); err == nil {
		return at
	}
	return now
}

// Pause reads how long the platform wants us to wait: Retry-After (RFC 9110, section
// 10.2.3), else the reset of the rate limit as a time (RFC 3339 or Unix seconds) or as
// seconds from now. It is 0 when nothing is said, and at most an hour.
func Pause(h http.Header, now time.Time) time.Duration {
	for _, name := range []string{"Retry-After", "X-Ratelimit-Reset", "Ratelimit-Reset", "X-Rate-Limit-Reset"} {
		if after := pause(h.Get(name), now); after > 0 {
			return min(after, maxPause)
		}
	}
	return 0
}

// manySeconds tells a time from a span: as a span it is more than three years.
const manySeconds = 100_000_000

func pause(value string, now time.Time) time.Duration {
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		if n > manySeconds {
			return time.Unix(int64(min(n, 1e11)), 0).Sub(now)
		}
		return time.Duration(max(0, n) * float64(time.Second))
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return at.Sub(now)
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now)
	}
	return 0
}
