package queue

import (
	"context"
	"sync"
	"time"

	"triage/postgres"
	"triage/triage"
)

// team is who works for a brand as seen a moment ago. What concerns the person who is
// dealt to is read anew each time; who else is there may be this old.
type team struct {
	at       time.Time
	goal     triage.Goal
	settings postgres.Settings
	members  int
	present  map[triage.ID]triage.Role // those on duty
	leads    int                       // leads and administrators, on duty or not
}

// teamFor is how long a team counts as known.
const teamFor = 5 * time.Second

// teams remembers the teams of brands.
type teams struct {
	mu    sync.Mutex
	known map[triage.ID]team
}

// of returns the team of a brand as it was at most teamFor before now.
func (ts *teams) of(ctx context.Context, store *postgres.Store, brand triage.ID, now time.Time) (team, error) {
	ts.mu.Lock()
	known, ok := ts.known[brand]
	ts.mu.Unlock()
	if age := now.Sub(known.at); ok && age >= 0 && age < teamFor {
		return known, nil
	}
	fresh, err := readTeam(ctx, store, brand, now)
	if err != nil {
		return team{}, err
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.known == nil {
		ts.known = map[triage.ID]team{}
	}
	ts.known[brand] = fresh
	return fresh, nil
}

// forget lets the next look at a brand's team be a fresh one.
func (ts *teams) forget(brand triage.ID) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	delete(ts.known, brand)
}

func readTeam(ctx context.Context, store *postgres.Store, brand triage.ID, now time.Time) (team, error) {
	b, err := store.Brand(ctx, string(brand))
	if err != nil {
		return team{}, err
	}
	settings, err := store.Settings(ctx, brand)
	if err != nil {
		return team{}, err
	}
	members, err := store.Team(ctx, brand, now)
	if err != nil {
		return team{}, err
	}
	t := team{at: now, goal: b.Goal, settings: settings, members: len(members), present: map[triage.ID]triage.Role{}}
	for _, m := range members {
		if leads(m.Role) {
			t.leads++
		}
		if m.OnDuty(now) {
			t.present[m.ID] = m.Role
		}
	}
	return t, nil
}

func leads(r triage.Role) bool { return r == triage.RoleLead || r == triage.RoleAdmin }

// others returns who else is on duty.
func (t team) others(me triage.ID) []triage.ID {
	var ids []triage.ID
	for id := range t.present {
		if id != me {
			ids = append(ids, id)
		}
	}
	return ids
}

// short reports whether nobody on duty has q as their own queue.
func (t team) short(q triage.Queue) bool {
	for _, r := range t.present {
		if r == triage.RoleHybrid || (!leads(r) && r.Works(q)) {
			return false
		}
	}
	return true
}
