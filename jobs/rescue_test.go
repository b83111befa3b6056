package jobs

import (
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/postgres"
)

func TestAKilledWorkersJobIsBackWithinAMinute(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store, err := postgres.Open(t.Context(), db.URL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	brand := postgres.NewID()
	insert := func(tx *postgres.Tx) error {
		return tx.EnqueueEach(t.Context(), []postgres.Ref{
			{BrandID: brand, ID: postgres.NewID(), Round: 1}, {BrandID: brand, ID: postgres.NewID(), Round: 1},
			{BrandID: brand, ID: postgres.NewID(), Round: 1}, {BrandID: brand, ID: postgres.NewID(), Round: 1},
		})
	}
	if err := store.InTx(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	for i, change := range []string{
		`state = 'running', attempt = 1, attempted_at = now() - interval '26 seconds'`,
		`state = 'running', attempt = 5, attempted_at = now() - interval '26 seconds'`,
		`state = 'running', attempt = 1, attempted_at = now() - interval '5 seconds'`,
		`state = 'retryable', attempt = 1, scheduled_at = now() - interval '16 seconds'`,
	} {
		if _, err := store.Pool().Exec(t.Context(), `UPDATE river_job SET `+change+` WHERE id = $1`, i+1); err != nil {
			t.Fatal(err)
		}
	}
	err = store.InTx(t.Context(), func(tx *postgres.Tx) error {
		n, err := tx.RescueJudging(t.Context(), stuckFor, dueFor)
		if n != 3 {
			t.Errorf("%d jobs rescued", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"available", "discarded", "running", "available"} {
		var got string
		if err := store.Pool().QueryRow(t.Context(), `SELECT state FROM river_job WHERE id = $1`, i+1).Scan(&got); err != nil || got != want {
			t.Errorf("job %d is %s, want %s (%v)", i+1, got, want, err)
		}
	}
	if longest := stuckFor + 5*time.Second*9/8; longest > time.Minute {
		t.Errorf("a killed worker's job may wait %s", longest)
	}
}
