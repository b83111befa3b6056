package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// crowd puts n live items into the relationship queue, in few groups of all kinds, some of
// them alone, with ranks that repeat.
func (in *intake) crowd(n int, rng *rand.Rand) {
	in.t.Helper()
	pick := func(kind string, of int) any {
		if k := rng.IntN(of); k > 0 {
			return fmt.Sprintf("00000000-0000-0000-%s-%012d", kind, k)
		}
		return nil
	}
	for k := range n {
		id := postgres.NewID()
		in.exec(`
			INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, text, received_at, version_at,
			    content_hash, delivery_id, changed_at)
			VALUES ($1, $2, $3, 'standard_webhooks', $4, 'comment', 'text', $5, $5, '', $2, $5)`,
			in.brand, id, in.channel, fmt.Sprint("e", k), in.start)
		in.exec(`
			INSERT INTO items (brand_id, id, engagement_id, queue, priority, due_at, rank, round, platform, channel_id,
			    thread_id, author_id, wave_id, wave_outlier, sentiment, unsure, received_at, created_at, changed_at)
			VALUES ($1, $2, $3, 'cm', $4, $5, $6, 1, 'standard_webhooks', $7, $8, $9, $10, $11, $12, $13, $14, $5, $5)`,
			in.brand, postgres.NewID(), id, 1+rng.IntN(4), in.start, float64(rng.IntN(n)), in.channel,
			pick("0001", 6), pick("0002", 30), pick("0003", 4), rng.IntN(3) == 0,
			[]string{"negative", "neutral", "positive"}[rng.IntN(3)], rng.IntN(2) == 0,
			in.start.Add(time.Duration(rng.IntN(1000))*time.Second))
	}
}

// stir changes items in ways that move them between groups and lists, and folds the kept
// counts in between.
func (in *intake) stir() {
	in.t.Helper()
	for n, change := range []string{
		`sentiment = 'negative'`, `status = 'resolved', closed_at = now()`, `priority = 1`, `queue = 'smm'`, `unsure = NOT unsure`,
		`thread_id = NULL`, `status = 'claimed', assignee_id = id, lease_until = now()`, `status = 'open'`,
	} {
		in.exec(`UPDATE items SET `+change+` WHERE abs(hashtext(id::text)) % 11 = $1`, n)
		if n%3 == 1 {
			in.tx(func(tx *postgres.Tx) error {
				_, err := tx.FoldThreadCounts(in.t.Context())
				return err
			})
		}
	}
}

// expected groups all items of the queue the slow way.
func (in *intake) expected(by postgres.Grouping, f postgres.ItemFilter) []postgres.Group {
	in.t.Helper()
	items, err := in.Items(in.t.Context(), in.brand, triage.CM, f, nil, 10_000)
	if err != nil {
		in.t.Fatal(err)
	}
	var out []postgres.Group
	at := map[triage.ID]int{}
	for _, i := range items {
		key := map[postgres.Grouping]triage.ID{postgres.ByThread: i.ThreadID, postgres.ByAuthor: i.AuthorID, postgres.ByWave: i.WaveID}[by]
		if by == postgres.ByWave && i.WaveOutlier {
			key = ""
		}
		n, known := at[key]
		if !known || key == "" {
			n = len(out)
			at[key] = n
			out = append(out, postgres.Group{
				Key: key, Top: i, FirstAt: i.ReceivedAt, LastAt: i.ReceivedAt,
				BySentiment: map[triage.Sentiment]int{}, ByPriority: map[triage.Priority]int{},
			})
		}
		g := &out[n]
		g.Count++
		g.BySentiment[i.Sentiment]++
		g.ByPriority[i.Priority]++
		if i.Unsure {
			g.Unsure++
		}
		if i.ReceivedAt.Before(g.FirstAt) {
			g.FirstAt = i.ReceivedAt
		}
		if i.ReceivedAt.After(g.LastAt) {
			g.LastAt = i.ReceivedAt
		}
	}
	return out
}

// shown is what a test compares of a group.
func shown(g postgres.Group) string {
	return fmt.Sprint(g.Key, g.Top.ID, g.Count, g.FirstAt.UTC(), g.LastAt.UTC(), g.BySentiment, g.ByPriority, g.Unsure)
}

func TestGroupsAreThoseOfTheListPageByPage(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.crowd(150, rand.New(rand.NewPCG(11, 11)))
	in.stir()
	unsure := true
	for _, by := range []postgres.Grouping{postgres.ByThread, postgres.ByAuthor, postgres.ByWave} {
		for name, f := range map[string]postgres.ItemFilter{
			"all": {}, "negative": {Sentiments: []triage.Sentiment{triage.Negative}}, "unsure": {Unsure: &unsure},
			"urgent and high": {Priorities: []triage.Priority{triage.P1, triage.P2}}, "closed": {Statuses: []triage.Status{triage.StatusResolved}},
			"both":    {Statuses: []triage.Status{triage.StatusResolved, triage.StatusOpen}},
			"nothing": {Intents: []triage.Intent{triage.Spam}},
		} {
			for _, size := range []int{3, 500} {
				t.Run(fmt.Sprintf("%s by %s in pages of %d", name, by, size), func(t *testing.T) {
					var got []string
					var after *postgres.Position
					for more := true; more; {
						var groups []postgres.Group
						var err error
						groups, more, err = in.Groups(t.Context(), in.brand, triage.CM, by, f, after, size)
						if err != nil {
							t.Fatal(err)
						}
						for _, g := range groups {
							got = append(got, shown(g))
							at := g.Place()
							after = &at
						}
					}
					var want []string
					for _, g := range in.expected(by, f) {
						want = append(want, shown(g))
					}
					if !slices.Equal(got, want) {
						t.Errorf("%d groups, want %d", len(got), len(want))
						for n := range min(len(got), len(want)) {
							if got[n] != want[n] {
								t.Fatalf("group %d is %s, want %s", n, got[n], want[n])
							}
						}
					}
				})
			}
		}
	}
}

func TestGroupsOfAnotherBrandAreNotSeen(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.crowd(30, rand.New(rand.NewPCG(12, 12)))
	groups, more, err := in.Groups(t.Context(), postgres.NewID(), triage.CM, postgres.ByThread, postgres.ItemFilter{}, nil, 10)
	if err != nil || more || len(groups) != 0 {
		t.Errorf("%d groups, %v", len(groups), err)
	}
}
