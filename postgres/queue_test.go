package postgres_test

import (
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

func (in *intake) relationshipQueue() postgres.QueueState {
	in.t.Helper()
	states, err := in.Queues(in.t.Context(), in.brand, time.Now())
	if err != nil {
		in.t.Fatal(err)
	}
	for _, s := range states {
		if s.Queue == triage.CM {
			return s
		}
	}
	in.t.Fatalf("no relationship queue in %+v", states)
	return postgres.QueueState{}
}

func TestAQueueSaysHowItStands(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.place("c1", "one")
	urgent := in.place("c2", "two")
	in.exec(`UPDATE items SET priority = 1, unsure = true, due_at = now() - interval '1 minute', received_at = received_at - interval '1 hour'
		WHERE id = $1`, urgent.ID)
	in.place("c3", "three")
	in.exec(`UPDATE items SET status = 'resolved' WHERE engagement_id IN (SELECT id FROM engagements WHERE external_id = 'c3')`)
	if _, err := in.claim(postgres.NewID(), time.Minute); err != nil {
		t.Fatal(err)
	}
	got := in.relationshipQueue()
	if got.Open != 1 || got.Claimed != 1 || got.Unassigned != 1 || got.Unsure != 1 || got.Overdue != 1 ||
		got.ByPriority[triage.P1] != 1 || got.ByPriority[triage.P2] != 1 || !got.Oldest.Equal(in.start.Add(-time.Hour)) {
		t.Errorf("%+v", got)
	}
}

func TestFoldingCountersChangesNoSum(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for _, external := range []string{"c1", "c2", "c3"} {
		in.place(external, external)
	}
	for range 60 {
		in.exec(`UPDATE items SET unsure = NOT unsure`)
	}
	before, rows := in.relationshipQueue(), in.count(`SELECT count(*) FROM queue_counts`)
	in.tx(func(tx *postgres.Tx) error { return tx.FoldQueueCounts(t.Context()) })
	after, folded := in.relationshipQueue(), in.count(`SELECT count(*) FROM queue_counts`)
	if before.Open != 3 || after.Open != before.Open || after.Unsure != before.Unsure {
		t.Errorf("%+v became %+v", before, after)
	}
	if folded >= rows || folded > 4 {
		t.Errorf("%d rows became %d", rows, folded)
	}
}
