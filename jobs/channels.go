package jobs

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// unreachableAfter is how long a channel that is asked may give no good answer before the
// team hears of it: a restart of its server takes less.
const unreachableAfter = 15 * time.Minute

// channels looks at how the channels do, and tells their teams what is wrong and what is no
// longer. One process at a time does.
func (u *Upkeep) channels(ctx context.Context) (bool, error) {
	all, err := u.Store.ChannelHealth(ctx, "")
	if err != nil {
		return false, err
	}
	return u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
		mine, err := tx.LockChannelLooks(ctx)
		if err != nil || !mine {
			return false, err
		}
		if more, err := tx.FoldHeartbeats(ctx); err != nil || more {
			return more, err
		}
		return false, LookAtChannels(ctx, tx, all, u.now())
	})(ctx)
}

func (u *Upkeep) now() time.Time {
	if u.Now != nil {
		return u.Now()
	}
	return time.Now()
}

// LookAtChannels raises and clears the alarms of channels at a time.
func LookAtChannels(ctx context.Context, tx *postgres.Tx, all []postgres.ChannelHealth, now time.Time) error {
	rhythms, err := tx.Rhythms(ctx, now)
	if err != nil {
		return err
	}
	open, err := tx.OpenAlarms(ctx)
	if err != nil {
		return err
	}
	told := map[triage.ID]map[string]postgres.Alarm{}
	for _, a := range open {
		if told[a.ChannelID] == nil {
			told[a.ChannelID] = map[string]postgres.Alarm{}
		}
		told[a.ChannelID][a.Cause] = a
	}
	for _, h := range all {
		wrong := troubles(h, rhythms[h.ID], now)
		for cause, since := range wrong {
			if _, known := told[h.ID][cause]; !known {
				if err := tx.Raise(ctx, postgres.Alarm{BrandID: h.BrandID, ChannelID: h.ID, Cause: cause, Since: since}); err != nil {
					return err
				}
			}
		}
		for cause, a := range told[h.ID] {
			if _, still := wrong[cause]; still || cause == postgres.CauseSilent && !h.LastCall().After(a.Since) && !h.Disabled && !stopped(h) {
				continue // a silence ends with news, not when its past becomes as silent
			}
			if err := tx.Clear(ctx, a); err != nil {
				return err
			}
		}
	}
	return tx.FillGaps(ctx)
}

// troubles returns what is wrong with a channel, and since when. Of a channel that is known
// to be shut nothing else is told.
func troubles(h postgres.ChannelHealth, rhythm triage.Rhythm, now time.Time) map[string]time.Time {
	wrong := map[string]time.Time{}
	switch {
	case h.Disabled:
		return wrong
	case stopped(h):
		wrong[postgres.CauseStopped] = now
		return wrong
	}
	if h.Address != "" && now.Sub(latest(h.AskedAt, h.CreatedAt)) > unreachableAfter {
		wrong[postgres.CauseUnreachable] = latest(h.AskedAt, h.CreatedAt)
	}
	if h.Called() && h.Subscription != "" && h.Subscription != postgres.Subscribed {
		wrong[postgres.CauseUnfollowed] = h.SubscriptionAt
	}
	last := h.LastCall()
	switch {
	case h.Expect > 0:
		if now.Sub(last) > h.Expect {
			wrong[postgres.CauseSilent] = last
		}
	case h.Called() && rhythm.Chance(last, now) < triage.Unlikely:
		wrong[postgres.CauseSilent] = last
	}
	return wrong
}

func stopped(h postgres.ChannelHealth) bool {
	return h.State == postgres.SourceRefused || h.State == postgres.SourceEnded
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
