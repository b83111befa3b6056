package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"triage/demo"
	"triage/internal/pgtest"
)

// perform runs the demo and returns its first and last answer.
func (m *terminal) perform(args ...string) (ready demoReady, done demoDone) {
	m.t.Helper()
	a := m.ok(append([]string{"demo", "--json"}, args...)...)
	answers := json.NewDecoder(strings.NewReader(a.out))
	if err := answers.Decode(&ready); err != nil {
		m.t.Fatalf("first answer: %v\n%s", err, a.out)
	}
	if answers.More() {
		if err := answers.Decode(&done); err != nil {
			m.t.Fatalf("last answer: %v\n%s", err, a.out)
		}
	}
	return ready, done
}

func (d demoDone) open() int {
	open := 0
	for _, q := range d.Queues {
		open += q.Open
	}
	return open
}

func TestTheDemoFillsBothQueues(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.env = append(m.env, "TRIAGE_PUBLIC_URL="+m.serve().address)
	script, err := demo.Script()
	if err != nil {
		t.Fatal(err)
	}

	ready, first := m.perform("--speed", "0")
	if first.Sent != len(script) || first.Ignored == 0 || first.Quarantined != 0 || first.Duplicate != 0 ||
		first.Accepted+first.Ignored+first.Silent != len(script) {
		t.Errorf("counts: %+v of %d lines", first.Counts, len(script))
	}
	if len(first.Queues) != 2 || first.Queues[0].Open == 0 || first.Queues[1].Open == 0 {
		t.Errorf("queues: %+v", first.Queues)
	}
	live := func() (n int) {
		err := db.Pool(t).QueryRow(t.Context(), `
			SELECT count(*) FROM engagements e JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner'
			WHERE e.deleted_at IS NULL AND i.round = e.round`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := live(); got != demo.Live(script) {
		t.Errorf("%d comments stand in a queue, want %d", got, demo.Live(script))
	}

	again, second := m.perform("--speed", "0")
	if again.BrandID != ready.BrandID || again.Token == ready.Token || again.Endpoints["facebook"] != ready.Endpoints["facebook"] {
		t.Errorf("the second performance made %+v after %+v", again, ready)
	}
	if second.Accepted != 0 || second.Duplicate != first.Accepted || second.open() != first.open() || live() != demo.Live(script) {
		t.Errorf("the second performance had an effect: %+v after %+v", second, first)
	}
	if _, third := m.perform("--speed", "0", "--again"); third.Accepted != first.Accepted || live() != 2*demo.Live(script) {
		t.Errorf("--again brought %d new ones, want %d; %d live", third.Accepted, first.Accepted, live())
	}
	if brands := m.json("brand", "list")["brands"].([]any); len(brands) != 1 {
		t.Errorf("brands: %v", brands)
	}
	m.ok("doctor")
}

func TestTheDemoNeedsARunningService(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.New(t).URL)
	ready, _ := m.perform("--setup-only")
	if ready.Token == "" || len(ready.Endpoints) != 10 {
		t.Errorf("set up: %+v", ready)
	}
	away := newAnswering(t, http.StatusUnauthorized, "")
	m.refused(exitFailed, "401", "demo", "--speed", "0", "--url", away)
}
