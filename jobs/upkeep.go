package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"triage/connector"
	"triage/embeddings"
	"triage/postgres"
	"triage/triage"
)

// Upkeep is the periodic work that no job asks for. Every process may run it: each task
// either skips what another has locked, or has no second effect.
type Upkeep struct {
	Store *postgres.Store
	Judge *Judge // places what the sweep finds

	// Wanted embeds in the space that everything shall have a vector of; nil: nothing is filled.
	Wanted embeddings.Engine

	// Keeping is for how long platforms let us keep what came from them; others: without an end.
	Keeping map[triage.Platform]connector.Keeping

	Log *slog.Logger

	Now func() time.Time // nil for time.Now; what is decided by the time of day or by age
}

// task is one periodic piece of work; it returns true when it should run again at once.
type task struct {
	name  string
	every time.Duration
	run   func(context.Context) (bool, error)
}

// How long a job may look abandoned before it is rescued: a running one a little longer
// than its timeout, a due one longer than the library's own look every 5 s.
const (
	stuckFor = timeout + 5*time.Second
	dueFor   = 15 * time.Second
)

// Bounds of one step of upkeep.
const (
	vectorsPerStep = 500
	auditPerStep   = 2000

	documentsPerStep = 500
	promisesPerStep  = 50
	sealEvery        = 300 * time.Millisecond // those who watch a queue hear of a change once it is sealed
	daysAhead        = 3
	keepRaw          = 30 * 24 * time.Hour
)

func (u *Upkeep) tasks() []task {
	return []task{
		{"partitions", time.Hour, u.partitions},
		{"sweep", time.Minute, u.Judge.Sweep},
		{"analyze", 2 * time.Second, func(ctx context.Context) (bool, error) { return false, u.Store.AnalyzeGrown(ctx) }},
		{"index vectors", time.Second, u.vectors},
		{"fill vectors", 2 * time.Second, u.fillSpace},
		{"release leases", 5 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.ReleaseExpired(ctx)
		})},
		{"follow up", 5 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.WakeWaiting(ctx)
		})},
		{"targets", 5 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			n, err := tx.LookAtTargets(ctx)
			return n >= postgres.LookedPerStep, err
		})},
		{"fill documents", 10 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return tx.FillDocuments(ctx, documentsPerStep)
		})},
		{"raise promises", 10 * time.Second, u.promises},
		{"judge again", time.Second, u.Again},
		{"tally", time.Second, func(ctx context.Context) (bool, error) { return false, u.Judge.Tally.Flush(ctx, u.Store) }},
		{"forget questions", time.Hour, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			if err := tx.DropHolds(ctx); err != nil {
				return false, err
			}
			return false, tx.ForgetAsked(ctx)
		})},
		{"drop undos", time.Minute, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.DropUndos(ctx)
		})},
		{"rescue jobs", 5 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			n, err := tx.RescueJudging(ctx, stuckFor, dueFor)
			if n > 0 {
				u.Log.WarnContext(ctx, "jobs put back to work", "jobs", n)
			}
			return false, err
		})},
		{"forget messages", time.Hour, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, errors.Join(tx.ForgetTold(ctx), tx.ForgetSlackCalls(ctx))
		})},
		{"waves", time.Second, u.Waves},
		{"fold threads", 10 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return tx.FoldThreadCounts(ctx)
		})},
		{"delivery times", 10 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.FoldDeliveryTimes(ctx)
		})},
		{"retention", 5 * time.Minute, u.ForgetOld},
		{"channels", time.Minute, u.channels},
		{"crises", crisisEvery, u.crises},
		{"alarms", alarmsEvery, u.alarms},
		{"teach", 2 * time.Second, u.teach},
		{"forget corrections", time.Hour, u.inTx(u.forgetTaught)},
		{"drift", time.Hour, u.drift},
		{"drop sessions", time.Hour, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.DropSessions(ctx)
		})},
		{"care", time.Minute, u.care},
		{"forget care", time.Hour, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.ForgetCare(ctx)
		})},
		{"fold counters", 2 * time.Second, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			return false, tx.FoldQueueCounts(ctx)
		})},
		{"seal audit", sealEvery, u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
			n, err := tx.SealAudit(ctx, auditPerStep)
			return n == auditPerStep, err
		})},
	}
}

// Run does the upkeep until ctx ends.
func (u *Upkeep) Run(ctx context.Context) {
	var running sync.WaitGroup
	for _, t := range u.tasks() {
		running.Go(func() { u.repeat(ctx, t) })
	}
	running.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	if err := u.Judge.Tally.Flush(last, u.Store); err != nil {
		u.Log.WarnContext(ctx, "the last counts are lost", "err", err)
	}
}

func (u *Upkeep) repeat(ctx context.Context, t task) {
	for {
		more, err := t.run(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			u.Log.WarnContext(ctx, "upkeep", "task", t.name, "err", err)
		}
		pause := t.every - t.every/8 + rand.N(t.every/4) // replicas drift apart
		if more && err == nil {
			pause = time.Millisecond
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (u *Upkeep) inTx(work func(context.Context, *postgres.Tx) (bool, error)) func(context.Context) (bool, error) {
	return func(ctx context.Context) (more bool, err error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		err = u.Store.InTx(ctx, func(tx *postgres.Tx) error {
			more, err = work(ctx, tx)
			return err
		})
		return more, err
	}
}

func (u *Upkeep) partitions(ctx context.Context) (bool, error) {
	now := time.Now()
	if err := u.Store.MakePartitions(ctx, now, daysAhead); err != nil {
		return false, err
	}
	_, err := u.Store.DropPartitions(ctx, now.Add(-keepRaw))
	return false, err
}

func (u *Upkeep) promises(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	n, err := u.Store.RaisePromises(ctx, promisesPerStep)
	return n == promisesPerStep, err
}

func (u *Upkeep) vectors(ctx context.Context) (bool, error) {
	return u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
		n, err := tx.IndexVectors(ctx, vectorsPerStep)
		return n == vectorsPerStep, err
	})(ctx)
}
