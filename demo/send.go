package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Sender posts deliveries as platforms do: signed, one after the other, and again when
// the answer asks for it.
type Sender struct {
	BaseURL string // of the service, without a slash at the end
	Place   Place
	Speed   float64 // 1 is human pace, 10 is ten times as fast, 0 is without any pause
	Client  *http.Client
	// Progress is called after each delivery with the number of lines sent so far.
	Progress func(sent int)
}

// Counts is what became of the parts of all deliveries, as the answers told.
type Counts struct {
	Sent        int `json:"sent"` // lines of the script
	Deliveries  int `json:"deliveries"`
	Accepted    int `json:"accepted"`
	Duplicate   int `json:"duplicate"`
	Ignored     int `json:"ignored"`
	Quarantined int `json:"quarantined"`
	Silent      int `json:"silent"` // lines that were taken with an empty answer, as Telegram wants it
}

// How often and how long a delivery is tried while the service is away, and how long one
// answer may take.
const (
	maxTries   = 10
	maxPause   = 5 * time.Second
	postPeriod = 10 * time.Second
)

// Send posts all deliveries at their times. It stops at the first that is refused, and
// when ctx ends.
func (s *Sender) Send(ctx context.Context, deliveries []Delivery) (Counts, error) {
	var total Counts
	start := time.Now()
	for _, d := range deliveries {
		if err := wait(ctx, start, s.pace(d.Due)); err != nil {
			return total, err
		}
		answer, err := s.deliver(ctx, d)
		if err != nil {
			return total, err
		}
		total.Sent, total.Deliveries = total.Sent+d.Lines, total.Deliveries+1
		total.Accepted += answer.Accepted
		total.Duplicate += answer.Duplicate
		total.Ignored += answer.Ignored
		total.Quarantined += answer.Quarantined
		total.Silent += answer.Silent
		if s.Progress != nil {
			s.Progress(total.Sent)
		}
	}
	return total, nil
}

func (s *Sender) pace(due time.Duration) time.Duration {
	if s.Speed == 0 {
		return 0
	}
	return time.Duration(float64(due) / s.Speed)
}

// wait waits until due has passed since start, or ctx ends.
func wait(ctx context.Context, start time.Time, due time.Duration) error {
	timer := time.NewTimer(time.Until(start.Add(due)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// deliver posts d until it is taken. Only what may pass by itself is tried again.
func (s *Sender) deliver(ctx context.Context, d Delivery) (Counts, error) {
	for try := 1; ; try++ {
		answer, pause, err := s.post(ctx, d)
		var again retryError
		if err == nil || !errors.As(err, &again) || try == maxTries {
			return answer, err
		}
		if err := wait(ctx, time.Now(), min(max(pause, 100*time.Millisecond), maxPause)); err != nil {
			return Counts{}, err
		}
	}
}

// retryError is a failure that may pass by itself.
type retryError struct{ cause error }

func (e retryError) Error() string { return e.cause.Error() }
func (e retryError) Unwrap() error { return e.cause }

func (s *Sender) post(ctx context.Context, d Delivery) (Counts, time.Duration, error) {
	endpoint := s.Place.Endpoints[d.Platform]
	headers, err := d.Sign(endpoint.Secret, time.Now())
	if err != nil {
		return Counts{}, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, postPeriod)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.BaseURL+endpoint.Path(d.Platform), bytes.NewReader(d.Body))
	if err != nil {
		return Counts{}, 0, fmt.Errorf("post to %s: %w", d.Platform, err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return Counts{}, time.Second, retryError{fmt.Errorf("post to %s: %w", d.Platform, err)}
	}
	defer func() { _ = response.Body.Close() }() // it has been read as far as it is used
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	switch {
	case err != nil:
		return Counts{}, time.Second, retryError{fmt.Errorf("answer of %s: %w", d.Platform, err)}
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // none is no pause
		return Counts{}, time.Duration(seconds) * time.Second, retryError{fmt.Errorf("post to %s: %s", d.Platform, response.Status)}
	case response.StatusCode != http.StatusOK:
		return Counts{}, 0, fmt.Errorf("post to %s: %s", d.Platform, response.Status)
	}
	if len(body) == 0 {
		return Counts{Silent: d.Lines}, 0, nil
	}
	var answer Counts
	if err := json.Unmarshal(body, &answer); err != nil {
		return Counts{}, 0, fmt.Errorf("answer of %s: %w", d.Platform, err)
	}
	return answer, 0, nil
}
