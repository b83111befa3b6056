package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
	"triage/wave"
)

// Placing is what a look at items for waves came to: Found is aligned with Items, and says
// no wave for what takes no part.
type Placing struct {
	Model string
	Items []Unwaved
	Found []wave.Found
}

// KeepPlacing writes a look: memberships, traces and new waves. The figures of the waves
// concerned are marked to be made again, but those of a great wave only once it has grown
// by a twentieth, or some seconds later (see CountWaves), so that the cost of a member does
// not grow with its wave. What somebody
// is changing right now, or has changed since it was read, is left for the next look.
func (t *Tx) KeepPlacing(ctx context.Context, brand triage.ID, p Placing) error {
	current, err := t.lockUnwaved(ctx, brand, p.Items)
	if err != nil {
		return err
	}
	k := keeping{}
	for n, i := range p.Items {
		k.start(i, p.Found[n])
		if current[i.ID] {
			k.add(i, p.Found[n])
		}
	}
	batch := &pgx.Batch{}
	k.waves(batch, brand, p.Model)
	k.items(batch, brand, t.Now)
	k.traces(batch, brand)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("keep waves: %w", err)
	}
	return nil
}

// lockUnwaved locks those of items that stand as they were read.
func (t *Tx) lockUnwaved(ctx context.Context, brand triage.ID, items []Unwaved) (map[triage.ID]bool, error) {
	var ids []triage.ID
	var judgements []*triage.ID
	var rounds []int32
	var out []bool
	for _, i := range items {
		ids, judgements = append(ids, i.ID), append(judgements, idOrNull(i.JudgementID))
		rounds, out = append(rounds, int32(i.Round)), append(out, i.Out)
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT i.id FROM items i
		JOIN unnest($2::uuid[], $3::int[], $4::uuid[], $5::bool[]) AS r (id, round, judgement, out) ON r.id = i.id
		WHERE i.brand_id = $1 AND NOT i.wave_checked AND i.round = r.round AND i.judgement_id IS NOT DISTINCT FROM r.judgement
		  AND (r.out OR (i.wave_left IS NULL AND i.outcome IS DISTINCT FROM 'deleted'))
		ORDER BY i.id FOR NO KEY UPDATE OF i SKIP LOCKED`, brand, uuids(ids), rounds, judgements, out)
	locked, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, fmt.Errorf("lock items for waves: %w", err)
	}
	current := make(map[triage.ID]bool, len(locked))
	for _, id := range locked {
		current[id] = true
	}
	return current, nil
}

type keeping struct {
	checked []triage.ID
	waveOf  []*triage.ID // aligned with checked

	gone []triage.ID // engagements that leave no trace
	seen []Unwaved   // those that do
	in   []*triage.ID

	with, withWave []triage.ID // earlier items that a new wave takes in

	again, left         []triage.ID // members judged anew, and the waves they were in
	joined, started     []triage.ID // one entry for each newcomer, one for each new wave
	joinedAt, startedAt []time.Time
	startedKind         []string
}

// start notes a new wave, with the earlier items that it takes in.
func (k *keeping) start(i Unwaved, f wave.Found) {
	if !f.Started {
		return
	}
	k.started, k.startedAt = append(k.started, f.Wave), append(k.startedAt, i.At)
	kind := wave.KindReaction
	if i.Spam {
		kind = wave.KindSpam
	}
	k.startedKind = append(k.startedKind, string(kind))
	for _, id := range f.With {
		k.with, k.withWave = append(k.with, id), append(k.withWave, f.Wave)
	}
}

func (k *keeping) add(i Unwaved, f wave.Found) {
	in := idOrNull(f.Wave)
	k.checked, k.waveOf = append(k.checked, i.ID), append(k.waveOf, in)
	if i.In != "" {
		k.left, k.again = append(k.left, i.In), append(k.again, i.ID)
	}
	if i.Out {
		k.gone = append(k.gone, i.EngagementID)
		return
	}
	k.seen, k.in = append(k.seen, i), append(k.in, in)
	if f.Wave != "" && f.Wave != i.In {
		k.joined, k.joinedAt = append(k.joined, f.Wave), append(k.joinedAt, i.At)
	}
}

func (k *keeping) waves(batch *pgx.Batch, brand triage.ID, model string) {
	if len(k.started) > 0 {
		batch.Queue(`
			INSERT INTO waves (brand_id, id, kind, model, count, started_at, last_at)
			SELECT $1, id, kind, $2, 0, at, at FROM unnest($3::uuid[], $4::text[], $5::timestamptz[]) AS r (id, kind, at)`,
			brand, model, uuids(k.started), k.startedKind, k.startedAt)
	}
	if len(k.joined) > 0 {
		batch.Queue(`
			UPDATE waves w SET count = w.count + n.n, last_at = greatest(w.last_at, n.last), started_at = least(w.started_at, n.first),
			    dirty = w.dirty OR w.count + n.n < 200 OR w.count + n.n >= w.counted * 1.05
			FROM (SELECT id, count(*) AS n, max(at) AS last, min(at) AS first
			      FROM unnest($2::uuid[], $3::timestamptz[]) AS r (id, at) GROUP BY id) n
			WHERE w.brand_id = $1 AND w.id = n.id`, brand, uuids(k.joined), k.joinedAt)
	}
	if len(k.left) > 0 {
		batch.Queue(`UPDATE waves SET dirty = true WHERE brand_id = $1 AND id = ANY($2)`, brand, uuids(k.left))
	}
}

// items writes memberships. Who joins, or was judged anew, is apart from the others until the
// wave is counted: what serves the wave meanwhile must not serve a child in danger among them.
func (k *keeping) items(batch *pgx.Batch, brand triage.ID, now time.Time) {
	batch.Queue(`
		UPDATE items i SET wave_checked = true, wave_id = r.wave, wave_outlier = r.wave IS NOT NULL
		FROM unnest($2::uuid[], $3::uuid[]) AS r (id, wave)
		WHERE i.brand_id = $1 AND i.id = r.id`, brand, uuids(k.checked), k.waveOf)
	if len(k.again) > 0 {
		unrank(batch, now, brand, k.again)
	}
	if len(k.with) > 0 {
		batch.Queue(`
			UPDATE items i SET wave_id = r.wave, wave_outlier = true
			FROM unnest($2::uuid[], $3::uuid[]) AS r (id, wave)
			WHERE i.brand_id = $1 AND i.id = r.id AND i.wave_id IS NULL AND i.wave_left IS NULL AND i.outcome IS DISTINCT FROM 'deleted'`,
			brand, uuids(k.with), uuids(k.withWave))
	}
}

func (k *keeping) traces(batch *pgx.Batch, brand triage.ID) {
	if len(k.gone) > 0 {
		batch.Queue(`DELETE FROM wave_traces WHERE brand_id = $1 AND engagement_id = ANY($2) AND item_id = ANY($3)`,
			brand, uuids(k.gone), uuids(k.checked))
	}
	if len(k.seen) > 0 {
		var engagements, items []triage.ID
		var authors, threads []*triage.ID
		var received []time.Time
		var outlines []int64
		var letters []int16
		var spam []bool
		for _, i := range k.seen {
			engagements, items = append(engagements, i.EngagementID), append(items, i.ID)
			authors, threads = append(authors, idOrNull(i.Author)), append(threads, idOrNull(i.Thread))
			received, outlines = append(received, i.At), append(outlines, i.Outline)
			letters, spam = append(letters, int16(min(i.Letters, 1000))), append(spam, i.Spam)
		}
		batch.Queue(`
			INSERT INTO wave_traces (brand_id, engagement_id, item_id, wave_id, author_id, thread_id, received_at, outline, letters, spam)
			SELECT $1, e, i, w, a, t, r, o, l, s
			FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::bigint[], $9::smallint[], $10::bool[])
			     AS x (e, i, w, a, t, r, o, l, s)
			ON CONFLICT (brand_id, engagement_id) DO UPDATE SET wave_id = excluded.wave_id, outline = excluded.outline,
			    letters = excluded.letters, spam = excluded.spam, item_id = excluded.item_id`,
			brand, uuids(engagements), uuids(items), k.in, authors, threads, received, outlines, letters, spam)
	}
	if len(k.with) > 0 {
		batch.Queue(`
			UPDATE wave_traces t SET wave_id = i.wave_id
			FROM items i
			WHERE t.brand_id = $1 AND i.brand_id = $1 AND i.id = ANY($2) AND t.engagement_id = i.engagement_id`, brand, uuids(k.with))
	}
}

// ForgetTraces drops what is remembered of items in no wave that were received before the
// given time.
func (t *Tx) ForgetTraces(ctx context.Context, brand triage.ID, before time.Time) error {
	if err := t.exec(ctx, `DELETE FROM wave_traces WHERE brand_id = $1 AND wave_id IS NULL AND received_at < $2`, brand, before); err != nil {
		return fmt.Errorf("forget traces of waves: %w", err)
	}
	return nil
}

// CloseQuietWaves closes waves of the brand that nobody joined since the given time.
func (t *Tx) CloseQuietWaves(ctx context.Context, brand triage.ID, since time.Time) error {
	return t.closeWaves(ctx, Actor{}, brand, `w.last_at < $4 AND NOT w.dirty AND w.count = w.counted`, since)
}

// CloseWave closes one wave to newcomers. Closing it again changes nothing.
func (t *Tx) CloseWave(ctx context.Context, actor Actor, brand, id triage.ID) error {
	return t.closeWaves(ctx, actor, brand, `w.id = $4`, id)
}

func (t *Tx) closeWaves(ctx context.Context, actor Actor, brand triage.ID, condition string, arg any) error {
	rows, _ := t.tx.Query(ctx, `
		WITH closed AS (
			UPDATE waves w SET state = 'closed', closed_at = $2, closed_by = $3, dirty = w.dirty OR w.count <> w.counted
			WHERE w.brand_id = $1 AND w.state = 'open' AND `+condition+`
			RETURNING w.id, w.count),
		traces AS (
			DELETE FROM wave_traces t USING closed c WHERE t.brand_id = $1 AND t.wave_id = c.id)
		SELECT id, count FROM closed ORDER BY id`, brand, t.Now, idOrNull(actor.Person), arg)
	audit, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AuditRow, error) {
		a := AuditRow{BrandID: brand, Actor: actor, Action: "wave.closed", Subject: "wave"}
		var count int
		err := row.Scan(&a.SubjectID, &count)
		a.Detail = map[string]any{"count": count}
		return a, err
	})
	if err != nil {
		return fmt.Errorf("close waves: %w", err)
	}
	return t.Audit(ctx, audit...)
}
