package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

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
		    wake_on_author = false, version = i.version + 1, changed_at = $1
		FROM due
		WHERE i.brand_id = due.brand_id AND i.id = due.id
		RETURNING i.brand_id, i.id, due.status, due.assignee_id, i.version`, t.Now, releasedPerStep)
	audit, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AuditRow, error) {
		a := AuditRow{Subject: "item", Action: "item.lease_expired", Detail: map[string]any{}}
		var status triage.Status
		var holder *triage.ID
		var version int64
		err := row.Scan(&a.BrandID, &a.SubjectID, &status, &holder, &version)
		if status == triage.StatusSnoozed {
			a.Action, a.Detail["why"] = "item.woken", "time"
		}
		if holder != nil {
			a.Detail["holder"] = *holder
		}
		a.Detail["version"] = version
		return a, err
	})
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	return t.Audit(ctx, audit...)
}

// WakeWaiting opens items of all brands that wait for their author when the time to follow
// up has come. Their clocks run on.
func (t *Tx) WakeWaiting(ctx context.Context) error {
	rows, _ := t.tx.Query(ctx, `
		SELECT brand_id, id FROM items WHERE status = 'waiting' AND snoozed_until <= $1
		ORDER BY brand_id, id LIMIT $2`, t.Now, releasedPerStep)
	found := map[triage.ID][]triage.ID{}
	var brand, id triage.ID
	var brands []triage.ID
	if _, err := pgx.ForEachRow(rows, []any{&brand, &id}, func() error {
		if found[brand] == nil {
			brands = append(brands, brand)
		}
		found[brand] = append(found[brand], id)
		return nil
	}); err != nil {
		return fmt.Errorf("follow-ups: %w", err)
	}
	for _, brand := range brands {
		if err := t.wakeWaiting(ctx, brand, found[brand]); err != nil {
			return fmt.Errorf("follow-ups of brand %s: %w", brand, err)
		}
	}
	return nil
}

func (t *Tx) wakeWaiting(ctx context.Context, brand triage.ID, ids []triage.ID) error {
	items, err := t.LockItems(ctx, brand, ids)
	if err != nil {
		return err
	}
	plan, err := t.Plan(ctx, brand)
	if err != nil {
		return err
	}
	var woken []Item
	var audit []AuditRow
	for _, i := range items {
		if i.Status != triage.StatusWaiting || i.SnoozedUntil.After(t.Now) {
			continue
		}
		audit = append(audit, wokenRow(i, "follow_up", ""))
		i.wake()
		i.Resume(plan, t.Now)
		i.Reasons = WithReason(i, triage.Reason{Rule: "follow_up", Text: "The time to follow up has come."}, "follow_up", "author_answered")
		woken = append(woken, i)
	}
	if err := t.SaveItems(ctx, brand, woken); err != nil {
		return err
	}
	return t.Audit(ctx, audit...)
}

// wake opens i for anybody.
func (i *Item) wake() {
	i.Status, i.Assignee = triage.StatusOpen, ""
	i.LeaseUntil, i.SnoozedUntil, i.WakeOnAuthor = time.Time{}, time.Time{}, false
}

func wokenRow(i Item, why string, engagement triage.ID) AuditRow {
	detail := map[string]any{"why": why, "version": i.Version + 1}
	if i.Assignee != "" {
		detail["holder"] = i.Assignee
	}
	if engagement != "" {
		detail["engagement"] = engagement
	}
	return AuditRow{BrandID: i.BrandID, Action: "item.woken", Subject: "item", SubjectID: i.ID, Detail: detail}
}
