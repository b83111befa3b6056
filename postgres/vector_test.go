package postgres_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pgvector/pgvector-go"

	"triage/postgres"
	"triage/triage"
)

// unit returns a deterministic direction near the given topic.
func unit(r *rand.Rand, topic int) []float32 {
	v := make([]float32, 256)
	var sum float32
	for i := range v {
		v[i] = float32(r.NormFloat64()) * 0.3
	}
	v[topic%256] += 6
	for _, x := range v {
		sum += x * x
	}
	for i := range v {
		v[i] /= sqrt(sum)
	}
	return v
}

func sqrt(x float32) float32 {
	r := x
	for range 30 {
		r = (r + x/r) / 2
	}
	return r
}

func TestSearchUsesTheVectorIndexAndFindsTheNewest(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	// 20,000 rows, a tenth of them another brand's: the planner decides by itself.
	in.exec(`
		INSERT INTO embeddings (brand_id, engagement_id, model, round, indexed, vector)
		SELECT CASE WHEN n % 10 > 0 THEN $1::uuid ELSE '00000000-0000-4000-8000-000000000001' END, gen_random_uuid(), 'm1', 1, true,
		       (SELECT array_agg(sin(n * (d + 0.618) * 1.37)) FROM generate_series(1, 256) d)::vector::halfvec
		FROM generate_series(1, 20000) n`, in.brand)
	if err := in.EnsureVectorIndex(t.Context(), "m1", 256); err != nil {
		t.Fatal(err)
	}
	in.exec(`ANALYZE embeddings`)
	target := unit(rand.New(rand.NewPCG(1, 2)), 5)
	plan := in.explainNearest(target)
	if !strings.Contains(plan, "embeddings_hnsw_256_") {
		t.Errorf("the plan does not use the vector index:\n%s", plan)
	}
	refs := in.deliver(in.event(triage.Created, "c1", 1, "new"))
	in.settle(refs...)
	var near pgvector.HalfVector
	if err := in.Pool().QueryRow(t.Context(), `
		SELECT (SELECT array_agg(sin(777.31 * (d + 0.618) * 1.37)) FROM generate_series(1, 256) d)::vector::halfvec::text`).Scan(&near); err != nil {
		t.Fatal(err)
	}
	in.exec(`UPDATE embeddings SET vector = $1::halfvec WHERE engagement_id = $2`, near.String(), refs[0].ID)
	found, err := in.Nearest(t.Context(), in.brand, triage.Vector{Model: "m1", Values: near.Slice()}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 10 || found[0].EngagementID != refs[0].ID || found[0].Distance > 0.001 {
		t.Errorf("before indexing: %d found, first %+v", len(found), found)
	}
	if err := in.InTx(t.Context(), func(tx *postgres.Tx) error { _, err := tx.IndexVectors(t.Context(), 100); return err }); err != nil {
		t.Fatal(err)
	}
	if n := in.count(`SELECT count(*) FROM embeddings WHERE NOT indexed`); n != 0 {
		t.Errorf("%d rows not indexed", n)
	}
	found, err = in.Nearest(t.Context(), in.brand, triage.Vector{Model: "m1", Values: near.Slice()}, 10)
	if err != nil || len(found) != 10 || found[0].EngagementID != refs[0].ID {
		t.Errorf("after indexing: %v %+v", err, found)
	}
}

func (in *intake) explainNearest(v []float32) string {
	in.t.Helper()
	plan, err := in.ExplainNearest(in.t.Context(), in.brand, triage.Vector{Model: "m1", Values: v}, 10)
	if err != nil {
		in.t.Fatal(err)
	}
	return plan
}
