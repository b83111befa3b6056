package postgres

import (
	"context"
	"time"

	"triage/triage"
)

// ClaimNextSQL returns the statement of ClaimNext, for tests of its plan.
func ClaimNextSQL(f Fit, q triage.Queue, now time.Time) (string, []any) {
	return claimNextOf(everything, window), f.args(q, now)
}

// LookbackQuery is the tsquery of so many days.
func LookbackQuery(days int, now time.Time) string { return lookback(days).query(now) }

// TimeLexemes are what a document of a time has.
func TimeLexemes(t time.Time) (day, week string) { return dayLexeme(t), weekLexeme(t) }

// LookFurther is how many days come next, 0 for all.
func LookFurther(days, found, wanted int) int { return int(lookback(days).further(found, wanted)) }

// FoundByWords returns the ids that a search by words alone ranks, best first.
func (t *Tx) FoundByWords(ctx context.Context, brand triage.ID, text string, depth int) ([]triage.ID, error) {
	found, err := t.byWords(ctx, brand, Query{Text: text}, depth)
	ids := make([]triage.ID, len(found))
	for i, f := range found {
		ids[i] = f.id
	}
	return ids, err
}
