package postgres

import "triage/triage"

// ClaimNextSQL is the statement of ClaimNext, for tests of its plan.
const ClaimNextSQL = claimNext

// ListItemsSQL returns the statement of Items, for tests of its plan.
func ListItemsSQL(brand triage.ID, q triage.Queue, f ItemFilter, after *Position, limit int) (string, []any) {
	return listItems(brand, q, f, after, limit)
}
