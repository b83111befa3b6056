package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Bounds of what a brand's corrections may fill. The newest stay.
const (
	NeighboursPerBrand  = 2000
	NeighboursPerPerson = 500 // so that one eager person does not crowd the others out
	HandledPerReading   = 50  // also how many of the newest say how often a reading is corrected
)

// keepNeighbours makes the labelled neighbours of engagements anew from what people said of
// their current rounds: none where nothing is said of intent or sentiment.
func (t *Tx) keepNeighbours(ctx context.Context, brand triage.ID, engagements []triage.ID) error {
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM neighbours WHERE brand_id = $1 AND engagement_id = ANY($2)`, brand, uuids(engagements))
	batch.Queue(keepNeighbours, brand, uuids(engagements))
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("neighbours: %w", err)
	}
	return nil
}

// keepNeighbours takes vector and reading from where they are; what is missing, or of other
// models than the built-in ones, comes with Teach.
const keepNeighbours = `
	INSERT INTO neighbours (brand_id, engagement_id, round, person_id, labelled_at, intent, sentiment,
	    said_intent, said_sentiment, said_model, copy, model, vector)
	SELECT e.brand_id, e.id, e.round, l.person, l.at, l.intent, l.sentiment, j.intent, j.sentiment, j.model,
	    e.content_hash, v.model, v.vector
	FROM engagements e
	JOIN LATERAL (
		SELECT (array_agg(intent ORDER BY created_at DESC, id DESC) FILTER (WHERE intent IS NOT NULL))[1] AS intent,
		       (array_agg(sentiment ORDER BY created_at DESC, id DESC) FILTER (WHERE sentiment IS NOT NULL))[1] AS sentiment,
		       (array_agg(person_id ORDER BY created_at DESC, id DESC))[1] AS person, max(created_at) AS at
		FROM labels WHERE brand_id = e.brand_id AND engagement_id = e.id AND round = e.round
		  AND (intent IS NOT NULL OR sentiment IS NOT NULL)) l ON l.person IS NOT NULL
	LEFT JOIN LATERAL (` + alone + `) j ON true
	LEFT JOIN LATERAL (
		SELECT model, vector FROM embeddings WHERE brand_id = e.brand_id AND engagement_id = e.id AND round = e.round
		ORDER BY model LIMIT 1) v ON true
	WHERE e.brand_id = $1 AND e.id = ANY($2) AND e.deleted_at IS NULL`

// alone is what the built-in engine alone said of the round of engagement e, before people's
// corrections had their say.
const alone = `
	SELECT coalesce(learned->>'intent', intent) AS intent, coalesce(learned->>'sentiment', sentiment) AS sentiment, model
	FROM judgements WHERE brand_id = e.brand_id AND engagement_id = e.id AND round = e.round AND engine = 'builtin'
	ORDER BY judged_at DESC, id DESC LIMIT 1`

// KeepHandled notes that people closed the engagements with the intent as it stands. Where
// they corrected it, that is known from what they said; closing as spam what was read
// otherwise is no assent.
func (t *Tx) KeepHandled(ctx context.Context, brand triage.ID, engagements []triage.ID) error {
	if len(engagements) == 0 {
		return nil
	}
	err := t.exec(ctx, `
		INSERT INTO handled (brand_id, engagement_id, said_intent, intent, at)
		SELECT e.brand_id, e.id, j.intent, i.intent, $3
		FROM engagements e
		JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner'
		JOIN LATERAL (`+alone+`) j ON true
		WHERE e.brand_id = $1 AND e.id = ANY($2) AND (i.outcome <> 'spam' OR i.intent = 'spam')
		  AND NOT EXISTS (SELECT FROM neighbours n WHERE n.brand_id = $1 AND n.engagement_id = e.id AND n.intent IS NOT NULL)
		ON CONFLICT (brand_id, engagement_id) DO UPDATE SET
		    said_intent = excluded.said_intent, intent = excluded.intent, at = excluded.at`, brand, uuids(engagements), t.Now)
	if err != nil {
		return fmt.Errorf("handled: %w", err)
	}
	return nil
}

// Asked is a comment whose labelled neighbours are wanted.
type Asked struct {
	ID     triage.ID // its own label does not count
	Vector []float32
	Intent triage.Intent // as the built-in engine alone reads it
}

// Nearby bounds a search for labelled neighbours.
type Nearby struct {
	Model        string  // of the vectors
	Most         int     // neighbours of each
	OtherReading float64 // by how much those count as farther that the engine read otherwise
}

// Neighbourhoods returns what people taught about comments like the asked ones, of the same
// brand only, in their order. It is one search for all of them, and looks at every labelled
// comment of the brand: those are few.
func (r Reads) Neighbourhoods(ctx context.Context, brand triage.ID, asked []Asked, by Nearby) ([]triage.Neighbourhood, error) {
	out := make([]triage.Neighbourhood, len(asked))
	numbers, ids := make([]int32, len(asked)), make([]triage.ID, len(asked))
	vectors, said := make([]pgvector.HalfVector, len(asked)), make([]string, len(asked))
	for n, a := range asked {
		numbers[n], ids[n], vectors[n], said[n] = int32(n), a.ID, pgvector.NewHalfVector(a.Vector), string(a.Intent)
	}
	rows, _ := r.db.Query(ctx, neighbourhoods, brand, by.Model, numbers, uuids(ids), halfvecs(vectors), said,
		by.OtherReading, by.Most, HandledPerReading)
	var n int32
	var handled, corrected int
	var found triage.Neighbour
	_, err := pgx.ForEachRow(rows, []any{
		&n, &handled, &corrected, &found.Distance, &found.Intent, &found.Sentiment, &found.SaidIntent, &found.SaidSentiment,
		&found.Person, &found.Copy,
	}, func() error {
		out[n].Handled, out[n].Corrected = handled, corrected
		out[n].Neighbours = append(out[n].Neighbours, found)
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("neighbourhoods: %w", err))
	}
	return out, nil
}

// readings are the newest comments of a brand that people handled, by what the engine alone
// had read: those they labelled, and those they closed as they were.
const readings = `
	SELECT said, wrong FROM (
		SELECT said, wrong, row_number() OVER (PARTITION BY said ORDER BY at DESC) AS n FROM (
			SELECT said_intent AS said, labelled_at AS at, intent <> said_intent AS wrong FROM neighbours
			WHERE brand_id = $1 AND intent IS NOT NULL AND said_intent IS NOT NULL
			UNION ALL
			SELECT h.said_intent, h.at, h.intent <> h.said_intent FROM handled h
			WHERE h.brand_id = $1 AND NOT EXISTS (
				SELECT FROM neighbours n WHERE n.brand_id = $1 AND n.engagement_id = h.engagement_id AND n.intent IS NOT NULL)
		) known) numbered
	WHERE n <= $9`

// neighbourhoods compares vectors of unit length, so the negative inner product, which is
// cheaper, tells the cosine distance; it is worked out once for each pair.
const neighbourhoods = `
	WITH asked AS (SELECT * FROM unnest($3::int[], $4::uuid[], $5::halfvec[], $6::text[]) AS a (n, id, vector, said)),
	shares AS (SELECT said, count(*)::int AS handled, count(*) FILTER (WHERE wrong)::int AS corrected FROM (` + readings + `) r GROUP BY said)
	SELECT a.n, coalesce(s.handled, 0), coalesce(s.corrected, 0), greatest(0, x.far - CASE WHEN x.said_intent = a.said THEN 0 ELSE $7::float8 END), coalesce(x.intent, ''), coalesce(x.sentiment, ''),
	       coalesce(x.said_intent, ''), coalesce(x.said_sentiment, ''), x.person_id,
	       coalesce(i.wave_id::text, encode(x.copy, 'hex'))
	FROM asked a
	CROSS JOIN LATERAL (
		SELECT k.engagement_id, k.intent, k.sentiment, k.said_intent, k.said_sentiment, k.person_id, k.copy,
		       1 + (k.vector <#> a.vector) + CASE WHEN k.said_intent = a.said THEN 0 ELSE $7::float8 END AS far
		FROM neighbours k
		WHERE k.brand_id = $1 AND k.model = $2 AND k.engagement_id <> a.id
		ORDER BY far, k.engagement_id LIMIT $8) x
	LEFT JOIN shares s ON s.said = a.said
	LEFT JOIN items i ON i.brand_id = $1 AND i.engagement_id = x.engagement_id AND i.kind = 'owner'
	ORDER BY a.n, 4, x.engagement_id`

// Untaught is a labelled comment without a vector or a reading of the engine in use.
type Untaught struct {
	BrandID, ID triage.ID
	Round       int
	Text        string
}

// Untaught returns at most limit labelled comments that lack the vector of a model, or what
// the built-in engine of a version says of them.
func (r Reads) Untaught(ctx context.Context, model, engine string, limit int) ([]Untaught, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT n.brand_id, n.engagement_id, n.round, e.text
		FROM neighbours n JOIN engagements e ON e.brand_id = n.brand_id AND e.id = n.engagement_id AND e.round = n.round
		WHERE n.taught < $1 OR n.taught > $1
		LIMIT $2`, model+" "+engine, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Untaught])
	if err != nil {
		return nil, unavailable(fmt.Errorf("untaught neighbours: %w", err))
	}
	return found, nil
}

// Teach gives labelled comments their vectors and what the built-in engine alone says of
// them. One that was edited, erased or taken back meanwhile is left alone.
func (t *Tx) Teach(ctx context.Context, all []Untaught, vectors []triage.Vector, said []triage.Classification) error {
	batch := &pgx.Batch{}
	for n, u := range all {
		batch.Queue(`
			UPDATE neighbours SET model = $4, vector = $5, said_intent = $6, said_sentiment = $7, said_model = $8
			WHERE brand_id = $1 AND engagement_id = $2 AND round = $3`,
			u.BrandID, u.ID, u.Round, vectors[n].Model, pgvector.NewHalfVector(vectors[n].Values),
			said[n].Intent, said[n].Sentiment, said[n].Model)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("teach: %w", err)
	}
	return nil
}

// ForgetNeighbours deletes what is beyond the bounds, the labels stay: the oldest neighbours
// of a person and of a brand, those of texts that were edited since and have no vector of the
// model, and all but the newest that was handled of each reading.
func (t *Tx) ForgetNeighbours(ctx context.Context, model string) error {
	batch := &pgx.Batch{}
	batch.Queue(`
		DELETE FROM neighbours n USING (
			SELECT brand_id, engagement_id,
			       row_number() OVER (PARTITION BY brand_id ORDER BY labelled_at DESC) AS of_brand,
			       row_number() OVER (PARTITION BY brand_id, person_id ORDER BY labelled_at DESC) AS of_person
			FROM neighbours) k
		WHERE n.brand_id = k.brand_id AND n.engagement_id = k.engagement_id AND (k.of_brand > $1 OR k.of_person > $2)`,
		NeighboursPerBrand, NeighboursPerPerson)
	batch.Queue(`
		DELETE FROM neighbours n USING engagements e
		WHERE e.brand_id = n.brand_id AND e.id = n.engagement_id AND e.round <> n.round AND n.model IS DISTINCT FROM $1`, model)
	batch.Queue(`
		DELETE FROM handled h USING (
			SELECT brand_id, engagement_id, row_number() OVER (PARTITION BY brand_id, said_intent ORDER BY at DESC) AS n
			FROM handled) k
		WHERE h.brand_id = k.brand_id AND h.engagement_id = k.engagement_id AND k.n > $1`, HandledPerReading)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("forget neighbours: %w", err)
	}
	return nil
}
