package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/postgres"
	"triage/triage"
)

// reads is how often each question is asked, half of them at the first page.
const reads = 120

// question is one list that a person may ask for.
type question struct {
	name   string
	filter postgres.ItemFilter
}

// questions are every filter alone, and combinations of common and rare ones.
func (q *queues) questions(ctx context.Context) ([]question, error) {
	var author, thread, busy triage.ID
	err := q.plain.QueryRow(ctx, `
		SELECT (SELECT author_id FROM items WHERE brand_id = $1 AND status = 'open' AND queue = 'cm' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1),
		       (SELECT thread_id FROM items WHERE brand_id = $1 AND status = 'open' AND queue = 'cm' GROUP BY 1 ORDER BY count(*) LIMIT 1),
		       (SELECT thread_id FROM items WHERE brand_id = $1 AND status = 'open' AND queue = 'cm' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)`,
		largeBrand).Scan(&author, &thread, &busy)
	unsure := true
	day := time.Now().Add(-24 * time.Hour)
	type f = postgres.ItemFilter
	return []question{
		{"everything", f{}},
		{"status open", f{Statuses: []triage.Status{triage.StatusOpen}}},
		{"status waiting", f{Statuses: []triage.Status{triage.StatusWaiting}}},
		{"status snoozed or waiting", f{Statuses: []triage.Status{triage.StatusSnoozed, triage.StatusWaiting}}},
		{"priority urgent", f{Priorities: []triage.Priority{triage.P1}}},
		{"priority low", f{Priorities: []triage.Priority{triage.P4}}},
		{"intent praise", f{Intents: []triage.Intent{triage.Praise}}},
		{"intent abuse", f{Intents: []triage.Intent{triage.Abuse}}},
		{"sentiment positive", f{Sentiments: []triage.Sentiment{triage.Positive}}},
		{"language pl", f{Languages: []string{"pl"}}},
		{"language de", f{Languages: []string{"de"}}},
		{"platform facebook", f{Platforms: []triage.Platform{triage.Facebook}}},
		{"channel", f{Channel: "c0000000-0000-7000-8000-000000000004"}},
		{"risk minor", f{Risks: []triage.Risk{triage.RiskMinor}}},
		{"any risk", f{Risks: triage.Risks()}},
		{"author of most", f{Author: author}},
		{"thread of few", f{Thread: thread}},
		{"thread of most", f{Thread: busy}},
		{"assigned to one", f{Assignee: "e0000000-0000-7000-8000-000000000001"}},
		{"assigned to nobody", f{Unassigned: true}},
		{"unsure", f{Unsure: &unsure}},
		{"received in the last day", f{From: day}},
		{"received before the last day", f{To: day}},
		{"language pl and risk", f{Languages: []string{"pl"}, Risks: triage.Risks()}},
		{"negative praise", f{Intents: []triage.Intent{triage.Praise}, Sentiments: []triage.Sentiment{triage.Negative}}},
		{"low, open, de or en, sure", f{Priorities: []triage.Priority{triage.P4}, Statuses: []triage.Status{triage.StatusOpen}, Languages: []string{"de", "en"}}},
		{"urgent, unsure, last day", f{Priorities: []triage.Priority{triage.P1, triage.P2}, Unsure: &unsure, From: day}},
		{"complaints in one thread", f{Intents: []triage.Intent{triage.Complaint}, Thread: busy}},
		{"words that many have", f{Text: "Rechnung"}},
		{"a word that few have", f{Text: "K1234"}},
		{"words and language", f{Text: "parcel late", Languages: []string{"fr"}}},
		{"closed", f{Statuses: []triage.Status{triage.StatusResolved, triage.StatusDismissed}}},
		{"closed, intent praise", f{Statuses: []triage.Status{triage.StatusResolved, triage.StatusDismissed}, Intents: []triage.Intent{triage.Praise}}},
	}, err
}

// planned are the lists whose plans are kept: one of each way that a list is answered.
var planned = []string{"everything", "status waiting", "priority low", "language pl and risk", "assigned to one", "received in the last day", "a word that few have", "closed"}

// lists measures every question at its first page and at places deep in the queue, while
// comments arrive.
func (q *queues) lists(ctx context.Context) error {
	questions, err := q.questions(ctx)
	if err != nil {
		return err
	}
	deep, err := q.depths(ctx)
	if err != nil {
		return err
	}
	for _, one := range questions { // what people ask all day is in memory
		if _, err := q.store.Items(ctx, largeBrand, triage.CM, one.filter, nil, 51); err != nil {
			return err
		}
	}
	return q.whileArriving(ctx, func(ctx context.Context) error {
		for _, one := range questions {
			took, err := timed(reads, func(i int) error {
				var after *postgres.Position
				if i%2 == 1 {
					after = &deep[i%len(deep)]
				}
				_, err := q.store.Items(ctx, largeBrand, triage.CM, one.filter, after, 51)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			q.add("list, "+one.name+", p95", ms(percentile(took, 0.95)), "ms", atMost(20))
			if !slices.Contains(planned, one.name) {
				continue
			}
			q.explain(ctx, "list, "+one.name, func(s *postgres.Store) error {
				_, err := s.Items(ctx, largeBrand, triage.CM, one.filter, &deep[0], 51)
				return err
			})
		}
		return q.groups(ctx, deep)
	})
}

// groups measures the lists that show a post, a person or a wave once.
func (q *queues) groups(ctx context.Context, deep []postgres.Position) error {
	for _, by := range []postgres.Grouping{postgres.ByThread, postgres.ByAuthor, postgres.ByWave} {
		ask := func(s *postgres.Store, i int) error {
			var after *postgres.Position
			if i%2 == 1 {
				after = &deep[i%len(deep)]
			}
			_, _, err := s.Groups(ctx, largeBrand, triage.CM, by, postgres.ItemFilter{}, after, 50)
			return err
		}
		took, err := timed(reads, func(i int) error { return ask(q.store, i) })
		if err != nil {
			return fmt.Errorf("groups by %s: %w", by, err)
		}
		q.add("list in groups by "+string(by)+", p95", ms(percentile(took, 0.95)), "ms", none)
		q.explain(ctx, "list in groups by "+string(by), func(s *postgres.Store) error { return ask(s, 1) })
	}
	return nil
}

// depths are positions all over the queue.
func (q *queues) depths(ctx context.Context) ([]postgres.Position, error) {
	rows, _ := q.plain.Query(ctx, `
		SELECT rank, id FROM (SELECT rank, id, row_number() OVER (ORDER BY rank, id) AS n, count(*) OVER () AS all_of_them
		    FROM live_items WHERE brand_id = $1 AND queue = 'cm') numbered
		WHERE n % (all_of_them / 12) = 0 ORDER BY md5(id::text)`, largeBrand)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[postgres.Position])
}

// counts measures how the queues stand, while comments arrive.
func (q *queues) counts(ctx context.Context) error {
	return q.whileArriving(ctx, func(ctx context.Context) error {
		took, err := timedEvery(20*time.Millisecond, 5*reads, func(int) error { // over several folds of the counters
			_, err := q.store.Queues(ctx, largeBrand, time.Now())
			return err
		})
		if err != nil {
			return err
		}
		q.add("counts of both queues, p95", ms(percentile(took, 0.95)), "ms", atMost(10))
		q.explain(ctx, "counts", func(s *postgres.Store) error {
			_, err := s.Queues(ctx, largeBrand, time.Now())
			return err
		})
		return nil
	})
}
