package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Lessons returns the comments nearest to each of asked that people labelled with an intent,
// of the same brand only, at most by.Most each, in the order of asked. Only what still stands
// as it was labelled is one.
func (r Reads) Lessons(ctx context.Context, brand triage.ID, asked []Asked, by Nearby) ([][]triage.Lesson, error) {
	out := make([][]triage.Lesson, len(asked))
	numbers, ids, vectors := make([]int32, len(asked)), make([]triage.ID, len(asked)), make([]pgvector.HalfVector, len(asked))
	for n, a := range asked {
		numbers[n], ids[n], vectors[n] = int32(n), a.ID, pgvector.NewHalfVector(a.Vector)
	}
	rows, _ := r.db.Query(ctx, `
		WITH asked AS (SELECT * FROM unnest($3::int[], $4::uuid[], $5::halfvec[]) AS a (n, id, vector))
		SELECT a.n, greatest(0, x.far), x.intent, coalesce(x.sentiment, ''), x.person_id, e.text,
		       e.author_name, e.author_handle, e.author_external_id, coalesce(i.wave_id::text, encode(x.copy, 'hex'))
		FROM asked a
		CROSS JOIN LATERAL (
			SELECT k.engagement_id, k.round, k.intent, k.sentiment, k.person_id, k.copy, 1 + (k.vector <#> a.vector) AS far
			FROM neighbours k
			WHERE k.brand_id = $1 AND k.model = $2 AND k.engagement_id <> a.id AND k.intent IS NOT NULL
			ORDER BY far, k.engagement_id LIMIT $6) x
		JOIN engagements e ON e.brand_id = $1 AND e.id = x.engagement_id AND e.round = x.round AND e.deleted_at IS NULL
		LEFT JOIN items i ON i.brand_id = $1 AND i.engagement_id = x.engagement_id AND i.kind = 'owner'
		ORDER BY a.n, 2, x.engagement_id`, brand, by.Model, numbers, uuids(ids), halfvecs(vectors), by.Most)
	var n int32
	var l triage.Lesson
	var name, handle string
	_, err := pgx.ForEachRow(rows, []any{
		&n, &l.Distance, &l.Intent, &l.Sentiment, &l.Person, &l.Text, &name, &handle, &l.Author, &l.Copy,
	}, func() error {
		one := l
		one.Names = []string{name, handle}
		out[n] = append(out[n], one)
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("lessons: %w", err))
	}
	return out, nil
}
