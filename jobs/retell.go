package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

const (
	retellMost  = 32               // messages written again in one step
	retellLane  = "chat.update"    // they share one pace, whatever their place
	retellAfter = 10 * time.Minute // a failure that we do not understand
)

// retell writes messages again whose item stands otherwise than they say.
func (o *Outbox) retell(ctx context.Context) error {
	now := o.now()
	if slices.Contains(o.pace.held(now), retellLane) {
		return nil
	}
	var taken []postgres.TakenNotice
	err := o.write(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		taken, err = tx.TakeUntrue(ctx, now, noticeLease, retellMost)
		return err
	})
	if err != nil || len(taken) == 0 {
		return err
	}
	subjects, err := o.Store.NoticeSubjects(ctx, taken)
	if err != nil {
		return err
	}
	gathered, err := o.Store.Gathered(ctx, taken)
	if err != nil {
		return err
	}
	var same []postgres.TakenNotice
	for n, notice := range taken {
		s, there := subjects[notice.ID]
		switch {
		case notice.Kind == postgres.NoticeAlarm:
			if err := o.retellAlarm(ctx, notice); err != nil {
				return errors.Join(err, o.retellLater(ctx, taken[n+1:], now, ""))
			}
		case !there: // erased: its retraction is on its way
		case s.Stand() == notice.Told && notice.Grown == notice.ToldGrown:
			notice.ToldVersion = s.Version
			same = append(same, notice)
		default:
			g := gathered[notice.ID]
			s.Also, s.AlsoOpen, s.AlsoAll = g.Open, g.Left, g.Total
			if err := o.retellOne(ctx, notice, s); err != nil {
				return errors.Join(err, o.retellLater(ctx, taken[n+1:], now, ""))
			}
		}
	}
	return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.NoticesTold(ctx, same, false) })
}

// errPaused ends a step of retelling: Slack takes no more changes for now.
var errPaused = errors.New("messages are not written again for now")

func (o *Outbox) retellOne(ctx context.Context, n postgres.TakenNotice, s postgres.Told) error {
	to, err := o.spot(ctx, n)
	if err != nil {
		return err
	}
	return o.rewrite(ctx, n, o.tell(to, &n, s))
}

func (o *Outbox) retellAlarm(ctx context.Context, n postgres.TakenNotice) error {
	to, err := o.spot(ctx, n)
	if err != nil {
		return err
	}
	notice, err := o.alarm(ctx, to, &n)
	if err != nil {
		return err
	}
	return o.rewrite(ctx, n, notice)
}

// rewrite changes the message of n.
func (o *Outbox) rewrite(ctx context.Context, n postgres.TakenNotice, notice notify.Notice) error {
	err := o.Poster.Update(ctx, n.Ref, notice)
	one := []postgres.TakenNotice{n}
	if err == nil {
		o.pace.hold(retellLane, time.Time{}, 0)
		return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.NoticesTold(ctx, one, true) })
	}
	failure := failureOf(err)
	o.Log.WarnContext(ctx, "message not changed", "target", n.Target, "notices", []triage.ID{n.ID}, "word", failure.Word)
	now := o.now()
	switch failure.Failing {
	case notify.Throttled:
		until := now.Add(max(failure.RetryAfter, noticeSpacing))
		o.pace.hold(retellLane, until, 0)
		return errors.Join(errPaused, o.retellLater(ctx, one, until, failure.Word))
	case notify.Away:
		pause := o.pace.nextPause(retellLane, awayLongest)
		o.pace.hold(retellLane, now.Add(pause), pause)
		return errors.Join(errPaused, o.retellLater(ctx, one, now.Add(pause), failure.Word))
	case notify.Refused:
		return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.LetGo(ctx, one, failure.Word) })
	case notify.Puzzled:
	}
	return o.retellLater(ctx, one, now.Add(retellAfter), failure.Word)
}

func (o *Outbox) retellLater(ctx context.Context, notices []postgres.TakenNotice, at time.Time, word string) error {
	return o.write(ctx, func(ctx context.Context, tx *postgres.Tx) error { return tx.RetellLater(ctx, notices, at, word) })
}
