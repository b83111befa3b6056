package postgres_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
)

// A search that looks back so many days names every day of them, by its own lexeme or by that
// of its week, also over the turn of a year.
func TestLookingBackLeavesNoDayOut(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{
		time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC),
	} {
		for days := 1; days <= 280; days++ {
			query := postgres.LookbackQuery(days, now)
			for back := range days {
				day, week := postgres.TimeLexemes(now.AddDate(0, 0, -back))
				if !strings.Contains(query, "'"+day+"'") && !strings.Contains(query, "'"+week+"'") {
					t.Fatalf("looking back %d days from %s, day %d is in none of %s", days, now, back, query)
				}
			}
		}
	}
}

// However little is found, a search ends by looking through all, in few steps.
func TestLookingFurtherEndsWithAll(t *testing.T) {
	t.Parallel()
	for found := range 500 {
		days, steps := 2, 0
		for ; days != 0; steps++ {
			next := postgres.LookFurther(days, found, 500)
			if next != 0 && next < 2*days || steps > 8 {
				t.Fatalf("with %d of 500 found in %d days it looks back %d, step %d", found, days, next, steps)
			}
			days = next
		}
	}
}
