package access

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"triage/triage"
)

// How many failures are let through within the window: for one address at one place, for
// one address from anywhere, and from one place. They are counted by each process for itself.
const (
	window     = 15 * time.Minute
	mostPair   = 10
	mostPerson = 50
	mostPlace  = 100
)

// mostKept bounds what is remembered. When all of it is fresh, nobody new may try: whoever
// comes from so many places is no person.
const mostKept = 100_000

// attempts counts who failed to prove who they are. It is safe for concurrent use.
type attempts struct {
	mu     sync.Mutex
	counts map[string]*count
}

type count struct {
	failures int
	since    time.Time
}

func newAttempts() *attempts { return &attempts{counts: map[string]*count{}} }

type bound struct {
	key  string
	most int
}

func bounds(place, person string) []bound {
	place = neighbourhood(place)
	return []bound{{"both " + place + " " + person, mostPair}, {"person " + person, mostPerson}, {"place " + place, mostPlace}}
}

// begin counts an attempt, as failed until it succeeds, and returns 0; or how long to wait.
func (a *attempts) begin(place, person string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget(now)
	if len(a.counts) >= mostKept {
		return window
	}
	wait := time.Duration(0)
	for _, b := range bounds(place, person) {
		if c := a.counts[b.key]; c != nil && c.failures >= b.most && now.Sub(c.since) < window {
			wait = max(wait, window-now.Sub(c.since))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, b := range bounds(place, person) {
		c := a.counts[b.key]
		if c == nil || now.Sub(c.since) >= window {
			c = &count{since: now}
			a.counts[b.key] = c
		}
		c.failures++
	}
	return 0
}

// succeed takes back what begin counted, and forgets the person's failures at that place.
func (a *attempts) succeed(place, person string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, b := range bounds(place, person) {
		c := a.counts[b.key]
		switch {
		case c == nil:
		case i == 0 || c.failures <= 1:
			delete(a.counts, b.key)
		default:
			c.failures--
		}
	}
	a.forget(now)
}

// forget drops what is older than the window, once much is kept.
func (a *attempts) forget(now time.Time) {
	if len(a.counts) < mostKept {
		return
	}
	for key, c := range a.counts {
		if now.Sub(c.since) >= window {
			delete(a.counts, key)
		}
	}
}

// neighbourhood returns by what a place is counted: an IPv4 address as it is, of an IPv6
// address the 64 bits that one customer has for themselves (RFC 6177).
func neighbourhood(place string) string {
	address, err := netip.ParseAddr(place)
	if err != nil {
		return place
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return place
	}
	return prefix.String()
}

// limited says when to try again.
func limited(wait time.Duration) error {
	return triage.Errorf(triage.Limited, "Too many failed attempts. Wait before you try again.").
		With("retry_after", int(math.Ceil(wait.Seconds())))
}
