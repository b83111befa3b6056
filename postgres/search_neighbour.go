package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Answered is an engagement that a person closed, near in meaning to another one. Its
// item says how it ended, by whom and when.
type Answered struct {
	Item
	Distance float64 // cosine distance, 0 to 2
	Note     string  // what was written down when it was closed, may be empty
}

// farthest is the distance beyond which an answer to one engagement says nothing of
// another.
const farthest = 0.7

// AnsweredBefore returns at most limit engagements near in meaning to the given one that
// people closed, nearest first. There are none when it has no vector.
func (s *Store) AnsweredBefore(ctx context.Context, brand, engagement triage.ID, limit int) ([]Answered, error) {
	vector, err := s.VectorOf(ctx, brand, engagement)
	if err != nil || vector == nil {
		return nil, err
	}
	var out []Answered
	err = s.InTx(ctx, func(tx *Tx) (err error) {
		hits, err := tx.search(ctx, brand, Query{Vector: vector, Except: engagement, Limit: limit, answered: true})
		if err != nil {
			return err
		}
		out, err = tx.answers(ctx, brand, hits)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("answered before, like engagement %s: %w", engagement, err)
	}
	return out, nil
}

// answers adds to hits what was written down when they were closed.
func (t *Tx) answers(ctx context.Context, brand triage.ID, hits []Hit) ([]Answered, error) {
	var out []Answered
	var ids []triage.ID
	for _, h := range hits {
		if h.Distance <= farthest {
			out, ids = append(out, Answered{Item: h.Item, Distance: h.Distance}), append(ids, h.EngagementID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT DISTINCT ON (engagement_id) engagement_id, text FROM notes
		WHERE brand_id = $1 AND engagement_id = ANY($2) AND action IN ('item.resolved', 'resolved')
		ORDER BY engagement_id, created_at DESC, id DESC`, brand, uuids(ids))
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var id triage.ID
		var text string
		err := row.Scan(&id, &text)
		for n := range out {
			if out[n].EngagementID == id {
				out[n].Note = text
			}
		}
		return struct{}{}, err
	})
	return out, err
}

// VectorOf returns the newest vector of an engagement, of the model in force when there are
// several, nil when it has none.
func (r Reads) VectorOf(ctx context.Context, brand, engagement triage.ID) (*triage.Vector, error) {
	var v triage.Vector
	var half pgvector.HalfVector
	err := r.db.QueryRow(ctx, `
		SELECT model, vector FROM embeddings WHERE brand_id = $1 AND engagement_id = $2
		ORDER BY round DESC, model = (SELECT s.model FROM vector_spaces s WHERE s.state = 'in force') DESC NULLS LAST, model LIMIT 1`, brand, engagement).Scan(&v.Model, &half)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no vector is an answer
	}
	if err != nil {
		return nil, unavailable(fmt.Errorf("vector of engagement %s: %w", engagement, err))
	}
	v.Values = half.Slice()
	return &v, nil
}

// ItemsOf returns the items of an engagement, the owner first, or a NotFound error that is
// the same for absent, foreign and malformed ids.
func (r Reads) ItemsOf(ctx context.Context, brand, engagement triage.ID) ([]Item, error) {
	absent := triage.Errorf(triage.NotFound, "There is no such engagement.")
	if !wellFormed(engagement) {
		return nil, absent
	}
	rows, _ := r.db.Query(ctx, `SELECT `+itemColumns+itemTables+`
		WHERE i.brand_id = $1 AND i.engagement_id = $2 ORDER BY i.kind DESC`, brand, engagement)
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, unavailable(fmt.Errorf("engagement %s: %w", engagement, err))
	}
	if len(items) == 0 {
		return nil, absent
	}
	return items, nil
}
