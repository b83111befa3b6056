package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// SourceKey is the lease of one process on one channel that is asked for news.
type SourceKey struct {
	BrandID   triage.ID
	ChannelID triage.ID
	Fence     int64
}

// Source is a leased channel with what is needed to ask it.
type Source struct {
	SourceKey
	EndpointID triage.ID
	Platform   triage.Platform
	Account    string
	Address    string
	Secret     []byte    // sealed for SealedFor
	SealedFor  triage.ID // the endpoint, or the channel that has a token of its own
	Cursor     string
	Quota      Quota
	Shared     int // channels that are asked under the endpoint

	StreamAddress string
	StreamCursor  string
	Rooms         []string
}

// Quota is what a platform allows a channel in a day, and how much of it is used.
type Quota struct {
	Limit, Spent int // Limit is 0 where the platform counts nothing
	Until        time.Time
}

// The states of a channel that is asked.
const (
	SourceNew       = "new"       // not asked yet
	SourceListening = "listening" // the last answer was good
	SourceFailing   = "failing"   // asked again after a pause
	SourceLimited   = "limited"   // the platform wants us to wait
	SourceRefused   = "refused"   // the token is not accepted: stopped until it is another one
)

// ErrSourceLost says that the lease is over: what was asked under it is not written.
var ErrSourceLost = errors.New("another process asks this channel now")

// ClaimSources leases at most limit channels of the given platforms that nobody asks at
// the moment. Those of tokened platforms are asked with the channel's own token, and not
// without. All times are the database's.
func (t *Tx) ClaimSources(ctx context.Context, holder triage.ID, platforms, tokened []triage.Platform, limit int, lease time.Duration) ([]Source, error) {
	if err := t.exec(ctx, `
		INSERT INTO sources (brand_id, channel_id)
		SELECT brand_id, id FROM channels c WHERE address <> '' AND platform = ANY($1)
		  AND NOT EXISTS (SELECT FROM sources s WHERE s.brand_id = c.brand_id AND s.channel_id = c.id)
		ON CONFLICT DO NOTHING`, platforms); err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	rows, _ := t.tx.Query(ctx, `
		WITH free AS (
			SELECT s.brand_id, s.channel_id, c.endpoint_id, c.platform, c.external_id, c.address, c.stream_address, c.rooms,
			       coalesce(c.token, e.secret) AS secret, CASE WHEN c.token IS NULL THEN e.id ELSE c.id END AS sealed_for,
			       (SELECT count(*) FROM channels o WHERE o.endpoint_id = c.endpoint_id AND o.address <> '') AS shared
			FROM sources s
			JOIN channels c ON c.brand_id = s.brand_id AND c.id = s.channel_id
			JOIN endpoints e ON e.id = c.endpoint_id
			WHERE (s.lease_until IS NULL OR s.lease_until <= now()) AND c.platform = ANY($1) AND c.address <> ''
			  AND e.disabled_at IS NULL AND (c.token IS NOT NULL OR c.platform <> ALL($5))
			  AND (s.state <> 'refused' AND s.ask_at <= now()
			       OR s.state = 'refused' AND s.refused <> sha256(coalesce(c.token, e.secret)))
			ORDER BY s.ask_at LIMIT $3
			FOR UPDATE OF s SKIP LOCKED)
		UPDATE sources s SET holder = $2, fence = s.fence + 1, lease_until = now() + $4
		FROM free f WHERE s.brand_id = f.brand_id AND s.channel_id = f.channel_id
		RETURNING s.brand_id, s.channel_id, s.fence, f.endpoint_id, f.platform, f.external_id, f.address, f.secret, f.sealed_for, s.cursor,
		    f.stream_address, s.stream_cursor, f.rooms, s.quota_limit, s.quota_spent, s.quota_until, f.shared`,
		platforms, holder, limit, lease, append([]triage.Platform{}, tokened...))
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Source, err error) {
		var until *time.Time
		err = row.Scan(&s.BrandID, &s.ChannelID, &s.Fence, &s.EndpointID, &s.Platform, &s.Account, &s.Address, &s.Secret, &s.SealedFor, &s.Cursor,
			&s.StreamAddress, &s.StreamCursor, &s.Rooms, &s.Quota.Limit, &s.Quota.Spent, &until, &s.Shared)
		s.Quota.Until = orZero(until)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return found, nil
}

// RenewSources extends the running leases of a holder and returns them. Those of endpoints
// that were disabled meanwhile are given up.
func (t *Tx) RenewSources(ctx context.Context, holder triage.ID, lease time.Duration) ([]SourceKey, error) {
	rows, _ := t.tx.Query(ctx, `
		UPDATE sources s SET lease_until = now() + $2
		FROM channels c JOIN endpoints e ON e.id = c.endpoint_id
		WHERE s.holder = $1 AND s.lease_until > now() AND e.disabled_at IS NULL
		  AND c.brand_id = s.brand_id AND c.id = s.channel_id
		RETURNING s.brand_id, s.channel_id, s.fence`, holder, lease)
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SourceKey])
	if err != nil {
		return nil, fmt.Errorf("renew sources: %w", err)
	}
	return kept, nil
}

// SourceNews is what an answer changes.
type SourceNews struct {
	Cursor *string       // nil: it stays
	Events bool          // there was news
	Wait   time.Duration // until the next question; 0: more is waiting
}

// silence is how long after the next answer was expected it counts as a gap that there was
// none.
const silence = 5 * time.Minute

// AdvanceSource notes an answer under a lease, or returns ErrSourceLost. It locks the row,
// so it comes before what the answer holds is written.
func (t *Tx) AdvanceSource(ctx context.Context, k SourceKey, n SourceNews) error {
	return t.underLease(ctx, k, `
		UPDATE sources SET cursor = coalesce($4, cursor), state = 'listening', reason = '', refused = NULL,
		    ask_at = now(), asked_at = now(), event_at = CASE WHEN $5 THEN now() ELSE event_at END,
		    expected_at = now() + $8::interval,
		    gap_from = CASE WHEN greatest(asked_at, expected_at) < now() - $7::interval THEN asked_at ELSE gap_from END,
		    gap_filled_at = CASE WHEN greatest(asked_at, expected_at) < now() - $7::interval THEN CASE WHEN $6 THEN now() END
		                         WHEN $6 AND gap_filled_at IS NULL AND gap_from IS NOT NULL THEN now()
		                         ELSE gap_filled_at END
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`,
		n.Cursor, n.Events, n.Wait > 0, silence, n.Wait)
}

// StreamNews is what a message of a stream changes.
type StreamNews struct {
	Cursor string // where it goes on; empty: that stays
	Events bool   // there was news
	Notice string // what is wrong although it stands
}

// StreamSource notes a message of a stream under a lease, or returns ErrSourceLost.
func (t *Tx) StreamSource(ctx context.Context, k SourceKey, n StreamNews) error {
	return t.underLease(ctx, k, `
		UPDATE sources SET stream_cursor = CASE WHEN $4 <> '' THEN $4 ELSE stream_cursor END,
		    event_at = CASE WHEN $5 THEN now() ELSE event_at END, notice = $6
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`, n.Cursor, n.Events, n.Notice)
}

// HeldOf returns which posts and which authors of a channel something is held of.
func (r Reads) HeldOf(ctx context.Context, k SourceKey, posts, authors []string) (heldPosts, heldAuthors []string, err error) {
	held := func(sql string, among []string) ([]string, error) {
		if len(among) == 0 {
			return nil, nil
		}
		rows, _ := r.db.Query(ctx, sql, k.BrandID, k.ChannelID, among)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, unavailable(fmt.Errorf("held of channel %s: %w", k.ChannelID, err))
		}
		return found, nil
	}
	if heldPosts, err = held(`
		SELECT external_id FROM engagements
		WHERE brand_id = $1 AND channel_id = $2 AND external_id = ANY($3) AND deleted_at IS NULL`, posts); err != nil {
		return nil, nil, err
	}
	heldAuthors, err = held(`
		SELECT external_id FROM authors WHERE brand_id = $1 AND channel_id = $2 AND external_id = ANY($3)`, authors)
	return heldPosts, heldAuthors, err
}

// PauseSource notes under a lease why a channel is not asked for a while.
func (t *Tx) PauseSource(ctx context.Context, k SourceKey, state, reason string, pause time.Duration) error {
	return t.underLease(ctx, k, `
		UPDATE sources SET state = $4, reason = $5, ask_at = now() + $6,
		    expected_at = CASE WHEN $4 = 'limited' THEN now() + $6 ELSE expected_at END
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`, state, reason, pause)
}

// SpendSource notes under a lease how much of a day's quota is used.
func (t *Tx) SpendSource(ctx context.Context, k SourceKey, q Quota) error {
	return t.underLease(ctx, k, `
		UPDATE sources SET quota_limit = $4, quota_spent = $5, quota_until = $6
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`, q.Limit, q.Spent, q.Until)
}

// RefuseSource stops a channel whose sealed secret the platform refused, and ends the lease.
func (t *Tx) RefuseSource(ctx context.Context, k SourceKey, reason string, sealed []byte) error {
	err := t.underLease(ctx, k, `
		UPDATE sources SET state = 'refused', reason = $4, refused = sha256($5), holder = NULL, lease_until = NULL
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3 AND lease_until > now()`, reason, sealed)
	if err != nil {
		return err
	}
	return t.Audit(ctx, AuditRow{BrandID: k.BrandID, Action: "channel.refused", Subject: "channel", SubjectID: k.ChannelID})
}

// ReleaseSource ends a lease, so that another process can take the channel at once.
func (t *Tx) ReleaseSource(ctx context.Context, k SourceKey) error {
	return t.exec(ctx, `
		UPDATE sources SET holder = NULL, lease_until = NULL
		WHERE brand_id = $1 AND channel_id = $2 AND fence = $3`, k.BrandID, k.ChannelID, k.Fence)
}

func (t *Tx) underLease(ctx context.Context, k SourceKey, sql string, args ...any) error {
	tag, err := t.tx.Exec(ctx, sql, append([]any{k.BrandID, k.ChannelID, k.Fence}, args...)...)
	if err != nil {
		return fmt.Errorf("source of channel %s: %w", k.ChannelID, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrSourceLost
	}
	return nil
}
