package queue_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// ward is an office whose clock the test moves: a Wednesday, ten in the morning in Berlin.
type ward struct {
	*office
	now time.Time
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{office: newOffice(t), now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	w.store.Clock = func() time.Time { return w.now }
	return w
}

// pass lets time pass, longer than a team counts as known.
func (w *ward) pass(d time.Duration) { w.now = w.now.Add(d) }

// hire adds a member of the brand.
func (w *ward) hire(name string, role triage.Role, change func(*triage.Care)) postgres.Caller {
	w.t.Helper()
	who := w.person(name, role)
	w.exec(`INSERT INTO memberships (brand_id, person_id, role) VALUES ($1, $2, $3)`, w.brand, who.PersonID, role)
	w.careFor(who, change)
	return who
}

func (w *ward) careFor(who postgres.Caller, change func(*triage.Care)) {
	w.t.Helper()
	c := triage.DefaultCare()
	change(&c)
	if _, err := w.SetCare(w.t.Context(), who, who.PersonID, c); err != nil {
		w.t.Fatal(err)
	}
}

func usual(*triage.Care) {}

// away notes that somebody is on leave for the next day.
func (w *ward) away(who postgres.Caller) triage.Leave {
	w.t.Helper()
	l, err := w.AddLeave(w.t.Context(), who, who.PersonID, triage.Leave{From: w.now.Add(-time.Minute), To: w.now.Add(24 * time.Hour)})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *ward) put(queue triage.Queue, set string, args ...any) triage.ID {
	w.t.Helper()
	id := w.place()
	w.exec(`UPDATE items SET queue = $2 WHERE id = $1`, id, queue)
	if set != "" {
		w.exec(`UPDATE items SET `+set+` WHERE id = $1`, append([]any{id}, args...)...)
	}
	return id
}

// author returns the author of an item, whom somebody served last.
func (w *ward) servedBy(item triage.ID, who postgres.Caller) {
	w.t.Helper()
	author := postgres.NewID()
	w.exec(`INSERT INTO authors (brand_id, id, channel_id, platform, external_id, handle, name, followers, verified, first_seen_at, last_seen_at, touched_by, touched_at)
		VALUES ($1, $2::uuid, $3, 'facebook', $2::text, '', '', 1, false, now(), now(), $4, now())`, w.brand, author, w.channel, who.PersonID)
	w.exec(`UPDATE items SET author_id = $2 WHERE id = $1`, item, author)
}

func (w *ward) deal(who postgres.Caller) queue.Dealt {
	w.t.Helper()
	got, err := w.Deal(w.t.Context(), who)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func TestWhatIsDealtFitsThePerson(t *testing.T) {
	t.Parallel()
	night := triage.Calendar{Zone: "Europe/Berlin", Week: map[string][]triage.Hours{"wed": {{From: 1200, To: 1440}}}}
	day := triage.Calendar{Zone: "Europe/Berlin", Week: map[string][]triage.Hours{"wed": {{From: 540, To: 1020}}}}
	type scene struct {
		*ward
		ada, cem, lea postgres.Caller
		one, two      triage.ID
	}
	lead := func(s *scene) { s.lea = s.hire("Lea", triage.RoleLead, usual) }
	for _, c := range []struct {
		rule string
		care func(*triage.Care)
		set  string // of the first of two items
		then func(*scene)
		want string // one, two, or why nothing is dealt
	}{
		{"the head of the queue comes first", usual, "", nil, "one"},
		{"a language that is not spoken is passed over", func(c *triage.Care) { c.Languages = []string{"de"} }, "language = 'pl'", nil, "two"},
		{"a regional variant is the language", func(c *triage.Care) { c.Languages = []string{"pt"} }, "language = 'pt-BR'", nil, "one"},
		{"an undetermined language is for everybody", func(c *triage.Care) { c.Languages = []string{"de"} }, "language = 'und'", nil, "one"},
		{"a missing skill passes it over", usual, "skills = '{legal}'", nil, "two"},
		{"with the skill it is dealt", func(c *triage.Care) { c.Skills = []string{"legal", "press"} }, "skills = '{legal}'", nil, "one"},
		{"what is too big for the room is passed over", func(c *triage.Care) { c.Capacity = 3 }, "effort = 8", nil, "two"},
		{"what is reserved for me comes before all", usual, "", func(s *scene) {
			s.exec(`UPDATE items SET assignee_id = $2 WHERE id = $1`, s.two, s.ada.PersonID)
		}, "two"},
		{"what is reserved for a colleague on duty is theirs", usual, "", func(s *scene) {
			s.exec(`UPDATE items SET assignee_id = $2 WHERE id = $1`, s.one, s.cem.PersonID)
		}, "two"},
		{"what is reserved for a colleague on leave is for all", usual, "", func(s *scene) {
			s.exec(`UPDATE items SET assignee_id = $2 WHERE id = $1`, s.one, s.cem.PersonID)
			s.away(s.cem)
		}, "one"},
		{"what needs a lead is left to the lead", usual, "needs_lead = true", lead, "two"},
		{"a team without a lead decides for itself", usual, "needs_lead = true", nil, "one"},
		{"who is alone on duty decides, too", usual, "needs_lead = true", func(s *scene) { lead(s); s.away(s.lea); s.away(s.cem) }, "one"},
		{"who has read enough that hurts is spared", func(c *triage.Care) { c.HeavyPerHour = 0 }, "heavy = true", nil, "two"},
		{"the person who served the author last is preferred", usual, "", func(s *scene) { s.servedBy(s.two, s.ada) }, "two"},
		{"the author of a colleague on duty is left to them", usual, "", func(s *scene) { s.servedBy(s.one, s.cem) }, "two"},
		{"the author of a colleague on leave is anybody's", usual, "", func(s *scene) { s.servedBy(s.one, s.cem); s.away(s.cem) }, "one"},
		{"without capacity nothing is dealt", func(c *triage.Care) { c.Capacity = 0 }, "", nil, "at_capacity"},
		{"nothing is dealt that is too big", func(c *triage.Care) { c.Capacity = 1 }, "", nil, "at_capacity"},
		{"nothing is dealt before the hours", func(c *triage.Care) { c.Hours = &night }, "", nil, "off_duty"},
		{"something is dealt within the hours", func(c *triage.Care) { c.Hours = &day }, "", nil, "one"},
		{"nothing is dealt on leave", usual, "", func(s *scene) { s.away(s.ada) }, "on_leave"},
		{"only what hurts waits for who has read enough", func(c *triage.Care) { c.HeavyPerHour = 0 }, "heavy = true", func(s *scene) {
			s.exec(`UPDATE items SET heavy = true`)
		}, "exposure"},
		{"nothing that fits is nothing", func(c *triage.Care) { c.Languages = []string{"de"} }, "", func(s *scene) { s.exec(`UPDATE items SET language = 'fr'`) }, "none"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			s := &scene{ward: newWard(t)}
			s.ada, s.cem = s.hire("Ada", triage.RoleCM, c.care), s.hire("Cem", triage.RoleCM, usual)
			s.one, s.two = s.put(triage.CM, c.set), s.put(triage.CM, "")
			if c.then != nil {
				c.then(s)
			}
			got := s.deal(s.ada)
			name := map[triage.ID]string{s.one: "one", s.two: "two", "": string(got.Why)}[got.Item.ID]
			if name != c.want {
				t.Errorf("dealt %q, want %q", name, c.want)
			}
		})
	}
}

func TestOnePersonsParallelClaimsShareTheirCapacity(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	ada := w.hire("Ada", triage.RoleCM, func(c *triage.Care) { c.Capacity = 7 })
	for range 12 {
		w.put(triage.CM, "effort = 2")
	}
	var dealt atomic.Int32
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			got, err := w.Deal(t.Context(), ada)
			if err != nil {
				t.Error(err)
			}
			if got.Why == "" {
				dealt.Add(1)
			} else if got.Why != queue.WhyAtCapacity {
				t.Errorf("refused for %s", got.Why)
			}
		})
	}
	all.Wait()
	if dealt.Load() != 3 {
		t.Errorf("%d items of 2 points were dealt to a capacity of 7", dealt.Load())
	}
}

func TestHeavyItemsOfAThreadGoRound(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	ada, cem := w.hire("Ada", triage.RoleCM, usual), w.hire("Cem", triage.RoleCM, usual)
	thread := postgres.NewID()
	for range 5 {
		w.put(triage.CM, "heavy = true, thread_id = $2", thread)
	}
	for n := range 3 {
		if got := w.deal(ada); got.Why != "" {
			t.Fatalf("item %d was refused for %s", n+1, got.Why)
		}
	}
	if got := w.deal(ada); got.Why != queue.WhyExposure {
		t.Errorf("a fourth one of the thread within the hour: %q", got.Why)
	}
	if got := w.deal(cem); got.Why != "" {
		t.Errorf("a colleague is refused for %s", got.Why)
	}
	w.pass(61 * time.Minute)
	if got := w.deal(ada); got.Why != "" {
		t.Errorf("an hour later it is refused for %s", got.Why)
	}
}

func TestWhoWorksBothIsDealtTheUrgentOfEitherFirst(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	solo := w.hire("Solo", triage.RoleHybrid, usual)
	for range 12 {
		w.put(triage.CM, "")
		w.put(triage.SMM, "")
	}
	var last triage.Queue
	switches := 0
	for range 10 {
		got := w.deal(solo)
		if last != "" && got.Item.Queue != last {
			switches++
		}
		last = got.Item.Queue
	}
	if switches != 1 {
		t.Errorf("%d switches in ten items with a streak of five", switches)
	}
	urgent := w.put(last.Other(), "priority = 1, needs_lead = true")
	if got := w.deal(solo); got.Item.ID != urgent {
		t.Errorf("not the urgent one of the other queue: %s in %s, %s", got.Item.Priority, got.Item.Queue, got.Why)
	}
	w.exec(`UPDATE items SET status = 'resolved' WHERE queue = 'smm'`)
	for range 3 {
		if got := w.deal(solo); got.Item.Queue != triage.CM {
			t.Errorf("from an empty queue: %q, %s", got.Item.Queue, got.Why)
		}
	}
}

func TestWhoHelpsOutIsDealtTheOtherQueueWhenItIsShort(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	ada := w.hire("Ada", triage.RoleCM, func(c *triage.Care) { c.Overflow = true })
	ben := w.hire("Ben", triage.RoleCM, usual)
	sam := w.hire("Sam", triage.RoleSMM, usual)
	id := w.put(triage.SMM, "due_at = '2026-11-26'")
	if got := w.deal(ada); got.Why != queue.WhyNone {
		t.Errorf("a queue with people of its own was helped: %s", got.Item.ID)
	}
	w.away(sam)
	if got := w.deal(ben); got.Why != queue.WhyNone {
		t.Errorf("somebody who does not help out was dealt %s", got.Item.ID)
	}
	if got := w.deal(ada); got.Item.ID != id {
		t.Fatalf("nobody helps: %s", got.Why)
	}
	if _, err := w.Resolve(t.Context(), ada, id, queue.Given{}, triage.OutcomeForwarded, ""); err != nil {
		t.Errorf("what overflowed cannot be resolved: %v", err)
	}
}

func TestTakingMoreThanOneCarriesNeedsAWord(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	ada := w.hire("Ada", triage.RoleCM, func(c *triage.Care) { c.Capacity = 3 })
	lea := w.hire("Lea", triage.RoleLead, func(c *triage.Care) { c.Capacity = 0 })
	one, two, three := w.put(triage.CM, ""), w.put(triage.CM, ""), w.put(triage.CM, "")
	w.claim(ada, one)
	w.claim(ada, one) // renewing takes no more
	_, err := w.Claim(t.Context(), ada, two, queue.Given{})
	if triage.KindOf(err) != triage.Conflict {
		t.Errorf("a second one of 2 points into a capacity of 3: %v", err)
	}
	if _, err := w.Claim(t.Context(), ada, two, queue.Given{OverCapacity: true}); err != nil {
		t.Errorf("with a word of their own: %v", err)
	}
	w.claim(lea, three)
}
