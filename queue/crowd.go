package queue

import (
	"context"
	"slices"
	"sync"
	"time"

	"triage/postgres"
	"triage/triage"
)

// How people who ask at the same moment are dealt to. All look at the head of the same
// queues, so more transactions at a time would only be in each other's way; and one for
// several people costs little more than one for one.
const (
	sameTime = 2                // transactions of one process
	atOnce   = 8                // people of one brand in a transaction
	dealTime = 10 * time.Second // a transaction that takes longer has failed
)

// request is somebody who asks for something to do.
type request struct {
	who   postgres.Caller
	team  team
	looks func(*dealing) []look

	done chan struct{} // closed when out and err are there
	out  Dealt
	err  error
}

// crowd are the requests that nobody serves yet, the oldest first.
type crowd struct {
	mu      sync.Mutex
	waiting []*request
}

func (c *crowd) join(r *request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, r)
}

// leave reports whether r was still waiting.
func (c *crowd) leave(r *request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.waiting)
	c.waiting = slices.DeleteFunc(c.waiting, func(one *request) bool { return one == r })
	return len(c.waiting) < n
}

// take returns the oldest requests of one brand, each of another person.
func (c *crowd) take() []*request {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*request
	people := map[triage.ID]bool{}
	c.waiting = slices.DeleteFunc(c.waiting, func(r *request) bool {
		if len(out) == atOnce || people[r.who.PersonID] || (len(out) > 0 && r.who.BrandID != out[0].who.BrandID) {
			return false
		}
		people[r.who.PersonID] = true
		out = append(out, r)
		return true
	})
	return out
}

// deal serves who, together with others who ask at the same moment. Whoever gets to deal
// deals to all who wait, so nobody waits for a turn of their own.
func (d *Desk) deal(ctx context.Context, who postgres.Caller, looks func(*dealing) []look) (Dealt, error) {
	team, err := d.teams.of(ctx, d.store, who.BrandID, d.store.Now())
	if err != nil {
		return Dealt{}, err
	}
	r := &request{who: who, team: team, looks: looks, done: make(chan struct{})}
	d.crowd.join(r)
	for {
		select {
		case <-r.done:
			return r.out, r.err
		case d.deals <- struct{}{}:
			select {
			case <-r.done: // by another, meanwhile
			default:
				d.serve(ctx, d.crowd.take())
			}
			<-d.deals
		case <-ctx.Done():
			if d.crowd.leave(r) {
				return Dealt{}, ctx.Err()
			}
			<-r.done
			return r.out, r.err
		}
	}
}

// serve answers all requests. What fails for several is tried again for each alone, so that
// nobody suffers from another's request; and one who hangs up does not break off the others'.
func (d *Desk) serve(ctx context.Context, all []*request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dealTime)
	defer cancel()
	defer func() {
		for _, r := range all {
			close(r.done)
		}
	}()
	if len(all) == 0 {
		return
	}
	err := d.dealTo(ctx, all)
	if err == nil {
		return
	}
	for _, r := range all {
		if r.err = err; len(all) > 1 {
			r.err = d.dealTo(ctx, []*request{r})
		}
	}
}

// dealTo deals to all in one transaction.
func (d *Desk) dealTo(ctx context.Context, all []*request) error {
	brand := all[0].who.BrandID
	people := make([]triage.ID, len(all))
	for i, r := range all {
		people[i] = r.who.PersonID
	}
	attempt := 0
	return d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) error {
		attempt++
		desks, err := tx.LockDesks(ctx, brand, people...)
		if err != nil {
			return err
		}
		var open []*opened
		for _, r := range all {
			desk := desks[r.who.PersonID]
			if r.out = (Dealt{Why: closed(desk, tx.Now)}); r.out.Why == "" {
				g := &dealing{tx: tx, who: r.who, team: r.team, desk: desk, fit: fitOf(r.who, desk, r.team, tx.Now), last: attempt == attempts}
				open = append(open, &opened{request: r, dealing: g, looks: r.looks(g)})
			}
		}
		return dealOpen(ctx, tx, open)
	})
}

// opened is a request of somebody who may be dealt something.
type opened struct {
	request *request
	dealing *dealing
	looks   []look
}

// dealOpen asks for everybody's first look together, and for the rest one by one.
func dealOpen(ctx context.Context, tx *postgres.Tx, open []*opened) error {
	if len(open) == 0 {
		return nil
	}
	asks := make([]postgres.Ask, len(open))
	for i, o := range open {
		asks[i] = o.dealing.ask(o.looks[0])
	}
	claimed, err := tx.ClaimAtOnce(ctx, asks)
	if err != nil {
		return err
	}
	var lucky []*request
	var notes []postgres.Deal
	for i, o := range open {
		if claimed[i] != nil {
			lucky = append(lucky, o.request)
			notes = append(notes, o.dealing.note(asks[i].Queue, *claimed[i]))
			continue
		}
		if o.request.out, err = o.dealing.first(ctx, o.looks); err != nil {
			return err
		}
	}
	if len(notes) == 0 {
		return nil
	}
	items, err := tx.NoteDealt(ctx, notes...)
	if err != nil {
		return err
	}
	for i, r := range lucky {
		r.out = Dealt{Item: items[i]}
	}
	return nil
}
