package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// The causes of trouble with a channel.
const (
	CauseSilent      = "silent"       // its platform tells nothing for longer than it may
	CauseUnreachable = "unreachable"  // it is asked, and does not answer
	CauseStopped     = "stopped"      // its token is refused, or our access ended
	CauseUnfollowed  = "unsubscribed" // the platform says that it does not call us about it
)

// SourceEnded is the state of a channel whose platform told that our access ended.
const SourceEnded = "ended"

// Subscribed is what a platform says that calls us about a channel.
const Subscribed = "subscribed"

// Unchallenged is what is missing of a subscription when a platform that lets endpoints prove
// again and again that they hold the secret no longer does.
const Unchallenged = "challenge_missing"

// ChannelHealth is how a channel does.
type ChannelHealth struct {
	ChannelRow
	Brand       string    // its slug
	State       string    // empty: the platform calls us
	Reason      string    // why, in our words; of a listening one, what is wrong all the same
	AskedAt     time.Time // last good answer; zero: never
	EventAt     time.Time // last news by any way; where the platform calls us, at least the endpoint's last delivery; zero: never
	CalledAt    time.Time // last news that the platform told by itself; zero: never
	Expect      time.Duration
	GapFrom     time.Time // the last silence or time without answers
	GapFilledAt time.Time // when all that was said in it had been taken in; zero: not yet, or nobody can be asked
	Silent      bool      // asked, and an answer that was expected is missing for longer than silence; or silent for longer than it may be
	Disabled    bool      // its endpoint is

	Subscription   string // what the platform says of whether it calls us; empty: not known
	SubscriptionAt time.Time
	ChallengedAt   time.Time // when its platform's challenge was answered last; zero: never, or it has none
	Alarms         []string  // causes, of which the team was told

	CheckedAt time.Time // last look at what is held, where the platform tells nothing of it; zero: never
	Quota     Quota
}

// Called reports whether the platform calls us about the channel.
func (h ChannelHealth) Called() bool { return h.Address == "" || h.tokened }

// ChannelHealth returns how the channels of a brand do, or of all brands when it is empty,
// oldest first.
func (r Reads) ChannelHealth(ctx context.Context, brand triage.ID) ([]ChannelHealth, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT c.id, c.brand_id, c.endpoint_id, c.platform, c.external_id, c.name, c.address, c.stream_address, c.rooms, c.created_at, b.slug,
		       c.token IS NOT NULL, c.ended_at, c.ended_reason,
		       CASE WHEN c.address <> '' THEN coalesce(s.state, 'new') ELSE '' END, coalesce(nullif(s.reason, ''), s.notice, ''), s.asked_at, s.event_at,
		       h.event_at, h.called_at, coalesce(h.expect, interval '0'), coalesce(h.subscription, ''), h.subscription_at,
		       p.last_delivery_at, (SELECT count(*) = 1 FROM channels o WHERE o.endpoint_id = c.endpoint_id),
		       s.gap_from, s.gap_filled_at, h.gap_from, h.gap_filled_at, q.answered_at,
		       CASE WHEN q.answered_at + q.within < now() THEN q.answered_at + q.within END,
		       c.address <> '' AND e.disabled_at IS NULL AND greatest(coalesce(s.asked_at, c.created_at), s.expected_at) < now() - $2::interval,
		       e.disabled_at IS NOT NULL,
		       ARRAY(SELECT a.cause FROM alarms a WHERE a.brand_id = c.brand_id AND a.channel_id = c.id AND a.cleared_at IS NULL ORDER BY 1),
		       s.checked_at, coalesce(s.quota_limit, 0), coalesce(s.quota_spent, 0), s.quota_until
		FROM channels c
		JOIN brands b ON b.id = c.brand_id
		JOIN endpoints e ON e.id = c.endpoint_id
		LEFT JOIN sources s ON s.brand_id = c.brand_id AND s.channel_id = c.id
		LEFT JOIN heartbeats h ON h.brand_id = c.brand_id AND h.channel_id = c.id
		LEFT JOIN endpoint_challenges q ON q.endpoint_id = c.endpoint_id
		LEFT JOIN endpoint_health p ON p.endpoint_id = c.endpoint_id
		WHERE $1 = '' OR c.brand_id::text = $1
		ORDER BY c.created_at, c.id`, brand, silence)
	found, err := pgx.CollectRows(rows, scanHealth)
	if err != nil {
		return nil, unavailable(fmt.Errorf("health of channels: %w", err))
	}
	return found, nil
}

func scanHealth(row pgx.CollectableRow) (ChannelHealth, error) {
	var h ChannelHealth
	var ended, asked, polled, event, called, subscription, delivered, gap, filled, lull, mended, challenged, overdue, checked, until *time.Time
	var endedReason string
	var alone bool
	err := row.Scan(&h.ID, &h.BrandID, &h.EndpointID, &h.Platform, &h.ExternalID, &h.Name, &h.Address, &h.StreamAddress, &h.Rooms, &h.CreatedAt, &h.Brand,
		&h.tokened, &ended, &endedReason, &h.State, &h.Reason, &asked, &polled, &event, &called, &h.Expect, &h.Subscription, &subscription,
		&delivered, &alone, &gap, &filled, &lull, &mended, &challenged, &overdue, &h.Silent, &h.Disabled, &h.Alarms,
		&checked, &h.Quota.Limit, &h.Quota.Spent, &until)
	h.AskedAt, h.CalledAt, h.SubscriptionAt = orZero(asked), orZero(called), orZero(subscription)
	h.EventAt = latest(orZero(event), orZero(polled))
	h.CheckedAt, h.Quota.Until = orZero(checked), orZero(until)
	if h.Called() {
		h.EventAt = latest(h.EventAt, orZero(delivered))
		if alone { // whatever came was about this account
			h.CalledAt = latest(h.CalledAt, orZero(delivered))
		}
	}
	h.GapFrom, h.GapFilledAt = orZero(gap), orZero(filled)
	if lull != nil && lull.After(h.GapFrom) {
		h.GapFrom, h.GapFilledAt = *lull, orZero(mended)
	}
	h.ChallengedAt = orZero(challenged)
	if overdue != nil {
		h.Subscription, h.SubscriptionAt = Unchallenged, *overdue
	}
	if ended != nil && !h.CalledAt.After(*ended) {
		h.State, h.Reason = SourceEnded, endedReason
	}
	h.Silent = h.Silent || slices.Contains(h.Alarms, CauseSilent)
	if h.State == SourceEnded || h.State == SourceRefused {
		h.Silent = false // we know why
	}
	return h, err
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// LastCall returns since when the channel tells nothing: its last call, or news where it is
// asked only, else when it was added.
func (h ChannelHealth) LastCall() time.Time {
	if h.Called() {
		return cmp.Or(h.CalledAt, h.CreatedAt)
	}
	return cmp.Or(h.EventAt, h.CreatedAt)
}
