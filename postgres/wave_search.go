package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
	"triage/wave"
)

// Unwaved is an item that was not looked at for waves since it was judged.
type Unwaved struct {
	wave.Item
	EngagementID triage.ID
	Text         string    // empty when it was erased
	In           triage.ID // the wave it is in from an earlier look
	Out          bool      // it takes no part: a companion, erased, or taken out of a wave
	Round        int
	JudgementID  triage.ID // empty when nobody judged
}

// Bounds of what one step of the search reads.
const (
	wavesOpen     = 200  // open waves, the newest
	tracesRecent  = 2000 // items remembered, the newest
	tracesOutline = 16   // copies of one outline, beyond those
)

// WaveBrands returns the brands with something to do for waves: items that were not looked
// at, figures to make again, and waves that went quiet before the given time.
func (r Reads) WaveBrands(ctx context.Context, quiet time.Time) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT b.id FROM brands b
		WHERE EXISTS (SELECT FROM items i WHERE i.brand_id = b.id AND NOT i.wave_checked)
		   OR EXISTS (SELECT FROM waves w WHERE w.brand_id = b.id AND w.dirty)
		   OR EXISTS (SELECT FROM waves w WHERE w.brand_id = b.id AND w.state = 'open' AND (w.last_at < $1 OR w.count <> w.counted))
		ORDER BY b.id`, quiet)
	brands, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("brands with waves: %w", err))
	}
	return brands, nil
}

// LockWaves keeps other processes from looking for waves of the brand until the
// transaction ends. It returns false when one of them does so already.
func (t *Tx) LockWaves(ctx context.Context, brand triage.ID) (bool, error) {
	var mine bool
	err := t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('waves ' || $1, 0))`, string(brand)).Scan(&mine)
	if err != nil {
		return false, fmt.Errorf("lock waves: %w", err)
	}
	return mine, nil
}

// PassOverOld marks at most limit items received before the given time as looked at
// without a look, and returns how many: a wave is a matter of the hour.
func (t *Tx) PassOverOld(ctx context.Context, brand triage.ID, before time.Time, limit int) (int, error) {
	tag, err := t.tx.Exec(ctx, `
		WITH first AS (SELECT id FROM items WHERE brand_id = $1 AND NOT wave_checked ORDER BY id LIMIT $3),
		old AS (
			SELECT i.id FROM items i JOIN first f USING (id)
			WHERE i.brand_id = $1 AND NOT i.wave_checked AND i.received_at < $2 AND i.wave_id IS NULL
			FOR NO KEY UPDATE OF i SKIP LOCKED)
		UPDATE items i SET wave_checked = true FROM old WHERE i.brand_id = $1 AND i.id = old.id`, brand, before, limit)
	if err != nil {
		return 0, fmt.Errorf("pass over old items: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// Unwaved returns at most limit items of the brand that were not looked at, with their
// vectors of the model. They are not locked: dealing passes over what is.
func (t *Tx) Unwaved(ctx context.Context, brand triage.ID, model string, limit int) ([]Unwaved, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT i.id, i.engagement_id, i.author_id, i.thread_id, i.received_at, i.intent = 'spam', i.wave_id,
		       i.kind <> 'owner' OR i.wave_left IS NOT NULL OR e.deleted_at IS NOT NULL, e.text, v.vector,
		       i.round, i.judgement_id
		FROM items i
		JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
		LEFT JOIN embeddings v ON v.brand_id = i.brand_id AND v.engagement_id = i.engagement_id AND v.model = $2
		WHERE i.brand_id = $1 AND NOT i.wave_checked
		ORDER BY i.id LIMIT $3`, brand, model, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Unwaved, error) {
		var u Unwaved
		var author, thread, in, judgement *triage.ID
		var vector *pgvector.HalfVector
		err := row.Scan(&u.ID, &u.EngagementID, &author, &thread, &u.At, &u.Spam, &in, &u.Out, &u.Text, &vector, &u.Round, &judgement)
		u.JudgementID = idOr(judgement)
		u.Author, u.Thread, u.In, u.Vector = idOr(author), idOr(thread), idOr(in), direction(vector)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("items to look at for waves: %w", err)
	}
	return found, nil
}

// direction returns a vector scaled to length one, nil for none.
func direction(v *pgvector.HalfVector) []float32 {
	if v == nil {
		return nil
	}
	return wave.Unit(v.Slice())
}

// OpenWaves returns the waves of the brand that take newcomers, the newest of them.
func (t *Tx) OpenWaves(ctx context.Context, brand triage.ID, model string) ([]wave.Open, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT id, centre, started_at, last_at FROM waves
		WHERE brand_id = $1 AND state = 'open' AND model = $2
		ORDER BY last_at DESC, id DESC LIMIT $3`, brand, model, wavesOpen)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (wave.Open, error) {
		var w wave.Open
		var centre *pgvector.HalfVector
		err := row.Scan(&w.ID, &centre, &w.StartedAt, &w.LastAt)
		w.Centre = direction(centre)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("open waves: %w", err)
	}
	return found, nil
}

// Trace is what the search remembers of an earlier item.
type Trace struct {
	wave.Item
	Wave triage.ID // empty for none
}

const traceColumns = `t.item_id, t.author_id, t.thread_id, t.received_at, t.outline, t.letters, t.spam, t.wave_id, t.engagement_id`

// Traces returns what is remembered that may matter to items: the newest items in no wave
// since the given time, and copies of them in and out of waves. letters is the length
// below which copies count within their thread only.
func (t *Tx) Traces(ctx context.Context, brand triage.ID, model string, since time.Time, items []Unwaved, letters int) ([]Trace, error) {
	var outlines []int64
	var threads []*triage.ID
	seen := map[[2]any]bool{}
	for _, i := range items {
		thread := idOrNull(i.Thread)
		if i.Letters >= letters {
			thread = nil
		}
		key := [2]any{i.Outline, idOr(thread)}
		if i.Outline != 0 && !seen[key] {
			seen[key] = true
			outlines, threads = append(outlines, i.Outline), append(threads, thread)
		}
	}
	rows, _ := t.tx.Query(ctx, `
		WITH wanted AS (SELECT o, th FROM unnest($4::bigint[], $5::uuid[]) AS k (o, th)),
		found AS (
			(SELECT `+traceColumns+` FROM wave_traces t
			 WHERE t.brand_id = $1 AND t.wave_id IS NULL AND t.received_at >= $3
			 ORDER BY t.received_at DESC LIMIT $6)
			UNION
			(SELECT c.* FROM wanted k CROSS JOIN LATERAL (
				SELECT `+traceColumns+` FROM wave_traces t
				WHERE t.brand_id = $1 AND t.outline = k.o AND t.outline <> 0 AND (k.th IS NULL OR t.thread_id = k.th)
				LIMIT $7) c))
		SELECT t.item_id, t.author_id, t.thread_id, t.received_at, t.outline, t.letters, t.spam, t.wave_id, v.vector
		FROM found t
		LEFT JOIN embeddings v ON v.brand_id = $1 AND v.engagement_id = t.engagement_id AND v.model = $2 AND t.wave_id IS NULL
		ORDER BY t.received_at, t.item_id`,
		brand, model, since, outlines, threads, tracesRecent, tracesOutline)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Trace, error) {
		var c Trace
		var author, thread, in *triage.ID
		var vector *pgvector.HalfVector
		err := row.Scan(&c.ID, &author, &thread, &c.At, &c.Outline, &c.Letters, &c.Spam, &in, &vector)
		c.Author, c.Thread, c.Wave, c.Vector = idOr(author), idOr(thread), idOr(in), direction(vector)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("traces of waves: %w", err)
	}
	return found, nil
}
