package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Neighbour is an engagement near in meaning.
type Neighbour struct {
	EngagementID triage.ID
	Distance     float64 // cosine distance, 0 to 2
}

// EnsureVectorIndex makes the HNSW index of a model, if it does not exist. There is one
// for each model and size, over the rows marked indexed, since vectors of two models are
// never compared. It may take long on a full table and blocks no writes.
func (s *Store) EnsureVectorIndex(ctx context.Context, model string, dimensions int) error {
	var literal string
	if err := s.pool.QueryRow(ctx, `SELECT quote_literal($1::text)`, model).Scan(&literal); err != nil {
		return unavailable(fmt.Errorf("vector index: %w", err))
	}
	name := vectorIndex(model, dimensions)
	var valid *bool
	err := s.pool.QueryRow(ctx, `
		SELECT (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1))`, name).Scan(&valid)
	if err != nil {
		return unavailable(fmt.Errorf("vector index: %w", err))
	}
	if valid != nil && *valid {
		return nil
	}
	if valid != nil { // an earlier build was cut off
		if _, err := s.pool.Exec(ctx, `DROP INDEX CONCURRENTLY IF EXISTS `+name); err != nil {
			return fmt.Errorf("vector index %s: %w", name, err)
		}
	}
	_, err = s.pool.Exec(ctx, fmt.Sprintf(`
		CREATE INDEX CONCURRENTLY IF NOT EXISTS %s ON embeddings
		USING hnsw ((vector::halfvec(%d)) halfvec_cosine_ops) WITH (ef_construction = %d) WHERE indexed AND model = %s`,
		name, dimensions, efConstruction, literal))
	if err != nil {
		return fmt.Errorf("vector index %s: %w", name, err)
	}
	return nil
}

// efConstruction is how many candidates the index looks at for the links of a new vector.
// With the extension's 64 searches among texts on many separate topics miss one neighbour
// in twenty, however wide they search; with this one in a hundred.
const efConstruction = 100

func vectorIndex(model string, dimensions int) string {
	sum := sha256.Sum256([]byte(model))
	return fmt.Sprintf("embeddings_hnsw_%d_%s", dimensions, hex.EncodeToString(sum[:6]))
}

// nearest takes the best of two searches: approximate over what is indexed, exact over the
// newest rows that are not indexed yet. The model stands in the text of the statement,
// since only then the planner sees that the partial index applies.
func nearest(model string, dimensions int) string {
	return fmt.Sprintf(`
	SELECT engagement_id, distance FROM (
		(SELECT engagement_id, vector::halfvec(%[1]d) <=> $2::halfvec(%[1]d) AS distance
		 FROM embeddings WHERE indexed AND model = %[2]s AND brand_id = $1
		 ORDER BY vector::halfvec(%[1]d) <=> $2::halfvec(%[1]d) LIMIT $3)
		UNION ALL
		(SELECT engagement_id, vector::halfvec(%[1]d) <=> $2::halfvec(%[1]d) AS distance
		 FROM embeddings WHERE NOT indexed AND model = %[2]s AND brand_id = $1
		 ORDER BY distance LIMIT $3)
	) found ORDER BY distance LIMIT $3`, dimensions, model)
}

// Nearest returns at most limit engagements of the brand that are nearest to v, nearest
// first. It searches on until it has found limit of the brand (iterative scan).
func (s *Store) Nearest(ctx context.Context, brand triage.ID, v triage.Vector, limit int) ([]Neighbour, error) {
	var found []Neighbour
	err := s.InTx(ctx, func(tx *Tx) (err error) {
		found, err = tx.nearest(ctx, brand, v, limit)
		return err
	})
	return found, err
}

func (t *Tx) nearest(ctx context.Context, brand triage.ID, v triage.Vector, limit int) ([]Neighbour, error) {
	var model string
	if err := t.tx.QueryRow(ctx, `SELECT quote_literal($1::text)`, v.Model).Scan(&model); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	if err := t.exec(ctx, `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '200', true)`); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	rows, _ := t.tx.Query(ctx, nearest(model, len(v.Values)), brand, pgvector.NewHalfVector(v.Values), limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Neighbour])
	if err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	return found, nil
}

// IndexVectors moves at most limit of the newest vectors of any brand into their HNSW
// index and returns how many. Until then they are found by exact search.
func (t *Tx) IndexVectors(ctx context.Context, limit int) (int, error) {
	tag, err := t.tx.Exec(ctx, `
		UPDATE embeddings e SET indexed = true
		FROM (SELECT brand_id, engagement_id, model FROM embeddings WHERE NOT indexed
		      LIMIT $1 FOR UPDATE SKIP LOCKED) n
		WHERE e.brand_id = n.brand_id AND e.engagement_id = n.engagement_id AND e.model = n.model`, limit)
	if err != nil {
		return 0, fmt.Errorf("index vectors: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// ExplainNearest returns the plan that the database would run for Nearest.
func (s *Store) ExplainNearest(ctx context.Context, brand triage.ID, v triage.Vector, limit int) (string, error) {
	var plan string
	err := s.InTx(ctx, func(tx *Tx) error {
		rows, _ := tx.tx.Query(ctx, `EXPLAIN `+nearest("'"+v.Model+"'", len(v.Values)), brand, pgvector.NewHalfVector(v.Values), limit)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	return plan, err
}
