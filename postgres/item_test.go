package postgres_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// place accepts and settles one comment and returns its item.
func (in *intake) place(external, text string) postgres.Item {
	in.t.Helper()
	in.settle(in.deliver(in.event(triage.Created, external, 1, text))...)
	var id triage.ID
	err := in.Pool().QueryRow(in.t.Context(), `
		SELECT i.id FROM items i JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
		WHERE e.brand_id = $1 AND e.external_id = $2`, in.brand, external).Scan(&id)
	if err != nil {
		in.t.Fatal(err)
	}
	return in.item(id)
}

func (in *intake) item(id triage.ID) postgres.Item {
	in.t.Helper()
	item, err := in.Item(in.t.Context(), in.brand, id)
	if err != nil {
		in.t.Fatal(err)
	}
	return item
}

func (in *intake) tx(work func(*postgres.Tx) error) {
	in.t.Helper()
	if err := in.InTx(in.t.Context(), work); err != nil {
		in.t.Fatal(err)
	}
}

// anything is what fits somebody whom everything fits.
func (in *intake) anything(person triage.ID, lease time.Time) postgres.Fit {
	return postgres.Fit{BrandID: in.brand, Person: person, Lease: lease, Room: 100, OwnRoom: 100, Heavy: postgres.HeavyAny, Lead: true}
}

// claim takes the next item of the relationship queue; the lease ends after lease.
func (in *intake) claim(person triage.ID, lease time.Duration) (claimed postgres.Claimed, err error) {
	err = in.InTx(in.t.Context(), func(tx *postgres.Tx) (err error) {
		claimed, err = tx.ClaimNext(in.t.Context(), postgres.Ask{Fit: in.anything(person, tx.Now.Add(lease)), Queue: triage.CM})
		return err
	})
	return claimed, err
}

func TestAnItemOfNobodyOfAnotherBrandOrMalformedIsTheSameAnswer(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("c1", "late")
	_, absent := in.Item(t.Context(), in.brand, postgres.NewID())
	_, foreign := in.Item(t.Context(), postgres.NewID(), item.ID)
	_, malformed := in.Item(t.Context(), in.brand, triage.ID("{"+string(item.ID)+"}"))
	for _, err := range []error{absent, foreign, malformed} {
		if triage.KindOf(err) != triage.NotFound || err.Error() != absent.Error() {
			t.Errorf("answered %v", err)
		}
	}
}

func TestTheLowestRankIsDealtFirst(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	late, first := in.place("c1", "late"), in.place("c2", "first")
	in.exec(`UPDATE items SET rank = 2 WHERE id = $1`, late.ID)
	in.exec(`UPDATE items SET rank = 1 WHERE id = $1`, first.ID)
	var dealt []triage.ID
	for range 2 {
		claimed, err := in.claim(postgres.NewID(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		dealt = append(dealt, claimed.ID)
	}
	if !slices.Equal(dealt, []triage.ID{first.ID, late.ID}) {
		t.Errorf("dealt %v, want %v", dealt, []triage.ID{first.ID, late.ID})
	}
	if _, err := in.claim(postgres.NewID(), time.Minute); triage.KindOf(err) != triage.NotFound {
		t.Errorf("an empty queue answered %v", err)
	}
}

func TestARunOutLeaseIsDealtAgainWithAHigherFence(t *testing.T) {
	t.Parallel()
	in, ada, ben := newIntake(t), postgres.NewID(), postgres.NewID()
	in.place("c1", "one")
	before, err := in.claim(ada, -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	after, err := in.claim(ben, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	item, err := in.Item(t.Context(), in.brand, after.ID)
	if err != nil {
		t.Fatal(err)
	}
	if after.ID != before.ID || after.Fence != before.Fence+1 || item.Assignee != ben || after.Before != ada {
		t.Errorf("got %+v after %+v", after, before)
	}
}

func TestWhatRanOutOpensAgainAndTheAuditSaysSo(t *testing.T) {
	t.Parallel()
	in, ada := newIntake(t), postgres.NewID()
	in.place("c1", "one")
	claimed, err := in.claim(ada, -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	snoozed, later := in.place("c2", "two"), in.place("c3", "three")
	in.exec(`UPDATE items SET status = 'snoozed', snoozed_until = now() - interval '1 second' WHERE id = $1`, snoozed.ID)
	in.exec(`UPDATE items SET status = 'snoozed', snoozed_until = now() + interval '1 hour' WHERE id = $1`, later.ID)
	in.tx(func(tx *postgres.Tx) error { return tx.ReleaseExpired(t.Context()) })
	for id, want := range map[triage.ID]triage.Status{
		claimed.ID: triage.StatusOpen, snoozed.ID: triage.StatusOpen, later.ID: triage.StatusSnoozed,
	} {
		if got := in.item(id); got.Status != want || got.Assignee != "" {
			t.Errorf("item is %s with holder %q, want %s", got.Status, got.Assignee, want)
		}
	}
	for action, subject := range map[string]triage.ID{"item.lease_expired": claimed.ID, "item.woken": snoozed.ID} {
		if n := in.count(`SELECT count(*) FROM audit WHERE action = $1 AND subject_id = $2`, action, subject); n != 1 {
			t.Errorf("%d rows of %s, want 1", n, action)
		}
	}
}

// A judgement that was read before a claim and settles after it must not move the item.
func TestJudgingAgainWaitsForAClaimAndLeavesTheItemToItsHolder(t *testing.T) {
	t.Parallel()
	in, ada := newIntake(t), postgres.NewID()
	item := in.place("c1", "one")
	edit := in.deliver(in.event(triage.Edited, "c1", 5, "two"))
	waiting, err := in.Waiting(t.Context(), in.brand, []triage.ID{edit[0].ID})
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d waiting: %v", len(waiting), err)
	}
	seen := make(chan triage.Status, 1)
	settled := make(chan error, 1)
	in.tx(func(tx *postgres.Tx) error {
		if _, err := tx.ClaimNext(t.Context(), postgres.Ask{Fit: in.anything(ada, tx.Now.Add(time.Minute)), Queue: triage.CM}); err != nil {
			return err
		}
		go func() {
			settled <- in.InTx(t.Context(), func(other *postgres.Tx) error {
				_, err := other.Settle(t.Context(), in.brand, []postgres.Settlement{{
					Engagement:     waiting[0].Engagement,
					Classification: triage.Classification{Engine: "builtin", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh},
					Place: func(s *postgres.Standing) *postgres.Placed {
						if s != nil {
							seen <- s.Status
						}
						return nil
					},
				}})
				return err
			})
		}()
		return in.untilBlocked()
	})
	if err := <-settled; err != nil {
		t.Fatal(err)
	}
	if status := <-seen; status != triage.StatusClaimed {
		t.Errorf("settling saw the item %s", status)
	}
	if got := in.item(item.ID); got.Status != triage.StatusClaimed || got.Assignee != ada {
		t.Errorf("the item is %s with holder %q", got.Status, got.Assignee)
	}
}

// untilBlocked returns when a session of the test's database waits for a lock.
func (in *intake) untilBlocked() error {
	for range 500 {
		var blocked bool
		err := in.Pool().QueryRow(in.t.Context(), `
			SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'),
			       pg_sleep(0.01)`).Scan(&blocked, nil)
		if err != nil || blocked {
			return err
		}
	}
	return errors.New("nobody came to wait for the lock")
}

func TestAnErasureTakesTheNotes(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("c1", "one")
	in.tx(func(tx *postgres.Tx) error {
		locked, err := tx.LockItem(t.Context(), in.brand, item.ID)
		if err != nil {
			return err
		}
		_, err = tx.AddNote(t.Context(), locked, postgres.NewID(), "resolved", "Called her back.")
		return err
	})
	in.deliver(in.event(triage.Deleted, "c1", 2, ""))
	if n := in.count(`SELECT count(*) FROM notes`); n != 0 {
		t.Errorf("%d notes outlived the erasure", n)
	}
	if got := in.item(item.ID); !got.Erased || got.Outcome != "deleted" || got.Status != triage.StatusResolved {
		t.Errorf("the item is %s, outcome %q, erased %v", got.Status, got.Outcome, got.Erased)
	}
}

func TestAListIsWalkedWithoutRepeatsOrGaps(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	want := map[triage.ID]bool{}
	for _, external := range []string{"c1", "c2", "c3", "c4", "c5"} {
		want[in.place(external, "100% "+external).ID] = true
	}
	in.exec(`UPDATE items SET rank = 7`) // equal ranks: the id decides
	var after *postgres.Position
	for pages := 0; ; pages++ {
		page, err := in.Items(t.Context(), in.brand, triage.CM, postgres.ItemFilter{Text: "100%"}, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 || pages > 5 {
			break
		}
		for _, item := range page {
			if !want[item.ID] {
				t.Errorf("item %s came twice or was not asked for", item.ID)
			}
			delete(want, item.ID)
			after = &postgres.Position{Rank: item.Rank, ID: item.ID}
		}
	}
	if len(want) != 0 {
		t.Errorf("%d items never came", len(want))
	}
	none, err := in.Items(t.Context(), in.brand, triage.CM, postgres.ItemFilter{Text: "1_0"}, nil, 10)
	if err != nil || len(none) != 0 {
		t.Errorf("a _ was read as a pattern: %d items, %v", len(none), err)
	}
}

func TestAFilterByAMalformedIDFindsNothing(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.place("c1", "one")
	for _, id := range []triage.ID{"x", "urn:uuid:01a2102e-90b0-79fc-86b6-1defd1fd0a40", "{}", "\x00"} {
		for _, f := range []postgres.ItemFilter{{Author: id}, {Channel: id}, {Thread: id}, {Assignee: id}} {
			if got, err := in.Items(t.Context(), in.brand, triage.CM, f, nil, 10); err != nil || len(got) != 0 {
				t.Errorf("%q found %d items: %v", id, len(got), err)
			}
		}
	}
}
