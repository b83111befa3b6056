package api

import (
	"log/slog"
	"slices"
	"testing"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/triage"
)

// TestWhoReadsTooSlowlyIsCutOffAlone lets two read the same news, of whom one takes none.
func TestWhoReadsTooSlowlyIsCutOffAlone(t *testing.T) {
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	brand := postgres.NewID()
	fs := newFeeds(store, slog.New(slog.DiscardHandler))
	var readers [2]*reader
	for n := range readers {
		if readers[n], err = fs.join(t.Context(), seat{brand, postgres.NewID()}, 0); err != nil {
			t.Fatal(err)
		}
	}
	slow, quick := readers[0], readers[1]
	const batches = batchesWait + 10
	for n := range batches {
		err := store.InTx(t.Context(), func(tx *postgres.Tx) error {
			row := postgres.AuditRow{BrandID: brand, Action: "wave.found", Subject: "wave", SubjectID: postgres.NewID()}
			if err := tx.Audit(t.Context(), row); err != nil {
				return err
			}
			_, err := tx.SealAudit(t.Context(), 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		fs.grown(t.Context(), brand)
		if batch := <-quick.batches; len(batch) != 1 || batch[0].seq != int64(n+1) {
			t.Fatalf("batch %d holds %+v", n, batch)
		}
	}
	got := 0
	for range slow.batches { // ends since it is closed
		got++
	}
	if got != batchesWait {
		t.Errorf("the slow one was cut off after %d batches", got)
	}
	fs.leave(slow)
	fs.leave(quick)
	if len(fs.brands) != 0 || len(fs.seats) != 0 {
		t.Errorf("after all have left %d brands and %d seats are kept", len(fs.brands), len(fs.seats))
	}
}

func TestAlertsReachLeadsAndWhomTheyAreAbout(t *testing.T) {
	ada, ben := postgres.NewID(), postgres.NewID()
	about := eventOf(postgres.News{Seq: 7, Action: "person.exposure_reached", Subject: "person", SubjectID: ada, Detail: []byte(`{"heavy_per_hour": 10}`)})
	team := eventOf(postgres.News{Seq: 8, Action: "team.nobody_on_duty", Subject: "brand", SubjectID: postgres.NewID(), Detail: []byte(`{"queue": "cm"}`)})
	quiet := eventOf(postgres.News{Seq: 9, Action: "token.added", Subject: "token", SubjectID: postgres.NewID(), Detail: []byte(`{"person": "` + string(ada) + `"}`)})
	for _, c := range []struct {
		rule string
		who  postgres.Caller
		mine bool
		hear []bool // of about, team, quiet
	}{
		{"a lead hears of all alerts", postgres.Caller{PersonID: ben, Role: triage.RoleLead}, false, []bool{true, true, false}},
		{"whom it is about hears of it", postgres.Caller{PersonID: ada, Role: triage.RoleCM}, false, []bool{true, false, false}},
		{"among one's own, too", postgres.Caller{PersonID: ada, Role: triage.RoleCM}, true, []bool{true, false, false}},
		{"others do not", postgres.Caller{PersonID: ben, Role: triage.RoleCM}, false, []bool{false, false, false}},
		{"nor do viewers", postgres.Caller{PersonID: ben, Role: triage.RoleViewer}, false, []bool{false, false, false}},
	} {
		w := wishOf(c.who, "", c.mine)
		if got := []bool{w.includes(about), w.includes(team), w.includes(quiet)}; !slices.Equal(got, c.hear) {
			t.Errorf("%s: %v, want %v", c.rule, got, c.hear)
		}
	}
}
