package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// ForgetActivity erases what came in from a platform before a time, at most limit things,
// and the bytes of such deliveries. It returns how many it erased.
func (t *Tx) ForgetActivity(ctx context.Context, p triage.Platform, before time.Time, limit int) (int, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT brand_id, id FROM engagements WHERE platform = `+quoted(p)+` AND deleted_at IS NULL AND received_at < $1
		ORDER BY received_at LIMIT $2`, before, limit)
	byBrand := map[triage.ID][]triage.ID{}
	var brand, id triage.ID
	found := 0
	_, err := pgx.ForEachRow(rows, []any{&brand, &id}, func() error {
		byBrand[brand] = append(byBrand[brand], id)
		found++
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("old activity of %s: %w", p, err)
	}
	for brand, ids := range byBrand {
		if err := t.Erase(ctx, brand, ids); err != nil {
			return 0, err
		}
	}
	if err := t.exec(ctx, bareThread+`platform = `+quoted(p)+` AND last_seen_at < $1 AND (text <> '' OR permalink <> '')`, before); err != nil {
		return 0, fmt.Errorf("old threads of %s: %w", p, err)
	}
	if err := t.exec(ctx, `UPDATE deliveries SET raw = NULL WHERE platform = `+quoted(p)+` AND raw IS NOT NULL AND id < $1`, firstID(before)); err != nil {
		return 0, fmt.Errorf("old deliveries of %s: %w", p, err)
	}
	return found, nil
}

// ForgetProfiles empties what is known of a platform's people since before a time: names,
// handles, figures. Their ids stay with what they wrote.
func (t *Tx) ForgetProfiles(ctx context.Context, p triage.Platform, before time.Time) error {
	const bare = `author_handle = '', author_name = '', author_followers = -1, author_verified = false, thread_context = NULL`
	batch := &pgx.Batch{}
	batch.Queue(`
		UPDATE engagements SET `+bare+` WHERE platform = `+quoted(p)+` AND deleted_at IS NULL AND received_at < $1
		  AND NOT (author_handle = '' AND author_name = '' AND author_followers = -1 AND NOT author_verified AND thread_context IS NULL)`, before)
	batch.Queue(`
		UPDATE authors SET handle = '', name = '', followers = -1, verified = false WHERE platform = $2 AND last_seen_at < $1
		  AND NOT (handle = '' AND name = '' AND followers = -1 AND NOT verified)`, before, string(p))
	batch.Queue(`
		UPDATE threads SET author_handle = '', author_name = '', audience = 0 WHERE platform = `+quoted(p)+` AND last_seen_at < $1
		  AND NOT (author_handle = '' AND author_name = '' AND audience = 0)`, before)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("old profiles of %s: %w", p, err)
	}
	return nil
}

// quoted returns a platform as a literal, which the planner needs to know a partial index by.
// Platforms are words of ours, in small letters.
func quoted(p triage.Platform) string { return "'" + strings.ReplaceAll(string(p), "'", "''") + "'" }
