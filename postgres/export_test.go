package postgres

import (
	"time"

	"triage/triage"
)

// ClaimNextSQL returns the statement of ClaimNext, for tests of its plan.
func ClaimNextSQL(f Fit, q triage.Queue, now time.Time) (string, []any) {
	return claimNextOf(everything, window), f.args(q, now)
}
