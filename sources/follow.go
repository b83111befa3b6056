package sources

import (
	"context"
	"errors"
	"sync"
	"time"

	"triage/connector"
	"triage/ingest"
	"triage/postgres"
)

// asking bounds one question to a platform.
const asking = 45 * time.Second

// follower asks one channel under one lease.
type follower struct {
	*Runner
	postgres.Source
	poller connector.Poller
	wake   chan struct{} // holds a token when the next poll should not wait
	looks  looks
	subAt  time.Time // when the subscription was last asked about
	stop   context.CancelFunc
}

// follow asks a channel until ctx ends, the lease is lost or the token is refused.
func (r *Runner) follow(ctx context.Context, s postgres.Source) {
	token, err := r.Box.Open(string(s.SealedFor), s.Secret)
	if err != nil {
		r.Log.ErrorContext(ctx, "secret of a channel cannot be opened", "channel", s.ChannelID, "err", err)
		r.note(ctx, s.SourceKey, func(ctx context.Context, tx *postgres.Tx) error {
			return tx.RefuseSource(ctx, s.SourceKey, "secret_key_wrong", s.Secret)
		})
		return
	}
	f := &follower{Runner: r, Source: s, wake: make(chan struct{}, 1)}
	f.poller = r.asked[s.Platform].Open(connector.Source{
		Account: s.Account, Address: s.Address, Secret: token, Stream: s.StreamAddress, Rooms: s.Rooms, Concerns: f.concerns,
		Shared: s.Shared, Budget: connector.Budget(s.Quota),
	})
	ctx, f.stop = context.WithCancel(ctx)
	var streaming sync.WaitGroup
	if stream, ok := f.poller.(connector.Streamer); ok {
		streaming.Go(func() { f.stream(ctx, stream) })
	}
	f.poll(ctx)
	f.stop()
	streaming.Wait()
	last := context.WithoutCancel(ctx)
	r.note(last, s.SourceKey, func(ctx context.Context, tx *postgres.Tx) error { return tx.ReleaseSource(ctx, s.SourceKey) })
}

// poll asks again and again.
func (f *follower) poll(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		wait, err := f.ask(ctx)
		if err == nil && wait > 0 {
			err = f.lookAgain(ctx)
			f.subscribed(ctx)
		}
		f.spend(ctx)
		var limited *connector.Limited
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() != nil || errors.Is(err, postgres.ErrSourceLost):
			return
		case errors.Is(err, connector.ErrRefused):
			f.refused(ctx, err)
			return
		case errors.As(err, &limited):
			wait = limited.After + max(time.Second, min(limited.After/8, time.Minute)) // clocks differ, and rest may end early
			f.pause(ctx, postgres.SourceLimited, err, wait)
		default:
			failures++
			wait = backoff(failures)
			f.pause(ctx, postgres.SourceFailing, err, wait)
		}
		f.rest(ctx, wait, err == nil)
	}
}

// rest waits. What a stream says may end it early, unless the platform is to be spared.
func (f *follower) rest(ctx context.Context, wait time.Duration, early bool) {
	wake := f.wake
	if !early {
		wake = nil
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-time.After(jitter(wait)):
	}
}

// backoff returns how long to wait after so many failures in a row: 1 s, doubling, at
// most 2 min.
func backoff(failures int) time.Duration {
	return min(time.Second<<min(failures-1, 10), 2*time.Minute)
}

// ask takes in one page and returns how long to wait for the next.
func (f *follower) ask(ctx context.Context) (time.Duration, error) {
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	page, err := f.poller.Poll(limited, f.Cursor)
	if err != nil {
		return 0, err
	}
	news := postgres.SourceNews{Cursor: &page.Next, Events: page.Body != nil, Wait: page.Wait}
	advance := func(ctx context.Context, tx *postgres.Tx) error { return tx.AdvanceSource(ctx, f.SourceKey, news) }
	if page.Body == nil {
		err = f.inTx(ctx, advance)
	} else {
		err = f.take(ctx, "poll", page.Body, advance)
	}
	if err != nil {
		return 0, err
	}
	f.Cursor = page.Next
	return page.Wait, nil
}

func (f *follower) take(ctx context.Context, source string, body []byte, keep func(context.Context, *postgres.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	in := connector.Delivery{Body: body, ReceivedAt: f.Store.Now()}
	_, err := f.Door.Pull(ctx, ingest.Pulled{Platform: f.Platform, Endpoint: f.EndpointID, Source: source}, in, keep)
	return err
}

func (f *follower) poke() {
	select {
	case f.wake <- struct{}{}:
	default: // it will not wait anyway
	}
}

// spend notes how much of the day's budget is used, when that has changed.
func (f *follower) spend(ctx context.Context) {
	budgeted, ok := f.poller.(connector.Budgeted)
	if !ok {
		return
	}
	now := postgres.Quota(budgeted.Budget())
	if now == f.Quota {
		return
	}
	f.Quota = now
	f.note(ctx, f.SourceKey, func(ctx context.Context, tx *postgres.Tx) error { return tx.SpendSource(ctx, f.SourceKey, now) })
}

func (f *follower) refused(ctx context.Context, cause error) {
	f.Log.WarnContext(ctx, "channel stopped", "channel", f.ChannelID, "platform", f.Platform, "reason", connector.Reason(cause))
	f.note(ctx, f.SourceKey, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.RefuseSource(ctx, f.SourceKey, connector.Reason(cause), f.Secret)
	})
}

func (f *follower) pause(ctx context.Context, state string, cause error, wait time.Duration) {
	f.Log.DebugContext(ctx, "channel waits", "channel", f.ChannelID, "reason", connector.Reason(cause), "wait", wait)
	f.note(ctx, f.SourceKey, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.PauseSource(ctx, f.SourceKey, state, connector.Reason(cause), wait)
	})
}

// note writes how a channel does. When it cannot, the lease or the database is gone, and
// the runner finds that out by itself.
func (r *Runner) note(ctx context.Context, k postgres.SourceKey, write func(context.Context, *postgres.Tx) error) {
	if err := r.inTx(ctx, write); err != nil && !errors.Is(err, postgres.ErrSourceLost) {
		r.Log.DebugContext(ctx, "state of a channel not noted", "channel", k.ChannelID, "err", err)
	}
}
