package postgres_test

import (
	"context"
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// intake is a database with one brand and one channel.
type intake struct {
	*postgres.Store
	t       *testing.T
	brand   triage.ID
	channel triage.ID
	start   time.Time
}

func newIntake(t *testing.T) *intake {
	t.Helper()
	db := pgtest.New(t)
	store, err := postgres.Open(t.Context(), db.URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	in := &intake{Store: store, t: t, brand: postgres.NewID(), channel: postgres.NewID(), start: time.Now().UTC().Truncate(time.Second)}
	in.exec(`INSERT INTO brands (id, slug, name) VALUES ($1, 'acme', 'Acme')`, in.brand)
	return in
}

func (in *intake) exec(sql string, args ...any) {
	in.t.Helper()
	if _, err := in.Pool().Exec(in.t.Context(), sql, args...); err != nil {
		in.t.Fatal(err)
	}
}

func (in *intake) event(action triage.Action, external string, minute int, text string) triage.Engagement {
	return triage.Engagement{
		ID: postgres.NewID(), BrandID: in.brand, ChannelID: in.channel, Platform: triage.StandardWebhooks,
		ExternalID: external, Form: triage.FormComment, Action: action, Text: text,
		Author:    triage.Author{ExternalID: "author-1", Name: "Jörg", Followers: -1},
		Thread:    triage.Thread{ExternalID: "post-1"},
		VersionAt: in.start.Add(time.Duration(minute) * time.Minute), ReceivedAt: in.start,
	}
}

// deliver records events as one delivery with the given raw bytes.
func (in *intake) deliver(events ...triage.Engagement) []postgres.Ref {
	in.t.Helper()
	d := postgres.Delivery{
		ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: triage.StandardWebhooks,
		ReceivedAt: in.start, Source: "webhook", Raw: []byte("raw"), Accepted: len(events),
	}
	var changes []postgres.Change
	for _, e := range events {
		changes = append(changes, postgres.Change{Engagement: e, DeliveryID: d.ID})
	}
	var refs []postgres.Ref
	err := in.Retrying(in.t.Context(), 5, func(tx *postgres.Tx) (err error) {
		refs, _, err = tx.Record(in.t.Context(), []postgres.Delivery{d}, changes)
		return err
	})
	if err != nil {
		in.t.Fatal(err)
	}
	return refs
}

// settle judges refs as complaints and places them in the relationship queue.
func (in *intake) settle(refs ...postgres.Ref) int {
	in.t.Helper()
	counted := 0
	for _, ref := range refs {
		waiting, err := in.Waiting(in.t.Context(), in.brand, []triage.ID{ref.ID})
		if err != nil {
			in.t.Fatal(err)
		}
		for _, w := range waiting {
			w.Engagement.Round = ref.Round
			counted += in.settleOne(w.Engagement)
		}
	}
	return counted
}

func (in *intake) settleOne(e triage.Engagement) (counted int) {
	in.t.Helper()
	values := make([]float32, 256)
	values[len(e.Text)%256] = 1
	err := in.InTx(in.t.Context(), func(tx *postgres.Tx) (err error) {
		counted, err = tx.Settle(in.t.Context(), in.brand, []postgres.Settlement{{
			Engagement: e,
			Classification: triage.Classification{
				Engine: "builtin", Model: "m1", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh,
				Evidence: []triage.Span{{Start: 0, End: len(e.Text), Why: "intent"}},
			},
			Vector: &triage.Vector{Model: "m1", Values: values},
			Place: func(s *postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: triage.Placement{
					Queue: triage.CM, Priority: triage.P2, DueAt: in.start.Add(time.Hour),
					Reasons: []triage.Reason{{Rule: "intent", Text: "Read as complaint."}},
				}}
			},
			Notify: func(triage.Placement) []notify.Going {
				return []notify.Going{{Place: "C1", Why: notify.Why{Kind: notify.WhyQueue}}}
			},
		}})
		return err
	})
	if err != nil {
		in.t.Fatal(err)
	}
	return counted
}

func (in *intake) count(sql string, args ...any) (n int) {
	in.t.Helper()
	if err := in.Pool().QueryRow(in.t.Context(), sql, args...).Scan(&n); err != nil {
		in.t.Fatal(err)
	}
	return n
}

func (in *intake) text(external string) (text string, round int) {
	in.t.Helper()
	err := in.Pool().QueryRow(in.t.Context(),
		`SELECT text, round FROM engagements WHERE brand_id = $1 AND external_id = $2`, in.brand, external).Scan(&text, &round)
	if err != nil {
		in.t.Fatal(err)
	}
	return text, round
}

func TestACreationIsStoredOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	create := in.event(triage.Created, "c1", 1, "Grüße 👋")
	again := create
	again.ID = postgres.NewID()
	if refs := in.deliver(create, again); len(refs) != 1 {
		t.Errorf("one delivery with the comment twice gave %d judgements to do", len(refs))
	}
	again.ID = postgres.NewID()
	if refs := in.deliver(again); len(refs) != 0 {
		t.Errorf("a replay gave %d judgements to do", len(refs))
	}
	if n := in.count(`SELECT count(*) FROM engagements`); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAnEditIsJudgedAgainAndKeepsTheOldVersion(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.settle(in.deliver(in.event(triage.Created, "c1", 1, "first"))...)
	refs := in.deliver(in.event(triage.Edited, "c1", 2, "second"))
	if len(refs) != 1 || refs[0].Round != 2 {
		t.Fatalf("the edit gave %v to judge", refs)
	}
	in.settle(refs...)
	if text, round := in.text("c1"); text != "second" || round != 2 {
		t.Errorf("%q in round %d", text, round)
	}
	if n := in.count(`SELECT count(*) FROM engagement_versions WHERE text = 'first'`); n != 1 {
		t.Errorf("%d old versions", n)
	}
	if n := in.count(`SELECT count(*) FROM items WHERE kind = 'owner' AND round = 2`); n != 1 {
		t.Errorf("%d owner items of the second round", n)
	}
}

func TestALateWorkerDoesNotOverwriteAnEdit(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	held := in.event(triage.Created, "c1", 1, "first")
	refs := in.deliver(held)
	in.deliver(in.event(triage.Edited, "c1", 2, "second"))
	held.Round = refs[0].Round
	if n := in.settleOne(held); n != 0 {
		t.Error("the first round was settled although the second was accepted")
	}
}

// Whoever asked to be deleted is gone everywhere, also when a worker was just at it.
func TestADeletionLeavesOnlyTheKey(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		in := newIntake(t)
		held := in.event(triage.Created, "c1", 1, "canary-4711")
		held.Round = 1
		in.deliver(held)
		again := held
		again.ID = postgres.NewID()
		in.deliver(again) // the platform repeats it
		if !late {
			in.settleOne(held)
		}
		in.deliver(in.event(triage.Deleted, "c1", 2, ""))
		if late && in.settleOne(held) != 0 {
			t.Error("a deleted comment was settled")
		}
		in.deliver(in.event(triage.Created, "c1", 1, "canary-4711"), in.event(triage.Edited, "c1", 9, "canary-4711"))
		if text, _ := in.text("c1"); text != "" {
			t.Errorf("text %q is still there", text)
		}
		for _, table := range []string{"judgements", "embeddings", "engagement_versions", "authors"} {
			if n := in.count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("late=%v: %d rows left in %s", late, n, table)
			}
		}
		if n := in.count(`SELECT count(*) FROM deliveries WHERE raw IS NOT NULL`); n != 0 {
			t.Errorf("late=%v: the bytes of %d deliveries are left", late, n)
		}
		if n := in.count(`SELECT count(*) FROM items WHERE status <> 'resolved' OR outcome <> 'deleted'`); n != 0 {
			t.Errorf("%d items not closed as deleted", n)
		}
	}
}

func TestAnErasedAuthorIsNotStoredAgain(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	theirs := in.event(triage.Created, "c1", 1, "theirs")
	other := in.event(triage.Created, "c2", 1, "another's")
	other.Author.ExternalID = "author-2"
	unplaced := in.event(triage.Created, "c3", 1, "theirs, not placed yet")
	unplaced.Round = 1
	in.settle(in.deliver(theirs, other)...)
	in.deliver(unplaced)
	in.deliver(in.event(triage.AuthorErased, "", 5, ""))
	in.settleOne(unplaced)
	in.deliver(in.event(triage.Created, "c1", 1, "theirs"), in.event(triage.Created, "c4", 2, "theirs, replayed"))
	if n := in.count(`SELECT count(*) FROM engagements WHERE text LIKE 'theirs%'`); n != 0 {
		t.Errorf("%d texts of the erased author are left", n)
	}
	if n := in.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL`); n != 3 {
		t.Errorf("%d tombstones, want c1, c3 and c4", n)
	}
	if text, _ := in.text("c2"); text != "another's" {
		t.Error("another author's comment was touched")
	}
	later := in.event(triage.Created, "c5", 9, "came back")
	if refs := in.deliver(later); len(refs) != 1 {
		t.Error("a comment written after the erasure is not stored")
	}
}

func TestTheSameIdInTwoBrandsIsTwoComments(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	other := in.event(triage.Created, "c1", 1, "b")
	other.BrandID, other.ChannelID = postgres.NewID(), postgres.NewID()
	if refs := in.deliver(in.event(triage.Created, "c1", 1, "a"), other); len(refs) != 2 {
		t.Errorf("%d stored", len(refs))
	}
}

func TestParallelDuplicatesEndInOneRow(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	const workers = 8
	done := make(chan int, workers)
	for range workers {
		go func() {
			fresh := 0
			for n := range 20 {
				e := in.event(triage.Created, string(rune('a'+n)), 1, "same")
				err := in.Retrying(context.Background(), 10, func(tx *postgres.Tx) error {
					refs, _, err := tx.Record(context.Background(), nil, []postgres.Change{{Engagement: e, DeliveryID: postgres.NewID()}})
					if err == nil {
						fresh += len(refs)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
			done <- fresh
		}()
	}
	total := 0
	for range workers {
		total += <-done
	}
	if n := in.count(`SELECT count(*) FROM engagements`); n != 20 || total != 20 {
		t.Errorf("%d rows, %d said to be new", n, total)
	}
}

func TestCountersAgreeWithTheItems(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.settle(in.deliver(in.event(triage.Created, "c1", 1, "a"), in.event(triage.Created, "c2", 1, "bb"))...)
	in.deliver(in.event(triage.Deleted, "c1", 2, ""))
	if n := in.count(`SELECT sum(n) FROM queue_counts WHERE queue = 'cm' AND status = 'open'`); n != 1 {
		t.Errorf("%d open by the counters", n)
	}
}
