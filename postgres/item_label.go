package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

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

// AddLabel keeps what person says is right about the current round.
func (t *Tx) AddLabel(ctx context.Context, i Item, person triage.ID, l Label) error {
	err := t.exec(ctx, `
		INSERT INTO labels (brand_id, id, engagement_id, round, person_id, intent, sentiment, urgency, queue, reply_expected, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		i.BrandID, NewID(), i.EngagementID, i.Engagement.Round, person, l.Intent, l.Sentiment, l.Urgency, l.Queue,
		l.ReplyExpected, t.Now)
	if err != nil {
		return fmt.Errorf("label of item %s: %w", i.ID, err)
	}
	return nil
}

// Judged returns what is known of an item as placing needs it: the item's own words with
// engine and confidence of the newest judgement. Without one the engine is empty.
func (r Reads) Judged(ctx context.Context, i Item) (triage.Classification, error) {
	c := triage.Classification{
		Intent: i.Intent, Sentiment: i.Sentiment, Urgency: i.Urgency, ReplyExpected: i.ReplyExpected,
		Risks: i.Risks, Language: i.Language, Provisional: i.Provisional,
	}
	var confidence []float32
	err := r.db.QueryRow(ctx, `
		SELECT engine, model, prompt_version, ironic, confidence FROM judgements
		WHERE brand_id = $1 AND engagement_id = $2 ORDER BY round DESC, judged_at DESC, id DESC LIMIT 1`,
		i.BrandID, i.EngagementID).Scan(&c.Engine, &c.Model, &c.PromptVersion, &c.Ironic, &confidence)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, unavailable(fmt.Errorf("judgement of item %s: %w", i.ID, err))
	}
	c.Confidence = confidenceOf(confidence)
	return c, nil
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
