package llm

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Pace is shared by all processes that ask one endpoint, so that what it told one holds for
// all. Trouble of its own lets calls through: the endpoint refuses what is too much.
type Pace interface {
	// Enter counts a call and returns 0, or returns how long nobody may call.
	Enter(ctx context.Context) time.Duration
	// Hold keeps everybody from calling for a while.
	Hold(ctx context.Context, d time.Duration, code string)
	// Allow takes in what the endpoint still allows.
	Allow(ctx context.Context, a Allowance)
}

// Allowance is what an endpoint said that it still allows, in the headers that OpenAI
// documents under "Rate limits". What it did not say has no reset.
type Allowance struct {
	Requests      int64
	RequestsReset time.Duration // until the full number is allowed again
	Tokens        int64
	TokensReset   time.Duration
}

// scarce is when what is left matters: more than that and others need not be told.
const (
	scarceRequests = 50
	scarceTokens   = 50_000
)

func (c *Client) paced(ctx context.Context) time.Duration {
	if c.pace == nil {
		return 0
	}
	return c.pace.Enter(ctx)
}

// tell lets the other processes know what an answer said.
func (c *Client) tell(ctx context.Context, header http.Header, result *Error) {
	if c.pace == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	switch {
	case result != nil && result.Outcome == Wait:
		c.pace.Hold(ctx, result.RetryAfter, result.Code)
	case result != nil && result.Outcome == Refused:
		c.pace.Hold(ctx, c.config.RefusedFor, result.Code)
	}
	if a := allowanceOf(header); a.RequestsReset > 0 || a.TokensReset > 0 {
		c.pace.Allow(ctx, a)
	}
}

// allowanceOf reads what is left where that is scarce.
func allowanceOf(header http.Header) Allowance {
	var a Allowance
	if n, reset := leftOf(header, "requests"); reset > 0 && n < scarceRequests {
		a.Requests, a.RequestsReset = n, reset
	}
	if n, reset := leftOf(header, "tokens"); reset > 0 && n < scarceTokens {
		a.Tokens, a.TokensReset = n, reset
	}
	return a
}

func leftOf(header http.Header, of string) (int64, time.Duration) {
	n, err := strconv.ParseInt(header.Get("X-Ratelimit-Remaining-"+of), 10, 64)
	if err != nil || n < 0 {
		return 0, 0
	}
	text := header.Get("X-Ratelimit-Reset-" + of)
	reset, err := time.ParseDuration(text) // such as 6m0s
	if err != nil {
		seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64) // others than OpenAI
		if err != nil || !(seconds > 0) {
			return 0, 0
		}
		reset = time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
	}
	return n, min(max(reset, 0), maxWait)
}

// Concurrency returns how many calls may run at the same time at present.
func (c *Client) Concurrency() int { return c.slots.now() }
