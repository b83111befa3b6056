package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// SlackCall is something that somebody did in Slack and that is still to be worked on.
type SlackCall struct {
	ID         triage.ID
	Body       json.RawMessage
	Attempts   int // this one included
	ReceivedAt time.Time
}

// AddSlackCall keeps a call. key is a hash of what was sent: the same once more is no
// second call, and false is returned.
func (t *Tx) AddSlackCall(ctx context.Context, key []byte, body json.RawMessage) (fresh bool, err error) {
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO slack_calls (id, key, body, next_at, received_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (key) DO NOTHING`, NewID(), key, body, t.Now)
	if err != nil {
		return false, fmt.Errorf("slack call: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// TakeSlackCalls leases calls that are due, the oldest first.
func (t *Tx) TakeSlackCalls(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]SlackCall, error) {
	rows, _ := t.tx.Query(ctx, `
		WITH due AS (
			SELECT id FROM slack_calls WHERE body IS NOT NULL AND next_at <= $1
			ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE slack_calls c SET attempts = attempts + 1, next_at = $2 FROM due WHERE c.id = due.id
		RETURNING c.id, c.body, c.attempts, c.received_at`, now, now.Add(lease), limit)
	calls, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SlackCall])
	if err != nil {
		return nil, fmt.Errorf("take slack calls: %w", err)
	}
	return calls, nil
}

// EndSlackCall forgets what a call said: it is done, or given up.
func (t *Tx) EndSlackCall(ctx context.Context, id triage.ID) error {
	if err := t.exec(ctx, `UPDATE slack_calls SET body = NULL WHERE id = $1`, id); err != nil {
		return fmt.Errorf("end slack call: %w", err)
	}
	return nil
}

// RetrySlackCall makes a call due again at a time.
func (t *Tx) RetrySlackCall(ctx context.Context, id triage.ID, at time.Time) error {
	if err := t.exec(ctx, `UPDATE slack_calls SET next_at = $2 WHERE id = $1`, id, at); err != nil {
		return fmt.Errorf("retry slack call: %w", err)
	}
	return nil
}

// keepCalls is how long a call is known. A signature is believed for five minutes, either
// way: no copy passes after that.
const keepCalls = time.Hour

// ForgetSlackCalls forgets old calls, and codes that have expired.
func (t *Tx) ForgetSlackCalls(ctx context.Context) error {
	if err := t.exec(ctx, `DELETE FROM slack_calls WHERE received_at < $1`, t.Now.Add(-keepCalls)); err != nil {
		return fmt.Errorf("forget slack calls: %w", err)
	}
	if err := t.exec(ctx, `DELETE FROM slack_codes WHERE expires_at < $1`, t.Now); err != nil {
		return fmt.Errorf("forget slack codes: %w", err)
	}
	return nil
}

// Clicked returns the notice that a button names, with what it is about. ref is the
// message that was clicked, which has to be one about the same item; empty means that the
// click came from a dialog. Unknown, foreign and erased are the same NotFound error.
func (r Reads) Clicked(ctx context.Context, handle, ref string) (TakenNotice, Told, error) {
	none := triage.Errorf(triage.NotFound, "There is no such notice.")
	rows, _ := r.db.Query(ctx, `
		SELECT `+takenColumns+`, `+toldColumns+` FROM `+toldTables+`
		WHERE n.handle = $1 AND e.deleted_at IS NULL AND ($2 = '' OR EXISTS (
			SELECT FROM notices m WHERE m.brand_id = n.brand_id AND m.item_id = n.item_id AND m.message_ref = $2))`, handle, ref)
	type clicked struct {
		notice TakenNotice
		told   Told
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c clicked, err error) {
		c.told, err = scanTold(row, c.notice.columns()...)
		return c, err
	})
	if err != nil {
		return TakenNotice{}, Told{}, unavailable(fmt.Errorf("clicked notice: %w", err))
	}
	if len(found) == 0 {
		return TakenNotice{}, Told{}, none
	}
	return found[0].notice, found[0].told, nil
}

// BrandsAt returns the brands that are told of in a Slack channel.
func (r Reads) BrandsAt(ctx context.Context, channel string) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT id FROM brands WHERE slack_smm = $1 OR slack_cm = $1
		UNION SELECT brand_id FROM notice_routes WHERE place = $1`, channel)
	found, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("brands at a slack channel: %w", err))
	}
	return found, nil
}
