package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Asking is a comment that a model is about to be asked about.
type Asking struct {
	ID      triage.ID
	Parent  []byte // what it answers
	Reading []byte // what the built-in engine says of it
	Copy    []byte // hash of its text
	Vector  []float32
}

// Recalled is what is known of one that is asked about.
type Recalled struct {
	From   triage.ID // whose question was the same; empty for none
	Exact  bool
	Answer *triage.Classification // nil while that question is under way
}

// Recalling bounds a search for copies.
type Recalling struct {
	Exact, Near bool
	Distance    float64 // up to which comments are near copies
	Within      time.Duration
	UnderWay    time.Duration // after which a question without an answer is given up
}

// lookedAt is how many of the newest questions below a parent are compared.
const lookedAt = 400

// recall finds the copy of each of the asked, exact ones first. What people corrected is no
// example to follow, and neither is what was edited since.
const recall = `
	SELECT q.n, f.engagement_id, f.exact, f.answer
	FROM unnest($2::int[], $3::uuid[], $4::bytea[], $5::bytea[], $6::bytea[], $7::halfvec[]) AS q (n, id, parent, reading, copy, vector)
	CROSS JOIN LATERAL (
		SELECT a.engagement_id, a.copy = q.copy AS exact, a.answer, a.vector <=> q.vector AS far, a.at
		FROM (SELECT * FROM asked k WHERE k.brand_id = $1 AND k.parent = q.parent AND k.reading = q.reading AND k.at > $8
		      ORDER BY k.at DESC LIMIT $9) a
		WHERE a.engagement_id <> q.id AND (a.answer IS NOT NULL OR a.at > $10)
		  AND (a.copy = q.copy AND $11 OR $12 AND a.vector <=> q.vector <= $13)
		  AND NOT EXISTS (SELECT FROM labels l WHERE l.brand_id = $1 AND l.engagement_id = a.engagement_id)
		ORDER BY a.copy = q.copy DESC, a.answer IS NULL, far LIMIT 1) f`

// Recall looks for copies of all, in their order, and takes down the questions that nobody
// asks yet as asked by the caller. Of several processes one asks.
func (t *Tx) Recall(ctx context.Context, brand triage.ID, all []Asking, by Recalling) ([]Recalled, error) {
	if err := t.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 5076))`, string(brand)); err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	out := make([]Recalled, len(all))
	if err := t.recalled(ctx, brand, all, by, out); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	var taken []int
	for n, a := range all {
		if out[n].From != "" {
			continue
		}
		if twin, exact := twinOf(a, all, taken, by); twin >= 0 {
			out[n] = Recalled{From: all[twin].ID, Exact: exact}
			continue
		}
		taken = append(taken, n)
		batch.Queue(`
			INSERT INTO asked (brand_id, engagement_id, parent, reading, copy, vector, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (brand_id, engagement_id) DO UPDATE SET parent = excluded.parent, reading = excluded.reading,
			    copy = excluded.copy, vector = excluded.vector, at = excluded.at, answer = NULL`,
			brand, a.ID, a.Parent, a.Reading, a.Copy, pgvector.NewHalfVector(a.Vector), t.Now)
	}
	if batch.Len() > 0 {
		if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
			return nil, fmt.Errorf("recall: %w", err)
		}
	}
	return out, nil
}

func (t *Tx) recalled(ctx context.Context, brand triage.ID, all []Asking, by Recalling, out []Recalled) error {
	numbers, ids := make([]int32, len(all)), make([]triage.ID, len(all))
	parents, readings, copies := make([][]byte, len(all)), make([][]byte, len(all)), make([][]byte, len(all))
	vectors := make([]pgvector.HalfVector, len(all))
	for n, a := range all {
		numbers[n], ids[n], parents[n], readings[n], copies[n] = int32(n), a.ID, a.Parent, a.Reading, a.Copy
		vectors[n] = pgvector.NewHalfVector(a.Vector)
	}
	rows, _ := t.tx.Query(ctx, recall, brand, numbers, uuids(ids), parents, readings, copies, halfvecs(vectors),
		t.Now.Add(-by.Within), lookedAt, t.Now.Add(-by.UnderWay), by.Exact, by.Near, by.Distance)
	var n int32
	var found Recalled
	var answer []byte
	_, err := pgx.ForEachRow(rows, []any{&n, &found.From, &found.Exact, &answer}, func() error {
		out[n] = found
		if answer == nil {
			return nil
		}
		out[n].Answer = &triage.Classification{}
		return json.Unmarshal(answer, out[n].Answer)
	})
	if err != nil {
		return fmt.Errorf("recall: %w", err)
	}
	return nil
}

// twinOf returns which of the taken ones a is a copy of, -1 for none.
func twinOf(a Asking, all []Asking, taken []int, by Recalling) (twin int, exact bool) {
	twin = -1
	nearest := by.Distance
	for _, n := range taken {
		b := all[n]
		if string(a.Parent) != string(b.Parent) || string(a.Reading) != string(b.Reading) {
			continue
		}
		if by.Exact && string(a.Copy) == string(b.Copy) {
			return n, true
		}
		if d := distance(a.Vector, b.Vector); by.Near && d <= nearest {
			twin, nearest = n, d
		}
	}
	return twin, false
}

// distance is the cosine distance of vectors of unit length.
func distance(a, b []float32) float64 {
	dot := 0.0
	for i := range min(len(a), len(b)) {
		dot += float64(a[i]) * float64(b[i])
	}
	return 1 - dot
}

// KeepAnswers keeps what the model said; a question without an answer is free again.
func (t *Tx) KeepAnswers(ctx context.Context, brand triage.ID, ids []triage.ID, answers []triage.Classification) error {
	batch := &pgx.Batch{}
	var free []triage.ID
	for n, a := range answers {
		if !a.Judged() {
			free = append(free, ids[n])
			continue
		}
		a.Outside, a.Effort, a.Latency, a.CostMicroUSD = nil, triage.Effort{}, 0, 0
		raw, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		batch.Queue(`UPDATE asked SET answer = $3 WHERE brand_id = $1 AND engagement_id = $2`, brand, ids[n], raw)
	}
	if len(free) > 0 {
		batch.Queue(`DELETE FROM asked WHERE brand_id = $1 AND engagement_id = ANY($2) AND answer IS NULL`, brand, uuids(free))
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return nil
}

// ForgetAsked deletes what is too old to be reused by anybody.
func (t *Tx) ForgetAsked(ctx context.Context) error {
	if err := t.exec(ctx, `DELETE FROM asked WHERE at < $1`, t.Now.Add(-31*24*time.Hour)); err != nil {
		return fmt.Errorf("forget asked: %w", err)
	}
	return nil
}
