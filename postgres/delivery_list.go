package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// DeliveryRow is a delivery as administrators see it: without its bytes.
type DeliveryRow struct {
	Delivery
	State      string // accepted or quarantined
	Replayable bool   // its bytes are kept
}

// QuarantinedOf returns deliveries to the endpoints of a brand with parts that could not be
// used, newest first, at most limit, with ids below before unless that is empty.
func (r Reads) QuarantinedOf(ctx context.Context, brand, before triage.ID, limit int) ([]DeliveryRow, error) {
	if before == "" {
		before = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	}
	rows, _ := r.db.Query(ctx, `
		SELECT d.id, d.endpoint_id, d.platform, d.received_at, d.state, d.source, d.raw IS NOT NULL,
		       d.accepted, d.ignored, d.quarantined, d.rejects
		FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id
		WHERE e.brand_id = $1 AND d.quarantined > 0 AND d.id < $2 ORDER BY d.id DESC LIMIT $3`, brand, orNil(before), limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeliveryRow, error) {
		var d DeliveryRow
		var rejects []byte
		err := row.Scan(&d.ID, &d.EndpointID, &d.Platform, &d.ReceivedAt, &d.State, &d.Source, &d.Replayable,
			&d.Accepted, &d.Ignored, &d.Quarantined, &rejects)
		if err == nil && rejects != nil {
			err = json.Unmarshal(rejects, &d.Rejects)
		}
		return d, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("deliveries of brand %s: %w", brand, err))
	}
	return found, nil
}

// DeliveryOf returns one delivery to an endpoint of a brand with its bytes. An absent or
// malformed id, and one to an endpoint of another brand, are the same NotFound error.
func (r Reads) DeliveryOf(ctx context.Context, brand, id triage.ID) (Delivery, error) {
	d, err := r.Delivery(ctx, orNil(id))
	if err != nil {
		return Delivery{}, err
	}
	e, err := r.Endpoint(ctx, d.EndpointID)
	if triage.KindOf(err) == triage.NotFound || err == nil && e.BrandID != brand {
		return Delivery{}, triage.Errorf(triage.NotFound, "There is no such delivery.")
	}
	return d, err
}

// DeliveryTimes returns when each endpoint last got a delivery, to the minute.
func (r Reads) DeliveryTimes(ctx context.Context, endpoints []triage.ID) (map[triage.ID]time.Time, error) {
	rows, _ := r.db.Query(ctx, `SELECT endpoint_id, last_delivery_at FROM endpoint_health WHERE endpoint_id = ANY($1)`, uuids(endpoints))
	last := map[triage.ID]time.Time{}
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var id triage.ID
		var at time.Time
		err := row.Scan(&id, &at)
		last[id] = at
		return struct{}{}, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("delivery times: %w", err))
	}
	return last, nil
}

// deliveriesSeen is the name of the fact until when deliveries were looked at.
const deliveriesSeen = "deliveries_seen"

// seenAgain is how far FoldDeliveryTimes looks back over what it has seen: longer than a
// delivery takes from getting its id to being committed.
const seenAgain = 15 * time.Second

// FoldDeliveryTimes notes when each endpoint last got a delivery, from those since the last
// call.
func (t *Tx) FoldDeliveryTimes(ctx context.Context) error {
	since := t.Now.Add(-24 * time.Hour)
	err := t.tx.QueryRow(ctx, `SELECT (value #>> '{}')::timestamptz FROM facts WHERE name = $1 FOR UPDATE`, deliveriesSeen).Scan(&since)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("delivery times: %w", err)
	}
	err = t.exec(ctx, `
		INSERT INTO endpoint_health (endpoint_id, last_delivery_at)
		SELECT endpoint_id, max(received_at) FROM deliveries WHERE id >= $1 AND source = 'webhook' GROUP BY endpoint_id ORDER BY endpoint_id
		ON CONFLICT (endpoint_id) DO UPDATE
		SET last_delivery_at = greatest(endpoint_health.last_delivery_at, excluded.last_delivery_at)`, firstID(since.Add(-seenAgain)))
	if err != nil {
		return fmt.Errorf("delivery times: %w", err)
	}
	return t.exec(ctx, `
		INSERT INTO facts (name, value, changed_at) VALUES ($1, to_jsonb($2::timestamptz), $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`, deliveriesSeen, t.Now)
}
