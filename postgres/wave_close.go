package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// closedPerStep bounds how many items CloseWaveItems closes at once.
const closedPerStep = 1000

// CloseWaveItems closes live items of a wave that need no answer of their own, at most a
// thousand, with an audit row each, and returns how many: call it again until there are
// none. What somebody holds or is changing, or is assigned, stays; the machine leaves what
// carries a risk to people. Each can be reopened.
func (t *Tx) CloseWaveItems(ctx context.Context, brand, wave triage.ID, outcome triage.Outcome, actor Actor) (int, error) {
	items, err := t.closable(ctx, brand, wave, actor)
	if err != nil || len(items) == 0 {
		return 0, err
	}
	plan, err := t.Plan(ctx, brand)
	if err != nil {
		return 0, err
	}
	audit := make([]AuditRow, len(items))
	var asked []triage.ID
	for n := range items {
		i := &items[n]
		if !i.NextDueAt.IsZero() {
			asked = append(asked, i.ID)
		}
		i.Close(plan, outcome, t.Now)
		i.Assignee, i.HandedBy = actor.Person, ""
		audit[n] = AuditRow{
			BrandID: brand, Actor: actor, Action: "item.wave_closed", Subject: "item", SubjectID: i.ID,
			Detail: map[string]any{"wave": wave, "outcome": outcome, "version": i.Version + 1},
		}
	}
	if err := t.SaveItems(ctx, brand, items); err != nil {
		return 0, err
	}
	if err := t.EndAsked(ctx, plan, brand, asked); err != nil {
		return 0, err
	}
	return len(items), t.Audit(ctx, audit...)
}

func (t *Tx) closable(ctx context.Context, brand, wave triage.ID, actor Actor) ([]Item, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT i.id FROM items i
		WHERE i.brand_id = $1 AND i.wave_id = $2 AND NOT i.wave_outlier AND `+liveItems+`
		  AND NOT (i.status = 'claimed' AND i.lease_until > $3)
		  AND NOT (i.status = 'open' AND i.assignee_id IS NOT NULL)
		  AND ($4 OR i.risks = '{}' AND NOT EXISTS (
		      SELECT FROM audit a WHERE a.brand_id = i.brand_id AND a.subject_id = i.id AND a.action = 'item.wave_closed'))
		ORDER BY i.id LIMIT $5
		FOR NO KEY UPDATE SKIP LOCKED`, brand, uuids([]triage.ID{wave})[0], t.Now, actor.Person != "", closedPerStep)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, fmt.Errorf("wave %s: %w", wave, err)
	}
	rows, _ = t.tx.Query(ctx, `SELECT `+itemColumns+itemTables+` WHERE i.brand_id = $1 AND i.id = ANY($2) ORDER BY i.id`,
		brand, uuids(ids))
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("wave %s: %w", wave, err)
	}
	return items, nil
}
