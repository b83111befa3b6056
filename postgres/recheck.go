package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Recheck is an engagement that is due to be looked up again.
type Recheck struct {
	EngagementID triage.ID
	ExternalID   string
	Author       string // the platform's id; empty when unknown
	Thread       string // the platform's id of what it hangs from
	VersionAt    time.Time
	Hidden       bool
	Absent       bool // the platform did not know it any more the last time
}

// DueRechecks returns at most limit engagements of a leased channel that are due, the
// longest due first, or ErrSourceLost. What came in since the last call is entered first,
// to be due when it has been here for as long as first.
func (t *Tx) DueRechecks(ctx context.Context, k SourceKey, first time.Duration, limit int) ([]Recheck, error) {
	if err := t.enterRechecks(ctx, k, first); err != nil {
		return nil, err
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT e.id, e.external_id, e.author_external_id, e.thread_external_id, e.version_at, e.hidden, r.absent
		FROM rechecks r JOIN engagements e ON e.brand_id = r.brand_id AND e.id = r.engagement_id
		WHERE r.brand_id = $1 AND r.channel_id = $2 AND r.due_at <= now() AND e.deleted_at IS NULL
		ORDER BY r.due_at LIMIT $3`, k.BrandID, k.ChannelID, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recheck, err error) {
		err = row.Scan(&r.EngagementID, &r.ExternalID, &r.Author, &r.Thread, &r.VersionAt, &r.Hidden, &r.Absent)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("rechecks of channel %s: %w", k.ChannelID, err)
	}
	return found, nil
}

// enterAgain is how long before the last time ids are read once more: longer than between
// an id's making and its commit.
const enterAgain = 2 * time.Minute

func (t *Tx) enterRechecks(ctx context.Context, k SourceKey, first time.Duration) error {
	var since *time.Time
	err := t.tx.QueryRow(ctx, `SELECT entered_at FROM sources WHERE brand_id = $1 AND channel_id = $2`, k.BrandID, k.ChannelID).Scan(&since)
	if err != nil {
		return fmt.Errorf("rechecks of channel %s: %w", k.ChannelID, err)
	}
	if err := t.underLease(ctx, k, `
		UPDATE sources SET entered_at = now()
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`); err != nil {
		return err
	}
	var from [16]byte
	if since != nil {
		from = lowestID(since.Add(-enterAgain))
	}
	if err := t.exec(ctx, `
		INSERT INTO rechecks (brand_id, engagement_id, channel_id, due_at)
		SELECT brand_id, id, channel_id, received_at + $4::interval FROM engagements
		WHERE brand_id = $1 AND id >= $3 AND channel_id = $2 AND deleted_at IS NULL
		ON CONFLICT DO NOTHING`, k.BrandID, k.ChannelID, from, first); err != nil {
		return fmt.Errorf("rechecks of channel %s: %w", k.ChannelID, err)
	}
	return nil
}

// Rechecked notes under a lease what was looked up, or returns ErrSourceLost. What is Absent
// is due again after first; all else when it has become a quarter older, after first at the
// soonest and longest at the latest.
func (t *Tx) Rechecked(ctx context.Context, k SourceKey, done []Recheck, first, longest time.Duration) error {
	if err := t.underLease(ctx, k, `
		UPDATE sources SET checked_at = now()
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`); err != nil {
		return err
	}
	ids, absent := make([]triage.ID, len(done)), make([]bool, len(done))
	for i, d := range done {
		ids[i], absent[i] = d.EngagementID, d.Absent
	}
	if err := t.exec(ctx, `
		UPDATE rechecks r SET absent = d.absent, due_at = now() + CASE WHEN d.absent THEN $4::interval
			ELSE least(greatest((now() - e.received_at) / 4, $4::interval), $5::interval) END
		FROM unnest($2::uuid[], $3::boolean[]) AS d (id, absent)
		JOIN engagements e ON e.brand_id = $1 AND e.id = d.id
		WHERE r.brand_id = $1 AND r.engagement_id = d.id`, k.BrandID, uuids(ids), absent, first, longest); err != nil {
		return fmt.Errorf("rechecks of channel %s: %w", k.ChannelID, err)
	}
	return nil
}
