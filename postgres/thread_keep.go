package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// threadContext is what an engagement tells of its thread beside the words and the address.
type threadContext struct {
	Author triage.Publisher
	Reach  triage.Reach
}

// contextOf returns it as it is stored, nil when nothing is told.
func contextOf(t triage.Thread) *string {
	c := threadContext{t.Author, t.Reach}
	if c == (threadContext{}) {
		return nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil // it never fails
	}
	stored := string(raw)
	return &stored
}

// readContext adds what is stored of it to t.
func readContext(stored []byte, t *triage.Thread) error {
	if stored == nil {
		return nil
	}
	var c threadContext
	if err := json.Unmarshal(stored, &c); err != nil {
		return fmt.Errorf("context of thread: %w", err)
	}
	t.Author, t.Reach = c.Author, c.Reach
	return nil
}

// toldOfThread says what an engagement tells of its thread: its words, the id and the name of
// who published it.
func toldOfThread(e triage.Engagement) (told int32) {
	t := e.Thread
	for bit, tells := range []bool{t.Text != "", t.Author.ExternalID != "", t.Author.Handle != "" || t.Author.Name != ""} {
		if tells {
			told |= 1 << bit
		}
	}
	return told
}

func (s *settling) saveThreads(ctx context.Context) (err error) {
	rows := map[key]triage.Engagement{}
	for _, one := range s.live {
		e := one.Engagement
		k := key{s.brand, e.ChannelID, e.Thread.ExternalID}
		if held, ok := rows[k]; e.Thread.ExternalID != "" && (!ok || toldOfThread(e) >= toldOfThread(held)) {
			rows[k] = e
		}
	}
	if err := s.forgetPublishers(ctx, rows); err != nil {
		return err
	}
	s.threads, err = s.save(ctx, threadNoun, rows)
	return err
}

// forgetPublishers leaves out what was published by people who were erased meanwhile.
func (s *settling) forgetPublishers(ctx context.Context, rows map[key]triage.Engagement) error {
	var ids, channels []triage.ID
	var externals []string
	var hashes [][]byte
	var versions []time.Time
	for k, e := range rows {
		if e.Thread.Author.ExternalID != "" {
			ids, channels, externals = append(ids, e.ID), append(channels, k.channel), append(externals, k.external)
			hashes, versions = append(hashes, authorHash(e.Thread.Author.ExternalID)), append(versions, e.VersionAt)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, _ := s.tx.tx.Query(ctx, `
		SELECT k.id, k.channel, k.external
		FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::timestamptz[]) AS k (id, channel, external, hash, version)
		JOIN erased_authors x ON x.brand_id = $1 AND x.channel_id = k.channel AND x.author_hash = k.hash AND x.erased_at >= k.version`,
		s.brand, uuids(ids), uuids(channels), externals, hashes, versions)
	var id triage.ID
	var bare []triage.ID
	k := key{brand: s.brand}
	_, err := pgx.ForEachRow(found, []any{&id, &k.channel, &k.external}, func() error {
		e := rows[k]
		e.Thread = triage.Thread{ExternalID: k.external}
		rows[k] = e
		bare = append(bare, id)
		return nil
	})
	if err == nil && len(bare) > 0 {
		err = s.tx.exec(ctx, bareThreads, s.brand, uuids(bare))
	}
	if err != nil {
		return fmt.Errorf("publishers of threads: %w", err)
	}
	return nil
}

// bareThreads forgets what engagements tell of their threads, and the bytes that told it.
const bareThreads = `
	WITH told AS (
		UPDATE engagements SET thread_text = '', thread_permalink = '', thread_context = NULL
		WHERE brand_id = $1 AND id = ANY($2) RETURNING delivery_id)
	UPDATE deliveries SET raw = NULL WHERE raw IS NOT NULL AND id IN (SELECT delivery_id FROM told)`

// bareThread forgets what is known of a thread itself. WHERE follows.
const bareThread = `
	UPDATE threads SET text = '', permalink = '', author_external_id = '', author_handle = '', author_name = '',
	    audience = 0, views = 0, reactions = 0 WHERE `

// forgetPublished forgets what an author published that others wrote below. Their words stay.
func (t *Tx) forgetPublished(ctx context.Context, e triage.Engagement) error {
	rows, _ := t.tx.Query(ctx, `
		SELECT DISTINCT i.engagement_id FROM threads t JOIN items i ON i.brand_id = t.brand_id AND i.thread_id = t.id
		WHERE t.brand_id = $1 AND t.channel_id = $2 AND t.author_external_id = $3 AND t.author_external_id <> ''
		ORDER BY i.engagement_id`, e.BrandID, e.ChannelID, e.Author.ExternalID)
	below, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err == nil && len(below) > 0 {
		err = t.exec(ctx, bareThreads, e.BrandID, uuids(below))
	}
	if err == nil {
		err = t.exec(ctx, bareThread+`brand_id = $1 AND channel_id = $2 AND author_external_id = $3 AND author_external_id <> ''`,
			e.BrandID, e.ChannelID, e.Author.ExternalID)
	}
	if err != nil {
		return fmt.Errorf("threads of erased author: %w", err)
	}
	return nil
}
