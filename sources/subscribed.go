package sources

import (
	"cmp"
	"context"
	"time"

	"triage/connector"
	"triage/postgres"
)

// subscribedEvery is how often a platform is asked whether it still calls us.
const subscribedEvery = time.Hour

// subscribed asks that, and notes the answer. No answer changes nothing: the polls say why.
func (f *follower) subscribed(ctx context.Context) {
	asked, ok := f.poller.(connector.Subscriber)
	if !ok || time.Since(f.subAt) < subscribedEvery {
		return
	}
	f.subAt = time.Now()
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	missing, err := asked.Subscribed(limited)
	if err != nil {
		f.Log.DebugContext(ctx, "subscription not known", "channel", f.ChannelID, "reason", connector.Reason(err))
		return
	}
	f.note(ctx, f.SourceKey, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NoteSubscription(ctx, f.SourceKey, cmp.Or(missing, postgres.Subscribed))
	})
}
