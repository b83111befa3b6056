package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// evidence is a span as it is kept: byte offsets into the judged version's text.
type evidence struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Why   string `json:"why"`
}

// saveJudgements inserts one row for each settlement that an engine judged.
func (s *settling) saveJudgements(ctx context.Context) error {
	s.judgements = make([]triage.ID, len(s.live))
	batch := &pgx.Batch{}
	for i, one := range s.live {
		c := one.Classification
		if !c.Judged() {
			continue
		}
		s.judgements[i] = NewID()
		spans := make([]evidence, 0, len(c.Evidence))
		for _, e := range c.Evidence {
			spans = append(spans, evidence(e))
		}
		quoted, err := json.Marshal(spans)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		learned, err := learnedOf(c.Learned)
		if err != nil {
			return err
		}
		outside, err := outsideOf(c.Outside)
		if err != nil {
			return err
		}
		k := c.Confidence
		batch.Queue(`
			INSERT INTO judgements (brand_id, id, engagement_id, round, judged_at, engine, model, prompt_version,
			    provisional, intent, sentiment, ironic, urgency, reply_expected, risks, language, topics, confidence,
			    evidence, rules, latency_ms, cost_micro_usd, learned, unsure, addresses_model, outside, step, short, reused_from)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)`,
			s.brand, s.judgements[i], one.Engagement.ID, one.Engagement.Round, s.tx.Now, c.Engine, c.Model, c.PromptVersion,
			c.Provisional, c.Intent, c.Sentiment, c.Ironic, c.Urgency, c.ReplyExpected, strs(c.Risks), c.Language,
			strs(c.Topics), []float32{float32(k.Queue), float32(k.Intent), float32(k.Sentiment), float32(k.Ironic),
				float32(k.Urgency), float32(k.ReplyExpected)},
			quoted, strs(c.Rules), c.Latency.Milliseconds(), c.CostMicroUSD, learned, strs(c.Unsure), c.AddressesModel, outside,
			c.Effort.Step, c.Effort.Short, idOrNull(c.Effort.ReusedFrom))
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := s.tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("judgements: %w", err)
	}
	return nil
}

// learned is triage.Learned as it is kept.
type learned struct {
	Corrections int              `json:"corrections"`
	People      int              `json:"people"`
	Intent      triage.Intent    `json:"intent"`
	Sentiment   triage.Sentiment `json:"sentiment"`
}

// learnedOf returns the column for l, nil for nil.
func learnedOf(l *triage.Learned) ([]byte, error) {
	if l == nil {
		return nil, nil
	}
	raw, err := json.Marshal(learned(*l))
	if err != nil {
		return nil, fmt.Errorf("learned: %w", err)
	}
	return raw, nil
}

// outside is triage.Outside as it is kept.
type outside struct {
	Nothing   bool           `json:"nothing"`
	Fields    []triage.Field `json:"fields"`
	Embedded  bool           `json:"embedded"`
	Masked    []string       `json:"masked"`
	Shortened bool           `json:"shortened"`
	Examples  int            `json:"examples"`
	NoStore   bool           `json:"no_store"`
}

// outsideOf returns the column for o, nil for nil.
func outsideOf(o *triage.Outside) ([]byte, error) {
	if o == nil {
		return nil, nil
	}
	raw, err := json.Marshal(outside(*o))
	if err != nil {
		return nil, fmt.Errorf("outside: %w", err)
	}
	return raw, nil
}

// saveVectors stores one vector per engagement and model; an edit's replaces the old one.
func (s *settling) saveVectors(ctx context.Context) error {
	var ids []triage.ID
	var rounds []int32
	var models []string
	var vectors []pgvector.HalfVector
	for _, one := range s.live {
		if v := one.Vector; v != nil {
			ids, rounds = append(ids, one.Engagement.ID), append(rounds, int32(one.Engagement.Round))
			models, vectors = append(models, v.Model), append(vectors, pgvector.NewHalfVector(v.Values))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := s.tx.tx.Exec(ctx, `
		INSERT INTO embeddings (brand_id, engagement_id, round, model, vector)
		SELECT $1, id, round, model, vector
		FROM unnest($2::uuid[], $3::int[], $4::text[], $5::halfvec[]) AS r (id, round, model, vector)
		ON CONFLICT (brand_id, engagement_id, model)
		DO UPDATE SET vector = excluded.vector, round = excluded.round, indexed = false`,
		s.brand, uuids(ids), rounds, models, halfvecs(vectors))
	if err != nil {
		return fmt.Errorf("vectors: %w", err)
	}
	return nil
}

// halfvecs writes vectors as one array literal: the driver has no codec for halfvec[].
func halfvecs(vectors []pgvector.HalfVector) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range vectors {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(v.String())
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// strs returns words of a closed set as plain strings, never nil.
func strs[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}
