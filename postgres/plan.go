package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// Plan returns the routing plan in force for a brand, or a NotFound error when there is no
// such brand.
func (r Reads) Plan(ctx context.Context, brand triage.ID) (routing.Plan, error) {
	var goal float64
	err := r.db.QueryRow(ctx, `SELECT goal FROM brands WHERE id = $1`, brand).Scan(&goal)
	if errors.Is(err, pgx.ErrNoRows) {
		return routing.Plan{}, triage.Errorf(triage.NotFound, "There is no such brand.")
	}
	if err != nil {
		return routing.Plan{}, unavailable(fmt.Errorf("plan of brand %s: %w", brand, err))
	}
	return routing.Default(triage.Goal(goal)), nil
}
