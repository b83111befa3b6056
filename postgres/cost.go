package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// CostLine is what one step of the cascade did on one day (UTC), and what it cost.
type CostLine struct {
	Day    time.Time
	Step   triage.Step
	Engine string
	Model  string
	Items  int64
	triage.Tokens
}

// Costs returns a brand's lines of the days in [from, to], oldest first.
func (r Reads) Costs(ctx context.Context, brand triage.ID, from, to time.Time) ([]CostLine, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT day, step, engine, model, items, calls, prompt, cached, completion, micro_usd, unpriced
		FROM spending WHERE brand_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day, step, engine, model`,
		brand, dayOf(from), dayOf(to))
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (CostLine, error) {
		var l CostLine
		err := row.Scan(&l.Day, &l.Step, &l.Engine, &l.Model, &l.Items, &l.Calls, &l.Prompt, &l.Cached, &l.Completion, &l.MicroUSD, &l.Unpriced)
		return l, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("costs: %w", err))
	}
	return found, nil
}
