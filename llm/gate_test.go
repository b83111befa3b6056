package llm

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// calls makes n calls that all end with e and returns how many went out.
func calls(g *gate, n int, e *Error) (out int) {
	for range n {
		leave, err := g.enter()
		if err != nil {
			continue
		}
		out++
		if e == nil {
			leave(nil)
			continue
		}
		c := *e
		leave(&c)
	}
	return out
}

func TestGateOpensAfterFiveFailuresAndLetsOneProbeThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30*time.Second, time.Minute)
		calls(g, 4, nil)
		if out := calls(g, 20, &Error{Outcome: Retry}); out != 5 {
			t.Fatalf("%d failing calls went out before the breaker opened, want 5", out)
		}
		if g.state() != "open" {
			t.Fatalf("state is %s, want open", g.state())
		}
		_, err := g.enter()
		if OutcomeOf(err) != Wait || RetryAfter(err) != 30*time.Second {
			t.Fatalf("open breaker answered %v, wait %v", err, RetryAfter(err))
		}
		time.Sleep(31 * time.Second) // the bubble's clock
		first, err := g.enter()
		if err != nil {
			t.Fatalf("no probe after the pause: %v", err)
		}
		if _, err := g.enter(); err == nil {
			t.Fatal("a second call went out beside the probe")
		}
		first(nil)
		if g.state() != "closed" || calls(g, 5, nil) != 5 {
			t.Fatalf("state after a good probe is %s", g.state())
		}
	})
}

func TestGateStaysOpenWhenTheProbeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30*time.Second, time.Minute)
		calls(g, 5, &Error{Outcome: Retry})
		time.Sleep(31 * time.Second)
		if out := calls(g, 10, &Error{Outcome: Retry}); out != 1 {
			t.Fatalf("%d calls went out after a failed probe, want 1", out)
		}
	})
}

func TestGateIgnoresCallersThatGiveUpAndAnswersThatCannotBeUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30*time.Second, time.Minute)
		calls(g, 10, &Error{Outcome: Retry, cause: context.Canceled})
		calls(g, 10, &Error{Outcome: Invalid})
		if g.state() != "closed" {
			t.Fatalf("state is %s, want closed", g.state())
		}
	})
}

func TestGateCallsARefusingEndpointAtMostOnceAMinute(t *testing.T) {
	for name, e := range map[string]Error{
		"a used-up quota":                {Outcome: Refused, Status: 429},
		"a short wait that never ends":   {Outcome: Wait, RetryAfter: 5 * time.Second},
		"a rate limit without any limit": {Outcome: Wait, RetryAfter: minWait},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(30*time.Second, time.Minute)
				out := 0
				for range 600 { // ten minutes, four callers a second
					out += calls(g, 4, &e)
					time.Sleep(time.Second)
				}
				if out < 2 || out > 10 {
					t.Fatalf("%d calls in ten minutes, want 2 to 10", out)
				}
				if g.state() != "held" {
					t.Fatalf("state is %s, want held", g.state())
				}
			})
		})
	}
}

func TestGateCountsOneBurstOfRateLimitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30*time.Second, time.Minute)
		var leave []func(*Error)
		for range 8 {
			l, err := g.enter()
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		time.Sleep(time.Millisecond)
		for _, l := range leave {
			l(&Error{Outcome: Wait, RetryAfter: 2 * time.Second})
		}
		time.Sleep(2 * time.Second)
		if out := calls(g, 3, nil); out != 3 {
			t.Fatalf("%d of 3 calls went out after the wait", out)
		}
	})
}

func TestRetryAfterIsReadWithinBounds(t *testing.T) {
	const now = "Wed, 21 Oct 2015 07:28:00 GMT"
	for value, want := range map[string]time.Duration{
		"":                              time.Second,
		"5":                             5 * time.Second,
		"2.5":                           2500 * time.Millisecond,
		"-5":                            time.Second,
		"99999999999":                   5 * time.Minute,
		"NaN":                           time.Second,
		"Inf":                           5 * time.Minute,
		"soon":                          time.Second,
		"Wed, 21 Oct 2015 07:28:30 GMT": 30 * time.Second,
		"Wed, 21 Oct 2015 07:00:00 GMT": time.Second,
		"Wed, 21 Oct 2099 07:28:00 GMT": 5 * time.Minute,
	} {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
	if got := parseRetryAfter("Wed, 21 Oct 2099 07:28:00 GMT", ""); got != time.Second {
		t.Errorf("a date without the server's own: %v", got)
	}
}
