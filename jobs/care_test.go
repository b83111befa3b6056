package jobs

import (
	"slices"
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/triage"
)

func TestWhatLeadsAreToldBeforeItIsTooMuch(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	away := triage.Leave{From: now.Add(-time.Hour), To: now.Add(time.Hour)}
	person := func(id string, role triage.Role, leaves ...triage.Leave) postgres.Colleague {
		return postgres.Colleague{ID: triage.ID(id), Role: role, Care: triage.Care{Capacity: 10, HeavyPerHour: 3}, Leaves: leaves}
	}
	for _, c := range []struct {
		rule  string
		team  []postgres.Colleague
		loads map[triage.ID]postgres.Load
		due   bool
		want  []string
	}{
		{"eight of ten points in hand are nearly too much", []postgres.Colleague{person("a", triage.RoleCM), person("l", triage.RoleLead)},
			map[triage.ID]postgres.Load{"a": {Points: 8}}, true, []string{"team.overload_near cm"}},
		{"a colleague with room is room", []postgres.Colleague{person("a", triage.RoleCM), person("b", triage.RoleCM), person("l", triage.RoleLead)},
			map[triage.ID]postgres.Load{"a": {Points: 10}}, true, nil},
		{"something due and everybody away", []postgres.Colleague{person("a", triage.RoleCM, away), person("s", triage.RoleSMM)},
			nil, true, []string{"team.nobody_on_duty cm"}},
		{"everybody away and nothing due", []postgres.Colleague{person("a", triage.RoleCM, away), person("s", triage.RoleSMM)}, nil, false, nil},
		{"somebody has read enough", []postgres.Colleague{person("a", triage.RoleHybrid)},
			map[triage.ID]postgres.Load{"a": {Exposed: 3}}, false, []string{"person.exposure_reached a"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var got []string
			for _, a := range concerns(c.team, c.loads, map[triage.Queue]bool{triage.CM: c.due}, now) {
				got = append(got, a.Cause+" "+a.Subject)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("told %v, want %v", got, c.want)
			}
		})
	}
}

func TestALeadIsToldOfACauseOnceAnHour(t *testing.T) {
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	now := time.Date(2026, 11, 25, 10, 5, 0, 0, time.UTC)
	store.Clock = func() time.Time { return now }
	brand, person := postgres.NewID(), postgres.NewID()
	for sql, args := range map[string][]any{
		`INSERT INTO brands (id, slug, name) VALUES ($1, 'acme', 'Acme')`:                                       {brand},
		`INSERT INTO memberships (brand_id, person_id, role, heavy_per_hour) VALUES ($1, $2, 'hybrid', 1)`:      {brand, person},
		`INSERT INTO exposures (brand_id, id, person_id, at, kind) VALUES ($1, $2, $3, $4, 'uncovered')`:        {brand, postgres.NewID(), person, now},
		`INSERT INTO exposures (brand_id, id, person_id, at, kind) VALUES ($1, $2, $3, $4, 'uncovered') -- two`: {brand, postgres.NewID(), person, now.Add(time.Hour)},
	} {
		if _, err := store.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	u := &Upkeep{Store: store}
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{0, 1}, {20 * time.Minute, 1}, {70 * time.Minute, 2}} {
		at := now
		now = at.Add(step.at)
		if _, err := u.care(t.Context()); err != nil {
			t.Fatal(err)
		}
		var rows int
		err := store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'person.exposure_reached' AND subject_id = $1`, person).Scan(&rows)
		if err != nil || rows != step.want {
			t.Errorf("%d audit rows after %s, want %d: %v", rows, step.at, step.want, err)
		}
		now = at
	}
	alerts, err := store.Alerts(t.Context(), brand, now)
	if err != nil || len(alerts) != 2 || alerts[0].Cause != exposureReached {
		t.Errorf("alerts: %v, %v", alerts, err)
	}
}
