package main

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
	pgxvec "github.com/pgvector/pgvector-go/pgx"

	"triage/postgres"
	"triage/triage"
)

// vectorModel is the name under which the made vectors are stored.
const vectorModel = "bench"

const dimensions = 256

// meanings makes vectors with the structure of embeddings of comments: topics of very
// different size, and within each a spread along few directions out of many, with a
// little noise in all. Pure noise would make every search meaningless and slow.
type meanings struct {
	topics     [][]float32
	directions [][]float32
	random     *rand.Rand
}

const (
	topics  = 1000
	spreads = 24 // directions in which texts on one topic differ
)

// newMeanings draws topics and directions from one seed, and what follows from another.
func newMeanings(seed uint64) *meanings {
	m := &meanings{random: rand.New(rand.NewPCG(1, 1))}
	for range topics {
		m.topics = append(m.topics, m.noise(1))
	}
	for range spreads {
		m.directions = append(m.directions, m.noise(1))
	}
	m.random = rand.New(rand.NewPCG(seed, 2))
	return m
}

func (m *meanings) noise(length float64) []float32 {
	v := make([]float32, dimensions)
	for i := range v {
		v[i] = float32(m.random.NormFloat64() * length / math.Sqrt(dimensions))
	}
	return v
}

// next returns the vector of one more text, of length 1.
func (m *meanings) next() []float32 {
	topic := m.topics[int(math.Pow(m.random.Float64(), 2)*topics)]
	v := m.noise(0.15)
	for i := range v {
		v[i] += topic[i]
	}
	for n, direction := range m.directions {
		far := float32(m.random.NormFloat64() * 0.6 / math.Sqrt(float64(n+1)))
		for i := range v {
			v[i] += far * direction[i]
		}
	}
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// vectors gives the newest engagements their vectors.
func (q *queues) vectors(ctx context.Context) error {
	conn, err := q.plain.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := pgxvec.RegisterTypes(ctx, conn.Conn()); err != nil {
		return err
	}
	rows, _ := q.plain.Query(ctx, `SELECT brand_id, id FROM engagements ORDER BY received_at DESC LIMIT $1`, q.sizes.Vectors)
	type ref struct{ Brand, ID triage.ID }
	refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ref])
	if err != nil {
		return err
	}
	m := newMeanings(7)
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"embeddings"}, []string{"brand_id", "engagement_id", "model", "round", "indexed", "vector"},
		pgx.CopyFromSlice(len(refs), func(i int) ([]any, error) {
			return []any{string(refs[i].Brand), string(refs[i].ID), vectorModel, 1, true, pgvector.NewHalfVector(m.next())}, nil
		}))
	return err
}

// vectorIndex lets the store make its index, with memory for all of it.
func (q *queues) vectorIndex(ctx context.Context) error {
	store, err := postgres.Open(ctx, q.url("maintenance_work_mem=3GB", "max_parallel_maintenance_workers=2"), 2)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.EnsureVectorIndex(ctx, vectorModel, dimensions)
}
