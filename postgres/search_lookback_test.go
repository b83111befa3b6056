package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
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

// A word that many have is looked for in the newest days first, and in older ones as far as
// it takes: what is found is the newest, and nothing is overlooked that lies far back.
func TestCommonWordsAreFoundHoweverFarBackTheyLie(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	now := in.Now()
	var newest []triage.ID
	write := func(word string, daysBack, n int) {
		day, week := postgres.TimeLexemes(now.AddDate(0, 0, -daysBack))
		ids := make([]string, n)
		for i := range ids {
			ids[i] = idAt(now.AddDate(0, 0, -daysBack), n-i)
			if word == "parcel" {
				newest = append(newest, triage.ID(ids[i]))
			}
		}
		in.exec(`INSERT INTO documents (brand_id, engagement_id, round, config, root, tsv)
			SELECT $1::uuid, id, 1, 'english', true, array_to_tsvector(ARRAY[$3::text, $3 || 'x', $4, $5, 'brand:' || $1::uuid])
			FROM unnest($2::text[]::uuid[]) id`, in.brand, ids, word, day, week)
	}
	for day := range 200 {
		write("parcel", day, 50)
	}
	for day := 250; day < 400; day++ {
		write("lantern", day, 50)
	}
	write("zebra", 405, 1)
	in.exec(`ANALYZE documents`)
	for word, want := range map[string]int{"parcel": 200, "lantern": 200, "zebra": 1} {
		var got []triage.ID
		err := in.InTx(t.Context(), func(tx *postgres.Tx) (err error) {
			got, err = tx.FoundByWords(t.Context(), in.brand, word+" "+word+"x", 200)
			return err
		})
		if err != nil || len(got) != want {
			t.Errorf("%s: %d found, want %d: %v", word, len(got), want, err)
		}
		if word == "parcel" && !slices.Equal(got, newest[:200]) {
			t.Errorf("%s: not the newest", word)
		}
	}
}

// idAt is the n-th id of a moment (RFC 9562, version 7).
func idAt(at time.Time, n int) string {
	ms := at.UnixMilli()
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, n)
}
