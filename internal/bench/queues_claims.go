package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// dealt is what a number of people were dealt.
type dealt struct {
	mu      sync.Mutex
	by      map[triage.ID]int // how often each item was dealt
	took    []time.Duration
	nothing int
}

// inHand is how many items a person is dealt before what they hold is closed, in the part
// where everybody asks as fast as it goes: nobody holds hundreds.
const inHand = 20

// claims measures "next best": first at a pace that people keep, while comments arrive;
// then everybody as fast as it goes, in rounds between which, off the clock, what was dealt
// is closed. No item may be dealt twice.
func (q *queues) claims(ctx context.Context) error {
	closed := []string{`UPDATE items SET status = 'resolved' WHERE status = 'claimed'`, `VACUUM items`, `VACUUM live_items`, `CHECKPOINT`}
	err := q.execute(ctx, append([]string{
		`UPDATE memberships SET capacity = 32000, heavy_per_hour = 32000`,
		`UPDATE items SET status = 'open', snoozed_until = NULL WHERE status = 'snoozed' AND snoozed_until < now() + interval '1 hour'`, // as upkeep would
	}, closed...)...)
	if err != nil {
		return err
	}
	all := &dealt{by: map[triage.ID]int{}}
	paced := &dealt{by: all.by}
	err = q.whileArriving(ctx, func(ctx context.Context) error { return q.deal(ctx, paced, time.Second/2) })
	if err != nil {
		return err
	}
	q.add(fmt.Sprintf("next best, %d people, two a second each, p95", q.people), ms(percentile(paced.took, 0.95)), "ms", atMost(15))
	fast := &dealt{by: all.by}
	var clock time.Duration
	for clock < q.length {
		if err := q.execute(ctx, closed[0]); err != nil {
			return err
		}
		began := time.Now()
		if err := q.hurry(ctx, fast); err != nil {
			return err
		}
		clock += time.Since(began)
	}
	q.add(fmt.Sprintf("next best, %d people as fast as it goes", q.people), float64(len(fast.took)-fast.nothing)/clock.Seconds(), "/s", atLeast(1000))
	q.add("next best, as fast as it goes, p95", ms(percentile(fast.took, 0.95)), "ms", none)
	twice := 0
	for _, n := range all.by {
		if n > 1 {
			twice++
		}
	}
	q.add("items dealt to two people", float64(twice), "", atMost(0))
	q.explain(ctx, "next best", func(s *postgres.Store) error {
		_, err := queue.NewDesk(s).Deal(ctx, q.person(1))
		return err
	})
	return nil
}

// person is one of those whom the generator made, with the role that they have there.
func (q *queues) person(n int) postgres.Caller {
	role := []triage.Role{triage.RoleHybrid, triage.RoleSMM, triage.RoleCM, triage.RoleCM, triage.RoleCM}[n%5]
	return postgres.Caller{
		BrandID: largeBrand, PersonID: triage.ID(fmt.Sprintf("e0000000-0000-7000-8000-%012d", n)),
		Person: fmt.Sprint("Person ", n), Role: role,
	}
}

// deal lets everybody ask for the next best item for a time, each once in every pace.
func (q *queues) deal(ctx context.Context, d *dealt, pace time.Duration) error {
	desk := queue.NewDesk(q.store)
	until := time.Now().Add(q.length)
	return together(q.people, func(n int) error {
		time.Sleep(pace * time.Duration(n) / time.Duration(q.people))
		for time.Now().Before(until) && ctx.Err() == nil {
			began := time.Now()
			got, err := desk.Deal(ctx, q.person(n+1))
			if err != nil {
				return err
			}
			took := time.Since(began)
			d.note(got, took)
			if pace > took {
				time.Sleep(pace - took)
			}
		}
		return ctx.Err()
	})
}

// hurry deals inHand items to everybody, as fast as it goes.
func (q *queues) hurry(ctx context.Context, d *dealt) error {
	desk := queue.NewDesk(q.store)
	return together(q.people, func(n int) error {
		for range inHand {
			began := time.Now()
			got, err := desk.Deal(ctx, q.person(n+1))
			if err != nil {
				return err
			}
			d.note(got, time.Since(began))
		}
		return ctx.Err()
	})
}

func (q *queues) execute(ctx context.Context, statements ...string) error {
	return each(statements, func(sql string) error {
		_, err := q.plain.Exec(ctx, sql)
		return err
	})
}

func (d *dealt) note(got queue.Dealt, took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took = append(d.took, took)
	if got.Why != "" {
		d.nothing++
		return
	}
	d.by[got.Item.ID]++
}
