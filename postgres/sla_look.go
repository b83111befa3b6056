package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// LookedPerStep bounds how many items LookAtTargets looks at.
const LookedPerStep = 1000

// LookAtTargets marks live items of all brands whose target is near as at risk, and those
// whose target has passed as breached, with an audit row each, and returns how many it
// looked at. What somebody is changing right now waits for the next time. The items'
// versions stay: nobody's work is disturbed by the clock.
func (t *Tx) LookAtTargets(ctx context.Context) (int, error) {
	rows, _ := t.tx.Query(ctx, `
		WITH due AS (
			SELECT brand_id, id FROM items
			WHERE sla_at <= $1 AND status IN ('open', 'claimed', 'snoozed', 'waiting')
			ORDER BY sla_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE items i SET
		    sla = CASE WHEN i.due_at <= $1 THEN 'breached' ELSE 'at_risk' END,
		    sla_at = CASE WHEN i.due_at > $1 THEN i.due_at END
		FROM due
		WHERE i.brand_id = due.brand_id AND i.id = due.id
		RETURNING i.brand_id, i.id, i.sla, i.due_at, i.queue, i.priority,
		    CASE WHEN i.answered_at IS NULL AND i.due_at = coalesce(i.first_due_at, i.due_at) THEN 'first_answer'
		         WHEN i.due_at = i.next_due_at THEN 'next_answer' ELSE 'resolution' END`, t.Now, LookedPerStep)
	audit, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AuditRow, error) {
		a := AuditRow{Action: "item.sla_at_risk", Subject: "item"}
		var state, target string
		var due time.Time
		var queue triage.Queue
		var priority triage.Priority
		err := row.Scan(&a.BrandID, &a.SubjectID, &state, &due, &queue, &priority, &target)
		if state == slaBreached {
			a.Action = "item.sla_breached"
		}
		a.Detail = map[string]any{"target": target, "due_at": due, "queue": queue, "priority": priority.String()}
		return a, err
	})
	if err != nil {
		return 0, fmt.Errorf("targets: %w", err)
	}
	return len(audit), t.Audit(ctx, audit...)
}
