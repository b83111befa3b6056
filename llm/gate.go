package llm

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// gate decides whether a call may go out. Two things shut it: the breaker, when the
// endpoint failed too often, and a hold, when it told us to wait or refused us. After
// either, one call probes before the others follow.
type gate struct {
	breaker    *gobreaker.TwoStepCircuitBreaker[struct{}]
	openFor    time.Duration
	refusedFor time.Duration

	mu      sync.Mutex
	until   time.Time // nothing goes out before
	setAt   time.Time // when until was last set
	held    bool      // a hold was set and no call has succeeded since
	probing bool      // the one call after a hold is under way
	waits   int       // holds in a row, each twice as long as the one before
}

// newGate returns a gate whose breaker opens after five failures that are at least half
// of the last minute's calls, for openFor; one probe closes it.
func newGate(openFor, refusedFor time.Duration) *gate {
	settings := gobreaker.Settings{
		MaxRequests:  1,
		Interval:     time.Minute,
		BucketPeriod: 10 * time.Second,
		Timeout:      openFor,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.TotalFailures >= 5 && c.TotalFailures >= c.TotalSuccesses
		},
		IsSuccessful: func(err error) bool { return OutcomeOf(err) != Retry },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
	}
	return &gate{
		breaker:    gobreaker.NewTwoStepCircuitBreaker[struct{}](settings),
		openFor:    openFor,
		refusedFor: refusedFor,
	}
}

// enter lets one call through and returns what must be called with its result.
func (g *gate) enter() (leave func(*Error), err error) {
	now := time.Now()
	probe, wait := g.admit(now)
	if wait > 0 {
		return nil, &Error{Outcome: Wait, Code: "held", RetryAfter: min(max(wait, minWait), maxWait)}
	}
	done, err := g.breaker.Allow()
	if err != nil {
		g.release(probe)
		return nil, &Error{Outcome: Wait, Code: "breaker_open", RetryAfter: min(max(g.openFor, minWait), maxWait)}
	}
	return func(result *Error) {
		if result == nil {
			done(nil)
		} else {
			done(result)
		}
		g.release(probe)
		g.record(now, result)
	}, nil
}

// admit returns a positive wait when a hold forbids the call, and whether the call is
// the probe after a hold.
func (g *gate) admit(now time.Time) (probe bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.held {
		return false, 0
	}
	if wait := g.until.Sub(now); wait > 0 {
		return false, wait
	}
	if g.probing {
		return false, minWait
	}
	g.probing = true
	return true, 0
}

// release lets the next call probe when the one that did has ended.
func (g *gate) release(probe bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if probe {
		g.probing = false
	}
}

// record takes in how a call that began at started ended. It lengthens the wait in e
// when the hold turns out longer.
func (g *gate) record(started time.Time, e *Error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case e == nil || e.Outcome.Lasting():
		// The endpoint answered. A call that began before the hold proves nothing about it.
		if started.After(g.setAt) {
			g.held, g.waits = false, 0
		}
	case e.Outcome == Wait:
		g.hold(started, e.RetryAfter, minWait)
		e.RetryAfter = min(max(e.RetryAfter, g.until.Sub(g.setAt)), maxWait)
	case e.Outcome == Refused:
		g.hold(started, g.refusedFor, g.refusedFor)
	}
}

// hold shuts the gate for at least asked, and longer each time in a row. Calls that were
// under way together count as one.
func (g *gate) hold(started time.Time, asked, base time.Duration) {
	now := time.Now()
	if g.held && started.Before(g.setAt) {
		g.until = later(g.until, now.Add(asked))
		return
	}
	grown := base << min(g.waits, 9)
	g.waits++
	g.held, g.setAt = true, now
	g.until = now.Add(min(max(asked, grown), max(maxWait, base)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (g *gate) state() string {
	g.mu.Lock()
	held := g.held && time.Now().Before(g.until)
	g.mu.Unlock()
	if held {
		return "held"
	}
	return g.breaker.State().String()
}

// ready tells whether calls go through at now: all of them, or one that probes.
func (g *gate) ready(now time.Time) (all, one bool) {
	g.mu.Lock()
	held, over, probing := g.held, !now.Before(g.until), g.probing
	g.mu.Unlock()
	switch state := g.breaker.State(); {
	case held && (!over || probing) || state == gobreaker.StateOpen:
		return false, false
	case held || state == gobreaker.StateHalfOpen:
		return false, true
	}
	return true, true
}
