package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Fetch is an engagement that its platform shall be asked for, before the lease ends.
type Fetch struct {
	BrandID      triage.ID
	EngagementID triage.ID
	Attempts     int // this one included

	Channel  ChannelRow
	Token    []byte // sealed for the channel
	External string
	Parent   string
	Thread   string
	Author   string
	Form     triage.Form
}

// askFor notes the partial ones of what came in.
func (r *recording) askFor(ctx context.Context) error {
	if len(r.partial) == 0 {
		return nil
	}
	var brands, ids []triage.ID
	for _, p := range r.partial {
		brands, ids = append(brands, p.BrandID), append(ids, p.ID)
	}
	if err := r.tx.exec(ctx, `
		INSERT INTO fetches (brand_id, engagement_id, next_at, created_at)
		SELECT brand, id, $3, $3 FROM unnest($1::uuid[], $2::uuid[]) AS p (brand, id)
		ON CONFLICT DO NOTHING`, uuids(brands), uuids(ids), r.tx.Now); err != nil {
		return fmt.Errorf("fetches: %w", err)
	}
	return nil
}

// ClaimFetches leases at most limit of what is due on the given platforms, in channels that
// have a token which is not refused and that the platform does not want us to spare.
func (t *Tx) ClaimFetches(ctx context.Context, platforms []triage.Platform, limit int, lease time.Duration) ([]Fetch, error) {
	rows, _ := t.tx.Query(ctx, `
		WITH due AS (
			SELECT f.brand_id, f.engagement_id, c.id AS channel_id, c.endpoint_id, c.platform, c.external_id AS account, c.address, c.token,
			       e.external_id, e.parent_external_id, e.thread_external_id, e.author_external_id, e.form
			FROM fetches f
			JOIN engagements e ON e.brand_id = f.brand_id AND e.id = f.engagement_id
			JOIN channels c ON c.brand_id = e.brand_id AND c.id = e.channel_id
			JOIN endpoints p ON p.id = c.endpoint_id
			LEFT JOIN sources s ON s.brand_id = c.brand_id AND s.channel_id = c.id
			WHERE f.next_at <= now() AND c.platform = ANY($1) AND c.token IS NOT NULL AND p.disabled_at IS NULL
			  AND NOT (s.state IS NOT NULL AND s.state = 'refused' AND s.refused = sha256(c.token))
			  AND NOT (s.state IS NOT NULL AND s.state = 'limited' AND s.ask_at > now())
			ORDER BY f.next_at LIMIT $2
			FOR UPDATE OF f SKIP LOCKED)
		UPDATE fetches f SET attempts = f.attempts + 1, next_at = now() + $3
		FROM due d WHERE f.brand_id = d.brand_id AND f.engagement_id = d.engagement_id
		RETURNING f.brand_id, f.engagement_id, f.attempts, d.channel_id, d.endpoint_id, d.platform, d.account, d.address, d.token,
		          d.external_id, d.parent_external_id, d.thread_external_id, d.author_external_id, d.form`, platforms, limit, lease)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Fetch, err error) {
		c := &f.Channel
		err = row.Scan(&f.BrandID, &f.EngagementID, &f.Attempts, &c.ID, &c.EndpointID, &c.Platform, &c.ExternalID, &c.Address, &f.Token,
			&f.External, &f.Parent, &f.Thread, &f.Author, &f.Form)
		c.BrandID = f.BrandID
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("fetches: %w", err)
	}
	return found, nil
}

// Fetched notes that nothing more is asked about an engagement.
func (t *Tx) Fetched(ctx context.Context, f Fetch) error {
	if err := t.exec(ctx, `DELETE FROM fetches WHERE brand_id = $1 AND engagement_id = $2`, f.BrandID, f.EngagementID); err != nil {
		return fmt.Errorf("fetched %s: %w", f.EngagementID, err)
	}
	return nil
}

// FetchLater asks again after a pause. An attempt that was not its own fault does not count.
func (t *Tx) FetchLater(ctx context.Context, f Fetch, pause time.Duration, counts bool) error {
	if err := t.exec(ctx, `
		UPDATE fetches SET next_at = now() + $3, attempts = CASE WHEN $4 THEN attempts ELSE greatest(attempts - 1, 0) END
		WHERE brand_id = $1 AND engagement_id = $2`, f.BrandID, f.EngagementID, pause, counts); err != nil {
		return fmt.Errorf("fetch %s: %w", f.EngagementID, err)
	}
	return nil
}

// StopChannel notes that the platform refused the sealed secret by which a channel is asked,
// whoever asks it at the moment, and ends that lease.
func (t *Tx) StopChannel(ctx context.Context, brand, channel triage.ID, reason string, sealed []byte) error {
	if err := t.exec(ctx, `
		INSERT INTO sources AS s (brand_id, channel_id, state, reason, refused) VALUES ($1, $2, 'refused', $3, sha256($4))
		ON CONFLICT (brand_id, channel_id) DO UPDATE SET state = 'refused', reason = excluded.reason, refused = excluded.refused,
		    fence = s.fence + 1, holder = NULL, lease_until = NULL`, brand, channel, reason, sealed); err != nil {
		return fmt.Errorf("stop channel %s: %w", channel, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Action: "channel.refused", Subject: "channel", SubjectID: channel})
}

// SpareChannel notes that the platform wants us to leave a channel alone for a while.
func (t *Tx) SpareChannel(ctx context.Context, brand, channel triage.ID, reason string, pause time.Duration) error {
	if err := t.exec(ctx, `
		INSERT INTO sources AS s (brand_id, channel_id, state, reason, ask_at) VALUES ($1, $2, 'limited', $3, now() + $4)
		ON CONFLICT (brand_id, channel_id) DO UPDATE SET state = 'limited', reason = excluded.reason, ask_at = excluded.ask_at`,
		brand, channel, reason, pause); err != nil {
		return fmt.Errorf("spare channel %s: %w", channel, err)
	}
	return nil
}

// DropFetches forgets what was never answered since before: channels without a token.
func (t *Tx) DropFetches(ctx context.Context, before time.Time) error {
	if err := t.exec(ctx, `DELETE FROM fetches WHERE created_at < $1`, before); err != nil {
		return fmt.Errorf("drop fetches: %w", err)
	}
	return nil
}
