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

// Delivery is one webhook call, poll page or replay as it is kept. Raw is nil when it may
// not be kept; its hash stays.
type Delivery struct {
	ID          triage.ID
	EndpointID  triage.ID
	Platform    triage.Platform
	ReceivedAt  time.Time
	Source      string // webhook, poll, stream, replay, import
	Raw         []byte
	SHA256      [32]byte
	Accepted    int
	Ignored     int
	Quarantined int
	Rejects     []Reject
}

// Reject is a part of a delivery that could not be used.
type Reject struct {
	Pointer string `json:"pointer"`
	Reason  string `json:"reason"`
}

func (d Delivery) state() string {
	if d.Quarantined > 0 && d.Accepted == 0 {
		return "quarantined"
	}
	return "accepted"
}

// queueDeliveries adds the insert of all rows to a batch.
func queueDeliveries(b *pgx.Batch, rows []Delivery) error {
	n := len(rows)
	ids, endpoints := make([]triage.ID, n), make([]triage.ID, n)
	platforms, sources, states := make([]string, n), make([]string, n), make([]string, n)
	received, raws, hashes := make([]time.Time, n), make([][]byte, n), make([][]byte, n)
	accepted, ignored, quarantined := make([]int32, n), make([]int32, n), make([]int32, n)
	rejects := make([][]byte, n)
	for i, d := range rows {
		ids[i], endpoints[i], platforms[i], sources[i] = d.ID, d.EndpointID, string(d.Platform), d.Source
		received[i], raws[i], hashes[i], states[i] = d.ReceivedAt, d.Raw, d.SHA256[:], d.state()
		accepted[i], ignored[i], quarantined[i] = int32(d.Accepted), int32(d.Ignored), int32(d.Quarantined)
		if len(d.Rejects) > 0 {
			words, err := json.Marshal(d.Rejects)
			if err != nil {
				return fmt.Errorf("delivery %s: %w", d.ID, err)
			}
			rejects[i] = words
		}
	}
	b.Queue(insertDeliveries, uuids(ids), uuids(endpoints), platforms, received, states, sources, raws, hashes,
		accepted, ignored, quarantined, rejects)
	return nil
}

const insertDeliveries = `
	INSERT INTO deliveries (id, endpoint_id, platform, received_at, state, source, raw, raw_sha256,
	                        accepted, ignored, quarantined, rejects)
	SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[],
	                     $7::bytea[], $8::bytea[], $9::int[], $10::int[], $11::int[], $12::jsonb[])`

// Delivery returns one delivery by its id, or a NotFound error.
func (r Reads) Delivery(ctx context.Context, id triage.ID) (Delivery, error) {
	rows, _ := r.db.Query(ctx, selectDeliveries+` WHERE id = $1`, id)
	d, err := pgx.CollectExactlyOneRow(rows, scanDelivery)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, triage.Errorf(triage.NotFound, "There is no such delivery.")
	}
	if err != nil {
		return d, fmt.Errorf("delivery %s: %w", id, err)
	}
	return d, nil
}

// Deliveries returns those received in [from, to), oldest first, at most limit, with ids
// greater than after.
func (r Reads) Deliveries(ctx context.Context, from, to time.Time, after triage.ID, limit int) ([]Delivery, error) {
	if after == "" {
		after = "00000000-0000-0000-0000-000000000000"
	}
	rows, _ := r.db.Query(ctx, selectDeliveries+`
		WHERE id > $1 AND received_at >= $2 AND received_at < $3 ORDER BY id LIMIT $4`, after, from, to, limit)
	found, err := pgx.CollectRows(rows, scanDelivery)
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	return found, nil
}

const selectDeliveries = `
	SELECT id, endpoint_id, platform, received_at, source, raw, raw_sha256, accepted, ignored, quarantined
	FROM deliveries`

func scanDelivery(row pgx.CollectableRow) (Delivery, error) {
	var d Delivery
	var hash []byte
	err := row.Scan(&d.ID, &d.EndpointID, &d.Platform, &d.ReceivedAt, &d.Source, &d.Raw, &hash,
		&d.Accepted, &d.Ignored, &d.Quarantined)
	copy(d.SHA256[:], hash)
	return d, err
}

// MakePartitions creates the day partitions of deliveries from today until days ahead.
// Bounds are the smallest UUIDv7 of each day (RFC 9562, section 5.7: 48 bits of Unix
// milliseconds first).
func (s *Store) MakePartitions(ctx context.Context, today time.Time, days int) error {
	for n := range days + 1 {
		day := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, n)
		name := "deliveries_" + day.Format("20060102")
		sql := fmt.Sprintf(`
			CREATE TABLE IF NOT EXISTS %s PARTITION OF deliveries FOR VALUES FROM ('%s') TO ('%s');
			ALTER TABLE %s ALTER COLUMN raw SET STORAGE EXTERNAL`,
			name, firstID(day), firstID(day.AddDate(0, 0, 1)), name)
		if _, err := s.pool.Exec(ctx, "SET LOCAL lock_timeout = '2s';"+sql); err != nil {
			return fmt.Errorf("partition %s: %w", name, err)
		}
	}
	return nil
}

// DropPartitions drops the day partitions of deliveries older than the day of before, and
// returns their names.
func (s *Store) DropPartitions(ctx context.Context, before time.Time) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'deliveries'::regclass AND c.relname ~ '^deliveries_[0-9]{8}$' AND c.relname < $1
		ORDER BY c.relname`, "deliveries_"+before.UTC().Format("20060102"))
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("old partitions: %w", err)
	}
	for _, name := range names {
		if _, err := s.pool.Exec(ctx, "DROP TABLE "+pgx.Identifier{name}.Sanitize()); err != nil {
			return nil, fmt.Errorf("partition %s: %w", name, err)
		}
	}
	return names, nil
}

// firstID returns the smallest UUIDv7 of the millisecond at.
func firstID(at time.Time) string {
	ms := fmt.Sprintf("%012x", at.UnixMilli())
	return ms[:8] + "-" + ms[8:] + "-0000-0000-000000000000"
}
