package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// heldRow is the locked row of one engagement.
type heldRow struct {
	key
	triage.Held
	id    triage.ID
	round int
}

// changeHeld applies the given changes key by key in sorted order, so that two
// transactions never wait for each other in a circle.
func (r *recording) changeHeld(ctx context.Context, rest []int) error {
	if len(rest) == 0 {
		return nil
	}
	byKey := map[key][]int{}
	for _, i := range rest {
		k := keyOf(r.changes[i].Engagement)
		byKey[k] = append(byKey[k], i)
	}
	keys := make([]key, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, key.compare)
	held, err := r.lock(ctx, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := r.changeKey(ctx, k, held[k], byKey[k]); err != nil {
			return fmt.Errorf("engagement: %w", err)
		}
	}
	return nil
}

// lock locks and returns the rows of keys that exist.
func (r *recording) lock(ctx context.Context, keys []key) (map[key]heldRow, error) {
	var brands, channels []triage.ID
	var externals []string
	for _, k := range keys {
		brands, channels, externals = append(brands, k.brand), append(channels, k.channel), append(externals, k.external)
	}
	rows, _ := r.tx.tx.Query(ctx, `
		SELECT e.brand_id, e.channel_id, e.external_id, e.id, e.round, e.version_at, e.edited, e.content_hash,
		       e.incomplete, e.hidden, e.visibility_at, e.deleted_at IS NOT NULL
		FROM engagements e
		JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (brand, channel, external)
		  ON e.brand_id = k.brand AND e.channel_id = k.channel AND e.external_id = k.external
		ORDER BY e.brand_id, e.channel_id, e.external_id
		FOR UPDATE OF e`, uuids(brands), uuids(channels), externals)
	found, err := pgx.CollectRows(rows, scanHeld)
	if err != nil {
		return nil, fmt.Errorf("lock engagements: %w", err)
	}
	byKey := make(map[key]heldRow, len(found))
	for _, h := range found {
		byKey[h.key] = h
	}
	return byKey, nil
}

func scanHeld(row pgx.CollectableRow) (heldRow, error) {
	h := heldRow{Held: triage.Held{Exists: true}}
	var hash []byte
	var visibility *time.Time
	err := row.Scan(&h.brand, &h.channel, &h.external, &h.id, &h.round, &h.Version.At, &h.Version.Edited, &hash,
		&h.Incomplete, &h.Hidden, &visibility, &h.Deleted)
	copy(h.Version.Hash[:], hash)
	h.Version.At, h.VisibilityAt = h.Version.At.UTC(), orZero(visibility).UTC()
	return h, err
}

// changeKey applies the changes of one key in the order of their arrival.
func (r *recording) changeKey(ctx context.Context, k key, h heldRow, changes []int) error {
	for _, i := range changes {
		e := r.changes[i].Engagement
		if !h.Exists && e.Action != triage.Deleted && !r.changes[i].Own {
			erased, err := r.authorErased(ctx, e)
			if err != nil {
				return err
			}
			if erased {
				e.Action = triage.Deleted
			}
		}
		next, effect := h.Next(e, r.changes[i].Own)
		h.Held = next
		if err := r.apply(ctx, i, &h, e, effect); err != nil {
			return err
		}
	}
	return nil
}

func (r *recording) authorErased(ctx context.Context, e triage.Engagement) (bool, error) {
	if e.Author.ExternalID == "" {
		return false, nil
	}
	var erased bool
	err := r.tx.tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM erased_authors
		               WHERE brand_id = $1 AND channel_id = $2 AND author_hash = $3 AND erased_at >= $4)`,
		e.BrandID, e.ChannelID, authorHash(e.Author.ExternalID), e.VersionAt).Scan(&erased)
	return erased, err
}

// apply writes one effect. h holds the state after it; the row's id and round are kept up.
func (r *recording) apply(ctx context.Context, i int, h *heldRow, e triage.Engagement, effect triage.Effect) error {
	r.effect[i] = r.effect[i] || effect != triage.Nothing
	delivery := r.changes[i].DeliveryID
	if effect != triage.Insert && effect != triage.Supersede {
		r.loose[delivery] = true
	}
	switch effect {
	case triage.Nothing:
		return nil
	case triage.Insert, triage.Tombstone:
		return r.insertHeld(ctx, i, h, e, effect)
	case triage.Supersede:
		h.round++
		r.judge(i, h.id, h.round)
		return r.tx.supersede(ctx, *h, e, delivery)
	case triage.Touch:
		return r.tx.exec(ctx, `UPDATE engagements SET version_at = $3, edited = $4 WHERE brand_id = $1 AND id = $2`,
			e.BrandID, h.id, h.Version.At, h.Version.Edited)
	case triage.Complete:
		return r.complete(ctx, i, h, e)
	case triage.Show:
		return r.tx.exec(ctx, `UPDATE engagements SET hidden = $3, visibility_at = $4 WHERE brand_id = $1 AND id = $2`,
			e.BrandID, h.id, h.Hidden, h.VisibilityAt)
	case triage.Erase:
		return r.tx.Erase(ctx, e.BrandID, []triage.ID{h.id})
	}
	return nil
}

// insertHeld inserts the first news of a key. Another transaction may have inserted it
// since we looked: the whole group is then tried again, which finds it.
func (r *recording) insertHeld(ctx context.Context, i int, h *heldRow, e triage.Engagement, effect triage.Effect) error {
	if effect == triage.Tombstone {
		e = triage.Engagement{
			ID: e.ID, BrandID: e.BrandID, ChannelID: e.ChannelID, Platform: e.Platform, ExternalID: e.ExternalID,
			Form: e.Form, VersionAt: e.VersionAt, ReceivedAt: e.ReceivedAt, Author: triage.Author{Followers: -1},
		}
	}
	cols := &columns{now: r.tx.Now}
	cols.add(e, h.Held, r.changes[i].DeliveryID)
	tag, err := r.tx.tx.Exec(ctx, insertFree, cols.args()...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return errRaced
	}
	h.id, h.round = e.ID, 1
	if effect == triage.Tombstone {
		return r.tx.exec(ctx, `UPDATE engagements SET deleted_at = $3 WHERE brand_id = $1 AND id = $2`,
			e.BrandID, e.ID, r.tx.Now)
	}
	r.judge(i, e.ID, 1)
	return nil
}

// supersede keeps the current version in the history and puts e in its place.
func (t *Tx) supersede(ctx context.Context, h heldRow, e triage.Engagement, delivery triage.ID) error {
	return t.exec(ctx, `
		WITH old AS (
			INSERT INTO engagement_versions (brand_id, engagement_id, round, text, version_at, received_at, delivery_id)
			SELECT brand_id, id, round, text, version_at, changed_at, delivery_id
			FROM engagements WHERE brand_id = $1 AND id = $2)
		UPDATE engagements SET
		    text = $3, text_altered = $4, has_media = $5, version_at = $6, edited = $7, content_hash = $8,
		    incomplete = $9, round = $10, changed_at = $11, delivery_id = $12,
		    author_external_id = coalesce(nullif($13, ''), author_external_id),
		    author_handle = coalesce(nullif($14, ''), author_handle),
		    author_name = coalesce(nullif($15, ''), author_name),
		    author_followers = CASE WHEN $16 >= 0 THEN $16 ELSE author_followers END,
		    author_verified = author_verified OR $24,
		    thread_text = coalesce(nullif($25, ''), thread_text),
		    thread_permalink = coalesce(nullif($26, ''), thread_permalink), thread_context = coalesce($28::text::jsonb, thread_context),
		    parent_external_id = coalesce(nullif($17, ''), parent_external_id),
		    thread_external_id = coalesce(nullif($18, ''), thread_external_id),
		    permalink = coalesce(nullif($19, ''), permalink),
		    language = coalesce(nullif($20, ''), language),
		    posted_at = coalesce(posted_at, $21), hidden = $22, visibility_at = $23,
		    history = history AND $27, received_at = CASE WHEN history AND NOT $27 THEN $11 ELSE received_at END
		WHERE brand_id = $1 AND id = $2`,
		e.BrandID, h.id, e.Text, e.TextAltered, e.HasMedia, h.Version.At, h.Version.Edited, h.Version.Hash[:],
		h.Incomplete, h.round, t.Now, delivery, e.Author.ExternalID, e.Author.Handle, e.Author.Name, e.Author.Followers,
		e.ParentExternalID, e.Thread.ExternalID, e.Permalink, e.Language, orNull(e.PostedAt),
		h.Hidden, orNull(h.VisibilityAt), e.Author.Verified, e.Thread.Text, e.Thread.Permalink, e.History, contextOf(e.Thread))
}

// complete fills in what the creation knows and its edit did not say. An author who was not
// known may change where it belongs, so it is judged again.
func (r *recording) complete(ctx context.Context, i int, h *heldRow, e triage.Engagement) error {
	round := h.round
	err := r.tx.tx.QueryRow(ctx, `
		UPDATE engagements SET
		    round = round + CASE WHEN `+anew+` THEN 1 ELSE 0 END,
		    changed_at = CASE WHEN `+anew+` THEN $18 ELSE changed_at END,
		    incomplete = $19, version_at = $3, edited = $4, form = $5,
		    posted_at = coalesce($6, posted_at),
		    parent_external_id = coalesce(nullif(parent_external_id, ''), $7),
		    author_external_id = coalesce(nullif(author_external_id, ''), $8),
		    author_handle = coalesce(nullif(author_handle, ''), $9),
		    author_name = coalesce(nullif(author_name, ''), $10),
		    author_followers = CASE WHEN author_followers >= 0 THEN author_followers ELSE $11 END,
		    author_verified = author_verified OR $12,
		    thread_external_id = coalesce(nullif(thread_external_id, ''), $13),
		    thread_text = coalesce(nullif(thread_text, ''), $14),
		    thread_permalink = coalesce(nullif(thread_permalink, ''), $15), thread_context = coalesce(thread_context, $20::text::jsonb),
		    permalink = coalesce(nullif(permalink, ''), $16),
		    language = coalesce(nullif(language, ''), $17)
		WHERE brand_id = $1 AND id = $2
		RETURNING round`,
		e.BrandID, h.id, h.Version.At, h.Version.Edited, string(e.Form), orNull(e.PostedAt), e.ParentExternalID,
		e.Author.ExternalID, e.Author.Handle, e.Author.Name, e.Author.Followers, e.Author.Verified,
		e.Thread.ExternalID, e.Thread.Text, e.Thread.Permalink, e.Permalink, e.Language, r.tx.Now, h.Incomplete, contextOf(e.Thread)).Scan(&h.round)
	if err == nil && h.round > round {
		r.judge(i, h.id, h.round)
	}
	return err
}

// anew holds for a creation that says who wrote it, which was not known.
const anew = `(author_external_id = '' AND $8 <> '' OR author_handle = '' AND author_name = '' AND ($9 <> '' OR $10 <> ''))`

func (t *Tx) exec(ctx context.Context, sql string, args ...any) error {
	_, err := t.tx.Exec(ctx, sql, args...)
	return err
}
