package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// SaveItem writes what people change of an item that LockItem returned, as its next
// version, and returns it.
func (t *Tx) SaveItem(ctx context.Context, i Item) (Item, error) {
	reasons, err := json.Marshal(i.Reasons)
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", i.ID, err)
	}
	parts, err := json.Marshal(i.Parts)
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", i.ID, err)
	}
	_, err = t.tx.Exec(ctx, `
		UPDATE items SET queue = $3, status = $4, priority = $5, due_at = $6, rank = $7, unsure = $8, reasons = $9,
		    plan_version = $10, intent = $11, sentiment = $12, urgency = $13, reply_expected = $14,
		    assignee_id = $15, lease_until = $16, fence = $17, snoozed_until = $18, outcome = nullif($19, ''),
		    handovers = $20, closed_at = $21, version = version + 1, changed_at = $22,
		    parts = $23, tags = $24, skills = $25, heavy = $26, effort = $27, wave_id = $28, wave_outlier = $29,
		    wake_on_author = $30, handed_by = $31, needs_lead = $32, first_due_at = $33, next_due_at = $34,
		    resolve_due_at = $35, answered_at = $36, paused_at = $37, sla = $38
		WHERE brand_id = $1 AND id = $2`,
		i.BrandID, i.ID, i.Queue, i.Status, int16(i.Priority), i.DueAt, i.Rank, i.Unsure, reasons,
		i.PlanVersion, i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected,
		idOrNull(i.Assignee), orNull(i.LeaseUntil), i.Fence, orNull(i.SnoozedUntil), i.Outcome,
		i.Handovers, orNull(i.ClosedAt), t.Now,
		parts, strs(i.Tags), strs(i.Skills), i.Heavy, i.Effort, idOrNull(i.WaveID), i.WaveOutlier,
		i.WakeOnAuthor, idOrNull(i.HandedBy), i.NeedsLead, orNull(i.FirstDueAt), orNull(i.NextDueAt),
		orNull(i.ResolveDueAt), orNull(i.AnsweredAt), orNull(i.PausedAt), i.SLA)
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", i.ID, err)
	}
	return t.Item(ctx, i.BrandID, i.ID)
}

// releasedPerStep bounds what one step of housekeeping frees.
const releasedPerStep = 1000

// ReleaseExpired opens items of all brands whose lease has run out or whose snooze has
// ended, with an audit row each. What somebody is changing right now waits for the next
// time. Claiming does not depend on it: it looks at the times itself.
func (t *Tx) ReleaseExpired(ctx context.Context) error {
	rows, _ := t.tx.Query(ctx, `
		WITH leases AS (
			SELECT brand_id, id, status, assignee_id FROM items
			WHERE status = 'claimed' AND lease_until <= $1
			ORDER BY lease_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED),
		snoozes AS (
			SELECT brand_id, id, status, assignee_id FROM items
			WHERE status = 'snoozed' AND snoozed_until <= $1
			ORDER BY snoozed_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED),
		due AS (SELECT * FROM leases UNION ALL SELECT * FROM snoozes)
		UPDATE items i SET status = 'open', assignee_id = NULL, lease_until = NULL, snoozed_until = NULL,
		    version = i.version + 1, changed_at = $1
		FROM due
		WHERE i.brand_id = due.brand_id AND i.id = due.id
		RETURNING i.brand_id, i.id, due.status, due.assignee_id`, t.Now, releasedPerStep)
	audit, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AuditRow, error) {
		a := AuditRow{Subject: "item", Action: "item.lease_expired", Detail: map[string]any{}}
		var status triage.Status
		var holder *triage.ID
		err := row.Scan(&a.BrandID, &a.SubjectID, &status, &holder)
		if status == triage.StatusSnoozed {
			a.Action = "item.woken"
		}
		if holder != nil {
			a.Detail["holder"] = *holder
		}
		return a, err
	})
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	return t.Audit(ctx, audit...)
}
