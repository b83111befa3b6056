package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Erase makes tombstones of engagements: their text, author, versions, judgements,
// vectors, labels, notes and raw bytes go; their items close as deleted; what Slack was
// told is taken back; the key stays, so that a replay stores nothing again. The list of
// tables here, with those that refer to authors and go with them (author_notes,
// author_links, promises), is the list of all that hold text or what is derived from it.
func (t *Tx) Erase(ctx context.Context, brand triage.ID, ids []triage.ID) error {
	if len(ids) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		UPDATE deliveries SET raw = NULL WHERE raw IS NOT NULL AND id IN (
			SELECT delivery_id FROM engagements WHERE brand_id = $1 AND id = ANY($2)
			UNION SELECT delivery_id FROM engagement_versions WHERE brand_id = $1 AND engagement_id = ANY($2))`,
		brand, uuids(ids))
	batch.Queue(`
		UPDATE engagements SET deleted_at = $3, changed_at = $3, round = round + 1, text = '', text_altered = false,
		    parent_external_id = '', author_external_id = '', author_handle = '', author_name = '',
		    author_followers = -1, author_verified = false, thread_external_id = '', thread_text = '',
		    thread_permalink = '', thread_context = NULL, language = '', permalink = '', has_media = false, posted_at = NULL,
		    content_hash = ''
		WHERE brand_id = $1 AND id = ANY($2) AND deleted_at IS NULL`, brand, uuids(ids), t.Now)
	// The update above waits for whoever works on the engagement, so these see their rows.
	batch.Queue(freeReplies, brand, uuids(ids))
	for _, table := range []string{
		"engagement_versions", "judgements", "embeddings", "labels", "notes", "documents", "promises", "next_answers", "undo_items",
		"neighbours", "handled", "again", "asked", "rechecks", "fetches",
	} {
		batch.Queue(`DELETE FROM `+table+` WHERE brand_id = $1 AND engagement_id = ANY($2)`, brand, uuids(ids))
	}
	batch.Queue(`UPDATE exposures SET engagement_id = NULL, thread_id = NULL WHERE brand_id = $1 AND engagement_id = ANY($2)`,
		brand, uuids(ids)) // that somebody read it stays, what it was goes
	batch.Queue(`UPDATE ledger SET engagement_id = NULL WHERE brand_id = $1 AND engagement_id = ANY($2)`, brand, uuids(ids))
	batch.Queue(eraseItems, brand, uuids(ids), t.Now)
	leaveWaves(batch, brand, ids)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if err := t.RetractNotices(ctx, brand, ids); err != nil {
		return err
	}
	var rows []AuditRow
	for _, id := range ids {
		rows = append(rows, AuditRow{BrandID: brand, Action: "engagement.erased", Subject: "engagement", SubjectID: id})
	}
	return t.Audit(ctx, rows...)
}

// eraseItems closes the items of erased engagements, and forgets authors that no other
// item speaks of.
const eraseItems = `
	WITH owners AS (
		SELECT id, author_id FROM items WHERE brand_id = $1 AND engagement_id = ANY($2) AND kind = 'owner' FOR UPDATE),
	companions AS (
		SELECT id, author_id FROM items WHERE brand_id = $1 AND engagement_id = ANY($2) AND kind = 'companion' FOR UPDATE),
	closed AS (SELECT * FROM owners UNION ALL SELECT * FROM companions),
	scrubbed AS (
		UPDATE items i SET status = 'resolved', outcome = 'deleted', closed_at = $3, changed_at = $3,
		    version = version + 1, fence = fence + 1, assignee_id = NULL, lease_until = NULL, snoozed_until = NULL,
		    author_id = NULL, judgement_id = NULL, intent = 'other', sentiment = 'neutral', urgency = 'low',
		    language = 'und', risks = '{}', reply_expected = false, reasons = '[]', unsure = false, provisional = false,
		    parts = '[]', known = '{}', tags = '{}', skills = '{}', heavy = false, sla_at = NULL
		FROM closed c WHERE i.brand_id = $1 AND i.id = c.id)
	DELETE FROM authors a USING closed c
	WHERE a.brand_id = $1 AND a.id = c.author_id
	  AND NOT EXISTS (SELECT FROM items o WHERE o.brand_id = $1 AND o.author_id = a.id
	                  AND NOT (o.engagement_id = ANY($2)))`

// The lock between erasing authors and settling, by brand. Settlements share it. An erasure
// has it alone: it sees all that was placed before it, and whoever settles after it sees
// the erasure. Both take it before any row, so that neither waits for the other's rows.
const (
	lockSettling = `SELECT pg_advisory_xact_lock_shared(hashtextextended('erasing ' || $1, 0))`
	lockErasing  = `SELECT pg_advisory_xact_lock(hashtextextended('erasing ' || $1, 0))`
)

// keepSettlingOut takes the lock for the brands of the given erasures, in sorted order.
func (r *recording) keepSettlingOut(ctx context.Context, erasures []int) error {
	var brands []string
	for _, i := range erasures {
		brands = append(brands, string(r.changes[i].Engagement.BrandID))
	}
	slices.Sort(brands)
	for _, brand := range slices.Compact(brands) {
		if err := r.tx.exec(ctx, lockErasing, brand); err != nil {
			return fmt.Errorf("erased author: %w", err)
		}
	}
	return nil
}

// eraseAuthor remembers that the author of change i is to be forgotten and erases what is
// placed of theirs. What is accepted but not yet placed is erased when it is settled.
func (r *recording) eraseAuthor(ctx context.Context, i int) error {
	e := r.changes[i].Engagement
	r.effect[i] = true
	if err := r.tx.exec(ctx, `
		INSERT INTO erased_authors (brand_id, channel_id, author_hash, erased_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (brand_id, channel_id, author_hash)
		DO UPDATE SET erased_at = greatest(erased_authors.erased_at, excluded.erased_at)`,
		e.BrandID, e.ChannelID, authorHash(e.Author.ExternalID), e.VersionAt); err != nil {
		return fmt.Errorf("erased author: %w", err)
	}
	rows, _ := r.tx.tx.Query(ctx, `
		SELECT DISTINCT i.engagement_id FROM authors a
		JOIN items i ON i.brand_id = a.brand_id AND i.author_id = a.id
		WHERE a.brand_id = $1 AND a.channel_id = $2 AND a.external_id = $3
		ORDER BY i.engagement_id`, e.BrandID, e.ChannelID, e.Author.ExternalID)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return fmt.Errorf("erased author: %w", err)
	}
	if err := r.tx.Erase(ctx, e.BrandID, ids); err != nil {
		return err
	}
	return r.tx.forgetPublished(ctx, e)
}

// deleteThread erases what is placed of the thread of change i: with a post, the comments
// below it are gone.
func (r *recording) deleteThread(ctx context.Context, i int) error {
	e := r.changes[i].Engagement
	rows, _ := r.tx.tx.Query(ctx, `
		SELECT DISTINCT i.engagement_id FROM threads t
		JOIN items i ON i.brand_id = t.brand_id AND i.thread_id = t.id
		JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
		WHERE t.brand_id = $1 AND t.channel_id = $2 AND t.external_id = $3 AND e.deleted_at IS NULL
		ORDER BY i.engagement_id`, e.BrandID, e.ChannelID, e.Thread.ExternalID)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return fmt.Errorf("deleted thread: %w", err)
	}
	r.effect[i] = len(ids) > 0
	if err := r.tx.Erase(ctx, e.BrandID, ids); err != nil {
		return err
	}
	return r.tx.exec(ctx, bareThread+`brand_id = $1 AND channel_id = $2 AND external_id = $3`,
		e.BrandID, e.ChannelID, e.Thread.ExternalID)
}
