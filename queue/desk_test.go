package queue_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// office is a database with one brand, its people and a desk.
type office struct {
	*queue.Desk
	t       *testing.T
	store   *postgres.Store
	brand   triage.ID
	channel triage.ID
	placed  int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 16)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	o := &office{Desk: queue.NewDesk(store), t: t, store: store, brand: postgres.NewID(), channel: postgres.NewID()}
	o.exec(`INSERT INTO brands (id, slug, name) VALUES ($1, 'acme', 'Acme')`, o.brand)
	return o
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.store.Pool().Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.store.Pool().QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) person(name string, role triage.Role) postgres.Caller {
	o.t.Helper()
	id := postgres.NewID()
	o.exec(`INSERT INTO people (id, name) VALUES ($1, $2)`, id, name)
	return postgres.Caller{BrandID: o.brand, PersonID: id, Person: name, Role: role}
}

// place puts one comment into the relationship queue as an open item.
func (o *office) place() triage.ID {
	o.t.Helper()
	engagement, item := postgres.NewID(), postgres.NewID()
	o.placed++
	o.exec(`INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, text, version_at, content_hash,
		    received_at, changed_at, delivery_id)
		VALUES ($1, $2, $3, 'facebook', $4, 'comment', 'Kommt mein Paket noch?', now(), '', now(), now(), $2)`,
		o.brand, engagement, o.channel, strconv.Itoa(o.placed))
	o.exec(`INSERT INTO items (brand_id, id, engagement_id, queue, priority, due_at, rank, round, platform, channel_id,
		    intent, received_at, created_at, changed_at)
		VALUES ($1, $2, $3, 'cm', 3, now() + interval '8 hours', $4, 1, 'facebook', $5, 'support_request', now(), now(), now())`,
		o.brand, item, engagement, o.placed, o.channel)
	return item
}

func (o *office) item(id triage.ID) postgres.Item {
	o.t.Helper()
	i, err := o.store.Item(o.t.Context(), o.brand, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

func (o *office) claim(who postgres.Caller, id triage.ID) postgres.Item {
	o.t.Helper()
	i, err := o.Claim(o.t.Context(), who, id, queue.Given{})
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

// conflictWith checks that err is a conflict that tells how the item stands and who holds
// it.
func conflictWith(t *testing.T, err error, holder postgres.Caller) {
	t.Helper()
	var e *triage.Error
	if !errors.As(err, &e) || e.Kind != triage.Conflict {
		t.Errorf("got %v, want a conflict", err)
		return
	}
	who, _ := e.Detail["holder"].(map[string]any)
	if who["id"] != holder.PersonID || who["name"] != holder.Person || e.Detail["state"] == nil || e.Detail["version"] == nil {
		t.Errorf("the conflict tells %v", e.Detail)
	}
}

func TestOnlyOneOfManyGetsTheLastItem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.place()
	var got atomic.Int32
	var all sync.WaitGroup
	for n := range 50 {
		who := o.person("P"+strconv.Itoa(n), triage.RoleCM)
		all.Go(func() {
			_, ok, err := o.ClaimNext(t.Context(), who, triage.CM)
			if err != nil {
				t.Error(err)
			}
			if ok {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 {
		t.Errorf("%d people got it", got.Load())
	}
}

// Each fencing number of an item belongs to one person, whoever claims and releases.
func TestNoFencingNumberHasTwoHolders(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 40 {
		o.place()
	}
	type lease struct {
		item  triage.ID
		fence int64
	}
	var mu sync.Mutex
	holders := map[lease]triage.ID{}
	var all sync.WaitGroup
	for n := range 6 {
		who := o.person("P"+strconv.Itoa(n), triage.RoleHybrid)
		all.Go(func() {
			for range 25 {
				i, ok, err := o.ClaimNext(t.Context(), who, triage.CM)
				if err != nil || !ok {
					t.Errorf("claim: %v, %v", ok, err)
					return
				}
				mu.Lock()
				if other, taken := holders[lease{i.ID, i.Fence}]; taken {
					t.Errorf("item %s, fence %d: held by %s and %s", i.ID, i.Fence, other, who.PersonID)
				}
				holders[lease{i.ID, i.Fence}] = who.PersonID
				mu.Unlock()
				if _, err := o.Release(t.Context(), who, i.ID, queue.Given{Fence: &i.Fence}); err != nil {
					t.Errorf("release: %v", err)
				}
			}
		})
	}
	all.Wait()
	if len(holders) != 150 {
		t.Errorf("%d leases, want 150", len(holders))
	}
}

// Who asks together is dealt together: each once, one who hung up nothing that nobody knows
// of, and one whose day is over nothing.
func TestPeopleWhoAskAtTheSameMomentAreEachDealtTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const people = 24
	for range people {
		o.place()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var mu sync.Mutex
	holders := map[triage.ID]triage.ID{}
	var all sync.WaitGroup
	for n := range people {
		who, ctx := o.person("P"+strconv.Itoa(n), triage.RoleCM), t.Context()
		switch n {
		case 3:
			ctx = gone
		case 5:
			o.exec(`INSERT INTO leaves (brand_id, id, person_id, starts_at, ends_at, created_at)
				VALUES ($1, gen_random_uuid(), $2, now() - interval '1 hour', now() + interval '1 hour', now())`,
				who.BrandID, who.PersonID)
		}
		all.Go(func() {
			got, err := o.Deal(ctx, who)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case n == 5 && (err != nil || got.Why != queue.WhyOnLeave):
				t.Errorf("somebody on leave: %+v, %v", got.Why, err)
			case n != 3 && n != 5 && (err != nil || got.Why != "" || holders[got.Item.ID] != "" || got.Item.Assignee != who.PersonID):
				t.Errorf("person %d: item %s of %s, %q, %v", n, got.Item.ID, holders[got.Item.ID], got.Why, err)
			case err == nil && got.Why == "":
				holders[got.Item.ID] = who.PersonID
			}
		})
	}
	all.Wait()
	if held := o.count(`SELECT count(*) FROM items WHERE status = 'claimed'`); held != len(holders) {
		t.Errorf("%d items are held, %d people know of one", held, len(holders))
	}
}

// What another transaction locks for a moment is not said to be too much for anybody, and is
// dealt as soon as it is free.
func TestWhatIsLockedForAMomentIsNoMatterOfCapacity(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	lock := func() (free func()) {
		tx, err := o.store.Pool().Begin(t.Context())
		if err == nil {
			_, err = tx.Exec(t.Context(), `SELECT FROM items WHERE id = $1 FOR UPDATE`, id)
		}
		if err != nil {
			t.Fatal(err)
		}
		return func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }
	}
	free := lock()
	if got, err := o.Deal(t.Context(), ada); err != nil || got.Why != queue.WhyNone {
		t.Errorf("while it is locked: %q, %v", got.Why, err)
	}
	free()
	free = lock()
	looks := 0
	o.store.Clock = func() time.Time { // asked for the team, then by each attempt
		if looks++; looks == 3 {
			free()
		}
		return time.Now()
	}
	if got, err := o.Deal(t.Context(), ada); err != nil || got.Item.ID != id {
		t.Errorf("freed after the first attempt: %q, %v", got.Why, err)
	}
	free()
}

func TestALateWriteOfAFormerHolderNamesTheHolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, id := o.person("Ada", triage.RoleCM), o.person("Ben", triage.RoleCM), o.place()
	first := o.claim(ada, id)
	o.exec(`UPDATE items SET lease_until = now() - interval '1 second' WHERE id = $1`, id)
	o.claim(ben, id)
	for _, given := range []queue.Given{{}, {Fence: &first.Fence}} {
		_, err := o.Resolve(t.Context(), ada, id, given, triage.OutcomeAnswered, "")
		conflictWith(t, err, ben)
	}
	if got := o.item(id); got.Status != triage.StatusClaimed || got.Assignee != ben.PersonID {
		t.Errorf("the item is %s with %s", got.Status, got.AssigneeName)
	}
}

func TestAClaimOfAHeldItemIsAConflictAndOnesOwnRenewsTheLease(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, id := o.person("Ada", triage.RoleCM), o.person("Ben", triage.RoleCM), o.place()
	first := o.claim(ada, id)
	_, err := o.Claim(t.Context(), ben, id, queue.Given{})
	conflictWith(t, err, ada)
	o.exec(`UPDATE items SET lease_until = now() + interval '1 minute' WHERE id = $1`, id)
	if again := o.claim(ada, id); again.Fence != first.Fence || time.Until(again.LeaseUntil) < 9*time.Minute {
		t.Errorf("fence %d after %d, lease until %s", again.Fence, first.Fence, again.LeaseUntil)
	}
}

func TestWhoMayAct(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.person("Ada", triage.RoleCM)
	for _, c := range []struct {
		rule string
		role triage.Role
		held bool
		want triage.Kind // empty when it is allowed
	}{
		{"an open item may be resolved by who works its queue", triage.RoleCM, false, ""},
		{"an open item is not for the other role", triage.RoleSMM, false, triage.Forbidden},
		{"a viewer changes nothing", triage.RoleViewer, false, triage.Forbidden},
		{"a held item is not for a colleague", triage.RoleHybrid, true, triage.Conflict},
		{"a lead may resolve what somebody holds", triage.RoleLead, true, ""},
		{"an admin may resolve what somebody holds", triage.RoleAdmin, true, ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			id := o.place()
			if c.held {
				o.claim(ada, id)
			}
			_, err := o.Resolve(t.Context(), o.person("Ben", c.role), id, queue.Given{}, triage.OutcomeNoReply, "")
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || triage.KindOf(err) != c.want):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAStaleVersionIsSaidToBeStale(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	seen := o.item(id).Version
	o.claim(ada, id)
	_, err := o.Release(t.Context(), ada, id, queue.Given{Version: &seen})
	if triage.KindOf(err) != triage.Stale {
		t.Errorf("got %v", err)
	}
}

func TestASecondHandoverAsksForALead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both, id := o.person("Ada", triage.RoleHybrid), o.place()
	has := func(i postgres.Item, rule string) (found bool) {
		for _, r := range i.Reasons {
			found = found || r.Rule == rule
		}
		return found
	}
	once, err := o.HandOver(t.Context(), both, id, queue.Given{}, "Needs the content team", "")
	if err != nil {
		t.Fatal(err)
	}
	if once.Queue != triage.SMM || once.Status != triage.StatusOpen || once.Assignee != "" || has(once, "needs_lead") {
		t.Errorf("after one handover: %+v", once)
	}
	twice, err := o.HandOver(t.Context(), both, id, queue.Given{}, "Is a complaint after all", "See the thread.")
	if err != nil {
		t.Fatal(err)
	}
	if twice.Queue != triage.CM || twice.Handovers != 2 || !has(twice, "needs_lead") {
		t.Errorf("after two handovers: %+v", twice)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE detail::text LIKE '%complaint after%' OR detail::text LIKE '%See the thread%'`); n != 0 {
		t.Errorf("%d audit rows hold words of people", n)
	}
}

func TestASnoozedItemComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	if _, err := o.Snooze(t.Context(), ada, id, queue.Given{}, time.Now().Add(-time.Hour), false); triage.KindOf(err) != triage.Invalid {
		t.Errorf("snoozing into the past: %v", err)
	}
	if _, err := o.Snooze(t.Context(), ada, id, queue.Given{}, time.Now().Add(time.Hour), false); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := o.ClaimNext(t.Context(), ada, triage.CM); ok || err != nil {
		t.Errorf("a snoozed item was dealt: %v", err)
	}
	o.exec(`UPDATE items SET snoozed_until = now() - interval '1 second' WHERE id = $1`, id)
	if i, ok, err := o.ClaimNext(t.Context(), ada, triage.CM); !ok || err != nil || i.ID != id {
		t.Errorf("it did not come back: %v, %v", ok, err)
	}
}

func TestACorrectionIsKeptAndPlacesAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleHybrid), o.place()
	reaction, urgent := triage.ContentReaction, triage.UrgencyUrgent
	says := postgres.Label{Intent: &reaction, Urgency: &urgent}
	got, err := o.Correct(t.Context(), ada, id, queue.Given{}, says)
	if err != nil {
		t.Fatal(err)
	}
	if got.Queue != triage.SMM || got.Priority != triage.P1 || got.Intent != reaction || got.Unsure {
		t.Errorf("placed in %s as %s: %+v", got.Queue, got.Priority, got.Reasons)
	}
	rows := o.count(`SELECT count(*) FROM audit`)
	again, err := o.Correct(t.Context(), ada, id, queue.Given{}, says)
	if err != nil {
		t.Fatal(err)
	}
	labels := o.count(`SELECT count(*) FROM labels`)
	if now := o.count(`SELECT count(*) FROM audit`); labels != 1 || now != rows || again.Version != got.Version {
		t.Errorf("the same correction again: %d labels, %d audit rows after %d", labels, now, rows)
	}
	relationship := triage.CM
	if named, err := o.Correct(t.Context(), ada, id, queue.Given{}, postgres.Label{Queue: &relationship}); err != nil || named.Queue != triage.CM {
		t.Errorf("a named queue did not win: %s, %v", named.Queue, err)
	}
}

func TestACorrectionOfWhatSomebodyElseHoldsIsAConflict(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben, id := o.person("Ada", triage.RoleCM), o.person("Ben", triage.RoleLead), o.place()
	o.claim(ada, id)
	praise := triage.Praise
	_, err := o.Correct(t.Context(), ben, id, queue.Given{}, postgres.Label{Intent: &praise})
	conflictWith(t, err, ada)
	if n := o.count(`SELECT count(*) FROM labels`); n != 0 {
		t.Errorf("%d labels were stored", n)
	}
}

func TestAnItemOfAnotherBrandIsNotThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, stranger := o.place(), o.person("Eve", triage.RoleAdmin)
	stranger.BrandID = postgres.NewID()
	_, foreign := o.Claim(t.Context(), stranger, id, queue.Given{})
	_, absent := o.Claim(t.Context(), stranger, postgres.NewID(), queue.Given{})
	_, malformed := o.Claim(t.Context(), stranger, "x", queue.Given{})
	for _, err := range []error{foreign, absent, malformed} {
		if triage.KindOf(err) != triage.NotFound || err.Error() != absent.Error() {
			t.Errorf("got %v", err)
		}
	}
}

func TestACorrectionOfTheUrgencyLeavesAHandoverAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both, id := o.person("Ada", triage.RoleHybrid), o.place()
	relationship, urgent := triage.CM, triage.UrgencyUrgent
	if _, err := o.Correct(t.Context(), both, id, queue.Given{}, postgres.Label{Queue: &relationship}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.HandOver(t.Context(), both, id, queue.Given{}, "Needs the content team", ""); err != nil {
		t.Fatal(err)
	}
	got, err := o.Correct(t.Context(), both, id, queue.Given{}, postgres.Label{Urgency: &urgent})
	if err != nil || got.Queue != triage.SMM || got.Priority != triage.P1 {
		t.Errorf("in %s as %s: %v", got.Queue, got.Priority, err)
	}
}

func TestWhatAPersonCallsSpamIsDismissedAndComesBackWhenItIsNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	o.claim(ada, id)
	spam, question := triage.Spam, triage.ProductQuestion
	got, err := o.Correct(t.Context(), ada, id, queue.Given{}, postgres.Label{Intent: &spam})
	if err != nil || got.Status != triage.StatusDismissed || got.Outcome != "spam" || got.Assignee != "" {
		t.Errorf("spam is %s, outcome %q: %v", got.Status, got.Outcome, err)
	}
	got, err = o.Correct(t.Context(), ada, id, queue.Given{}, postgres.Label{Intent: &question})
	if err != nil || got.Status != triage.StatusOpen || got.Outcome != "" || !got.ClosedAt.IsZero() {
		t.Errorf("no spam is %s, outcome %q: %v", got.Status, got.Outcome, err)
	}
}

func TestAnErasedCommentIsGoneForEveryAction(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	err := o.store.InTx(t.Context(), func(tx *postgres.Tx) error {
		return tx.Erase(t.Context(), o.brand, []triage.ID{o.item(id).EngagementID})
	})
	if err != nil {
		t.Fatal(err)
	}
	praise := triage.Praise
	for action, act := range map[string]func() (postgres.Item, error){
		"claim":   func() (postgres.Item, error) { return o.Claim(t.Context(), ada, id, queue.Given{}) },
		"release": func() (postgres.Item, error) { return o.Release(t.Context(), ada, id, queue.Given{}) },
		"resolve": func() (postgres.Item, error) {
			return o.Resolve(t.Context(), ada, id, queue.Given{}, triage.OutcomeAnswered, "")
		},
		"correct": func() (postgres.Item, error) {
			return o.Correct(t.Context(), ada, id, queue.Given{}, postgres.Label{Intent: &praise})
		},
	} {
		if _, err := act(); triage.KindOf(err) != triage.Gone {
			t.Errorf("%s: got %v", action, err)
		}
	}
}

func TestReleasingIsForWhatSomebodyHolds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, id := o.person("Ada", triage.RoleCM), o.place()
	if _, err := o.Release(t.Context(), ada, id, queue.Given{}); triage.KindOf(err) != triage.Conflict {
		t.Errorf("an open item: %v", err)
	}
	o.claim(ada, id)
	if got, err := o.Release(t.Context(), ada, id, queue.Given{}); err != nil || got.Status != triage.StatusOpen || got.Assignee != "" {
		t.Errorf("released to %s with %q: %v", got.Status, got.Assignee, err)
	}
}
