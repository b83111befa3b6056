package jobs

import (
	"cmp"
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

// Step sends the next message of every place that may get one, writes those again that are
// not true any more, and returns how many notices it took. It waits for Slack, but ends in
// seconds.
func (o *Outbox) Step(ctx context.Context) (int, error) {
	now := o.now()
	if err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.ShareNotices(ctx, now) }); err != nil {
		return 0, err
	}
	taken, err := o.take(ctx, now)
	if err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx) // what is taken is sent or put back, even while we stop
	batches, late := lanes(taken)
	err = o.putOff(ctx, late, now.Add(noticeSpacing), "")
	slots := make(chan struct{}, noticePosts)
	var sending sync.WaitGroup
	var mu sync.Mutex
	failed := []error{err}
	for _, batch := range batches {
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
	return len(taken), errors.Join(append(failed, o.retell(ctx))...)
}

func (o *Outbox) take(ctx context.Context, now time.Time) (taken []postgres.TakenNotice, err error) {
	err = o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		taken, err = tx.TakeNotices(ctx, postgres.NoticeTake{
			Now: now, Lease: noticeLease, Held: o.pace.held(now), Targets: noticeTargets,
			MergeOver: notify.MergeOver, MergeMost: noticeMergeMost,
		})
		return err
	})
	return taken, err
}

// lanes parts notices by brand, place and kind. Each part becomes one message. Of several
// messages to one place all but the first are late: they have to keep their distance.
func lanes(taken []postgres.TakenNotice) (batches [][]postgres.TakenNotice, late []postgres.TakenNotice) {
	slices.SortStableFunc(taken, func(a, b postgres.TakenNotice) int { return cmp.Compare(turn(a.Kind), turn(b.Kind)) })
	type lane struct {
		brand        triage.ID
		target, kind string
	}
	at := map[lane]int{}
	posts := map[string]lane{}
	for _, n := range taken {
		l := lane{n.BrandID, n.Target, n.Kind}
		if first, busy := posts[n.Target]; busy && first != l && n.Kind != postgres.NoticeRetract {
			late = append(late, n)
			continue
		}
		if n.Kind != postgres.NoticeRetract {
			posts[n.Target] = l
		}
		if _, known := at[l]; !known {
			at[l] = len(batches)
			batches = append(batches, nil)
		}
		batches[at[l]] = append(batches[at[l]], n)
	}
	return batches, late
}

// turn says which of several kinds goes first.
func turn(kind string) int {
	switch kind {
	case postgres.NoticeRetract:
		return 0
	case postgres.NoticeAlarm:
		return 1
	case postgres.NoticeNew:
		return 2
	}
	return 3
}

// send makes one message of a batch of one brand, place and kind.
func (o *Outbox) send(ctx context.Context, batch []postgres.TakenNotice) error {
	batch, err := o.buryWorn(ctx, batch)
	if err != nil || len(batch) == 0 {
		return err
	}
	to, err := o.spot(ctx, batch[0])
	if err != nil {
		return err
	}
	switch batch[0].Kind {
	case postgres.NoticeRetract:
		err := o.Poster.Update(ctx, batch[0].Ref, to.voice.Retraction())
		return o.settle(ctx, batch, batch[0].Ref, err)
	case postgres.NoticeTest:
		if to.Slack == "" {
			return o.bury(ctx, batch, "not_linked")
		}
		ref, err := o.Poster.Post(ctx, to.Slack, to.voice.Test(to.Brand))
		return o.settle(ctx, batch, ref, err)
	}
	batch, err = o.awake(ctx, to, batch)
	if err != nil || len(batch) == 0 {
		return err
	}
	if kind := batch[0].Kind; kind == postgres.NoticeAlarm || kind == postgres.NoticeCalm {
		return o.sendAlarm(ctx, to, batch[0])
	}
	subjects, err := o.Store.NoticeSubjects(ctx, batch)
	if err != nil {
		return err
	}
	live, gone := split(batch, func(n postgres.TakenNotice) bool {
		s, ok := subjects[n.ID]
		return ok && !s.Closed()
	})
	if err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.CancelNotices(ctx, gone) }); err != nil {
		return err
	}
	if len(live) == 0 {
		return nil
	}
	slices.SortStableFunc(live, func(a, b postgres.TakenNotice) int {
		return int(subjects[a.ID].Priority - subjects[b.ID].Priority)
	})
	if len(live) > notify.MergeOver {
		return o.sendDigest(ctx, to, live, subjects)
	}
	return o.sendFirst(ctx, to, live, subjects)
}

// awake returns what may ring at a place now. Nobody hears anything whom Slack does not
// know, and nothing patient before their work begins.
func (o *Outbox) awake(ctx context.Context, to spot, batch []postgres.TakenNotice) ([]postgres.TakenNotice, error) {
	if to.Slack == "" {
		return nil, o.bury(ctx, batch, "not_linked")
	}
	if to.Quiet.IsZero() {
		return batch, nil
	}
	now, later := split(batch, func(n postgres.TakenNotice) bool { return !n.Patient })
	return now, o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.HushNotices(ctx, later, to.Quiet) })
}

// spot is where notices go, with the voice that speaks there.
type spot struct {
	postgres.Place
	voice notify.Voice
}

func (o *Outbox) spot(ctx context.Context, n postgres.TakenNotice) (spot, error) {
	found, err := o.Store.PlaceFor(ctx, n.BrandID, n.Target, o.now())
	if err != nil {
		return spot{}, err
	}
	voice := o.Voice
	voice.Language = cmp.Or(found.Language, voice.Language)
	return spot{found, voice.At(found.Zone)}, nil
}

// sendAlarm tells how a channel or the brand does. Of these, every kind is taken alone.
func (o *Outbox) sendAlarm(ctx context.Context, to spot, n postgres.TakenNotice) error {
	notice, err := o.alarm(ctx, to, &n)
	if err != nil {
		return err
	}
	ref, err := o.Poster.Post(ctx, to.Slack, notice)
	return o.settle(ctx, []postgres.TakenNotice{n}, ref, err)
}

// keptAlarm marks messages that are written again without an item of theirs.
const keptAlarm = "alarm"

func (o *Outbox) alarm(ctx context.Context, to spot, n *postgres.TakenNotice) (notify.Notice, error) {
	if n.Channel {
		trouble, err := o.Store.NoticeTrouble(ctx, *n)
		return to.voice.Tell(trouble, o.now()), err
	}
	brand, all, err := o.Store.NoticeAlarms(ctx, *n)
	n.Told = keptAlarm
	return to.voice.Alarms(brand, all, o.now()), err
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

func (o *Outbox) sendDigest(ctx context.Context, to spot, live []postgres.TakenNotice, subjects map[triage.ID]postgres.Told) error {
	told := make([]notify.Subject, len(live))
	for i, n := range live {
		told[i] = subjects[n.ID].Subject
	}
	_, err := o.Poster.Post(ctx, to.Slack, to.voice.Digest(told, o.now()))
	return o.settle(ctx, live, "", err)
}

// sendFirst sends the first of live and puts the others back: they were taken for a
// digest that too few are left for.
func (o *Outbox) sendFirst(ctx context.Context, to spot, live []postgres.TakenNotice, subjects map[triage.ID]postgres.Told) error {
	first, rest := live[:1], live[1:]
	if err := o.putOff(ctx, rest, o.now(), ""); err != nil {
		return err
	}
	notice := o.tell(to, &first[0], subjects[first[0].ID])
	ref, err := o.Poster.Post(ctx, to.Slack, notice)
	return o.settle(ctx, first, ref, err)
}

// tell says what a message about s says now, and lets n remember how s stands.
func (o *Outbox) tell(to spot, n *postgres.TakenNotice, s postgres.Told) notify.Notice {
	n.Told, n.ToldVersion = s.Stand(), s.Version
	s.Token = notify.Token(n.Handle, n.Telling+1)
	return to.voice.Compose(s.Subject, o.now())
}

// settle notes what came of a message, and when its target may get the next one.
func (o *Outbox) settle(ctx context.Context, batch []postgres.TakenNotice, ref string, sendErr error) error {
	now, target := o.now(), batch[0].Target
	if sendErr == nil {
		o.pace.hold(target, now.Add(noticeSpacing), 0)
		return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.NoticesSent(ctx, now, batch, ref) })
	}
	failure := failureOf(sendErr)
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

func failureOf(err error) *notify.Failure {
	var failure *notify.Failure
	if !errors.As(err, &failure) {
		return &notify.Failure{Failing: notify.Puzzled, Word: "unknown"}
	}
	return failure
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
