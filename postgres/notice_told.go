package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// TakeUntrue leases sent messages whose item has changed since they were written, what is
// closed first, at most limit of them. held are places, or the mark of all of them, that
// get nothing now. What is erased is not among them: its retraction waits.
func (t *Tx) TakeUntrue(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]TakenNotice, error) {
	if err := t.exec(ctx, `
		UPDATE notices l SET grown = l.grown + 1
		FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		WHERE l.brand_id = n.brand_id AND l.id = n.lead_id AND l.told IS NOT NULL AND l.grown = l.told_grown
		  AND n.told_version IS NOT NULL AND n.told_version <> i.version`); err != nil {
		return nil, fmt.Errorf("gathered messages: %w", err)
	}
	rows, _ := t.tx.Query(ctx, `
		WITH untrue AS (
			SELECT n.brand_id, n.id FROM notices n
			LEFT JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
			WHERE n.told IS NOT NULL AND (i.version <> n.told_version OR n.grown <> n.told_grown) AND coalesce(n.retell_at, $1) <= $1
			ORDER BY i.closed_at IS NULL, i.changed_at LIMIT $3
			FOR UPDATE OF n SKIP LOCKED)
		UPDATE notices n SET retell_at = $2 FROM untrue u WHERE n.brand_id = u.brand_id AND n.id = u.id
		RETURNING `+takenColumns, now, now.Add(lease), limit)
	taken, err := pgx.CollectRows(rows, scanTaken)
	if err != nil {
		return nil, fmt.Errorf("take untrue messages: %w", err)
	}
	// Before they are read: what changes meanwhile is another change.
	brands, ids := noticeKeys(taken)
	if err := t.exec(ctx, `
		UPDATE notices n SET told_version = i.version
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, lead), items i
		WHERE n.brand_id = k.brand AND n.lead_id = k.lead AND i.brand_id = n.brand_id AND i.id = n.item_id AND n.told_version <> i.version`,
		uuids(brands), uuids(ids)); err != nil {
		return nil, fmt.Errorf("gathered messages: %w", err)
	}
	return taken, nil
}

// NoticesTold notes how the items of messages stood that were written again, or would look
// the same: written says which.
func (t *Tx) NoticesTold(ctx context.Context, told []TakenNotice, written bool) error {
	if len(told) == 0 {
		return nil
	}
	k := noticeKeysOf(told)
	if err := t.exec(ctx, `
		UPDATE notices n SET told = k.told, told_version = k.version, retell_at = NULL, error = NULL,
		    telling = n.telling + CASE WHEN $5 THEN 1 ELSE 0 END, told_grown = k.grown
		FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $6::integer[]) AS k (brand, id, told, version, grown)
		WHERE n.brand_id = k.brand AND n.id = k.id AND n.told IS NOT NULL`,
		uuids(k.brands), uuids(k.ids), k.told, k.versions, written, k.grown); err != nil {
		return fmt.Errorf("messages told: %w", err)
	}
	return nil
}

// RetellLater puts off writing messages again, and says why.
func (t *Tx) RetellLater(ctx context.Context, notices []TakenNotice, at time.Time, word string) error {
	brands, ids := noticeKeys(notices)
	if err := t.exec(ctx, `
		UPDATE notices n SET retell_at = $3, error = $4
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, id) WHERE n.brand_id = k.brand AND n.id = k.id`,
		uuids(brands), uuids(ids), at, word); err != nil {
		return fmt.Errorf("put off messages: %w", err)
	}
	return nil
}

// LetGo stops keeping messages true that cannot be changed any more, and says why.
func (t *Tx) LetGo(ctx context.Context, notices []TakenNotice, word string) error {
	brands, ids := noticeKeys(notices)
	if err := t.exec(ctx, `
		UPDATE notices n SET told = NULL, error = $3
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, id) WHERE n.brand_id = k.brand AND n.id = k.id`,
		uuids(brands), uuids(ids), word); err != nil {
		return fmt.Errorf("let messages go: %w", err)
	}
	return t.releaseGathered(ctx, brands, ids)
}

// keptTrue is how long the message of a closed item is kept true: it may open again.
const keptTrue = 7 * 24 * time.Hour

// ForgetTold stops keeping messages true whose items have been closed for a week.
func (t *Tx) ForgetTold(ctx context.Context) error {
	if err := t.exec(ctx, `
		UPDATE notices n SET told = NULL FROM items i
		WHERE n.told IS NOT NULL AND i.brand_id = n.brand_id AND i.id = n.item_id AND i.closed_at < $1`, t.Now.Add(-keptTrue)); err != nil {
		return fmt.Errorf("forget messages: %w", err)
	}
	if err := t.exec(ctx, `UPDATE notices SET told = NULL WHERE told IS NOT NULL AND item_id IS NULL AND sent_at < $1`, t.Now.Add(-keptTrue)); err != nil {
		return fmt.Errorf("forget messages: %w", err)
	}
	if err := t.exec(ctx, `
		UPDATE notices n SET told_version = NULL FROM notices l
		WHERE n.told_version IS NOT NULL AND l.brand_id = n.brand_id AND l.id = n.lead_id AND l.told IS NULL`); err != nil {
		return fmt.Errorf("forget messages: %w", err)
	}
	return nil
}

func scanTaken(row pgx.CollectableRow) (TakenNotice, error) {
	var n TakenNotice
	err := row.Scan(n.columns()...)
	return n, err
}

// columns are where takenColumns go.
func (n *TakenNotice) columns() []any {
	return []any{&n.BrandID, &n.ID, &n.Kind, &n.Target, &n.Ref, &n.Attempts, &n.Handle, &n.Telling, &n.Told, &n.ToldVersion, &n.Patient,
		&n.Grown, &n.ToldGrown, &n.Channel}
}
