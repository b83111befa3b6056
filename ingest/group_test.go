package ingest_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/ingest"
	"triage/internal/pgtest"
	"triage/postgres"
	"triage/triage"
)

// rig is a group over a database of its own.
type rig struct {
	*ingest.Group
	store          *postgres.Store
	brand, channel triage.ID
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	r := &rig{
		Group: ingest.NewGroup(store, slog.New(slog.DiscardHandler), ingest.GroupOptions{Window: 20 * time.Millisecond}),
		store: store, brand: postgres.NewID(), channel: postgres.NewID(),
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	group := r.Group
	running.Go(func() { group.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return r
}

// record hands in one delivery with one comment.
func (r *rig) record(ctx context.Context, id, text string) ([]bool, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: "standard_webhooks", ReceivedAt: now, Source: "webhook", Raw: []byte(text), Accepted: 1}
	return r.Record(ctx, d, []postgres.Change{{DeliveryID: d.ID, Engagement: triage.Engagement{
		ID: postgres.NewID(), BrandID: r.brand, ChannelID: r.channel, Platform: "standard_webhooks", ExternalID: id,
		Form: triage.FormComment, Action: triage.Created, Text: text, VersionAt: now, ReceivedAt: now,
	}}})
}

func (r *rig) count(t *testing.T, sql string) (n int) {
	t.Helper()
	if err := r.store.Pool().QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDeliveriesThatArriveTogetherShareACommit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var senders sync.WaitGroup
	for n := range 40 {
		senders.Go(func() {
			effects, err := r.record(t.Context(), fmt.Sprint("c", n%20), "hello")
			if err != nil || len(effects) != 1 {
				t.Errorf("delivery %d: %v %v", n, effects, err)
			}
		})
	}
	senders.Wait()
	if n := r.count(t, `SELECT count(*) FROM engagements`); n != 20 {
		t.Errorf("%d comments", n)
	}
	if commits := r.count(t, `SELECT count(DISTINCT xmin::text) FROM deliveries`); commits >= 40 {
		t.Errorf("40 deliveries took %d commits", commits)
	}
	if jobs := r.count(t, `SELECT count(*) FROM river_job`); jobs == 0 || jobs >= 20 {
		t.Errorf("20 comments gave %d jobs", jobs)
	}
}

// A row that the database refuses fails alone: its bytes are kept, its neighbours stored.
func TestOneBadRowFailsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var senders sync.WaitGroup
	for n := range 6 {
		text := "good"
		if n == 3 {
			text = "bad \x00 byte" // no connector lets this through; PostgreSQL cannot keep it
		}
		senders.Go(func() {
			if _, err := r.record(t.Context(), fmt.Sprint("c", n), text); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	if n := r.count(t, `SELECT count(*) FROM engagements WHERE text = 'good'`); n != 5 {
		t.Errorf("%d good neighbours are stored", n)
	}
	if n := r.count(t, `SELECT count(*) FROM deliveries WHERE state = 'quarantined' AND raw IS NOT NULL`); n != 1 {
		t.Errorf("%d deliveries are quarantined", n)
	}
}

func TestWhatWasNotStoredIsUnavailable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.store.Close()
	_, err := r.record(t.Context(), "c1", "x")
	if triage.KindOf(err) != triage.Unavailable || strings.Contains(fmt.Sprint(triage.Explain(err)), "pool") {
		t.Errorf("got %v", err)
	}
}

func TestAStoppingGroupWritesWhatItWasHanded(t *testing.T) {
	t.Parallel()
	running := newRig(t)
	group := ingest.NewGroup(running.store, slog.New(slog.DiscardHandler), ingest.GroupOptions{Window: time.Millisecond})
	r := &rig{Group: group, store: running.store, brand: running.brand, channel: running.channel}
	done := make(chan error, 8)
	for n := range cap(done) {
		go func() {
			_, err := r.record(t.Context(), fmt.Sprint("s", n), "x")
			done <- err
		}()
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for answered := 0; answered < cap(done); {
		group.Run(stopped) // returns at once when nothing is pending
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			answered++
		default:
		}
	}
}
