package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// Threshold is what people at a place said of a kind of notices.
type Threshold struct {
	Place     string
	Kind      string // a risk or an intent
	Level     notify.Level
	Said      int // how often
	ChangedAt time.Time
}

var (
	noNotice    = triage.Errorf(triage.NotFound, "There is no such notice.")
	noThreshold = triage.Errorf(triage.NotFound, "There is no such threshold.")
)

// NotWorth notes that somebody found a notice about an item not worth a ping, and raises what
// its kind must weigh to ring at its place. Each person counts once for a notice; the
// threshold that holds then is returned. Foreign and absent notices are the same NotFound
// error.
func (t *Tx) NotWorth(ctx context.Context, who Caller, notice triage.ID) (Threshold, error) {
	var h Threshold
	var risks []triage.Risk
	var intent triage.Intent
	err := t.tx.QueryRow(ctx, `
		SELECT n.target, i.intent, i.risks FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		WHERE n.brand_id = $1 AND n.id = $2 AND n.kind = 'new'`, who.BrandID, orNil(notice)).Scan(&h.Place, &intent, &risks)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, noNotice
	}
	if err != nil {
		return h, fmt.Errorf("notice %s: %w", notice, err)
	}
	h.Kind = notify.KindOf(intent, risks)
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO notice_votes (brand_id, notice_id, person_id, said_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		who.BrandID, notice, who.PersonID, t.Now)
	if err != nil {
		return h, fmt.Errorf("notice %s: %w", notice, err)
	}
	err = t.tx.QueryRow(ctx, `
		INSERT INTO notice_thresholds AS h (brand_id, place, kind, level, said, changed_at) VALUES ($1, $2, $3, 1, 1, $4)
		ON CONFLICT (brand_id, place, kind) DO UPDATE SET
		    level = least(h.level + $5, $6), said = h.said + $5, changed_at = CASE WHEN $5 = 0 THEN h.changed_at ELSE $4 END
		RETURNING level, said, changed_at`,
		who.BrandID, h.Place, h.Kind, t.Now, tag.RowsAffected(), notify.LevelRisk).Scan(&h.Level, &h.Said, &h.ChangedAt)
	if err != nil {
		return h, fmt.Errorf("threshold at %s: %w", h.Place, err)
	}
	if tag.RowsAffected() == 0 {
		return h, nil
	}
	if err := t.exec(ctx, `UPDATE notices SET grown = grown + 1 WHERE brand_id = $1 AND id = $2`, who.BrandID, notice); err != nil {
		return h, fmt.Errorf("notice %s: %w", notice, err)
	}
	return h, t.Audit(ctx, AuditRow{BrandID: who.BrandID, Actor: who.Actor(), Action: "notices.threshold_raised", Subject: "brand", SubjectID: who.BrandID,
		Detail: map[string]any{"place": h.Place, "kind": h.Kind, "level": int(h.Level)}})
}

// Thresholds returns what people said of kinds of notices at all places of a brand.
func (r Reads) Thresholds(ctx context.Context, brand triage.ID) ([]Threshold, error) {
	rows, _ := r.db.Query(ctx, `SELECT place, kind, level, said, changed_at FROM notice_thresholds WHERE brand_id = $1 ORDER BY place, kind`, brand)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Threshold])
	if err != nil {
		return nil, unavailable(fmt.Errorf("thresholds: %w", err))
	}
	return found, nil
}

// DropThreshold lets a kind ring at a place as it did at first.
func (t *Tx) DropThreshold(ctx context.Context, who Caller, place, kind string) error {
	tag, err := t.tx.Exec(ctx, `DELETE FROM notice_thresholds WHERE brand_id = $1 AND place = $2 AND kind = $3`, who.BrandID, place, kind)
	if err != nil {
		return fmt.Errorf("threshold at %s: %w", place, err)
	}
	if tag.RowsAffected() == 0 {
		return noThreshold
	}
	return t.Audit(ctx, AuditRow{BrandID: who.BrandID, Actor: who.Actor(), Action: "notices.threshold_dropped", Subject: "brand", SubjectID: who.BrandID,
		Detail: map[string]any{"place": place, "kind": kind}})
}

// Budget is how often a place may be interrupted within an hour; 0 is without a bound.
type Budget struct {
	Place   string
	PerHour int
}

// Budgets returns what was said of places; all others have notify.DefaultBudget.
func (r Reads) Budgets(ctx context.Context, brand triage.ID) ([]Budget, error) {
	rows, _ := r.db.Query(ctx, `SELECT place, per_hour FROM notice_budgets WHERE brand_id = $1 ORDER BY place`, brand)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Budget])
	if err != nil {
		return nil, unavailable(fmt.Errorf("budgets of attention: %w", err))
	}
	return found, nil
}

// SetBudget says how often a place may be interrupted within an hour; 0 is without a bound.
func (t *Tx) SetBudget(ctx context.Context, actor Actor, brand triage.ID, place string, perHour int) error {
	if err := cmp.Or(notify.CheckPlace(place), notify.CheckBudget(perHour)); err != nil {
		return err
	}
	if err := t.exec(ctx, `
		INSERT INTO notice_budgets (brand_id, place, per_hour) VALUES ($1, $2, $3)
		ON CONFLICT (brand_id, place) DO UPDATE SET per_hour = excluded.per_hour`, brand, place, perHour); err != nil {
		return fmt.Errorf("budget of attention: %w", err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "notices.budget_set", Subject: "brand", SubjectID: brand,
		Detail: map[string]any{"place": place, "per_hour": perHour}})
}
