package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// AccessEnded is the reason of a channel whose account, or whose token's owner, lets us in no
// longer.
const AccessEnded = "access_ended"

// endAccess notes that our access to the channel of change i ended: its token goes, and who
// asks it at the moment stops. A change that names a person is about their token only.
func (r *recording) endAccess(ctx context.Context, i int) error {
	e := r.changes[i].Engagement
	var token []byte
	err := r.tx.tx.QueryRow(ctx, `
		WITH was AS (SELECT token FROM channels WHERE brand_id = $1 AND id = $2 AND ($3 = '' OR granted_by = $3) FOR UPDATE)
		UPDATE channels c SET ended_at = $4, ended_reason = $5, token = NULL, address = ''
		FROM was WHERE c.brand_id = $1 AND c.id = $2
		RETURNING was.token`, e.BrandID, e.ChannelID, e.Author.ExternalID, e.ReceivedAt, AccessEnded).Scan(&token)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // it is not theirs
	}
	if err != nil {
		return fmt.Errorf("end of channel %s: %w", e.ChannelID, err)
	}
	r.effect[i] = true
	if token != nil {
		return r.tx.StopChannel(ctx, e.BrandID, e.ChannelID, AccessEnded, token)
	}
	return r.tx.Audit(ctx, AuditRow{BrandID: e.BrandID, Action: "channel.ended", Subject: "channel", SubjectID: e.ChannelID})
}

// Withdrawal is what became of a person's wish to be forgotten.
type Withdrawal struct {
	Code   string
	DoneAt time.Time
}

// Withdraw stores what a person's withdrawal changes, and, where they shall be able to look
// it up, notes it under the code that it returns: that of the first time when the platform
// repeats itself.
func (t *Tx) Withdraw(ctx context.Context, e EndpointRow, person string, issued time.Time, code string, changes []Change) (string, error) {
	if _, _, err := t.Record(ctx, nil, changes); err != nil {
		return "", err
	}
	if code == "" {
		return "", nil
	}
	err := t.tx.QueryRow(ctx, `
		INSERT INTO withdrawals AS w (brand_id, endpoint_id, code, person_hash, issued_at, done_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT ON CONSTRAINT withdrawals_once DO UPDATE SET done_at = w.done_at
		RETURNING code`, e.BrandID, e.ID, code, authorHash(person), issued, t.Now).Scan(&code)
	if err != nil {
		return "", fmt.Errorf("withdrawal: %w", err)
	}
	return code, nil
}

// Withdrawal looks a withdrawal up, or returns a NotFound error.
func (r Reads) Withdrawal(ctx context.Context, endpoint triage.ID, code string) (Withdrawal, error) {
	w := Withdrawal{Code: code}
	err := r.db.QueryRow(ctx, `SELECT done_at FROM withdrawals WHERE endpoint_id = $1 AND code = $2`, endpoint, code).Scan(&w.DoneAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, triage.Errorf(triage.NotFound, "There is no such request.")
	}
	if err != nil {
		return w, unavailable(fmt.Errorf("withdrawal: %w", err))
	}
	return w, nil
}
