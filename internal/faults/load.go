package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"triage/internal/rig"
)

// senders is how many connections the load comes over.
const senders = 24

// attempts is how often a sender repeats what was not answered, as a platform would.
const attempts = 400

// known is what the answers say of one comment. An answer that never came leaves the
// state as it was: the change may be there or not.
type known struct {
	created   bool
	edited    bool
	deleted   bool
	maybeGone bool // a deletion was sent and never answered
}

// load sends creations, edits, deletions and repetitions until it is stopped, and keeps
// the ledger of what was answered 2xx.
type load struct {
	address string
	brand   rig.Brand
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	ledger  map[string]*known
	oks     atomic.Int64
	unknown atomic.Int64
	refused atomic.Int64 // 4xx: nothing of the load is bad, so each is a fault
	broken  atomic.Int64 // 5xx other than 503
}

func startLoad(ctx context.Context, address string, brand rig.Brand) *load {
	ctx, stop := context.WithCancel(ctx)
	l := &load{address: address, brand: brand, stop: stop, ledger: map[string]*known{}}
	for n := range senders {
		l.running.Go(func() { l.send(ctx, n) })
	}
	return l
}

func (l *load) answered() int64 { return l.oks.Load() }

func (l *load) send(ctx context.Context, n int) {
	s := rig.NewSender(l.address, l.brand)
	defer s.Close()
	random := rand.New(rand.NewPCG(7, uint64(n)))
	for i := 0; ctx.Err() == nil; i++ {
		c := rig.Comment{
			ID: fmt.Sprintf("f%d-%d", n, i), Thread: fmt.Sprint("T", i%20), Author: fmt.Sprint("A", i%200),
			Text: "My parcel is late, please help", At: time.Now(),
		}
		k := &known{}
		l.mu.Lock()
		l.ledger[c.ID] = k
		l.mu.Unlock()
		k.created = l.deliver(ctx, s, c.Created())
		if random.IntN(10) == 0 {
			l.deliver(ctx, s, c.Created()) // the platform repeats itself
		}
		if random.IntN(6) == 0 {
			c.At, c.Text = c.At.Add(time.Second), "My parcel is still late!"
			k.edited = l.deliver(ctx, s, c.Updated())
		}
		if random.IntN(12) == 0 {
			c.At = c.At.Add(time.Minute)
			k.maybeGone = true
			k.deleted = l.deliver(ctx, s, c.Deleted())
		}
	}
}

// deliver posts one body until it is answered, and reports whether it was taken.
func (l *load) deliver(ctx context.Context, s *rig.Sender, body []byte) bool {
	for try := range attempts {
		status, err := s.Post(fmt.Sprint("msg_", rand.Uint64()), body, 10*time.Second)
		switch {
		case err == nil && status == 200:
			l.oks.Add(1)
			return true
		case err == nil && status != 503:
			if status >= 500 {
				l.broken.Add(1)
			} else {
				l.refused.Add(1)
			}
			return false
		}
		l.unknown.Add(1)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Duration(min(try+1, 10)) * 10 * time.Millisecond):
		}
	}
	return false
}

// finish stops the load and waits for the last answers.
func (l *load) finish() {
	l.stop()
	l.running.Wait()
}

// moments are the random times between faults.
type moments struct{ random *rand.Rand }

func newMoments(seed uint64) *moments { return &moments{rand.New(rand.NewPCG(seed, 99))} }

func (m *moments) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(500*time.Millisecond + time.Duration(m.random.IntN(1500))*time.Millisecond):
		return nil
	}
}

func trimScheme(address string) string { return strings.TrimPrefix(address, "http://") }
