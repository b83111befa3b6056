// Package sources asks platforms that do not call us. Each channel is asked by one process
// at a time, over all replicas: whoever holds its lease in PostgreSQL. What a platform
// answers is stored in one transaction with the cursor behind it, under the lease's fence,
// so that a process that is killed, or sleeps through its lease, loses and doubles nothing.
// It knows no platform and no SQL.
package sources

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"triage/connector"
	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

// Options is what a runner needs.
type Options struct {
	Store     *postgres.Store
	Door      *ingest.Door
	Box       Unsealer
	Platforms []connector.Platform // those that are connector.Asked are asked
	Log       *slog.Logger
	Lease     time.Duration // 0 is 30 s: how long a killed process keeps its channels
	Every     time.Duration // 0 is 5 s: how often leases are renewed and free channels looked for
	Most      int           // channels that one step takes at most, so that replicas share; 0 is 16

	// Retry returns how long to wait after so many fetches of one thing that showed nothing;
	// nil doubles from 30 s up to 6 h.
	Retry func(attempts int) time.Duration
}

// Unsealer opens what is sealed at rest.
type Unsealer interface {
	Open(owner string, sealed []byte) (string, error)
}

// Runner asks the channels that it holds.
type Runner struct {
	Options
	holder    triage.ID
	asked     map[triage.Platform]connector.Asked
	platforms []triage.Platform
	tokened   []triage.Platform // those of platforms whose channels have tokens of their own
	fetchers  map[triage.Platform]connector.Fetcher

	mu   sync.Mutex
	held map[postgres.SourceKey]context.CancelFunc
}

// New returns a runner. It asks while Run runs.
func New(o Options) *Runner {
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	if o.Most == 0 {
		o.Most = 16
	}
	if o.Retry == nil {
		o.Retry = retry
	}
	r := &Runner{
		Options: o, holder: postgres.NewID(), asked: map[triage.Platform]connector.Asked{},
		fetchers: map[triage.Platform]connector.Fetcher{},
		held:     map[postgres.SourceKey]context.CancelFunc{},
	}
	for _, p := range o.Platforms {
		if asked, ok := p.(connector.Asked); ok {
			r.asked[p.Name()] = asked
			r.platforms = append(r.platforms, p.Name())
		}
		if _, ok := p.(connector.Tokened); ok {
			r.tokened = append(r.tokened, p.Name())
		}
		if fetcher, ok := p.(connector.Fetcher); ok {
			r.fetchers[p.Name()] = fetcher
		}
	}
	return r
}

// Run takes and asks channels until ctx ends, then gives them back for others to take.
func (r *Runner) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { r.fetchAll(ctx) })
	renewed := time.Now()
	for {
		err := r.renew(ctx)
		if err == nil {
			renewed = time.Now()
			err = r.claim(ctx, &running)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "channels cannot be taken", "err", err)
		}
		if time.Since(renewed) >= r.Lease {
			r.drop(nil) // others have them by now
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(jitter(r.Every)):
		}
	}
}

// renew extends the leases, and stops asking where it could not.
func (r *Runner) renew(ctx context.Context) error {
	var kept []postgres.SourceKey
	err := r.inTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		kept, err = tx.RenewSources(ctx, r.holder, r.Lease)
		return err
	})
	if err != nil {
		return err
	}
	still := make(map[postgres.SourceKey]bool, len(kept))
	for _, k := range kept {
		still[k] = true
	}
	r.drop(still)
	return nil
}

// drop stops asking all channels but those that are kept.
func (r *Runner) drop(kept map[postgres.SourceKey]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, stop := range r.held {
		if !kept[k] {
			stop()
		}
	}
}

func (r *Runner) claim(ctx context.Context, running *sync.WaitGroup) error {
	var found []postgres.Source
	err := r.inTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = tx.ClaimSources(ctx, r.holder, r.platforms, r.tokened, r.Most, r.Lease)
		return err
	})
	for _, s := range found {
		own, stop := context.WithCancel(ctx)
		r.mu.Lock()
		r.held[s.SourceKey] = stop
		r.mu.Unlock()
		running.Go(func() {
			defer stop()
			r.follow(own, s)
			r.mu.Lock()
			defer r.mu.Unlock()
			delete(r.held, s.SourceKey)
		})
	}
	return err
}

// writing bounds one transaction.
const writing = 10 * time.Second

func (r *Runner) inTx(ctx context.Context, work func(context.Context, *postgres.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	return r.Store.InTx(ctx, func(tx *postgres.Tx) error { return work(ctx, tx) })
}

// jitter spreads d by a tenth, at most by half a minute, so that replicas and channels do
// not ask in step.
func jitter(d time.Duration) time.Duration {
	spread := min(d/10, 30*time.Second)
	return d - spread + time.Duration(float64(2*spread)*rand.Float64())
}
