package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"triage/postgres"
	"triage/triage"
)

// The generator's larger brand.
const largeBrand = triage.ID("b0000000-0000-7000-8000-000000000000")

// arriving is how many comments a second are accepted and settled while people read: 150
// times the mean of the year that the generator makes, as when a wave comes in.
const arriving = 50

// arrivers is how many workers do that.
const arrivers = 2

// inflow is what was accepted and settled meanwhile.
type inflow struct {
	mu     sync.Mutex
	wanted int
	done   int
	took   []time.Duration // of accepting and settling one group
	err    error
}

// whileArriving runs work while comments arrive, and while the program's upkeep of counters
// and vectors runs as it does in the service.
func (q *queues) whileArriving(ctx context.Context, work func(context.Context) error) error {
	within, stop := context.WithCancel(ctx)
	flow := &inflow{}
	var running sync.WaitGroup
	for n := range arrivers {
		running.Go(func() { q.arrive(within, n, flow) })
	}
	running.Go(func() { q.upkeep(within, flow) })
	began := time.Now()
	err := work(ctx)
	stop()
	running.Wait()
	flow.wanted = int(arriving * time.Since(began).Seconds())
	q.flows = append(q.flows, flow)
	step("meanwhile %d comments were settled, %.0f/s of %d/s", flow.done, float64(flow.done)/time.Since(began).Seconds(), arriving)
	return errors.Join(err, flow.err)
}

// arrive is one of the workers that accept and settle comments, ten at a time: one
// transaction each for a group, as in the service under this load. Who is late catches up.
func (q *queues) arrive(ctx context.Context, worker int, flow *inflow) {
	const group = 10
	const pace = time.Second * group * arrivers / arriving
	seed := uint64(time.Now().UnixNano()) + uint64(worker)
	r, m := rand.New(rand.NewPCG(seed, 1)), newMeanings(seed)
	for next := time.Now(); ; next = next.Add(pace) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		began := time.Now()
		n, err := q.acceptGroup(context.WithoutCancel(ctx), r, m, group)
		flow.note(n, time.Since(began))
		if err != nil {
			flow.fail(err)
			return
		}
	}
}

func (f *inflow) note(settled int, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done += settled
	f.took = append(f.took, took)
}

func (f *inflow) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = errors.Join(f.err, err)
}

func (q *queues) acceptGroup(ctx context.Context, r *rand.Rand, m *meanings, size int) (settled int, err error) {
	now := time.Now().UTC()
	channel := triage.ID(fmt.Sprintf("c0000000-0000-7000-8000-0000000000%d%d", 0, r.IntN(5)))
	deliveries, changes := make([]postgres.Delivery, size), make([]postgres.Change, size)
	for i := range size {
		id := postgres.NewID()
		deliveries[i] = postgres.Delivery{
			ID: postgres.NewID(), EndpointID: channel, Platform: triage.Facebook, ReceivedAt: now, Source: "webhook", Raw: []byte(text), Accepted: 1,
		}
		changes[i] = postgres.Change{DeliveryID: deliveries[i].ID, Engagement: triage.Engagement{
			ID: id, BrandID: largeBrand, ChannelID: channel, Platform: triage.Facebook, ExternalID: string(id), Form: triage.FormComment,
			Action: triage.Created, Text: comment(r.IntN(1 << 20)), Author: triage.Author{ExternalID: fmt.Sprint("author-", r.IntN(100_000)), Followers: -1},
			Thread: triage.Thread{ExternalID: fmt.Sprint("post-", 1+r.IntN(1000))}, VersionAt: now, ReceivedAt: now, Round: 1,
		}}
	}
	err = q.store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		_, _, err := tx.Record(ctx, deliveries, changes)
		return err
	})
	if err != nil {
		return 0, err
	}
	settlements := make([]postgres.Settlement, size)
	for i, c := range changes {
		settlements[i] = settlement(c.Engagement, m, r)
	}
	err = q.store.Retrying(ctx, 5, func(tx *postgres.Tx) (err error) {
		settled, err = tx.Settle(ctx, largeBrand, settlements)
		return err
	})
	return settled, err
}

func settlement(e triage.Engagement, m *meanings, r *rand.Rand) postgres.Settlement {
	priority := triage.Priority(2 + r.IntN(3))
	due := e.ReceivedAt.Add([]time.Duration{0, 15 * time.Minute, time.Hour, 8 * time.Hour, 24 * time.Hour}[priority])
	intent := triage.Intents()[r.IntN(len(triage.Intents()))]
	return postgres.Settlement{
		Engagement: e, Vector: &triage.Vector{Model: vectorModel, Values: m.next()},
		Classification: triage.Classification{
			Engine: "builtin", Model: "bench", Intent: intent, Sentiment: triage.Sentiments()[r.IntN(3)], Urgency: triage.UrgencyNormal, Language: "en",
		},
		Place: func(*postgres.Standing) *postgres.Placed {
			return &postgres.Placed{Placement: triage.Placement{
				Queue: intent.DefaultQueue(), Priority: priority, DueAt: due, Rank: float64(due.Unix()), Effort: 2,
				Reasons: []triage.Reason{{Rule: "intent", Text: "Read as " + string(intent) + "."}},
			}}
		},
	}
}

// upkeep does what the service does beside: it folds counters and indexes new vectors.
func (q *queues) upkeep(ctx context.Context, flow *inflow) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := q.store.InTx(ctx, func(tx *postgres.Tx) error {
			if _, err := tx.IndexVectors(ctx, 500); err != nil {
				return err
			}
			if n%10 == 0 {
				if _, err := tx.FoldThreadCounts(ctx); err != nil {
					return err
				}
			}
			if n%2 == 0 {
				return tx.FoldQueueCounts(ctx)
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			flow.fail(err)
			return
		}
	}
}

// catchUp does the upkeep that an earlier run left undone: a service that runs is not behind.
func (q *queues) catchUp(ctx context.Context) error {
	for {
		var indexed int
		err := q.store.InTx(ctx, func(tx *postgres.Tx) (err error) {
			indexed, err = tx.IndexVectors(ctx, 500)
			return err
		})
		if err != nil || indexed == 0 {
			return err
		}
	}
}

// sumUp adds what arrived while everything was measured.
func (q *queues) sumUp() {
	var wanted, done int
	var took []time.Duration
	for _, f := range q.flows {
		wanted, done, took = wanted+f.wanted, done+f.done, append(took, f.took...)
	}
	if wanted == 0 {
		return
	}
	q.add(fmt.Sprintf("comments settled of those that arrived meanwhile, at %d/s", arriving), 100*float64(done)/float64(wanted), "%", atLeast(98))
	q.add("accepting and settling ten comments meanwhile, p95", ms(percentile(took, 0.95)), "ms", atMost(50))
}

// timed runs work n times and returns how long each took.
func timed(n int, work func(i int) error) ([]time.Duration, error) { return timedEvery(0, n, work) }

// timedEvery is timed with a pause after each.
func timedEvery(pause time.Duration, n int, work func(i int) error) ([]time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range n {
		began := time.Now()
		if err := work(i); err != nil {
			return nil, err
		}
		took[i] = time.Since(began)
		time.Sleep(pause)
	}
	return took, nil
}
