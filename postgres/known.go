package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// known is one author or thread that settlements speak of.
type known struct {
	key
	e triage.Engagement
}

// noun says how one kind of known row is stored.
type noun struct {
	table  string
	insert string // $1 brand, $2 id, $3 channel, $4 platform, $5 external id, $6 received, then values
	values func(triage.Engagement) []any
}

var authorNoun = noun{
	table: "authors",
	insert: `
		INSERT INTO authors AS a (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at,
		    handle, name, followers, verified)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)
		ON CONFLICT ON CONSTRAINT authors_identity DO UPDATE SET
		    last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at),
		    handle = coalesce(nullif(excluded.handle, ''), a.handle),
		    name = coalesce(nullif(excluded.name, ''), a.name),
		    followers = CASE WHEN excluded.followers >= 0 THEN excluded.followers ELSE a.followers END,
		    verified = a.verified OR excluded.verified
		RETURNING id`,
	values: func(e triage.Engagement) []any {
		return []any{e.Author.Handle, e.Author.Name, e.Author.Followers, e.Author.Verified}
	},
}

var threadNoun = noun{
	table: "threads",
	insert: `
		INSERT INTO threads AS t (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at, text, permalink)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)
		ON CONFLICT ON CONSTRAINT threads_identity DO UPDATE SET
		    last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at),
		    text = coalesce(nullif(excluded.text, ''), t.text),
		    permalink = coalesce(nullif(excluded.permalink, ''), t.permalink)
		RETURNING id`,
	values: func(e triage.Engagement) []any {
		return []any{e.Thread.Text, e.Thread.Permalink}
	},
}

// refreshAfter is how old the last sighting of an author or thread may get before a new
// comment writes it again. It keeps the comments of one busy post from queueing behind
// that post's row.
const refreshAfter = time.Minute

// save returns the id of each key in rows, and stores those that are new or long unseen.
func (s *settling) save(ctx context.Context, n noun, rows map[key]triage.Engagement) (map[key]triage.ID, error) {
	ids := make(map[key]triage.ID, len(rows))
	if len(rows) == 0 {
		return ids, nil
	}
	if err := s.recent(ctx, n, rows, ids); err != nil {
		return nil, fmt.Errorf("%s: %w", n.table, err)
	}
	var missing []known
	for k, e := range rows {
		if ids[k] == "" {
			missing = append(missing, known{k, e})
		}
	}
	slices.SortFunc(missing, func(a, b known) int { return a.compare(b.key) })
	batch := &pgx.Batch{}
	for _, m := range missing {
		args := append([]any{s.brand, NewID(), m.channel, string(m.e.Platform), m.external, m.e.ReceivedAt}, n.values(m.e)...)
		batch.Queue(n.insert, args...).QueryRow(func(row pgx.Row) error {
			var id triage.ID
			err := row.Scan(&id)
			ids[m.key] = id
			return err
		})
	}
	if err := s.tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("%s: %w", n.table, err)
	}
	return ids, nil
}

// recent fills ids with the rows that were seen within refreshAfter.
func (s *settling) recent(ctx context.Context, n noun, rows map[key]triage.Engagement, ids map[key]triage.ID) error {
	var channels []triage.ID
	var externals []string
	for k := range rows {
		channels, externals = append(channels, k.channel), append(externals, k.external)
	}
	found, _ := s.tx.tx.Query(ctx, `
		SELECT n.id, n.channel_id, n.external_id FROM `+n.table+` n
		JOIN unnest($2::uuid[], $3::text[]) AS k (channel, external)
		  ON n.channel_id = k.channel AND n.external_id = k.external
		WHERE n.brand_id = $1 AND n.last_seen_at > $4`,
		s.brand, uuids(channels), externals, s.tx.Now.Add(-refreshAfter))
	var id triage.ID
	k := key{brand: s.brand}
	_, err := pgx.ForEachRow(found, []any{&id, &k.channel, &k.external}, func() error {
		ids[k] = id
		return nil
	})
	return err
}

func (s *settling) saveAuthors(ctx context.Context) (err error) {
	rows := map[key]triage.Engagement{}
	for _, one := range s.live {
		if e := one.Engagement; e.Author.ExternalID != "" {
			rows[key{s.brand, e.ChannelID, e.Author.ExternalID}] = e
		}
	}
	s.authors, err = s.save(ctx, authorNoun, rows)
	return err
}

func (s *settling) saveThreads(ctx context.Context) (err error) {
	rows := map[key]triage.Engagement{}
	for _, one := range s.live {
		if e := one.Engagement; e.Thread.ExternalID != "" {
			rows[key{s.brand, e.ChannelID, e.Thread.ExternalID}] = e
		}
	}
	s.threads, err = s.save(ctx, threadNoun, rows)
	return err
}
