package sources

import (
	"context"
	"errors"
	"time"

	"triage/connector"
	"triage/postgres"
)

// looks is how looking again has gone so far.
type looks struct {
	failures int
	after    time.Time // not before
}

// atOnce is how many questions are asked between two polls at most.
const atOnce = 5

// lookAgain looks up what is due of what we hold, where the platform does not tell what
// becomes of it. What goes wrong with that stops no polls, unless they would go wrong too.
func (f *follower) lookAgain(ctx context.Context) error {
	asked, ok := f.poller.(connector.Rechecker)
	if !ok || time.Now().Before(f.looks.after) {
		return nil
	}
	for range atOnce {
		more, err := f.look(ctx, asked)
		var limited *connector.Limited
		switch {
		case err == nil && more:
			f.looks.failures = 0
		case err == nil:
			f.looks.failures = 0
			return nil
		case ctx.Err() != nil, errors.Is(err, postgres.ErrSourceLost), errors.Is(err, connector.ErrRefused), errors.As(err, &limited):
			return err
		default:
			f.looks.failures++
			f.looks.after = time.Now().Add(backoff(f.looks.failures))
			f.Log.DebugContext(ctx, "nothing was looked up again", "channel", f.ChannelID, "reason", connector.Reason(err))
			return nil
		}
	}
	return nil
}

// look asks one question, and reports whether more is due.
func (f *follower) look(ctx context.Context, asked connector.Rechecker) (more bool, err error) {
	how := asked.Rechecks()
	if how.Most <= 0 {
		return false, nil
	}
	var due []postgres.Recheck
	err = f.inTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		due, err = tx.DueRechecks(ctx, f.SourceKey, how.First, how.Most)
		return err
	})
	if err != nil || len(due) == 0 {
		return false, err
	}
	held := make([]connector.Held, len(due))
	for i, d := range due {
		held[i] = connector.Held{ExternalID: d.ExternalID, Author: d.Author, Thread: d.Thread, VersionAt: d.VersionAt, Hidden: d.Hidden, Absent: d.Absent}
	}
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	checked, err := asked.Recheck(limited, held)
	if err != nil {
		return false, err
	}
	absent := make(map[string]bool, len(checked.Absent))
	for _, id := range checked.Absent {
		absent[id] = true
	}
	for i := range due {
		due[i].Absent = absent[due[i].ExternalID]
	}
	keep := func(ctx context.Context, tx *postgres.Tx) error {
		return tx.Rechecked(ctx, f.SourceKey, due, how.First, how.Longest)
	}
	if checked.Body == nil {
		err = f.inTx(ctx, keep)
	} else {
		err = f.take(ctx, "recheck", checked.Body, keep)
	}
	return len(due) == how.Most, err
}
