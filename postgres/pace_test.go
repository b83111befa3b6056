package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/postgres"
)

// replicas returns the pace of one endpoint as n processes see it, each over connections of
// its own.
func replicas(t *testing.T, url string, n int) []postgres.Pace {
	t.Helper()
	paces := make([]postgres.Pace, n)
	for i := range paces {
		store, err := postgres.Open(t.Context(), url, 4)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		paces[i] = postgres.Pace{Store: store, Endpoint: "endpoint"}
	}
	return paces
}

func TestAnEndpointThatAsksOneProcessToWaitIsNotAskedByTheOthers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	p := replicas(t, db.URL, 2)
	if wait := p[1].Enter(t.Context()); wait != 0 {
		t.Errorf("nobody has asked anybody to wait, and one waits for %s", wait)
	}
	p[0].Hold(t.Context(), time.Minute, "rate_limit_exceeded")
	p[0].Hold(t.Context(), time.Second, "rate_limit_exceeded") // a shorter wait ends none
	for i := range p {
		if wait := p[i].Enter(t.Context()); wait < 50*time.Second || wait > time.Minute {
			t.Errorf("process %d is to wait for %s", i, wait)
		}
	}
	other := postgres.Pace{Store: p[1].Store, Endpoint: "another"}
	if wait := other.Enter(t.Context()); wait != 0 {
		t.Errorf("another endpoint waits for %s", wait)
	}
	p[0].Store.Close()
	p[0].Trouble = nil
	if wait := p[0].Enter(t.Context()); wait != 0 {
		t.Errorf("without the database one waits for %s", wait)
	}
}

func TestProcessesShareWhatAnEndpointStillAllows(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	p := replicas(t, db.URL, 3)
	p[0].Allow(t.Context(), 10, time.Minute, 0, 0)
	p[1].Allow(t.Context(), 25, time.Minute, 0, 0) // an answer that was overtaken
	var entered atomic.Int64
	var all sync.WaitGroup
	for n := range 60 {
		all.Go(func() {
			if p[n%len(p)].Enter(t.Context()) == 0 {
				entered.Add(1)
			}
		})
	}
	all.Wait()
	if got := entered.Load(); got != 10 {
		t.Errorf("%d calls went out where 10 were allowed", got)
	}
	if wait := p[2].Wait(t.Context()); wait < 50*time.Second || wait > time.Minute {
		t.Errorf("then everybody waits for %s", wait)
	}
}

func TestWhenTheWindowIsOverCallsGoThroughAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	p := replicas(t, db.URL, 2)
	p[0].Allow(t.Context(), 0, time.Minute, 0, time.Minute)
	if p[1].Enter(t.Context()) == 0 {
		t.Error("a call went out where none was allowed")
	}
	if _, err := db.Pool(t).Exec(t.Context(), `UPDATE paces SET requests_reset_at = now(), tokens_reset_at = now()`); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if wait := p[i%2].Enter(t.Context()); wait != 0 {
			t.Errorf("call %d of the next window waits for %s", i, wait)
		}
	}
}
