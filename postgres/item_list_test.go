package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// spread gives the items that fill made all that a list can filter by, in an even mix.
func (in *intake) spread() {
	in.t.Helper()
	in.exec(`
		UPDATE items SET rank = n % 1000, priority = 1 + n % 4, unsure = n % 7 = 0,
		    status = (ARRAY['open', 'claimed', 'snoozed', 'waiting', 'resolved', 'dismissed'])[1 + n / 3 % 6],
		    assignee_id = CASE WHEN n / 3 % 6 = 1 OR n % 11 = 0 THEN md5('p' || n % 5)::uuid END,
		    lease_until = CASE WHEN n / 3 % 6 = 1 THEN now() END,
		    outcome = CASE WHEN n / 3 % 6 = 4 THEN CASE WHEN n % 5 = 0 THEN 'deleted' ELSE 'answered' END END,
		    intent = (ARRAY['praise', 'complaint', 'spam'])[1 + n % 3], sentiment = (ARRAY['negative', 'neutral', 'positive'])[1 + n / 2 % 3],
		    language = CASE WHEN n % 50 = 0 THEN 'pl' ELSE 'de' END, platform = CASE WHEN n % 4 = 0 THEN 'instagram' ELSE 'facebook' END,
		    risks = CASE WHEN n % 20 = 0 THEN ARRAY['legal', 'threat'] WHEN n % 21 = 0 THEN ARRAY['minor'] ELSE '{}' END,
		    author_id = md5('a' || n % 9)::uuid, thread_id = CASE WHEN n % 2 = 0 THEN md5('t' || n % 8)::uuid END,
		    queue = CASE WHEN n % 6 = 0 THEN 'smm' ELSE 'cm' END,
		    received_at = now() - n * interval '1 minute', due_at = now() + (n % 300 - 150) * interval '1 minute'
		FROM (SELECT id AS item, row_number() OVER (ORDER BY id) AS n FROM items) numbered WHERE id = item`)
}

// oneOf returns nothing most often, else one or two of the words.
func oneOf[T any](r *rand.Rand, words ...T) []T {
	switch r.IntN(6) {
	case 0:
		return []T{words[r.IntN(len(words))]}
	case 1:
		return []T{words[r.IntN(len(words))], words[r.IntN(len(words))]}
	}
	return nil
}

func idOf(r *rand.Rand, in *intake, kind string, of int) (id triage.ID) {
	if r.IntN(6) > 0 {
		return ""
	}
	if err := in.Pool().QueryRow(in.t.Context(), `SELECT md5($1)::uuid`, fmt.Sprint(kind, r.IntN(of))).Scan(&id); err != nil {
		in.t.Fatal(err)
	}
	return id
}

func randomFilter(r *rand.Rand, in *intake) postgres.ItemFilter {
	f := postgres.ItemFilter{
		Statuses:   oneOf(r, triage.Statuses()...),
		Priorities: oneOf(r, triage.P1, triage.P2, triage.P3, triage.P4),
		Intents:    oneOf(r, triage.Praise, triage.Complaint, triage.Spam),
		Sentiments: oneOf(r, triage.Sentiments()...),
		Languages:  oneOf(r, "pl", "de", "xx"),
		Platforms:  oneOf(r, triage.Instagram, triage.Facebook),
		Risks:      oneOf(r, triage.RiskLegal, triage.RiskMinor, triage.RiskSafety),
		Author:     idOf(r, in, "a", 9), Thread: idOf(r, in, "t", 8), Assignee: idOf(r, in, "p", 5),
		Unassigned: r.IntN(8) == 0,
	}
	if r.IntN(6) == 0 {
		unsure := r.IntN(2) == 0
		f.Unsure = &unsure
	}
	if r.IntN(6) == 0 {
		f.From = time.Now().Add(-time.Duration(r.IntN(3000)) * time.Minute)
	}
	if r.IntN(6) == 0 {
		f.To = time.Now().Add(-time.Duration(r.IntN(3000)) * time.Minute)
	}
	return f
}

// passing returns the ids that a list should hold, from what stands in items alone.
func (in *intake) passing(q triage.Queue, f postgres.ItemFilter) (ids []string) {
	in.t.Helper()
	err := in.Pool().QueryRow(in.t.Context(), `
		SELECT coalesce(array_agg(id::text ORDER BY rank, id), '{}') FROM items
		WHERE brand_id = $1 AND queue = $2 AND outcome IS DISTINCT FROM 'deleted'
		  AND CASE WHEN cardinality($3::text[]) = 0 THEN status NOT IN ('resolved', 'dismissed') ELSE status = ANY($3) END
		  AND (cardinality($4::int[]) = 0 OR priority = ANY($4)) AND (cardinality($5::text[]) = 0 OR intent = ANY($5))
		  AND (cardinality($6::text[]) = 0 OR sentiment = ANY($6)) AND (cardinality($7::text[]) = 0 OR language = ANY($7))
		  AND (cardinality($8::text[]) = 0 OR platform = ANY($8)) AND (cardinality($9::text[]) = 0 OR risks && $9)
		  AND ($10 = '' OR author_id::text = $10) AND ($11 = '' OR thread_id::text = $11) AND ($12 = '' OR assignee_id::text = $12)
		  AND (NOT $13 OR assignee_id IS NULL) AND ($14::boolean IS NULL OR unsure = $14)
		  AND ($15::timestamptz IS NULL OR received_at >= $15) AND ($16::timestamptz IS NULL OR received_at < $16)`,
		in.brand, q, words(f.Statuses), priorities(f.Priorities), words(f.Intents), words(f.Sentiments), words(f.Languages),
		words(f.Platforms), words(f.Risks), string(f.Author), string(f.Thread), string(f.Assignee), f.Unassigned, f.Unsure,
		timeOrNull(f.From), timeOrNull(f.To)).Scan(&ids)
	if err != nil {
		in.t.Fatal(err)
	}
	return ids
}

func words[T ~string](all []T) []string {
	out := make([]string, len(all))
	for n, w := range all {
		out[n] = string(w)
	}
	return out
}

func priorities(all []triage.Priority) []int32 {
	out := make([]int32, len(all))
	for n, p := range all {
		out[n] = int32(p)
	}
	return out
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// walk reads a list page by page.
func (in *intake) walk(q triage.Queue, f postgres.ItemFilter, limit int) (ids []string) {
	in.t.Helper()
	var after *postgres.Position
	for {
		items, err := in.Items(in.t.Context(), in.brand, q, f, after, limit)
		if err != nil {
			in.t.Fatal(err)
		}
		for _, i := range items {
			ids = append(ids, string(i.ID))
			after = &postgres.Position{Rank: i.Rank, ID: i.ID}
		}
		if len(items) < limit {
			return ids
		}
	}
}

func TestAListHoldsWhatPassesItsFilterWhereverThatStands(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(9_000)
	in.spread()
	const seed = 5
	r := rand.New(rand.NewPCG(seed, seed))
	for range 150 {
		q, f, limit := triage.Queues()[r.IntN(2)], randomFilter(r, in), 20+r.IntN(400)
		want, got := in.passing(q, f), in.walk(q, f, limit)
		if !slices.Equal(want, got) && len(want)+len(got) > 0 {
			t.Fatalf("seed %d: %s in pages of %d with %+v: %d items, want %d", seed, q, limit, f, len(got), len(want))
		}
	}
}

func TestNoListShowsAnotherBrandsItems(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.place("c1", "one")
	for _, f := range []postgres.ItemFilter{{}, {Intents: []triage.Intent{triage.Complaint}}, {Statuses: triage.Statuses()}} {
		if items, err := in.Items(t.Context(), postgres.NewID(), triage.CM, f, nil, 10); err != nil || len(items) != 0 {
			t.Errorf("another brand's list holds %d items: %v", len(items), err)
		}
	}
}

func TestWhatListsReadFollowsEveryChangeOfAnItem(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(300)
	in.spread()
	r := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		in.exec(`UPDATE items SET `+[]string{
			`status = 'resolved'`, `status = 'open'`, `queue = CASE queue WHEN 'cm' THEN 'smm' ELSE 'cm' END`, `rank = rank + 3`,
			`due_at = due_at + interval '50 minutes'`, `priority = 5 - priority`, `tags = tags || '{vip}'`, `risks = '{safety}'`,
			`wave_id = brand_id`, `sla = 'at_risk'`, `needs_lead = NOT needs_lead`, `author_id = NULL`, `assignee_id = brand_id`,
		}[r.IntN(13)]+` WHERE id IN (SELECT id FROM items ORDER BY md5(id::text || $1::int) LIMIT 1 + $1 % 9)`, r.IntN(1000))
	}
	in.exec(`DELETE FROM items WHERE rank < 30`)
	in.tx(func(tx *postgres.Tx) error { return tx.FoldQueueCounts(t.Context()) })
	snapshot := func() (listed, due string) {
		err := in.Pool().QueryRow(t.Context(), `
			SELECT (SELECT string_agg(row(l.*)::text, ' ' ORDER BY id) FROM live_items l),
			       (SELECT string_agg(row(queue, hour, n)::text, ' ' ORDER BY queue, hour)
			        FROM (SELECT queue, hour, sum(n) AS n FROM due_counts GROUP BY queue, hour HAVING sum(n) <> 0) d)`).Scan(&listed, &due)
		if err != nil {
			t.Fatal(err)
		}
		return listed, due
	}
	listed, due := snapshot()
	in.exec(`SELECT list_items_anew()`)
	wantListed, wantDue := snapshot()
	if listed != wantListed {
		t.Errorf("kept\n%s\nwant\n%s", listed, wantListed)
	}
	if due != wantDue {
		t.Errorf("kept\n%s\nwant\n%s", due, wantDue)
	}
	if n := strings.Count(listed, "("); n < 100 {
		t.Errorf("only %d live items were compared", n)
	}
}

func TestOverdueIsExactAtAnyMoment(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(2_000)
	in.spread()
	for _, after := range []time.Duration{-24 * time.Hour, -150 * time.Minute, -time.Minute, 0, 17 * time.Minute, time.Hour, 24 * time.Hour} {
		now := time.Now().Add(after)
		states, err := in.Queues(t.Context(), in.brand, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range states {
			want := in.count(`SELECT count(*) FROM items WHERE queue = $1 AND due_at < $2 AND status NOT IN ('resolved', 'dismissed')`, s.Queue, now)
			if s.Overdue != int64(want) {
				t.Errorf("%s at %s: %d overdue, want %d", s.Queue, now, s.Overdue, want)
			}
		}
	}
}

func (in *intake) byWords(q string) (n int) {
	in.t.Helper()
	items, err := in.Items(in.t.Context(), in.brand, triage.CM, postgres.ItemFilter{Text: q}, nil, 1000)
	if err != nil {
		in.t.Fatal(err)
	}
	return len(items)
}

func TestAListIsFilteredByWordsWhereverTheyStand(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(6_000) // one in ten live, in the order of their numbers
	for more := true; more; {
		in.tx(func(tx *postgres.Tx) (err error) {
			more, err = tx.FillDocuments(t.Context(), 2_000)
			return err
		})
	}
	for q, want := range map[string]int{
		"5990": 1, "comment 5990": 1, "5991": 0, "comment": 600, "10 OR 5990": 2, "comment -5990": 599, `"number 5990"`: 1, `"5990 number"`: 0, "-": 0,
	} {
		if got := in.byWords(q); got != want {
			t.Errorf("%s: %d items, want %d", q, got, want)
		}
	}
}

func TestAListFindsTheWordsOfAnEditAndNoLongerTheOldOnes(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.place("c1", "My parcel is late")
	in.settle(in.deliver(in.event(triage.Edited, "c1", 2, "My suitcase is late"))...)
	if was, is := in.byWords("parcel"), in.byWords("suitcase"); was != 0 || is != 1 {
		t.Errorf("the old word finds %d items, the new one %d", was, is)
	}
	in.exec(`UPDATE items SET status = 'resolved', outcome = 'answered'`)
	in.exec(`UPDATE items SET status = 'open', outcome = NULL`)
	if is := in.byWords("suitcase"); is != 1 {
		t.Errorf("once it is open again the word finds %d items", is)
	}
}
