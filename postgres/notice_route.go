package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// RouteRow is a rule of a brand that says who is told.
type RouteRow struct {
	notify.Route
	ID        triage.ID
	CreatedAt time.Time
}

// maxRoutes bounds the rules of a brand: each is looked at for each placement.
const maxRoutes = 100

var noRoute = triage.Errorf(triage.NotFound, "There is no such rule.")

// Routes returns what a brand's rules say, the oldest first.
func (r Reads) Routes(ctx context.Context, brand triage.ID) ([]notify.Route, error) {
	rows, err := r.RouteRows(ctx, brand)
	routes := make([]notify.Route, len(rows))
	for n, row := range rows {
		routes[n] = row.Route
	}
	return routes, err
}

// RouteRows returns the rules of a brand, the oldest first.
func (r Reads) RouteRows(ctx context.Context, brand triage.ID) ([]RouteRow, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT id, name, place, queues, priorities, risks, languages, platforms, hours, urgent, created_at
		FROM notice_routes WHERE brand_id = $1 ORDER BY created_at, id`, brand)
	found, err := pgx.CollectRows(rows, scanRoute)
	if err != nil {
		return nil, unavailable(fmt.Errorf("notice rules of brand %s: %w", brand, err))
	}
	return found, nil
}

func scanRoute(row pgx.CollectableRow) (RouteRow, error) {
	var r RouteRow
	var priorities []int16
	var hours []byte
	if err := row.Scan(&r.ID, &r.Name, &r.Place, &r.Queues, &priorities, &r.Risks, &r.Languages, &r.Platforms, &hours, &r.Urgent, &r.CreatedAt); err != nil {
		return r, err
	}
	for _, p := range priorities {
		r.Priorities = append(r.Priorities, triage.Priority(p))
	}
	if hours == nil {
		return r, nil
	}
	return r, json.Unmarshal(hours, &r.Hours)
}

// SaveRoute adds a rule, or replaces the one with its id. A rule that makes no sense is
// Invalid, as is the place of somebody who does not work for the brand; one that is not
// there NotFound.
func (t *Tx) SaveRoute(ctx context.Context, actor Actor, brand triage.ID, r RouteRow) (triage.ID, error) {
	if err := r.Check(); err != nil {
		return "", err
	}
	if err := t.checkPlace(ctx, brand, r.Place); err != nil {
		return "", err
	}
	action := "notice_rule.changed"
	known, err := t.RouteRows(ctx, brand)
	switch {
	case err != nil:
		return "", err
	case r.ID != "" && !hasRoute(known, r.ID):
		return "", noRoute
	case r.ID == "" && len(known) >= maxRoutes:
		return "", triage.Errorf(triage.Invalid, "A brand has at most %d rules.", maxRoutes)
	case r.ID == "":
		r.ID, action = NewID(), "notice_rule.added"
	}
	var hours []byte // NULL for always
	if r.Hours != nil {
		if hours, err = json.Marshal(r.Hours); err != nil {
			return "", fmt.Errorf("notice rule: %w", err)
		}
	}
	priorities := make([]int16, len(r.Priorities))
	for n, p := range r.Priorities {
		priorities[n] = int16(p)
	}
	if err := t.exec(ctx, `
		INSERT INTO notice_routes (brand_id, id, name, place, queues, priorities, risks, languages, platforms, hours, urgent, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (brand_id, id) DO UPDATE SET name = excluded.name, place = excluded.place, queues = excluded.queues,
		    priorities = excluded.priorities, risks = excluded.risks, languages = excluded.languages,
		    platforms = excluded.platforms, hours = excluded.hours, urgent = excluded.urgent`,
		brand, r.ID, r.Name, r.Place, strs(r.Queues), priorities, strs(r.Risks), strs(r.Languages), strs(r.Platforms), hours,
		r.Urgent, t.Now); err != nil {
		return "", fmt.Errorf("notice rule: %w", err)
	}
	return r.ID, t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: action, Subject: "notice_rule", SubjectID: r.ID})
}

func hasRoute(all []RouteRow, id triage.ID) bool {
	for _, r := range all {
		if r.ID == id {
			return true
		}
	}
	return false
}

// checkPlace refuses the place of a person who does not work for the brand.
func (t *Tx) checkPlace(ctx context.Context, brand triage.ID, place string) error {
	if err := notify.CheckPlace(place); err != nil {
		return err
	}
	person, is := notify.PersonAt(place)
	if !is {
		return nil
	}
	if _, err := t.RoleOf(ctx, brand, person); triage.KindOf(err) == triage.NotFound {
		return triage.Errorf(triage.Invalid, "Nobody with this id works here.")
	} else if err != nil {
		return err
	}
	return nil
}

// DropRoute removes a rule. One that is not there is a NotFound error.
func (t *Tx) DropRoute(ctx context.Context, actor Actor, brand, id triage.ID) error {
	tag, err := t.tx.Exec(ctx, `DELETE FROM notice_routes WHERE brand_id = $1 AND id = $2`, brand, orNil(id))
	if err != nil {
		return fmt.Errorf("notice rule: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return noRoute
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "notice_rule.removed", Subject: "notice_rule", SubjectID: id})
}
