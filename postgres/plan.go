package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// The states of a plan's version.
const (
	PlanDraft   = "draft"
	PlanActive  = "active"
	PlanRetired = "retired"
)

// PlanRow is one version of a brand's plan.
type PlanRow struct {
	Version     int
	State       string
	Note        string
	Body        json.RawMessage // the document as it was written
	CreatedAt   time.Time
	CreatedBy   triage.ID // empty for the command line
	Creator     string    // name
	ActivatedAt time.Time // zero while it never was in force
}

// planCache keeps the newest plan read of each brand. A version's body never changes, so a
// cached one is right whenever the version is.
type planCache struct {
	mu      sync.RWMutex
	byBrand map[triage.ID]routing.Plan
}

func (c *planCache) get(brand triage.ID, version int) (routing.Plan, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p, ok := c.byBrand[brand]
	return p, ok && p.Version == version
}

func (c *planCache) put(brand triage.ID, p routing.Plan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byBrand == nil {
		c.byBrand = map[triage.ID]routing.Plan{}
	}
	c.byBrand[brand] = p
}

var noBrand = triage.Errorf(triage.NotFound, "There is no such brand.")

// Plan returns the routing plan in force for a brand, or a NotFound error when there is no
// such brand. It asks the database for goal and version only, and reads a plan once.
// Callers must not change what it holds.
func (r Reads) Plan(ctx context.Context, brand triage.ID) (routing.Plan, error) {
	var goal float64
	var version int
	err := r.db.QueryRow(ctx, `
		SELECT b.goal, coalesce(p.version, 0) FROM brands b
		LEFT JOIN plans p ON p.brand_id = b.id AND p.state = 'active'
		WHERE b.id = $1`, brand).Scan(&goal, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return routing.Plan{}, noBrand
	}
	if err != nil {
		return routing.Plan{}, unavailable(fmt.Errorf("plan of brand %s: %w", brand, err))
	}
	return r.planOf(ctx, brand, version, triage.Goal(goal))
}

func (r Reads) planOf(ctx context.Context, brand triage.ID, version int, goal triage.Goal) (routing.Plan, error) {
	if version == 0 {
		return routing.Default(goal), nil
	}
	plan, known := r.plans.get(brand, version)
	if !known {
		row, err := r.PlanVersion(ctx, brand, version)
		if err != nil {
			return routing.Plan{}, err
		}
		if plan, err = routing.Load(row.Body); err != nil {
			return routing.Plan{}, fmt.Errorf("plan %d of brand %s: %w", version, brand, err)
		}
		plan.Version = version
		r.plans.put(brand, plan)
	}
	plan.Goal = goal
	return plan, nil
}

const planColumns = `
	SELECT p.version, p.state, p.note, p.body, p.created_at, p.created_by, coalesce(c.name, ''), p.activated_at
	FROM plans p LEFT JOIN people c ON c.id = p.created_by`

// mostVersions bounds a list of versions; the newest are kept.
const mostVersions = 500

// PlanVersions returns the versions of a brand's plan, newest first.
func (r Reads) PlanVersions(ctx context.Context, brand triage.ID) ([]PlanRow, error) {
	rows, _ := r.db.Query(ctx, planColumns+` WHERE p.brand_id = $1 ORDER BY p.version DESC LIMIT $2`, brand, mostVersions)
	found, err := pgx.CollectRows(rows, scanPlan)
	if err != nil {
		return nil, unavailable(fmt.Errorf("plans of brand %s: %w", brand, err))
	}
	return found, nil
}

// PlanVersion returns one version of a brand's plan, or a NotFound error.
func (r Reads) PlanVersion(ctx context.Context, brand triage.ID, version int) (PlanRow, error) {
	rows, _ := r.db.Query(ctx, planColumns+` WHERE p.brand_id = $1 AND p.version = $2`, brand, version)
	found, err := pgx.CollectExactlyOneRow(rows, scanPlan)
	if errors.Is(err, pgx.ErrNoRows) {
		return PlanRow{}, triage.Errorf(triage.NotFound, "There is no such version of the plan.")
	}
	if err != nil {
		return PlanRow{}, unavailable(fmt.Errorf("plan %d of brand %s: %w", version, brand, err))
	}
	return found, nil
}

func scanPlan(row pgx.CollectableRow) (PlanRow, error) {
	var p PlanRow
	var by *triage.ID
	var activated *time.Time
	err := row.Scan(&p.Version, &p.State, &p.Note, &p.Body, &p.CreatedAt, &by, &p.Creator, &activated)
	p.CreatedBy, p.ActivatedAt = idOr(by), orZero(activated)
	return p, err
}

// AddPlan stores a document as the next version of a brand's plan, a draft. A document that
// the brand has already is not stored again: its version is returned, and false.
func (t *Tx) AddPlan(ctx context.Context, actor Actor, brand triage.ID, document []byte, note string) (PlanRow, bool, error) {
	if err := t.lockPlans(ctx, brand); err != nil {
		return PlanRow{}, false, err
	}
	var version int
	err := t.tx.QueryRow(ctx, `
		SELECT version FROM plans WHERE brand_id = $1 AND body = $2::jsonb ORDER BY version DESC LIMIT 1`,
		brand, document).Scan(&version)
	if err == nil {
		row, err := t.PlanVersion(ctx, brand, version)
		return row, false, err
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return PlanRow{}, false, fmt.Errorf("plan of brand %s: %w", brand, err)
	}
	err = t.tx.QueryRow(ctx, `
		INSERT INTO plans (brand_id, version, body, note, created_at, created_by)
		SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5 FROM plans WHERE brand_id = $1
		RETURNING version`, brand, document, note, t.Now, idOrNull(actor.Person)).Scan(&version)
	if err != nil {
		return PlanRow{}, false, fmt.Errorf("plan of brand %s: %w", brand, err)
	}
	if err := t.Audit(ctx, planAudit(actor, brand, "plan.added", map[string]any{"version": version})); err != nil {
		return PlanRow{}, false, err
	}
	row, err := t.PlanVersion(ctx, brand, version)
	return row, true, err
}

// ActivatePlan puts a version in force, 0 for the plan that follows the taxonomy. With
// expected, the version that the caller believes to be in force, another one is Stale. The
// version in force stays so, without another audit row.
func (t *Tx) ActivatePlan(ctx context.Context, actor Actor, brand triage.ID, version int, expected *int) error {
	if err := t.lockPlans(ctx, brand); err != nil {
		return err
	}
	var before int
	err := t.tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM plans WHERE brand_id = $1 AND state = 'active'`, brand).Scan(&before)
	if err != nil {
		return fmt.Errorf("plan of brand %s: %w", brand, err)
	}
	switch {
	case expected != nil && *expected != before:
		return triage.Errorf(triage.Stale, "Another version of the plan is in force meanwhile.").With("version", before)
	case version == before:
		return nil
	}
	if version != 0 {
		if _, err := t.PlanVersion(ctx, brand, version); err != nil {
			return err
		}
	}
	if err := t.exec(ctx, `UPDATE plans SET state = 'retired' WHERE brand_id = $1 AND state = 'active'`, brand); err != nil {
		return fmt.Errorf("plan %d of brand %s: %w", before, brand, err)
	}
	if err := t.exec(ctx, `
		UPDATE plans SET state = 'active', activated_at = $3 WHERE brand_id = $1 AND version = $2`, brand, version, t.Now); err != nil {
		return fmt.Errorf("plan %d of brand %s: %w", version, brand, err)
	}
	return t.Audit(ctx, planAudit(actor, brand, "plan.activated", map[string]any{"version": version, "before": before}))
}

func planAudit(actor Actor, brand triage.ID, action string, detail map[string]any) AuditRow {
	return AuditRow{BrandID: brand, Actor: actor, Action: action, Subject: "brand", SubjectID: brand, Detail: detail}
}

// lockPlans lets one change of a brand's plan follow another.
func (t *Tx) lockPlans(ctx context.Context, brand triage.ID) error {
	tag, err := t.tx.Exec(ctx, `SELECT FROM brands WHERE id = $1 FOR NO KEY UPDATE`, brand)
	if err != nil {
		return fmt.Errorf("plans of brand %s: %w", brand, err)
	}
	if tag.RowsAffected() == 0 {
		return noBrand
	}
	return nil
}

// Strangers returns those of people who do not work for a brand.
func (r Reads) Strangers(ctx context.Context, brand triage.ID, people []triage.ID) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT p FROM unnest($2::uuid[]) AS p
		WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.brand_id = $1 AND m.person_id = p AND m.role <> 'viewer')`,
		brand, uuids(people))
	found, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("members of brand %s: %w", brand, err))
	}
	return found, nil
}
