package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
	"triage/wave"
)

const (
	dirtyPerStep = 50               // waves that one step counts
	countedEvery = 10 * time.Second // how long a great wave that grows may wait for that
)

// CountWaves makes the figures of waves anew that were marked for it, or that grew some
// seconds ago: centre, kind, representative, outliers and the rest. The representative and
// the outliers that nobody has touched come forward by the part that the plan gives a wave
// of its size; the others follow the representative. Spam closes as one. It returns true
// when there may be more.
func (t *Tx) CountWaves(ctx context.Context, brand triage.ID, part func(size int) triage.Part) (bool, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT id, model, representative_id, told FROM waves
		WHERE brand_id = $1 AND (dirty OR (state = 'open' AND count <> counted AND counted_at < $3))
		ORDER BY id LIMIT $2 FOR NO KEY UPDATE`, brand, dirtyPerStep, t.Now.Add(-countedEvery))
	dirty, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*counting, error) {
		c := &counting{tx: t, brand: brand, part: part}
		var standing *triage.ID
		err := row.Scan(&c.id, &c.model, &standing, &c.told)
		c.standing, c.bounds = idOr(standing), wave.Default(c.model)
		return c, err
	})
	if err != nil {
		return false, fmt.Errorf("waves to count: %w", err)
	}
	for _, c := range dirty {
		if err := c.count(ctx); err != nil {
			return false, fmt.Errorf("wave %s: %w", c.id, err)
		}
	}
	return len(dirty) == dirtyPerStep, nil
}

// counting is the count of one wave.
type counting struct {
	tx     *Tx
	brand  triage.ID
	bounds wave.Bounds
	part   func(size int) triage.Part

	id       triage.ID
	model    string
	standing triage.ID // representative so far
	told     int
	figures  wave.Figures
}

func (c *counting) count(ctx context.Context) error {
	members, err := c.members(ctx)
	if err != nil {
		return err
	}
	if len(members) == 0 {
		return c.vanish(ctx)
	}
	c.figures = wave.Describe(members, c.standing, c.bounds)
	for _, step := range []func(context.Context) error{c.save, c.mark, c.rank, c.dismiss, c.tell} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// members finds the centre anew and returns all members with their distance from it.
func (c *counting) members(ctx context.Context) ([]wave.Member, error) {
	err := c.tx.exec(ctx, `
		UPDATE waves SET centre = (
			SELECT avg(v.vector) FROM items i
			JOIN embeddings v ON v.brand_id = i.brand_id AND v.engagement_id = i.engagement_id AND v.model = $3
			WHERE i.brand_id = $1 AND i.wave_id = $2)
		WHERE brand_id = $1 AND id = $2`, c.brand, c.id, c.model)
	if err != nil {
		return nil, err
	}
	rows, _ := c.tx.tx.Query(ctx, `SELECT `+memberColumns+memberTables, c.brand, c.id)
	return pgx.CollectRows(rows, scanMember)
}

const memberColumns = `i.id, i.author_id, i.thread_id, i.received_at, coalesce(v.vector <=> w.centre, 2), i.intent,
	i.urgency, i.language, i.reply_expected, i.risks, ` + liveItems

const memberTables = `
	FROM waves w
	JOIN items i ON i.brand_id = w.brand_id AND i.wave_id = w.id
	LEFT JOIN embeddings v ON v.brand_id = i.brand_id AND v.engagement_id = i.engagement_id AND v.model = w.model
	WHERE w.brand_id = $1 AND w.id = $2`

func scanMember(row pgx.CollectableRow) (wave.Member, error) {
	var m wave.Member
	var author, thread *triage.ID
	err := row.Scan(&m.Item, &author, &thread, &m.At, &m.Distance, &m.Intent, &m.Urgency, &m.Language, &m.ReplyExpected,
		&m.Risks, &m.Live)
	m.Author, m.Thread = idOr(author), idOr(thread)
	if math.IsNaN(m.Distance) {
		m.Distance = 2
	}
	return m, err
}

// vanish closes a wave that has lost all members.
func (c *counting) vanish(ctx context.Context) error {
	err := c.tx.exec(ctx, `
		UPDATE waves SET count = 0, counted = 0, authors = 0, threads = 0, outliers = 0, peak_per_minute = 0, dirty = false,
		    centre = NULL, representative_id = NULL, thread_id = NULL
		WHERE brand_id = $1 AND id = $2`, c.brand, c.id)
	if err != nil {
		return err
	}
	return c.tx.CloseWave(ctx, Actor{}, c.brand, c.id)
}

func (c *counting) save(ctx context.Context) error {
	f := c.figures
	return c.tx.exec(ctx, `
		UPDATE waves SET kind = $3, thread_id = $4, language = $5, intent = $6, urgency = $7, reply_expected = $8, risks = $9,
		    representative_id = $10, count = $11, counted = $11, authors = $12, threads = $13, outliers = $14,
		    peak_per_minute = $15, started_at = $16, last_at = $17, dirty = false, counted_at = $18
		WHERE brand_id = $1 AND id = $2`,
		c.brand, c.id, f.Kind, idOrNull(f.Thread), f.Language, f.Intent, f.Urgency, f.ReplyExpected, strs(f.Risks),
		f.Representative, f.Count, f.Authors, f.Threads, len(f.Outliers), f.PeakPerMinute, f.StartedAt, f.LastAt, c.tx.Now)
}

// mark says of each member whether it is an outlier.
func (c *counting) mark(ctx context.Context) error {
	return c.tx.exec(ctx, `
		UPDATE items SET wave_outlier = NOT wave_outlier
		WHERE brand_id = $1 AND wave_id = $2 AND wave_outlier <> (id = ANY($3))`, c.brand, c.id, uuids(c.figures.Outliers))
}

// rerank gives items the part $2, of $3 hours, in place of one of that name, unless they
// have it: the representative $4 and the outliers of the wave, while nobody touched them.
// The others lose it. A rank is due time less 3600 times the hours of all parts, so the
// difference of the hours moves it. Placing them again knows the wave's size $6.
const rerank = `
	UPDATE items i SET
	    rank = i.rank + 3600 * (p.has - p.want),
	    parts = p.others || CASE WHEN p.want = 0 THEN '[]' ELSE jsonb_build_array($2::jsonb) END,
	    known = CASE WHEN p.want = 0 THEN i.known - 'wave' ELSE i.known || jsonb_build_object('wave', $6::int) END,
	    version = i.version + 1, changed_at = $5
	FROM (
		SELECT m.id, CASE WHEN m.wave_id IS NOT NULL AND (m.id = $4 OR m.wave_outlier) THEN $3::float8 ELSE 0 END AS want,
		       (SELECT coalesce(sum((part->>'hours')::float8) FILTER (WHERE part->>'name' = 'wave'), 0)
		        FROM jsonb_array_elements(m.parts) part) AS has,
		       (SELECT coalesce(jsonb_agg(part ORDER BY n) FILTER (WHERE part->>'name' <> 'wave'), '[]')
		        FROM jsonb_array_elements(m.parts) WITH ORDINALITY AS x (part, n)) AS others
		FROM items m WHERE m.brand_id = $1 AND m.status = 'open' AND m.fence = 0 AND (`

const rerankEnd = `)) p
	WHERE i.brand_id = $1 AND i.id = p.id AND p.has <> p.want`

func (c *counting) rank(ctx context.Context) error {
	size := c.bounds.Step(c.figures.Count)
	part := c.part(size)
	if c.figures.Kind == wave.KindSpam {
		part.Hours = 0
	}
	raw, err := json.Marshal(part)
	if err != nil {
		return fmt.Errorf("part: %w", err)
	}
	return c.tx.exec(ctx, rerank+`m.wave_id = $7 AND (m.id = $4 OR m.wave_outlier OR m.parts @> '[{"name": "wave"}]')`+rerankEnd,
		c.brand, raw, part.Hours, c.figures.Representative, c.tx.Now, size, c.id)
}

// unrank takes the part of a wave from items that are in none.
func unrank(batch *pgx.Batch, now time.Time, brand triage.ID, items []triage.ID) {
	batch.Queue(rerank+`m.id = ANY($7) AND m.wave_id IS NULL`+rerankEnd, brand, []byte("{}"), 0.0, nil, now, 0, uuids(items))
}

// dismiss closes what is open of a spam wave that is spam through and through, outliers
// apart. A member that a person opened again stays open: the machine closes each once.
func (c *counting) dismiss(ctx context.Context) error {
	f := c.figures
	if f.Kind != wave.KindSpam || f.Spam < c.bounds.Spam || len(f.Risks) > 0 {
		return nil
	}
	total := 0
	for {
		n, err := c.tx.CloseWaveItems(ctx, c.brand, c.id, triage.OutcomeSpamWave, Actor{})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		total += n
	}
	if total == 0 {
		return nil
	}
	if err := c.tx.exec(ctx, `UPDATE waves SET dismissed_at = coalesce(dismissed_at, $3) WHERE brand_id = $1 AND id = $2`,
		c.brand, c.id, c.tx.Now); err != nil {
		return err
	}
	return c.tx.Audit(ctx, AuditRow{
		BrandID: c.brand, Action: "wave.dismissed", Subject: "wave", SubjectID: c.id,
		Detail: map[string]any{"outcome": triage.OutcomeSpamWave, "items": total},
	})
}

// tell writes into the audit that the wave started, or that it has doubled.
func (c *counting) tell(ctx context.Context) error {
	f := c.figures
	row := AuditRow{
		BrandID: c.brand, Subject: "wave", SubjectID: c.id,
		Detail: map[string]any{
			"kind": f.Kind, "count": f.Count, "authors": f.Authors, "threads": f.Threads, "representative": f.Representative,
		},
	}
	switch {
	case c.told == 0:
		row.Action = "wave.started"
	case f.Count >= 2*c.told:
		row.Action = "wave.grown"
	default:
		return nil
	}
	if err := c.tx.exec(ctx, `UPDATE waves SET told = $3 WHERE brand_id = $1 AND id = $2`, c.brand, c.id, f.Count); err != nil {
		return err
	}
	return c.tx.Audit(ctx, row)
}
