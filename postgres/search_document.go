package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// maxIndexed bounds how much of a text is found by its words, in bytes: a tsvector takes
// at most a megabyte.
const maxIndexed = 32 << 10

// documents holds what is found of engagements of one brand, column by column.
type documents struct {
	brand                             triage.ID
	ids, threads, channels            []triage.ID
	rounds                            []int32
	configs, days, weeks              []string
	raws, folds, bares                []string
	externals, parents, threadParents []string
}

func (d *documents) add(e triage.Engagement, thread triage.ID, language string) {
	text := strings.ToValidUTF8(e.Text[:min(len(e.Text), maxIndexed)], "")
	folded, plain := fold(text), foldBare(text)
	if plain == folded {
		plain = ""
	}
	config := configOf(language)
	if language == "" || language == "und" {
		config = configOf(e.Language)
	}
	d.ids, d.threads, d.channels = append(d.ids, e.ID), append(d.threads, thread), append(d.channels, e.ChannelID)
	d.rounds, d.configs = append(d.rounds, int32(e.Round)), append(d.configs, config)
	d.days, d.weeks = append(d.days, dayLexeme(idTime(e.ID))), append(d.weeks, weekLexeme(idTime(e.ID)))
	d.raws, d.folds, d.bares = append(d.raws, text), append(d.folds, folded), append(d.bares, plain)
	parent := e.ParentExternalID
	if parent == e.ExternalID { // nothing replies to itself
		parent = ""
	}
	d.externals, d.parents = append(d.externals, e.ExternalID), append(d.parents, parent)
	d.threadParents = append(d.threadParents, e.Thread.ExternalID)
}

// A reply whose parent we do not hold, or hold in another thread, is a root.
const saveDocuments = `
	INSERT INTO documents (brand_id, engagement_id, round, config, tsv, thread_id, parent_external_id, root)
	SELECT $1, r.id, r.round, r.config,
	    array_to_tsvector(ARRAY[$2, 'config:' || r.config, r.day, r.week])
	        || CASE WHEN r.config = 'simple' THEN '' ELSE strip(to_tsvector(r.config::regconfig, r.raw)) END
	        || strip(to_tsvector('simple', r.bare)) || to_tsvector('simple', r.folded),
	    nullif(r.thread, '00000000-0000-0000-0000-000000000000'), r.parent,
	    NOT EXISTS (SELECT FROM engagements p
	                WHERE r.parent <> '' AND p.brand_id = $1 AND p.channel_id = r.channel AND p.external_id = r.parent
	                  AND p.thread_external_id = r.thread_external AND p.deleted_at IS NULL)
	FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[])
	     AS r (id, round, config, raw, bare, folded, thread, channel, parent, thread_external, day, week)
	ON CONFLICT (brand_id, engagement_id) DO UPDATE SET round = excluded.round, config = excluded.config, tsv = excluded.tsv,
	    thread_id = excluded.thread_id, parent_external_id = excluded.parent_external_id, root = excluded.root
	WHERE documents.round <= excluded.round`

// adoptReplies hangs replies that came before their parents below them.
const adoptReplies = `
	UPDATE documents d SET root = false
	FROM unnest($2::uuid[], $3::text[]) AS r (thread, external)
	WHERE d.brand_id = $1 AND d.thread_id = r.thread AND d.parent_external_id = r.external
	  AND d.root AND d.parent_external_id <> ''`

// freeReplies makes roots of the replies to erased engagements. It must run while these
// still have their documents.
const freeReplies = `
	UPDATE documents d SET root = true
	FROM documents p JOIN engagements e ON e.brand_id = p.brand_id AND e.id = p.engagement_id
	WHERE p.brand_id = $1 AND p.engagement_id = ANY($2)
	  AND d.brand_id = $1 AND d.thread_id = p.thread_id AND d.parent_external_id = e.external_id AND NOT d.root`

func (d *documents) save(ctx context.Context, t *Tx) error {
	if len(d.ids) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	batch.Queue(saveDocuments, d.brand, brandLexeme(d.brand), uuids(d.ids), d.rounds, d.configs, d.raws, d.bares, d.folds,
		uuids(d.threads), uuids(d.channels), d.parents, d.threadParents, d.days, d.weeks)
	batch.Queue(adoptReplies, d.brand, uuids(d.threads), d.externals)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("documents: %w", err)
	}
	return nil
}

// saveDocuments keeps what is found of each settled engagement; an edit's replaces the
// old one.
func (s *settling) saveDocuments(ctx context.Context) error {
	d := documents{brand: s.brand}
	for _, one := range s.live {
		e := one.Engagement
		d.add(e, s.threads[key{s.brand, e.ChannelID, e.Thread.ExternalID}], one.Classification.Language)
	}
	return d.save(ctx, s.tx)
}

// documentsFact is where the watermark of FillDocuments is kept.
const documentsFact = "documents_filled"

// filling is how far FillDocuments has come: after this engagement. It is done once a walk
// through all found nothing.
type filling struct {
	Brand triage.ID `json:"brand"`
	ID    triage.ID `json:"id"`
	Found bool      `json:"found"` // in this walk
	Done  bool      `json:"done"`
}

// FillDocuments makes the documents of engagements that were settled before there were
// any, at most limit per call and in the order of their keys, and reports whether there
// is more to do. It walks again until a walk finds nothing, since an older program may
// still be settling beside this one.
func (t *Tx) FillDocuments(ctx context.Context, limit int) (more bool, err error) {
	at, err := t.lockFilling(ctx)
	if err != nil || at.Done {
		return false, err
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT e.brand_id, e.id, e.channel_id, e.external_id, e.parent_external_id, e.thread_external_id, e.text, e.language,
		       i.round, coalesce(i.thread_id, '00000000-0000-0000-0000-000000000000'), i.language
		FROM (SELECT brand_id, id FROM engagements WHERE (brand_id, id) > ($1, $2) ORDER BY brand_id, id LIMIT $3) n
		JOIN engagements e ON e.brand_id = n.brand_id AND e.id = n.id
		LEFT JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner' AND e.deleted_at IS NULL
		     AND NOT EXISTS (SELECT FROM documents d WHERE d.brand_id = e.brand_id AND d.engagement_id = e.id)
		ORDER BY e.brand_id, e.id
		FOR SHARE OF e`, uuids([]triage.ID{at.Brand})[0], uuids([]triage.ID{at.ID})[0], limit)
	var all []documents
	n := 0
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		n++
		return struct{}{}, fillOne(row, &at, &all)
	})
	if err != nil {
		return false, fmt.Errorf("fill documents: %w", err)
	}
	for _, d := range all {
		at.Found = true
		if err := d.save(ctx, t); err != nil {
			return false, err
		}
	}
	if n < limit {
		at = filling{Done: !at.Found}
	}
	return !at.Done, t.saveFilling(ctx, at)
}

// fillOne moves at to the engagement of row and adds it to all, unless nothing is missing.
func fillOne(row pgx.CollectableRow, at *filling, all *[]documents) error {
	var e triage.Engagement
	var round *int
	var thread triage.ID
	var language *string
	if err := row.Scan(&e.BrandID, &e.ID, &e.ChannelID, &e.ExternalID, &e.ParentExternalID, &e.Thread.ExternalID, &e.Text,
		&e.Language, &round, &thread, &language); err != nil {
		return err
	}
	at.Brand, at.ID = e.BrandID, e.ID
	if round == nil {
		return nil
	}
	if n := len(*all); n == 0 || (*all)[n-1].brand != e.BrandID {
		*all = append(*all, documents{brand: e.BrandID})
	}
	e.Round = *round
	(*all)[len(*all)-1].add(e, thread, *language)
	return nil
}

// lockFilling returns the watermark and keeps others from it. One that somebody else has
// counts as done for now.
func (t *Tx) lockFilling(ctx context.Context) (filling, error) {
	var at filling
	var raw []byte
	if err := t.exec(ctx, `INSERT INTO facts (name, value) VALUES ($1, '{}') ON CONFLICT DO NOTHING`, documentsFact); err != nil {
		return at, fmt.Errorf("fill documents: %w", err)
	}
	err := t.tx.QueryRow(ctx, `SELECT value FROM facts WHERE name = $1 FOR UPDATE SKIP LOCKED`, documentsFact).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return filling{Done: true}, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	if err != nil {
		return at, fmt.Errorf("fill documents: %w", err)
	}
	return at, nil
}

func (t *Tx) saveFilling(ctx context.Context, at filling) error {
	raw, err := json.Marshal(at)
	if err == nil {
		err = t.exec(ctx, `UPDATE facts SET value = $2, changed_at = $3 WHERE name = $1`, documentsFact, raw, t.Now)
	}
	if err != nil {
		return fmt.Errorf("fill documents: %w", err)
	}
	return nil
}
