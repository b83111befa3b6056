package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Claimed is what ClaimNext handed out.
type Claimed struct {
	Item
	Before triage.ID // who held a lease on it that had run out, empty for nobody
}

const claimNext = `
	WITH next AS (
		SELECT id, assignee_id FROM items
		WHERE brand_id = $1 AND queue = $2 AND status IN ('open', 'claimed', 'snoozed', 'waiting')
		  AND (status = 'open' OR (status = 'claimed' AND lease_until <= $3) OR (status = 'snoozed' AND snoozed_until <= $3))
		ORDER BY rank, id
		LIMIT 1
		FOR NO KEY UPDATE SKIP LOCKED)
	UPDATE items i SET status = 'claimed', assignee_id = $4, lease_until = $5, snoozed_until = NULL,
	    fence = i.fence + 1, version = i.version + 1, changed_at = $3
	FROM next
	WHERE i.brand_id = $1 AND i.id = next.id
	RETURNING i.id, next.assignee_id`

// ClaimNext gives person the next best item of a queue until the lease ends and returns
// it, or a NotFound error when there is none. Next is the lowest rank among what is open,
// what is held under a lease that has run out, and what is snoozed until now or earlier.
// It is one statement: callers at the same time get different items and never wait.
func (t *Tx) ClaimNext(ctx context.Context, brand triage.ID, q triage.Queue, person triage.ID, lease time.Time) (Claimed, error) {
	var id triage.ID
	var before *triage.ID
	err := t.tx.QueryRow(ctx, claimNext, brand, q, t.Now, person, lease).Scan(&id, &before)
	if errors.Is(err, pgx.ErrNoRows) {
		return Claimed{}, triage.Errorf(triage.NotFound, "There is nothing to claim.")
	}
	if err != nil {
		return Claimed{}, fmt.Errorf("claim next of %s: %w", q, err)
	}
	item, err := t.Item(ctx, brand, id)
	return Claimed{Item: item, Before: idOr(before)}, err
}
