package embeddings

import (
	"context"
	"slices"
	"sync"
	"time"

	"triage/triage"
)

// How requests of several callers become one: what arrives within the window after the first
// goes out together, and what arrives while enough requests are under way goes with the next.
const (
	window   = 4 * time.Millisecond
	underWay = 4
	longest  = 15 * time.Second // a request whose caller sets no deadline
)

// ask is what one caller wants to know, and what it is told.
type ask struct {
	texts   []string
	vectors []triage.Vector
	used    triage.Tokens
	err     error
}

// gather makes one request of what several callers ask at the same time. One of the callers
// sends it, so that nobody has to be waited for at the end.
type gather struct {
	send func(ctx context.Context, asks []*ask) // answers all of them
	most int                                    // texts, from which on nobody is waited for

	flights chan struct{} // holds one for each request under way

	mu   sync.Mutex
	next *round // takes more; nil when there is none yet
}

// round is one request to be.
type round struct {
	asks  []*ask
	texts int
	due   time.Time
	lead  chan struct{} // holds the right to send, until somebody takes it
	full  chan struct{} // closed when it takes no more
	done  chan struct{} // closed when all are answered
	late  bool          // who sent it had no time to wait for the answer; set before done
}

func newGather(most int, send func(context.Context, []*ask)) *gather {
	return &gather{send: send, most: most, flights: make(chan struct{}, underWay)}
}

// do answers texts, or fails when ctx ends before. Who does not wait for the end leaves the
// ask to those who do: it may be answered still, and is looked at no more.
func (g *gather) do(ctx context.Context, texts []string) (ask, error) {
	if err := ctx.Err(); err != nil {
		return ask{}, err
	}
	for {
		a := &ask{texts: texts}
		late, err := g.answered(ctx, a)
		if err != nil {
			return ask{}, err
		}
		if a.err == nil || !late || ctx.Err() != nil {
			return *a, a.err
		}
	}
}

// answered returns when a was answered, or an error when ctx ends before. It reports whether
// it was somebody else who sent and had no time left: then it is worth to ask again.
func (g *gather) answered(ctx context.Context, a *ask) (late bool, err error) {
	r := g.join(a)
	select {
	case <-r.done:
		return r.late, nil
	case <-ctx.Done():
		g.leave(r, a)
		return false, ctx.Err()
	case <-r.lead:
	}
	if err := g.wait(ctx, r); err != nil {
		g.leave(r, a)
		r.lead <- struct{}{} // for one of the others, or for who comes next
		return false, err
	}
	defer close(r.done)
	defer func() { <-g.flights }()
	asks := g.shut(r)
	bounded, cancel := unhurried(ctx)
	defer cancel()
	for _, one := range asks {
		one.err = errUnanswered // unless something better is known in the end
	}
	g.send(bounded, asks)
	r.late = bounded.Err() != nil
	return false, nil
}

// join takes a into the next round.
func (g *gather) join(a *ask) *round {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == nil {
		g.next = &round{
			due: time.Now().Add(window), lead: make(chan struct{}, 1), full: make(chan struct{}), done: make(chan struct{}),
		}
		g.next.lead <- struct{}{}
	}
	r := g.next
	r.asks, r.texts = append(r.asks, a), r.texts+len(a.texts)
	if r.texts >= g.most {
		close(r.full)
		g.next = nil
	}
	return r
}

// leave takes a out of a round that has not gone out.
func (g *gather) leave(r *round, a *ask) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(r.asks, a); i >= 0 && r == g.next {
		r.asks, r.texts = slices.Delete(r.asks, i, i+1), r.texts-len(a.texts)
	}
}

// wait returns when r may go out, with a place among those under way, or when ctx ends.
func (g *gather) wait(ctx context.Context, r *round) error {
	timer := time.NewTimer(time.Until(r.due))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.full:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case g.flights <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shut returns what goes out with r, which takes no more.
func (g *gather) shut(r *round) []*ask {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == r {
		g.next = nil
	}
	return r.asks
}

// unhurried keeps the deadline of who sends, and not that somebody hangs up: the others wait
// for the same answer. Those who have more time ask again.
func unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		end = time.Now().Add(longest)
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

var errUnanswered = triage.Errorf(triage.Unavailable, "The embedding model gave no answer.")
