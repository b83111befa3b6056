package postgres

import (
	"time"

	"triage/triage"
)

// ClaimNextSQL returns the statement of ClaimNext, for tests of its plan.
func ClaimNextSQL(f Fit, q triage.Queue, now time.Time) (string, []any) {
	return claimNextOf(everything, window), f.args(q, now)
}

// ListItemsSQL returns the statement of Items, for tests of its plan.
func ListItemsSQL(brand triage.ID, q triage.Queue, f ItemFilter, after *Position, limit int) (string, []any) {
	return listItems(brand, q, f, after, limit)
}
