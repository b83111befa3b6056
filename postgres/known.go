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

	// told says what an engagement tells beside the key, in bits, and holds, in SQL over the
	// row n, what is known of it.
	told  func(triage.Engagement) int32
	holds string
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
	told: func(triage.Engagement) int32 { return 0 }, holds: `0`,
	values: func(e triage.Engagement) []any {
		return []any{e.Author.Handle, e.Author.Name, e.Author.Followers, e.Author.Verified}
	},
}

var threadNoun = noun{
	table: "threads",
	insert: `
		INSERT INTO threads AS t (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at, text, permalink,
		    author_external_id, author_handle, author_name, audience, views, reactions)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT ON CONSTRAINT threads_identity DO UPDATE SET
		    last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at),
		    text = coalesce(nullif(excluded.text, ''), t.text),
		    permalink = coalesce(nullif(excluded.permalink, ''), t.permalink),
		    author_external_id = coalesce(nullif(excluded.author_external_id, ''), t.author_external_id),
		    author_handle = coalesce(nullif(excluded.author_handle, ''), t.author_handle),
		    author_name = coalesce(nullif(excluded.author_name, ''), t.author_name),
		    audience = coalesce(nullif(excluded.audience, 0), t.audience),
		    views = coalesce(nullif(excluded.views, 0), t.views),
		    reactions = coalesce(nullif(excluded.reactions, 0), t.reactions)
		RETURNING id`,
	told:  toldOfThread,
	holds: `(n.text <> '')::int + 2 * (n.author_external_id <> '')::int + 4 * (n.author_handle <> '' OR n.author_name <> '')::int`,
	values: func(e triage.Engagement) []any {
		t := e.Thread
		return []any{t.Text, t.Permalink, t.Author.ExternalID, t.Author.Handle, t.Author.Name, t.Reach.Audience, t.Reach.Views, t.Reach.Reactions}
	},
}

// refreshAfter is how old the last sighting of an author or thread may get before a new
// comment writes it again, unless that tells something new. It keeps the comments of one busy post from queueing behind
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

// recent fills ids with the rows that were seen within refreshAfter and hold what is told.
func (s *settling) recent(ctx context.Context, n noun, rows map[key]triage.Engagement, ids map[key]triage.ID) error {
	var channels []triage.ID
	var externals []string
	var told []int32
	for k, e := range rows {
		channels, externals, told = append(channels, k.channel), append(externals, k.external), append(told, n.told(e))
	}
	found, _ := s.tx.tx.Query(ctx, `
		SELECT n.id, n.channel_id, n.external_id FROM `+n.table+` n
		JOIN unnest($2::uuid[], $3::text[], $5::int[]) AS k (channel, external, told)
		  ON n.channel_id = k.channel AND n.external_id = k.external
		WHERE n.brand_id = $1 AND n.last_seen_at > $4 AND k.told & ~(`+n.holds+`) = 0`,
		s.brand, uuids(channels), externals, s.tx.Now.Add(-refreshAfter), told)
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
