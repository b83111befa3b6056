package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// QueueState is how a queue stands. Everything counts live items only.
type QueueState struct {
	Queue      triage.Queue
	Open       int64
	Claimed    int64
	Snoozed    int64
	Waiting    int64
	Unassigned int64 // nobody holds them
	Unsure     int64
	Overdue    int64
	Oldest     time.Time // when the oldest one was received; zero when there is none
	ByPriority map[triage.Priority]int64
}

// Queues returns how both queues of a brand stand at now.
func (r Reads) Queues(ctx context.Context, brand triage.ID, now time.Time) ([]QueueState, error) {
	states := make([]QueueState, 0, 2)
	at := map[triage.Queue]*QueueState{}
	for _, q := range triage.Queues() {
		states = append(states, QueueState{Queue: q, ByPriority: map[triage.Priority]int64{}})
	}
	for n := range states {
		at[states[n].Queue] = &states[n]
	}
	var q triage.Queue
	var kind, status string
	var priority triage.Priority
	var unsure bool
	var n int64
	var oldest *time.Time
	rows, _ := r.db.Query(ctx, queueState, brand, now)
	_, err := pgx.ForEachRow(rows, []any{&q, &kind, &status, &priority, &unsure, &n, &oldest}, func() error {
		switch s := at[q]; {
		case s == nil:
		case kind == "count":
			s.count(triage.Status(status), priority, unsure, n)
		default:
			s.Overdue, s.Oldest = n, orZero(oldest)
		}
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("queue state: %w", err))
	}
	return states, nil
}

// queueState adds up the kept counters: those by status, and those of the hours that are
// over. Only what is due within the current hour is counted. It is one statement, so that
// all of it is true of the same moment.
const queueState = `
	SELECT queue, 'count', status, priority, unsure, sum(n)::bigint, NULL::timestamptz FROM queue_counts i
	WHERE brand_id = $1 AND ` + liveItems + `
	GROUP BY queue, status, priority, unsure
	UNION ALL
	SELECT q.queue, 'time', '', 0, false,
	    (SELECT coalesce(sum(n), 0)::bigint FROM due_counts d WHERE d.brand_id = $1 AND d.queue = q.queue AND d.hour < date_trunc('hour', $2::timestamptz, 'UTC'))
	    + (SELECT count(*) FROM live_items l WHERE l.brand_id = $1 AND l.queue = q.queue
	       AND l.due_at >= date_trunc('hour', $2::timestamptz, 'UTC') AND l.due_at < $2),
	    (SELECT min(received_at) FROM live_items l WHERE l.brand_id = $1 AND l.queue = q.queue)
	FROM (VALUES ('smm'), ('cm')) AS q (queue)`

func (s *QueueState) count(status triage.Status, priority triage.Priority, unsure bool, n int64) {
	s.ByPriority[priority] += n
	if unsure {
		s.Unsure += n
	}
	switch status {
	case triage.StatusOpen:
		s.Open += n
		s.Unassigned += n
	case triage.StatusClaimed:
		s.Claimed += n
	case triage.StatusSnoozed:
		s.Snoozed += n
	case triage.StatusWaiting:
		s.Waiting += n
	case triage.StatusResolved, triage.StatusDismissed:
	}
}

// FoldQueueCounts replaces the differences that were appended to the kept counters by
// their sums. Sums read before, meanwhile and afterwards are the same.
func (t *Tx) FoldQueueCounts(ctx context.Context) error {
	batch := &pgx.Batch{}
	batch.Queue(`
		WITH many AS (
			SELECT brand_id, queue, status, priority, unsure FROM queue_counts
			GROUP BY brand_id, queue, status, priority, unsure HAVING count(*) > 1),
		folded AS (
			DELETE FROM queue_counts c USING many m
			WHERE (c.brand_id, c.queue, c.status, c.priority, c.unsure) = (m.brand_id, m.queue, m.status, m.priority, m.unsure)
			RETURNING c.brand_id, c.queue, c.status, c.priority, c.unsure, c.n)
		INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
		SELECT brand_id, queue, status, priority, unsure, sum(n) FROM folded
		GROUP BY brand_id, queue, status, priority, unsure HAVING sum(n) <> 0`)
	batch.Queue(`
		WITH many AS (
			SELECT brand_id, queue, hour FROM due_counts GROUP BY brand_id, queue, hour HAVING count(*) > 1),
		folded AS (
			DELETE FROM due_counts c USING many m
			WHERE (c.brand_id, c.queue, c.hour) = (m.brand_id, m.queue, m.hour)
			RETURNING c.brand_id, c.queue, c.hour, c.n)
		INSERT INTO due_counts (brand_id, queue, hour, n)
		SELECT brand_id, queue, hour, sum(n) FROM folded
		GROUP BY brand_id, queue, hour HAVING sum(n) <> 0`)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("fold queue counts: %w", err)
	}
	return nil
}
