package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// rhythmWeeks is how much of a channel's past its rhythm is learned from.
const rhythmWeeks = 8

const heartbeatsSeen = "heartbeats_seen"

// foldAtOnce is how much of the past one fold looks at.
const foldAtOnce = 24 * time.Hour

// FoldHeartbeats notes what came in since the last call: when each channel last had news, and
// in which hours its platform told any. The first calls look at all of a rhythm's past, a day
// each: true says that there is more of it.
func (t *Tx) FoldHeartbeats(ctx context.Context) (more bool, err error) {
	since := t.Now.Add(-rhythmWeeks * 7 * 24 * time.Hour)
	err = t.tx.QueryRow(ctx, `SELECT (value #>> '{}')::timestamptz FROM facts WHERE name = $1 FOR UPDATE`, heartbeatsSeen).Scan(&since)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("heartbeats: %w", err)
	}
	until := t.Now
	if more = since.Add(foldAtOnce).Before(until); more {
		until = since.Add(foldAtOnce)
	}
	since = since.Add(-seenAgain)
	batch := &pgx.Batch{}
	batch.Queue(`
		WITH news AS (
			SELECT e.brand_id, e.channel_id, e.received_at, coalesce(d.source, 'webhook') IN ('webhook', 'stream') AS called
			FROM engagements e LEFT JOIN deliveries d ON d.id = e.delivery_id
			WHERE e.changed_at >= $1 AND e.changed_at <= $2 AND e.received_at >= $1 AND NOT e.history),
		hours AS (
			INSERT INTO active_hours (brand_id, channel_id, hour)
			SELECT DISTINCT brand_id, channel_id, date_trunc('hour', received_at, 'UTC') FROM news WHERE called
			ON CONFLICT DO NOTHING)
		INSERT INTO heartbeats AS h (brand_id, channel_id, event_at, called_at)
		SELECT brand_id, channel_id, max(received_at), max(received_at) FILTER (WHERE called) FROM news GROUP BY brand_id, channel_id
		ORDER BY brand_id, channel_id
		ON CONFLICT (brand_id, channel_id) DO UPDATE SET
		    event_at = greatest(h.event_at, excluded.event_at), called_at = greatest(h.called_at, excluded.called_at)`, since, until)
	batch.Queue(`DELETE FROM active_hours WHERE hour < $1`, t.Now.Add(-(rhythmWeeks+1)*7*24*time.Hour))
	batch.Queue(`
		INSERT INTO facts (name, value, changed_at) VALUES ($1, to_jsonb($2::timestamptz), $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`, heartbeatsSeen, until)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return false, fmt.Errorf("heartbeats: %w", err)
	}
	return more, nil
}

// Rhythms returns the rhythm of each channel whose platform calls us, at a time.
func (t *Tx) Rhythms(ctx context.Context, now time.Time) (map[triage.ID]triage.Rhythm, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT channel_id, hour, min(hour) OVER (PARTITION BY channel_id) FROM active_hours
		WHERE hour >= $1 AND hour < $2`, now.Add(-rhythmWeeks*7*24*time.Hour), now)
	found := map[triage.ID]triage.Rhythm{}
	var channel triage.ID
	var hour, first time.Time
	_, err := pgx.ForEachRow(rows, []any{&channel, &hour, &first}, func() error {
		r := found[channel]
		r.Weeks = min(rhythmWeeks, int(now.Sub(first).Hours()/(7*24)))
		r.Active[triage.HourOfWeek(hour)]++
		found[channel] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rhythms: %w", err)
	}
	return found, nil
}

// Alarm is one cause of trouble with one channel.
type Alarm struct {
	BrandID, ChannelID triage.ID
	Cause              string
	Since              time.Time
}

// OpenAlarms returns what is wrong and was told.
func (t *Tx) OpenAlarms(ctx context.Context) ([]Alarm, error) {
	rows, _ := t.tx.Query(ctx, `SELECT brand_id, channel_id, cause, since FROM alarms WHERE cleared_at IS NULL ORDER BY channel_id, cause`)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Alarm])
	if err != nil {
		return nil, fmt.Errorf("alarms: %w", err)
	}
	return found, nil
}

// LockChannelLooks lets one process at a time look at how channels do, until the transaction
// ends. False: another does.
func (t *Tx) LockChannelLooks(ctx context.Context) (ok bool, err error) {
	err = t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('channel looks', 0))`).Scan(&ok)
	return ok, err
}

// teamOf is where a brand's team hears of its channels.
const teamOf = `coalesce(nullif(b.slack_cm, ''), b.slack_smm)`

// Raise opens an alarm and tells the team once. Silence begins a gap.
func (t *Tx) Raise(ctx context.Context, a Alarm) error {
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO alarms (brand_id, channel_id, cause, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (brand_id, channel_id, cause, since) DO UPDATE SET cleared_at = NULL`,
		a.BrandID, a.ChannelID, a.Cause, a.Since)
	batch.Queue(`
		INSERT INTO notices (brand_id, id, channel_id, cause, cause_since, kind, why, target, next_at, created_at)
		SELECT b.id, $2, $3, $4, $5, 'alarm', 'channel', `+teamOf+`, $6, $6 FROM brands b WHERE b.id = $1 AND `+teamOf+` <> ''`,
		a.BrandID, NewID(), a.ChannelID, a.Cause, a.Since, t.Now)
	if a.Cause == CauseSilent {
		batch.Queue(`
			INSERT INTO heartbeats (brand_id, channel_id, gap_from) VALUES ($1, $2, $3)
			ON CONFLICT (brand_id, channel_id) DO UPDATE SET gap_from = excluded.gap_from, gap_until = NULL, gap_filled_at = NULL`,
			a.BrandID, a.ChannelID, a.Since)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("alarm of channel %s: %w", a.ChannelID, err)
	}
	return nil
}

// Clear closes an alarm and tells the team that it is over, if it was told that it began.
func (t *Tx) Clear(ctx context.Context, a Alarm) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE alarms SET cleared_at = $5 WHERE brand_id = $1 AND channel_id = $2 AND cause = $3 AND since = $4`,
		a.BrandID, a.ChannelID, a.Cause, a.Since, t.Now)
	batch.Queue(`
		WITH untold AS (
			UPDATE notices SET state = 'cancelled'
			WHERE brand_id = $1 AND channel_id = $2 AND cause = $3 AND cause_since = $4 AND kind = 'alarm' AND state = 'pending'
			RETURNING id)
		INSERT INTO notices (brand_id, id, channel_id, cause, cause_since, kind, why, target, next_at, created_at)
		SELECT n.brand_id, $5, n.channel_id, n.cause, n.cause_since, 'calm', n.why, n.target, $6, $6 FROM notices n
		WHERE n.brand_id = $1 AND n.channel_id = $2 AND n.cause = $3 AND n.cause_since = $4 AND n.kind = 'alarm' AND n.state = 'sent'
		  AND NOT EXISTS (SELECT FROM untold) LIMIT 1`,
		a.BrandID, a.ChannelID, a.Cause, a.Since, NewID(), t.Now)
	if a.Cause == CauseSilent {
		batch.Queue(`UPDATE heartbeats SET gap_until = $3 WHERE brand_id = $1 AND channel_id = $2 AND gap_until IS NULL`, a.BrandID, a.ChannelID, t.Now)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("alarm of channel %s: %w", a.ChannelID, err)
	}
	return nil
}

// FillGaps notes the gaps of channels that are asked as well, once all that was said
// meanwhile has been asked for.
func (t *Tx) FillGaps(ctx context.Context) error {
	if err := t.exec(ctx, `
		UPDATE heartbeats h SET gap_filled_at = s.asked_at FROM sources s
		WHERE s.brand_id = h.brand_id AND s.channel_id = h.channel_id AND h.gap_until IS NOT NULL AND h.gap_filled_at IS NULL
		  AND s.state = 'listening' AND s.asked_at >= h.gap_until`); err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	return nil
}

// Expect sets how long a channel may be silent; 0 lets its own past say.
func (t *Tx) Expect(ctx context.Context, actor Actor, c ChannelRow, within time.Duration) error {
	if err := t.exec(ctx, `
		INSERT INTO heartbeats (brand_id, channel_id, expect) VALUES ($1, $2, nullif($3::interval, interval '0'))
		ON CONFLICT (brand_id, channel_id) DO UPDATE SET expect = excluded.expect`, c.BrandID, c.ID, within); err != nil {
		return fmt.Errorf("expectation of channel %s: %w", c.ID, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: c.BrandID, Actor: actor, Action: "channel.expected", Subject: "channel", SubjectID: c.ID,
		Detail: map[string]any{"within": within.String()}})
}

// NoteChallenge notes that a platform's challenge was answered now, and how long after it there
// is another at the latest.
func (t *Tx) NoteChallenge(ctx context.Context, endpoint triage.ID, within time.Duration) error {
	if err := t.exec(ctx, `
		INSERT INTO endpoint_challenges (endpoint_id, answered_at, within) VALUES ($1, now(), $2)
		ON CONFLICT (endpoint_id) DO UPDATE SET answered_at = excluded.answered_at, within = excluded.within`, endpoint, within); err != nil {
		return fmt.Errorf("challenge of endpoint %s: %w", endpoint, err)
	}
	return nil
}

// NoteSubscription notes what the platform says of whether it calls us about a channel.
func (t *Tx) NoteSubscription(ctx context.Context, k SourceKey, word string) error {
	if err := t.exec(ctx, `
		INSERT INTO heartbeats (brand_id, channel_id, subscription, subscription_at) VALUES ($1, $2, $3, now())
		ON CONFLICT (brand_id, channel_id) DO UPDATE SET subscription = excluded.subscription, subscription_at = now()`,
		k.BrandID, k.ChannelID, word); err != nil {
		return fmt.Errorf("subscription of channel %s: %w", k.ChannelID, err)
	}
	return nil
}
