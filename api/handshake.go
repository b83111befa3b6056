package api

import (
	"sync"
	"time"
)

// Bounds of the guard against guessing verify tokens.
const (
	handshakesPerMinute = 10
	guardedEndpoints    = 10_000
)

// handshakeGuard counts failed handshakes of an address within a minute. A right one
// forgets them.
type handshakeGuard struct {
	mu    sync.Mutex
	since time.Time
	tries map[string]int
}

// allow counts one try at now and reports whether it is within bounds.
func (g *handshakeGuard) allow(endpoint string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tries == nil || now.Sub(g.since) >= time.Minute || len(g.tries) > guardedEndpoints {
		g.since, g.tries = now, map[string]int{}
	}
	g.tries[endpoint]++
	return g.tries[endpoint] <= handshakesPerMinute
}

// pardon takes one try back that was no guess, so that nobody can keep a platform from
// asking by asking nonsense.
func (g *handshakeGuard) pardon(endpoint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tries[endpoint] > 0 {
		g.tries[endpoint]--
	}
}

func (g *handshakeGuard) forget(endpoint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tries, endpoint)
}
