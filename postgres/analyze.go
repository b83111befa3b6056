package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// grownRows is from how many changed rows on a table is worth looking at again.
const grownRows = 500

// AnalyzeGrown gathers the planner's statistics of tables that have become three times what
// they were when it last did. Autovacuum comes once a minute: until then statements are
// planned for tables that were empty, and a table filled meanwhile is read from end to end for
// every row of another. It leaves out what somebody else is analyzing.
func (s *Store) AnalyzeGrown(ctx context.Context) error {
	rows, _ := s.pool.Query(ctx, `
		SELECT t.relid::regclass::text FROM pg_stat_user_tables t JOIN pg_class c ON c.oid = t.relid
		WHERE c.relkind = 'r' AND t.n_mod_since_analyze >= $1 AND t.n_mod_since_analyze > 2 * greatest(c.reltuples, 0)`, grownRows)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return unavailable(fmt.Errorf("tables that have grown: %w", err))
	}
	for _, table := range tables { // quoted by the database
		if _, err := s.pool.Exec(ctx, `ANALYZE (SKIP_LOCKED) `+table); err != nil {
			return unavailable(fmt.Errorf("analyze %s: %w", table, err))
		}
	}
	return nil
}
