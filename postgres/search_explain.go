package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// ExplainSearch returns the plans that the database would run for Search.
func (s *Store) ExplainSearch(ctx context.Context, brand triage.ID, q Query) (string, error) {
	depth := min(q.Offset+q.Limit, MaxDepth)
	var plans []string
	err := s.InTx(ctx, func(tx *Tx) error {
		explain := func(sql string, args []any) error {
			rows, _ := tx.tx.Query(ctx, `EXPLAIN `+sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plans = append(plans, lines...)
			return err
		}
		if q.Vector != nil {
			if err := tx.scanOn(ctx, depth, scanTuples); err != nil {
				return err
			}
			sql, args, err := tx.meaningSQL(ctx, brand, q, depth)
			if err != nil {
				return err
			}
			if err := explain(sql, args); err != nil {
				return err
			}
		}
		if q.Text != "" {
			s := wordsSQL(brand, q, depth, lookback(firstDays).query(tx.Now), false)
			return explain(s.sql, s.args)
		}
		if q.Vector == nil {
			return explain(timeSQL(brand, q, depth))
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("explain search: %w", err)
	}
	return strings.Join(plans, "\n"), nil
}
