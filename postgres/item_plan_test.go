package postgres_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// fill makes n comments with items in the relationship queue, nine of ten resolved, and
// lets the planner know.
func (in *intake) fill(n int) {
	in.t.Helper()
	in.exec(`
		INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, text, version_at, content_hash,
		    received_at, changed_at, delivery_id)
		SELECT $1, md5('e' || n)::uuid, $2, 'facebook', n::text, 'comment', 'Comment number ' || n, now(), '', now(), now(), $2
		FROM generate_series(1, $3::int) n`, in.brand, in.channel, n)
	in.exec(`
		INSERT INTO items (brand_id, id, engagement_id, queue, status, priority, due_at, rank, round, platform, channel_id,
		    received_at, created_at, changed_at)
		SELECT $1, md5('i' || n)::uuid, md5('e' || n)::uuid, 'cm', CASE WHEN n % 10 = 0 THEN 'open' ELSE 'resolved' END, 3,
		    now() + n * interval '1 second', n, 1, 'facebook', $2, now(), now(), now()
		FROM generate_series(1, $3::int) n`, in.brand, in.channel, n)
	for _, table := range []string{"engagements", "items", "live_items", "queue_counts", "due_counts"} {
		in.exec(`VACUUM ANALYZE ` + table)
	}
}

func (in *intake) explain(sql string, args ...any) string {
	in.t.Helper()
	rows, err := in.Pool().Query(in.t.Context(), `EXPLAIN (COSTS OFF) `+sql, args...)
	if err != nil {
		in.t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			in.t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		in.t.Fatal(err)
	}
	return plan.String()
}

func TestClaimsAndListsReadNoMoreThanTheyShow(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(30_000)
	sql, args := postgres.ClaimNextSQL(in.anything(in.channel, time.Now()), triage.CM, time.Now())
	plan := in.explain(sql, args...)
	for _, index := range []string{"items_open", "items_reserved", "items_leases", "items_snoozes"} {
		if !strings.Contains(plan, index) {
			t.Errorf("claiming the next item does not use %s:\n%s", index, plan)
		}
	}
	if strings.Contains(plan, "Seq Scan") {
		t.Errorf("claiming the next item reads a whole table:\n%s", plan)
	}
	in.spread()
	in.exec(`VACUUM ANALYZE live_items`)
	after := &postgres.Position{Rank: 500, ID: in.channel}
	common, rare := postgres.ItemFilter{Priorities: []triage.Priority{triage.P3}}, postgres.ItemFilter{Risks: []triage.Risk{triage.RiskLegal}}
	closed := postgres.ItemFilter{Statuses: []triage.Status{triage.StatusResolved, triage.StatusDismissed}}
	for _, c := range []struct {
		rule    string
		filter  postgres.ItemFilter
		after   *postgres.Position
		indexes []string // of each statement
	}{
		{"the first page of what is live", postgres.ItemFilter{}, nil, []string{"Scan using live_items_order on live_items"}},
		{"a later page of what is live", postgres.ItemFilter{}, after, []string{"Scan using live_items_order on live_items"}},
		{"a filter", rare, after, []string{"Scan using live_items_order on live_items", "Bitmap Index Scan on live_items_terms"}},
		{"a priority", common, nil, []string{"Scan using live_items_priority on live_items", "live_items_terms"}},
		{"what is closed", closed, after, []string{"using items_closed on items i"}},
	} {
		sql, args := postgres.ListPages(in.brand, triage.CM, c.filter, c.after, 50)
		if len(sql) != len(c.indexes) {
			t.Errorf("%s: %d statements, want %d", c.rule, len(sql), len(c.indexes))
			continue
		}
		for n, index := range c.indexes {
			plan := in.explain(sql[n], args[n]...)
			if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan on items") || strings.Contains(plan, "Seq Scan on live_items") ||
				strings.Contains(plan, "Seq Scan on engagements") {
				t.Errorf("%s, statement %d:\n%s", c.rule, n+1, plan)
			}
		}
	}
	plan = in.explain(postgres.QueueStateSQL, in.brand, time.Now())
	if !strings.Contains(plan, "using live_items_due on live_items") || !strings.Contains(plan, "using live_items_received on live_items") ||
		strings.Contains(plan, "Seq Scan on live_items") {
		t.Errorf("how the queues stand:\n%s", plan)
	}
}
