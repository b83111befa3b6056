package queue_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// shift is a brand of its own with three people, in whose day anything happens.
type shift struct {
	*ward
	rt     *rapid.T
	crew   []postgres.Caller
	care   map[triage.ID]triage.Care
	leaves map[triage.ID]triage.Leave // at most one at a time
	items  int
}

func newShift(w *ward, rt *rapid.T) *shift {
	w.brand, w.now = postgres.NewID(), time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	w.exec(`INSERT INTO brands (id, slug, name, goal) VALUES ($1, $2, 'Acme', $3)`, w.brand, string(w.brand), rapid.Float64Range(0, 1).Draw(rt, "goal"))
	s := &shift{ward: w, rt: rt, care: map[triage.ID]triage.Care{}, leaves: map[triage.ID]triage.Leave{}}
	for _, role := range []triage.Role{triage.RoleCM, triage.RoleHybrid, triage.RoleLead} {
		who := w.hire(string(role), role, usual)
		s.crew = append(s.crew, who)
		s.change(who)
	}
	for range rapid.IntRange(5, 15).Draw(rt, "items") {
		w.put(rapid.SampledFrom(triage.Queues()).Draw(rt, "queue"), "effort = $2, priority = $3",
			rapid.IntRange(1, 8).Draw(rt, "effort"), rapid.IntRange(1, 4).Draw(rt, "priority"))
		s.items++
	}
	return s
}

func (s *shift) somebody() postgres.Caller { return rapid.SampledFrom(s.crew).Draw(s.rt, "who") }

// change gives somebody another capacity and other hours.
func (s *shift) change(who postgres.Caller) {
	c := triage.DefaultCare()
	c.Capacity = rapid.IntRange(0, 20).Draw(s.rt, "capacity")
	if rapid.Bool().Draw(s.rt, "has hours") {
		from := rapid.IntRange(0, 1300).Draw(s.rt, "from")
		c.Hours = &triage.Calendar{Zone: "Europe/Berlin", Week: map[string][]triage.Hours{
			"wed": {{From: from, To: from + 120}}, "thu": {{From: from, To: from + 120}},
		}}
	}
	if _, err := s.SetCare(s.t.Context(), who, who.PersonID, c); err != nil {
		s.rt.Fatal(err)
	}
	s.care[who.PersonID] = c
}

func (s *shift) takeLeave(who postgres.Caller) {
	if l, ok := s.leaves[who.PersonID]; ok {
		if err := s.DropLeave(s.t.Context(), who, who.PersonID, l.ID); err != nil {
			s.rt.Fatal(err)
		}
		delete(s.leaves, who.PersonID)
		return
	}
	from := s.now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(s.rt, "from minutes")) * time.Minute)
	l, err := s.AddLeave(s.t.Context(), who, who.PersonID, triage.Leave{From: from, To: s.now.Add(3 * time.Hour)})
	if err != nil {
		s.rt.Fatal(err)
	}
	s.leaves[who.PersonID] = l
}

// held returns the points that somebody holds under leases in force.
func (s *shift) held(who postgres.Caller) int {
	return s.count(`SELECT coalesce(sum(effort), 0) FROM items WHERE brand_id = $1 AND assignee_id = $2
		AND status = 'claimed' AND lease_until > $3`, s.brand, who.PersonID, s.now)
}

// dealChecked deals to somebody, and knows on its own whether that was allowed.
func (s *shift) dealChecked(who postgres.Caller) {
	care := s.care[who.PersonID]
	leave, away := s.leaves[who.PersonID]
	away = away && leave.Covers(s.now)
	before := s.held(who)
	got := s.deal(who)
	if got.Why != "" {
		if after := s.held(who); after != before {
			s.rt.Fatalf("%s was refused for %s and holds %d points after %d", who.Person, got.Why, after, before)
		}
		return
	}
	switch after := s.held(who); {
	case away:
		s.rt.Fatalf("%s was dealt an item on leave", who.Person)
	case !care.Open(s.now):
		s.rt.Fatalf("%s was dealt an item at %s, outside their hours", who.Person, s.now)
	case after > care.Capacity:
		s.rt.Fatalf("%s holds %d points with a capacity of %d", who.Person, after, care.Capacity)
	case after != before+got.Item.Effort:
		s.rt.Fatalf("%s holds %d points after %d and an item of %d", who.Person, after, before, got.Item.Effort)
	}
}

// touch does something with an item that somebody holds.
func (s *shift) touch(who postgres.Caller) {
	var id triage.ID
	row := s.store.Pool().QueryRow(s.t.Context(), `SELECT coalesce((SELECT id::text FROM items
		WHERE brand_id = $1 AND assignee_id = $2 AND status = 'claimed' AND lease_until > $3 ORDER BY id LIMIT 1), '')`,
		s.brand, who.PersonID, s.now)
	if err := row.Scan(&id); err != nil {
		s.rt.Fatal(err)
	}
	if id == "" {
		return
	}
	var err error
	switch rapid.IntRange(0, 3).Draw(s.rt, "how") {
	case 0:
		_, err = s.Resolve(s.t.Context(), who, id, queue.Given{}, triage.OutcomeForwarded, "")
	case 1:
		_, err = s.Release(s.t.Context(), who, id, queue.Given{})
	case 2:
		_, err = s.HandOver(s.t.Context(), who, id, queue.Given{}, "Not ours", "")
	case 3:
		_, err = s.Claim(s.t.Context(), who, id, queue.Given{})
	}
	if err != nil && triage.KindOf(err) != triage.Forbidden { // a second handover is for the lead
		s.rt.Fatal(err)
	}
}

// complete checks that every item stands in a list, and that the counts say as many.
func (s *shift) complete() {
	listed, counted := 0, int64(0)
	states, err := s.store.Queues(s.t.Context(), s.brand, s.now)
	if err != nil {
		s.rt.Fatal(err)
	}
	for _, q := range states {
		counted += q.Open + q.Claimed + q.Snoozed + q.Waiting
		live, err := s.store.Items(s.t.Context(), s.brand, q.Queue, postgres.ItemFilter{}, nil, 100)
		if err != nil {
			s.rt.Fatal(err)
		}
		listed += len(live)
	}
	closed := s.count(`SELECT count(*) FROM items WHERE brand_id = $1 AND status IN ('resolved', 'dismissed')`, s.brand)
	if listed+closed != s.items || int64(listed) != counted {
		s.rt.Fatalf("of %d items %d are listed, %d counted and %d closed", s.items, listed, counted, closed)
	}
}

// TestNothingIsDealtAboveCapacityOrOutsideHours holds dealing to its bounds under any
// sequence of what people, leads and time do.
func TestNothingIsDealtAboveCapacityOrOutsideHours(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := newShift(w, rt)
		for range rapid.IntRange(5, 20).Draw(rt, "steps") {
			switch rapid.IntRange(0, 8).Draw(rt, "step") {
			case 0:
				s.pass(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
			case 1:
				s.takeLeave(s.somebody())
			case 2:
				s.change(s.somebody())
			case 3, 4:
				s.touch(s.somebody())
			default:
				s.dealChecked(s.somebody())
			}
		}
		s.complete()
	})
}
