package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"triage/postgres"
	"triage/triage"
)

// GroupOptions are the bounds of a group of deliveries that share one commit.
type GroupOptions struct {
	Window     time.Duration // how long the first of a group waits for others; 0 is 0.5 ms
	Deliveries int           // most deliveries in one group; 0 is 256
	Committers int           // groups written at the same time; 0 is 2: more make groups too small
	Timeout    time.Duration // for writing one group; 0 is 5 s
}

// Group collects deliveries that arrive at the same time and writes them in one
// transaction, then answers all of them: durable, and faster than one commit each.
type Group struct {
	store   *postgres.Store
	log     *slog.Logger
	options GroupOptions
	wake    chan struct{} // holds one token while pending is not empty

	mu      sync.Mutex
	pending []*entry
}

// entry is one delivery on its way; done gets exactly one outcome.
type entry struct {
	delivery postgres.Delivery
	changes  []postgres.Change
	done     chan outcome
}

type outcome struct {
	effects []bool
	err     error
}

// NewGroup returns a group over store. Run must be running for Record to return.
func NewGroup(store *postgres.Store, log *slog.Logger, o GroupOptions) *Group {
	if o.Window == 0 {
		o.Window = 500 * time.Microsecond
	}
	if o.Deliveries == 0 {
		o.Deliveries = 256
	}
	if o.Committers == 0 {
		o.Committers = 2
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	return &Group{store: store, log: log, options: o, wake: make(chan struct{}, 1)}
}

// maxPending is how many deliveries may wait for a committer; more are refused at once,
// since they could not be stored in time.
const maxPending = 20_000

// Record stores one delivery and its changes, and returns for each change whether it had
// an effect. Nil means durable. Unavailable means that it may or may not be: the sender
// repeats it, and repeating has no second effect.
func (g *Group) Record(ctx context.Context, d postgres.Delivery, changes []postgres.Change) ([]bool, error) {
	e := &entry{delivery: d, changes: changes, done: make(chan outcome, 1)}
	if !g.add(e) {
		return nil, overloaded
	}
	select {
	case out := <-e.done:
		return out.effects, out.err
	case <-ctx.Done():
		return nil, overloaded.Because(ctx.Err())
	}
}

var overloaded = triage.Errorf(triage.Unavailable, "The delivery could not be stored in time.")

// add hands in an entry. Only the first of a group wakes a committer: waking one for each
// would cost more than storing it.
func (g *Group) add(e *entry) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) >= maxPending {
		return false
	}
	g.pending = append(g.pending, e)
	if len(g.pending) == 1 {
		g.signal()
	}
	return true
}

func (g *Group) signal() {
	select {
	case g.wake <- struct{}{}:
	default: // somebody is on the way
	}
}

// take returns the next group, nil when nothing is pending.
func (g *Group) take() []*entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.pending), g.options.Deliveries)
	group := g.pending[:n:n]
	g.pending = g.pending[n:]
	if len(g.pending) > 0 {
		g.signal()
	}
	return group
}

// Run writes groups until ctx ends, then those already handed in.
func (g *Group) Run(ctx context.Context) {
	var committers sync.WaitGroup
	for range g.options.Committers {
		committers.Go(func() { g.commit(ctx) })
	}
	committers.Wait()
}

func (g *Group) commit(ctx context.Context) {
	for {
		select {
		case <-g.wake:
			time.Sleep(g.options.Window) // others that arrive meanwhile share the commit
		case <-ctx.Done():
			for group := g.take(); len(group) > 0; group = g.take() {
				g.write(ctx, group)
			}
			return
		}
		if group := g.take(); len(group) > 0 {
			g.write(ctx, group)
		}
	}
}

// write stores a group and answers it. A data error is the fault of one row: then each
// is written alone, and the one at fault is quarantined.
func (g *Group) write(ctx context.Context, group []*entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.options.Timeout)
	defer cancel()
	effects, err := g.record(ctx, group)
	switch {
	case err == nil || triage.KindOf(err) == triage.Unavailable:
		answer(group, effects, err)
	case len(group) > 1:
		for i := range group {
			g.write(ctx, group[i:i+1])
		}
	default:
		g.quarantine(ctx, group[0], err)
	}
}

func (g *Group) record(ctx context.Context, group []*entry) (effects []bool, err error) {
	deliveries := make([]postgres.Delivery, len(group))
	var changes []postgres.Change
	for i, e := range group {
		deliveries[i] = e.delivery
		changes = append(changes, e.changes...)
	}
	err = g.store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		fresh, done, err := tx.Record(ctx, deliveries, changes)
		if err != nil {
			return err
		}
		effects = done
		return tx.Enqueue(ctx, fresh)
	})
	return effects, err
}

// answer hands each entry its part of the group's effects.
func answer(group []*entry, effects []bool, err error) {
	for _, e := range group {
		if err != nil {
			e.done <- outcome{err: err}
			continue
		}
		e.done <- outcome{effects: effects[:len(e.changes)]}
		effects = effects[len(e.changes):]
	}
}

// quarantine keeps the bytes of a delivery that the database refuses.
func (g *Group) quarantine(ctx context.Context, e *entry, cause error) {
	g.log.ErrorContext(ctx, "delivery refused by the database", "delivery", e.delivery.ID, "err", cause)
	d := e.delivery
	d.Accepted, d.Quarantined = 0, max(1, len(e.changes))
	d.Rejects = []postgres.Reject{{Reason: "unstorable"}}
	err := g.store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		_, _, err := tx.Record(ctx, []postgres.Delivery{d}, nil)
		return err
	})
	e.done <- outcome{effects: make([]bool, len(e.changes)), err: err}
}
