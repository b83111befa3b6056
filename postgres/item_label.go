package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// Label is triage.Label.
type Label = triage.Label

// LabelOf returns the newest word on each field for the current round of an item's
// engagement.
func (r Reads) LabelOf(ctx context.Context, i Item) (Label, error) {
	var l Label
	err := r.db.QueryRow(ctx, `
		SELECT (array_agg(intent ORDER BY created_at DESC, id DESC) FILTER (WHERE intent IS NOT NULL))[1],
		    (array_agg(sentiment ORDER BY created_at DESC, id DESC) FILTER (WHERE sentiment IS NOT NULL))[1],
		    (array_agg(urgency ORDER BY created_at DESC, id DESC) FILTER (WHERE urgency IS NOT NULL))[1],
		    (array_agg(queue ORDER BY created_at DESC, id DESC) FILTER (WHERE queue IS NOT NULL))[1],
		    (array_agg(reply_expected ORDER BY created_at DESC, id DESC) FILTER (WHERE reply_expected IS NOT NULL))[1]
		FROM labels WHERE brand_id = $1 AND engagement_id = $2 AND round = $3`,
		i.BrandID, i.EngagementID, i.Engagement.Round).Scan(&l.Intent, &l.Sentiment, &l.Urgency, &l.Queue, &l.ReplyExpected)
	if err != nil {
		return Label{}, unavailable(fmt.Errorf("labels of item %s: %w", i.ID, err))
	}
	return l, nil
}

// AddLabel keeps what person says is right about the current round. From then on it is a
// labelled neighbour of the brand.
func (t *Tx) AddLabel(ctx context.Context, i Item, person triage.ID, l Label) error {
	err := t.exec(ctx, `
		INSERT INTO labels (brand_id, id, engagement_id, round, person_id, intent, sentiment, urgency, queue, reply_expected, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		i.BrandID, NewID(), i.EngagementID, i.Engagement.Round, person, l.Intent, l.Sentiment, l.Urgency, l.Queue,
		l.ReplyExpected, t.Now)
	if err != nil {
		return fmt.Errorf("label of item %s: %w", i.ID, err)
	}
	return t.keepNeighbours(ctx, i.BrandID, []triage.ID{i.EngagementID})
}

// DropLabels takes back what person said since a time about the engagements of items, and
// what followed from it for others.
func (t *Tx) DropLabels(ctx context.Context, brand, person triage.ID, engagements []triage.ID, since time.Time) error {
	if len(engagements) == 0 {
		return nil
	}
	err := t.exec(ctx, `
		DELETE FROM labels WHERE brand_id = $1 AND engagement_id = ANY($2) AND person_id = $3 AND created_at >= $4`,
		brand, uuids(engagements), person, since)
	if err != nil {
		return fmt.Errorf("labels taken back: %w", err)
	}
	return t.keepNeighbours(ctx, brand, engagements)
}

// CorrectedBy returns at most limit items of a brand, in order, about whose engagements a person
// has said since a time what is right.
func (r Reads) CorrectedBy(ctx context.Context, brand, person triage.ID, since time.Time, limit int) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT DISTINCT i.id FROM labels l
		JOIN items i ON i.brand_id = l.brand_id AND i.engagement_id = l.engagement_id AND i.kind = 'owner'
		WHERE l.brand_id = $1 AND l.person_id = $2 AND l.created_at >= $3 ORDER BY i.id LIMIT $4`,
		brand, orNil(person), since, limit)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("corrections of person %s: %w", person, err))
	}
	return ids, nil
}

// ReadAlone returns the item as its newest judgement reads it, without what people said.
func (r Reads) ReadAlone(ctx context.Context, i Item) (Item, error) {
	err := r.db.QueryRow(ctx, `
		SELECT intent, sentiment, urgency, reply_expected FROM judgements WHERE brand_id = $1 AND engagement_id = $2
		ORDER BY round DESC, judged_at DESC, id DESC LIMIT 1`,
		i.BrandID, i.EngagementID).Scan(&i.Intent, &i.Sentiment, &i.Urgency, &i.ReplyExpected)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return i, unavailable(fmt.Errorf("judgement of item %s: %w", i.ID, err))
	}
	return i, nil
}

// Judged returns what placing needs of an item: its own words with engine and confidence of
// the newest judgement, and what placing knew around it. Without a judgement the engine is
// empty. A risk that either of them names counts.
func (r Reads) Judged(ctx context.Context, i Item) (triage.Classification, routing.Context, error) {
	c := triage.Classification{
		Intent: i.Intent, Sentiment: i.Sentiment, Urgency: i.Urgency, ReplyExpected: i.ReplyExpected,
		Language: i.Language, Provisional: i.Provisional,
	}
	var around routing.Context
	var known []byte
	var confidence []float32
	var risks []triage.Risk
	err := r.db.QueryRow(ctx, `
		SELECT i.known, coalesce(j.engine, ''), coalesce(j.model, ''), coalesce(j.prompt_version, ''),
		       coalesce(j.ironic, false), j.risks, j.topics, j.confidence, j.unsure, coalesce(j.addresses_model, false)
		FROM items i
		LEFT JOIN LATERAL (
			SELECT * FROM judgements j WHERE j.brand_id = i.brand_id AND j.engagement_id = i.engagement_id
			ORDER BY round DESC, judged_at DESC, id DESC LIMIT 1) j ON true
		WHERE i.brand_id = $1 AND i.id = $2`,
		i.BrandID, i.ID).Scan(&known, &c.Engine, &c.Model, &c.PromptVersion, &c.Ironic, &risks, &c.Topics, &confidence, &c.Unsure, &c.AddressesModel)
	if err != nil {
		return c, around, unavailable(fmt.Errorf("judgement of item %s: %w", i.ID, err))
	}
	c.Risks, c.Confidence = triage.Union(i.Risks, risks), confidenceOf(confidence)
	if err := json.Unmarshal(known, &around); err != nil {
		return c, around, fmt.Errorf("known of item %s: %w", i.ID, err)
	}
	return c, around, nil
}

// confidenceOf reads the column of judgements in its fixed order.
func confidenceOf(values []float32) triage.Confidence {
	at := func(n int) float64 {
		if n < len(values) {
			return float64(values[n])
		}
		return 0
	}
	return triage.Confidence{
		Queue: at(0), Intent: at(1), Sentiment: at(2), Ironic: at(3), Urgency: at(4), ReplyExpected: at(5),
	}
}
