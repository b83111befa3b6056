package postgres_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
	pgxvec "github.com/pgvector/pgvector-go/pgx"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/triage"
)

// library is a brand with many comments, to search in.
type library struct {
	store  *postgres.Store
	brand  triage.ID
	random *rand.Rand
	topics [][]float32
}

// newLibrary fills a database with n comments of 200 topics in three languages.
func newLibrary(tb testing.TB, n int) *library {
	tb.Helper()
	store, err := postgres.Open(tb.Context(), pgtest.New(tb).URL, 4)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(store.Close)
	l := &library{store: store, brand: postgres.NewID(), random: rand.New(rand.NewPCG(1, 2))}
	for range 200 {
		l.topics = append(l.topics, l.noise(1))
	}
	for _, sql := range []string{
		`INSERT INTO brands (id, slug, name) VALUES ($1, 'acme', 'Acme')`,
		`INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, text, version_at, content_hash, received_at, changed_at, delivery_id)
			SELECT $1, lpad(to_hex(n), 32, '0')::uuid, $1, 'facebook', n::text, 'comment',
			       (ARRAY['Die Lieferung kam zu spät', 'My parcel is late again', 'Les chaussures sont belles'])[1 + n % 3] || ' thema' || n % 200 || ' wort' || n % 5003,
			       now(), '', now() - (` + fmt.Sprint(n) + ` - n) * interval '1 second', now(), $1
			FROM generate_series(1, ` + fmt.Sprint(n) + `) n`,
		`INSERT INTO items (brand_id, id, engagement_id, queue, status, priority, due_at, rank, round, platform, channel_id, intent, language,
			    received_at, created_at, changed_at)
			SELECT brand_id, id, id, 'cm', CASE WHEN external_id::int % 20 = 0 THEN 'open' ELSE 'resolved' END, 3, now(), external_id::int, 1,
			       'facebook', $1, 'complaint', (ARRAY['de', 'en', 'fr'])[1 + external_id::int % 3], received_at, now(), now()
			FROM engagements WHERE brand_id = $1`,
	} {
		if _, err := store.Pool().Exec(tb.Context(), sql, l.brand); err != nil {
			tb.Fatal(err)
		}
	}
	l.index(tb, n)
	return l
}

// index gives the comments their documents, as FillDocuments does, and their vectors.
func (l *library) index(tb testing.TB, n int) {
	tb.Helper()
	for more := true; more; {
		if err := l.store.InTx(tb.Context(), func(tx *postgres.Tx) (err error) {
			more, err = tx.FillDocuments(tb.Context(), 10_000)
			return err
		}); err != nil {
			tb.Fatal(err)
		}
	}
	conn, err := l.store.Pool().Acquire(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Release()
	if err := pgxvec.RegisterTypes(tb.Context(), conn.Conn()); err != nil {
		tb.Fatal(err)
	}
	_, err = conn.Conn().CopyFrom(tb.Context(), pgx.Identifier{"embeddings"}, []string{"brand_id", "engagement_id", "model", "round", "indexed", "vector"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			id := fmt.Sprintf("%032x", i+1)
			return []any{l.brand, id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:], "m1", 1, true, pgvector.NewHalfVector(l.near(i % 200))}, nil
		}))
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.store.EnsureVectorIndex(tb.Context(), "m1", 256); err != nil {
		tb.Fatal(err)
	}
	if _, err := l.store.Pool().Exec(tb.Context(), `VACUUM ANALYZE`); err != nil {
		tb.Fatal(err)
	}
}

func (l *library) noise(length float64) []float32 {
	v := make([]float32, 256)
	for i := range v {
		v[i] = float32(l.random.NormFloat64() * length / 16)
	}
	return v
}

// near returns the vector of a text on a topic.
func (l *library) near(topic int) []float32 {
	v := l.noise(0.7)
	var sum float64
	for i := range v {
		v[i] += l.topics[topic][i]
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// exact returns the ten nearest there are.
func (l *library) exact(tb testing.TB, v triage.Vector) []triage.ID {
	tb.Helper()
	var ids []triage.ID
	err := pgx.BeginFunc(tb.Context(), l.store.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(tb.Context(), `SET LOCAL enable_indexscan = off`); err != nil {
			return err
		}
		rows, _ := tx.Query(tb.Context(), `SELECT engagement_id FROM embeddings WHERE brand_id = $1 ORDER BY vector::halfvec(256) <=> $2::halfvec(256) LIMIT 10`,
			l.brand, pgvector.NewHalfVector(v.Values))
		var err error
		ids, err = pgx.CollectRows(rows, pgx.RowTo[triage.ID])
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return ids
}

// BenchmarkSearch measures searches in 100,000 comments. p95 is the figure of docs/search.md;
// recall compares the ten nearest with the ten nearest there are.
func BenchmarkSearch(b *testing.B) {
	l := newLibrary(b, 100_000)
	meant := func(i int) *triage.Vector { return &triage.Vector{Model: "m1", Values: l.near(i % 200)} }
	for _, kind := range []struct {
		name  string
		query func(i int) postgres.Query
	}{
		{"frequent words", func(int) postgres.Query { return postgres.Query{Text: "lieferung spät", Limit: 25} }},
		{"rare words", func(i int) postgres.Query { return postgres.Query{Text: fmt.Sprintf("wort%d", i%5003), Limit: 25} }},
		{"meaning", func(i int) postgres.Query { return postgres.Query{Vector: meant(i), Limit: 25} }},
		{"hybrid", func(i int) postgres.Query {
			return postgres.Query{Text: fmt.Sprintf("parcel thema%d", i%200), Vector: meant(i), Limit: 25}
		}},
		{"hybrid, open ones", func(i int) postgres.Query {
			return postgres.Query{Text: "parcel", Vector: meant(i), Limit: 25, Filter: postgres.ItemFilter{Statuses: []triage.Status{triage.StatusOpen}}}
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				hits, err := l.store.Search(b.Context(), l.brand, kind.query(len(took)))
				if err != nil || len(hits) == 0 {
					b.Fatalf("%d hits: %v", len(hits), err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
	b.Run("recall", func(b *testing.B) {
		found, of := 0, 0
		for b.Loop() {
			v := meant(of)
			hits, err := l.store.Search(b.Context(), l.brand, postgres.Query{Vector: v, Limit: 10})
			if err != nil {
				b.Fatal(err)
			}
			exact := l.exact(b, *v)
			of += len(exact)
			for _, h := range hits {
				if slices.Contains(exact, h.EngagementID) {
					found++
				}
			}
		}
		b.ReportMetric(float64(found)/float64(of), "recall@10")
	})
}

func TestSearchesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, 20_000)
	for _, c := range []struct {
		rule, index string
		query       postgres.Query
	}{
		{"rare words are looked up", "documents_words", postgres.Query{Text: "wort77", Limit: 10}},
		{"frequent words are looked up among the newest", "documents_words", postgres.Query{Text: "parcel", Limit: 10}},
		{"without words the newest are read", "documents_pkey", postgres.Query{Limit: 10}},
		{"meanings are looked up", "embeddings_hnsw_256", postgres.Query{Vector: &triage.Vector{Model: "m1", Values: l.near(3)}, Limit: 10}},
	} {
		plan, err := l.store.ExplainSearch(t.Context(), l.brand, c.query)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on documents") || strings.Contains(plan, "Seq Scan on embeddings") {
			t.Errorf("%s:\n%s", c.rule, plan)
		}
	}
}
