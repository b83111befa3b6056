package sources

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"triage/connector"
	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

// The bounds of fetching. A lease is longer than one question and its storing, times the
// most that one channel may have in a step.
const (
	fetchesPerStep = 16
	fetchLease     = 15 * time.Minute
	fetchAttempts  = 14                 // that showed nothing: about a day and a half
	fetchFor       = 3 * 24 * time.Hour // then nobody will give that channel a token
)

// retry returns how long to wait before something that was not shown is asked for again.
func retry(attempts int) time.Duration {
	return min(30*time.Second<<min(attempts-1, 12), 6*time.Hour)
}

// fetchAll asks for what platforms told too little of, until ctx ends.
func (r *Runner) fetchAll(ctx context.Context) {
	platforms := slices.Sorted(maps.Keys(r.fetchers))
	for len(platforms) > 0 {
		more, err := r.fetchSome(ctx, platforms)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "nothing can be fetched", "err", err)
		}
		pause := jitter(r.Every)
		if more && err == nil {
			pause = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// fetchSome asks channel by channel, and reports whether there may be more.
func (r *Runner) fetchSome(ctx context.Context, platforms []triage.Platform) (more bool, err error) {
	var due []postgres.Fetch
	err = r.inTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if err = tx.DropFetches(ctx, tx.Now.Add(-fetchFor)); err != nil {
			return err
		}
		due, err = tx.ClaimFetches(ctx, platforms, fetchesPerStep, fetchLease)
		return err
	})
	if err != nil {
		return false, err
	}
	lanes := map[triage.ID][]postgres.Fetch{}
	for _, f := range due {
		lanes[f.Channel.ID] = append(lanes[f.Channel.ID], f)
	}
	var running sync.WaitGroup
	for _, lane := range lanes {
		running.Go(func() { r.fetchLane(ctx, lane) })
	}
	running.Wait()
	return len(due) == fetchesPerStep, nil
}

// fetchLane asks for the things of one channel, one behind the other, until the platform
// wants to be spared or refuses the token; the rest is due again after that.
func (r *Runner) fetchLane(ctx context.Context, lane []postgres.Fetch) {
	for i, f := range lane {
		err := r.fetch(ctx, f)
		if err == nil {
			continue
		}
		stopped := r.unfetched(context.WithoutCancel(ctx), f, err)
		if !stopped {
			continue
		}
		for _, rest := range lane[i+1:] {
			r.later(context.WithoutCancel(ctx), rest, time.Second, false)
		}
		return
	}
}

// fetch asks for one thing and takes the answer in.
func (r *Runner) fetch(ctx context.Context, f postgres.Fetch) error {
	token, err := r.Box.Open(string(f.Channel.ID), f.Token)
	if err != nil {
		return connector.ErrRefused
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	body, err := r.fetchers[f.Channel.Platform].Fetch(ctx, connector.Source{
		Account: f.Channel.ExternalID, Address: f.Channel.Address, Secret: token,
	}, connector.Wanted{ExternalID: f.External, Parent: f.Parent, Thread: f.Thread, Author: f.Author, Form: f.Form})
	if err != nil {
		return err
	}
	in := connector.Delivery{Body: body, ReceivedAt: r.Store.Now()}
	what := ingest.Pulled{Platform: f.Channel.Platform, Endpoint: f.Channel.EndpointID, Source: "fetch"}
	_, err = r.Door.Pull(ctx, what, in, func(ctx context.Context, tx *postgres.Tx) error { return tx.Fetched(ctx, f) })
	return err
}

// unfetched notes why there is no answer, and reports whether the channel is not to be asked
// any more for now. What stays away is given up in the end: the engagement stands as it was
// told.
func (r *Runner) unfetched(ctx context.Context, f postgres.Fetch, err error) (stopped bool) {
	var limited *connector.Limited
	c := f.Channel
	switch {
	case errors.Is(err, connector.ErrRefused):
		r.Log.WarnContext(ctx, "channel stopped: its token is refused", "channel", c.ID, "platform", c.Platform)
		r.write(ctx, f, func(ctx context.Context, tx *postgres.Tx) error {
			if err := tx.FetchLater(ctx, f, time.Second, false); err != nil {
				return err
			}
			return tx.StopChannel(ctx, c.BrandID, c.ID, connector.Reason(err), f.Token)
		})
		return true
	case errors.As(err, &limited):
		r.write(ctx, f, func(ctx context.Context, tx *postgres.Tx) error {
			if err := tx.FetchLater(ctx, f, limited.After, false); err != nil {
				return err
			}
			return tx.SpareChannel(ctx, c.BrandID, c.ID, connector.Reason(err), limited.After)
		})
		return true
	case errors.Is(err, connector.ErrAbsent) && f.Attempts >= fetchAttempts:
		r.write(ctx, f, func(ctx context.Context, tx *postgres.Tx) error { return tx.Fetched(ctx, f) })
	default:
		r.later(ctx, f, r.Retry(f.Attempts), true)
	}
	return false
}

func (r *Runner) later(ctx context.Context, f postgres.Fetch, pause time.Duration, counts bool) {
	r.write(ctx, f, func(ctx context.Context, tx *postgres.Tx) error { return tx.FetchLater(ctx, f, pause, counts) })
}

// write notes what became of a fetch. When it cannot, the lease ends by itself.
func (r *Runner) write(ctx context.Context, f postgres.Fetch, note func(context.Context, *postgres.Tx) error) {
	if err := r.inTx(ctx, note); err != nil {
		r.Log.DebugContext(ctx, "fetch not noted", "engagement", f.EngagementID, "err", err)
	}
}
