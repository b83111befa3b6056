package sources

import (
	"context"
	"errors"
	"time"

	"triage/connector"
	"triage/postgres"
)

// steady is how long a stream must have stood for the next to be opened at once.
const steady = time.Minute

// patience is how many streams in a row may break before that is shown: single ones do all
// the time.
const patience = 3

// stream keeps a connection open. When it may have missed something, a poll finds it.
func (f *follower) stream(ctx context.Context, s connector.Streamer) {
	for failures := 0; ctx.Err() == nil; {
		opened := time.Now()
		err := s.Stream(ctx, f.StreamCursor, f.poke, func(p connector.Page) error { return f.told(ctx, p) })
		if refusal := (*connector.Refusal)(nil); ctx.Err() == nil && errors.As(err, &refusal) {
			f.refused(ctx, err)
			f.stop()
			return
		}
		if ctx.Err() != nil || errors.Is(err, connector.ErrRefused) || errors.Is(err, postgres.ErrSourceLost) {
			return // the next poll sees it too, and says so
		}
		if failures++; time.Since(opened) > steady {
			failures = 1
		}
		wait := backoff(failures)
		if limited := (*connector.Limited)(nil); errors.As(err, &limited) {
			wait = limited.After
		}
		f.Log.DebugContext(ctx, "stream ended", "channel", f.ChannelID, "reason", connector.Reason(err))
		if failures >= patience {
			f.note(ctx, f.SourceKey, f.streamNote(postgres.StreamNews{Notice: "stream_" + connector.Reason(err)}))
		}
		f.rest(ctx, wait, false)
	}
}

// told takes in one page of a stream and the cursor behind it.
func (f *follower) told(ctx context.Context, p connector.Page) (err error) {
	keep := f.streamNote(postgres.StreamNews{Cursor: p.Next, Events: p.Body != nil, Notice: p.Notice})
	if p.Body == nil {
		err = f.inTx(ctx, keep)
	} else {
		err = f.take(ctx, "stream", p.Body, keep)
	}
	if err == nil && p.Next != "" {
		f.StreamCursor = p.Next
	}
	return err
}

func (f *follower) streamNote(n postgres.StreamNews) func(context.Context, *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error { return tx.StreamSource(ctx, f.SourceKey, n) }
}

// concerns answers a platform's question of what of its news is about something that we hold.
func (f *follower) concerns(ctx context.Context, posts, authors []string) (heldPosts, heldAuthors []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	return f.Store.HeldOf(ctx, f.SourceKey, posts, authors)
}
