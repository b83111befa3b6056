package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// Seen is an engagement whose context is asked for, with what was judged of it.
type Seen struct {
	triage.Engagement
	Intent triage.Intent
}

// before reports whether s was received before o.
func (s Seen) before(o Seen) bool {
	return cmp.Or(s.ReceivedAt.Compare(o.ReceivedAt), cmp.Compare(s.ID, o.ID)) < 0
}

// Known returns what is known around engagements of a brand before each of them: about its
// author, its thread and its wave. Those of all that are earlier count as if they were
// placed, so that it makes no difference whether they come one by one or together.
func (r Reads) Known(ctx context.Context, brand triage.ID, all []Seen) ([]routing.Context, error) {
	out := make([]routing.Context, len(all))
	if len(all) == 0 {
		return out, nil
	}
	asked := askedOf(brand, all)
	batch := &pgx.Batch{}
	batch.Queue(knownAuthors, append(asked.args(asked.authors), routing.CountedComments)...).Query(asked.scanAuthors(out))
	batch.Queue(knownThreads, append(asked.args(asked.threads), routing.CountedThread)...).Query(asked.scanThreads(out))
	batch.Queue(knownWaves, brand, uuids(asked.ids)).Query(asked.scanWaves(out))
	if err := r.db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, unavailable(fmt.Errorf("context of engagements: %w", err))
	}
	countTogether(all, out)
	return out, nil
}

type asked struct {
	brand            triage.ID
	at               []int32
	ids, channels    []triage.ID
	authors, threads []string
	received         []time.Time
	place            map[triage.ID]int
}

func askedOf(brand triage.ID, all []Seen) *asked {
	a := &asked{brand: brand, place: map[triage.ID]int{}}
	for n, s := range all {
		a.at, a.ids, a.channels = append(a.at, int32(n)), append(a.ids, s.ID), append(a.channels, s.ChannelID)
		a.authors, a.threads = append(a.authors, s.Author.ExternalID), append(a.threads, s.Thread.ExternalID)
		a.received = append(a.received, s.ReceivedAt)
		a.place[s.ID] = n
	}
	return a
}

func (a *asked) args(externals []string) []any {
	return []any{a.brand, a.at, uuids(a.ids), uuids(a.channels), externals, a.received}
}

// Earlier items are counted from the newest on, up to a bound ($7): a busy post or author
// costs no more than that. What is asked about itself does not count ($3).
const (
	knownAuthors = `
		SELECT k.at, a.tags || a.signs, a.touched_at, (
			SELECT count(*) FROM promises p WHERE p.brand_id = $1 AND p.author_id = a.id AND p.state = 'open'), (
			SELECT count(*) FROM (
				SELECT FROM items i
				WHERE i.brand_id = $1 AND i.author_id = a.id AND i.kind = 'owner' AND i.received_at <= k.received
				  AND (i.received_at < k.received OR i.engagement_id < k.id) AND i.engagement_id <> ALL($3)
				ORDER BY i.received_at DESC LIMIT $7) earlier)
		FROM unnest($2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) AS k (at, id, channel, external, received)
		JOIN authors a ON a.brand_id = $1 AND a.channel_id = k.channel AND a.external_id = k.external
		WHERE k.external <> ''`
	knownThreads = `
		SELECT k.at, n.comments, n.questions
		FROM unnest($2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) AS k (at, id, channel, external, received)
		JOIN threads t ON t.brand_id = $1 AND t.channel_id = k.channel AND t.external_id = k.external
		CROSS JOIN LATERAL (
			SELECT count(*) AS comments, count(*) FILTER (WHERE intent = 'product_question') AS questions FROM (
				SELECT i.intent FROM items i
				WHERE i.brand_id = $1 AND i.thread_id = t.id AND i.kind = 'owner' AND i.received_at <= k.received
				  AND (i.received_at < k.received OR i.engagement_id < k.id) AND i.engagement_id <> ALL($3)
				ORDER BY i.received_at DESC LIMIT $7) earlier) n
		WHERE k.external <> ''`
	knownWaves = `
		SELECT o.engagement_id, count(*)
		FROM items o JOIN items w ON w.brand_id = o.brand_id AND w.wave_id = o.wave_id AND w.kind = 'owner'
		WHERE o.brand_id = $1 AND o.engagement_id = ANY($2) AND o.kind = 'owner' AND o.wave_id IS NOT NULL
		GROUP BY o.engagement_id`
)

func (a *asked) scanAuthors(out []routing.Context) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var at, comments, promises int
		var tags []string
		var touched *time.Time
		_, err := pgx.ForEachRow(rows, []any{&at, &tags, &touched, &promises, &comments}, func() error {
			slices.Sort(tags)
			out[at].Author = routing.KnownAuthor{
				Tags: slices.Compact(tags), Comments: comments, Promises: promises, Touched: orZero(touched),
			}
			tags = nil
			return nil
		})
		return err
	}
}

func (a *asked) scanThreads(out []routing.Context) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var at, comments, questions int
		_, err := pgx.ForEachRow(rows, []any{&at, &comments, &questions}, func() error {
			out[at].Thread = routing.KnownThread{Comments: comments, Questions: questions}
			return nil
		})
		return err
	}
}

func (a *asked) scanWaves(out []routing.Context) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var id triage.ID
		var size int
		_, err := pgx.ForEachRow(rows, []any{&id, &size}, func() error {
			out[a.place[id]].Wave = size
			return nil
		})
		return err
	}
}

// countTogether counts those of all that are earlier.
func countTogether(all []Seen, out []routing.Context) {
	for n, s := range all {
		author, thread := &out[n].Author, &out[n].Thread
		for _, o := range all {
			if o.ChannelID != s.ChannelID || !o.before(s) {
				continue
			}
			if s.Author.ExternalID != "" && o.Author.ExternalID == s.Author.ExternalID {
				author.Comments++
			}
			if s.Thread.ExternalID != "" && o.Thread.ExternalID == s.Thread.ExternalID {
				thread.Comments++
				if o.Intent == triage.ProductQuestion {
					thread.Questions++
				}
			}
		}
		author.Comments = min(author.Comments, routing.CountedComments)
		thread.Comments = min(thread.Comments, routing.CountedThread)
		thread.Questions = min(thread.Questions, thread.Comments)
	}
}
