package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// The pace of the outbox.
const (
	outboxEvery     = 500 * time.Millisecond // how often it looks
	noticeLease     = 30 * time.Second       // longer than a post may take; a killed sender's notice is due again after it
	noticeSpacing   = time.Second            // between messages to one channel; Slack's own limit
	noticeMergeOver = 20
	noticeMergeMost = 500
	noticeAttempts  = 8 // of failures that are a notice's own; then it is dead
	noticeTargets   = 64
	noticePosts     = 8 // at a time
)

// poster is a team messenger. Errors are *notify.Failure.
type poster interface {
	Post(ctx context.Context, target string, n notify.Notice) (ref string, err error)
	Update(ctx context.Context, ref string, n notify.Notice) error
}

// Outbox sends the notices that placements leave in the database. Every process may run
// one. Nothing is sent inside a transaction, so one thing cannot be avoided: a process
// that dies after the messenger took a message, and before that is noted, sends it again
// when its lease ends.
type Outbox struct {
	Store  *postgres.Store
	Poster poster
	Voice  notify.Voice
	Log    *slog.Logger
	Now    func() time.Time // nil for time.Now

	pace pace
}

// Run sends until ctx ends, and finishes what it is sending then.
func (o *Outbox) Run(ctx context.Context) {
	for {
		if _, err := o.Step(ctx); err != nil && ctx.Err() == nil {
			o.Log.WarnContext(ctx, "outbox", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(outboxEvery):
		}
	}
}

// Step sends the next message of every channel that may get one, and returns how many
// notices it took. It waits for Slack, but ends in seconds.
func (o *Outbox) Step(ctx context.Context) (int, error) {
	now := o.now()
	taken, err := o.take(ctx, now)
	if err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx) // what is taken is sent or put back, even while we stop
	slots := make(chan struct{}, noticePosts)
	var sending sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for _, batch := range byTarget(taken) {
		sending.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := o.send(ctx, batch); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
			}
		})
	}
	sending.Wait()
	return len(taken), errors.Join(failed...)
}

func (o *Outbox) take(ctx context.Context, now time.Time) (taken []postgres.TakenNotice, err error) {
	err = o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		taken, err = tx.TakeNotices(ctx, postgres.NoticeTake{
			Now: now, Lease: noticeLease, Held: o.pace.held(now), Targets: noticeTargets,
			MergeOver: noticeMergeOver, MergeMost: noticeMergeMost,
		})
		return err
	})
	return taken, err
}

// byTarget parts notices by target and kind. Each part becomes one message.
func byTarget(taken []postgres.TakenNotice) [][]postgres.TakenNotice {
	type lane struct{ target, kind string }
	parts := map[lane][]postgres.TakenNotice{}
	var order []lane
	for _, n := range taken {
		l := lane{n.Target, n.Kind}
		if parts[l] == nil {
			order = append(order, l)
		}
		parts[l] = append(parts[l], n)
	}
	batches := make([][]postgres.TakenNotice, len(order))
	for i, l := range order {
		batches[i] = parts[l]
	}
	return batches
}

// send makes one message of a batch of one target and kind.
func (o *Outbox) send(ctx context.Context, batch []postgres.TakenNotice) error {
	batch, err := o.buryWorn(ctx, batch)
	if err != nil || len(batch) == 0 {
		return err
	}
	if batch[0].Kind == postgres.NoticeRetract {
		err := o.Poster.Update(ctx, batch[0].Ref, o.Voice.Retraction())
		return o.settle(ctx, batch, batch[0].Ref, err)
	}
	if kind := batch[0].Kind; kind == postgres.NoticeAlarm || kind == postgres.NoticeCalm {
		return o.sendTrouble(ctx, batch[0])
	}
	subjects, err := o.Store.NoticeSubjects(ctx, batch)
	if err != nil {
		return err
	}
	live, gone := split(batch, func(n postgres.TakenNotice) bool { _, ok := subjects[n.ID]; return ok })
	if err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.CancelNotices(ctx, gone) }); err != nil {
		return err
	}
	if len(live) == 0 {
		return nil
	}
	slices.SortStableFunc(live, func(a, b postgres.TakenNotice) int {
		return int(subjects[a.ID].Priority - subjects[b.ID].Priority)
	})
	if len(live) > noticeMergeOver {
		return o.sendDigest(ctx, live, subjects)
	}
	return o.sendFirst(ctx, live, subjects)
}

// sendTrouble tells how a channel does. Of these, every kind is taken alone.
func (o *Outbox) sendTrouble(ctx context.Context, n postgres.TakenNotice) error {
	trouble, err := o.Store.NoticeTrouble(ctx, n)
	if err != nil {
		return err
	}
	ref, err := o.Poster.Post(ctx, n.Target, o.Voice.Tell(trouble, o.now()))
	return o.settle(ctx, []postgres.TakenNotice{n}, ref, err)
}

// buryWorn gives up notices whose attempts never came to an end: they kill their sender.
func (o *Outbox) buryWorn(ctx context.Context, batch []postgres.TakenNotice) ([]postgres.TakenNotice, error) {
	fresh, worn := split(batch, func(n postgres.TakenNotice) bool { return n.Attempts <= noticeAttempts })
	if len(worn) == 0 {
		return fresh, nil
	}
	o.Log.ErrorContext(ctx, "notices are dead", "target", worn[0].Target, "notices", idsOf(worn), "word", "gave_up")
	return fresh, o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.BuryNotices(ctx, worn, "gave_up") })
}

func (o *Outbox) sendDigest(ctx context.Context, live []postgres.TakenNotice, subjects map[triage.ID]notify.Subject) error {
	told := make([]notify.Subject, len(live))
	for i, n := range live {
		told[i] = subjects[n.ID]
	}
	_, err := o.Poster.Post(ctx, live[0].Target, o.Voice.Digest(told, o.now()))
	return o.settle(ctx, live, "", err)
}

// sendFirst sends the first of live and puts the others back: they were taken for a
// digest that too few are left for.
func (o *Outbox) sendFirst(ctx context.Context, live []postgres.TakenNotice, subjects map[triage.ID]notify.Subject) error {
	first, rest := live[:1], live[1:]
	if err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.PutOffNotices(ctx, rest, o.now(), "")
	}); err != nil {
		return err
	}
	ref, err := o.Poster.Post(ctx, first[0].Target, o.Voice.Compose(subjects[first[0].ID], o.now()))
	return o.settle(ctx, first, ref, err)
}

// settle notes what came of a message, and when its target may get the next one.
func (o *Outbox) settle(ctx context.Context, batch []postgres.TakenNotice, ref string, sendErr error) error {
	now, target := o.now(), batch[0].Target
	if sendErr == nil {
		o.pace.hold(target, now.Add(noticeSpacing), 0)
		return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.NoticesSent(ctx, now, batch, ref) })
	}
	var failure *notify.Failure
	if !errors.As(sendErr, &failure) {
		failure = &notify.Failure{Failing: notify.Puzzled, Word: "unknown"}
	}
	o.Log.WarnContext(ctx, "notices not sent", "target", target, "notices", idsOf(batch), "word", failure.Word)
	switch failure.Failing {
	case notify.Throttled:
		until := now.Add(max(failure.RetryAfter, noticeSpacing))
		o.pace.hold(target, until, 0)
		return o.putOff(ctx, batch, until, failure.Word)
	case notify.Away:
		longest := awayLongest
		if failure.MayHaveArrived {
			longest = unsureLongest
		}
		pause := o.pace.nextPause(target, longest)
		o.pace.hold(target, now.Add(pause), pause)
		return o.putOff(ctx, batch, now.Add(pause), failure.Word)
	case notify.Refused:
		o.pace.hold(target, now.Add(noticeSpacing), 0)
		return o.bury(ctx, batch, failure.Word)
	case notify.Puzzled:
		o.pace.hold(target, now.Add(noticeSpacing), 0)
		return o.retry(ctx, batch, now, failure.Word)
	}
	return fmt.Errorf("notices to %s: unknown failing %q", target, failure.Failing)
}

func (o *Outbox) putOff(ctx context.Context, batch []postgres.TakenNotice, until time.Time, word string) error {
	return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.PutOffNotices(ctx, batch, until, word) })
}

func (o *Outbox) bury(ctx context.Context, batch []postgres.TakenNotice, word string) error {
	o.Log.ErrorContext(ctx, "notices are dead", "target", batch[0].Target, "notices", idsOf(batch), "word", word)
	return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.BuryNotices(ctx, batch, word) })
}

// retry tries again after 10, 20, 40 … seconds, at most ten minutes.
func (o *Outbox) retry(ctx context.Context, batch []postgres.TakenNotice, now time.Time, word string) error {
	for attempts, part := range byAttempts(batch) {
		if attempts >= noticeAttempts {
			if err := o.bury(ctx, part, word); err != nil {
				return err
			}
			continue
		}
		at := now.Add(min(10*time.Second<<(attempts-1), 10*time.Minute))
		if err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			return tx.RetryNotices(ctx, part, at, word)
		}); err != nil {
			return err
		}
	}
	return nil
}

// write runs one short transaction.
func (o *Outbox) write(ctx context.Context, work func(context.Context, *postgres.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return o.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error { return work(ctx, tx) })
}

func (o *Outbox) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// split parts notices in those that are kept and the rest.
func split(all []postgres.TakenNotice, keep func(postgres.TakenNotice) bool) (kept, rest []postgres.TakenNotice) {
	for _, n := range all {
		if keep(n) {
			kept = append(kept, n)
		} else {
			rest = append(rest, n)
		}
	}
	return kept, rest
}

func byAttempts(batch []postgres.TakenNotice) map[int][]postgres.TakenNotice {
	parts := map[int][]postgres.TakenNotice{}
	for _, n := range batch {
		parts[n.Attempts] = append(parts[n.Attempts], n)
	}
	return parts
}

func idsOf(notices []postgres.TakenNotice) []triage.ID {
	ids := make([]triage.ID, 0, min(len(notices), 20))
	for _, n := range notices[:min(len(notices), 20)] {
		ids = append(ids, n.ID)
	}
	return ids
}
