package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/routing"
	"triage/triage"
)

// pastEngagements reads what placing needs of the live engagements of a brand received since
// a time ($2): the newest judgement, what people said of the current round, and what placing
// knew. Texts come only when asked for ($3).
const pastEngagements = `
	WITH said AS (
		SELECT engagement_id, round,
		    (array_agg(intent ORDER BY created_at DESC, id DESC) FILTER (WHERE intent IS NOT NULL))[1] AS intent,
		    (array_agg(sentiment ORDER BY created_at DESC, id DESC) FILTER (WHERE sentiment IS NOT NULL))[1] AS sentiment,
		    (array_agg(urgency ORDER BY created_at DESC, id DESC) FILTER (WHERE urgency IS NOT NULL))[1] AS urgency,
		    (array_agg(queue ORDER BY created_at DESC, id DESC) FILTER (WHERE queue IS NOT NULL))[1] AS queue,
		    (array_agg(reply_expected ORDER BY created_at DESC, id DESC) FILTER (WHERE reply_expected IS NOT NULL))[1] AS reply
		FROM labels WHERE brand_id = $1 GROUP BY engagement_id, round)
	SELECT i.id::text, i.known, e.channel_id::text, e.platform, e.form, e.author_followers, e.author_verified, e.thread_external_id,
	    e.has_media, e.received_at, CASE WHEN $3 THEN e.text ELSE '' END,
	    coalesce(j.engine, ''), coalesce(j.intent, ''), coalesce(j.sentiment, ''), coalesce(j.ironic, false),
	    coalesce(j.urgency, ''), coalesce(j.reply_expected, false), j.risks, coalesce(j.language, ''), j.topics, j.confidence, j.unsure,
	    s.intent, s.sentiment, s.urgency, s.queue, s.reply
	FROM items i
	JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
	LEFT JOIN judgements j ON j.brand_id = i.brand_id AND j.id = i.judgement_id
	LEFT JOIN said s ON s.engagement_id = e.id AND s.round = e.round
	WHERE i.brand_id = $1 AND i.kind = 'owner' AND i.received_at >= $2 AND e.deleted_at IS NULL AND NOT e.history`

// EachPast calls visit for every live, placed engagement of a brand received since a time,
// in no order, without holding them all. An error of visit ends it.
func (r Reads) EachPast(ctx context.Context, brand triage.ID, since time.Time, withText bool, visit func(routing.Past) error) error {
	rows, err := r.db.Query(ctx, pastEngagements, brand, since, withText)
	if err != nil {
		return unavailable(fmt.Errorf("past engagements: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scanPast(rows)
		if err == nil {
			err = visit(p)
		}
		if err != nil {
			return fmt.Errorf("past engagements: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return unavailable(fmt.Errorf("past engagements: %w", err))
	}
	return nil
}

func scanPast(rows pgx.Rows) (routing.Past, error) {
	var p routing.Past
	var known []byte
	var confidence []float32
	e, c, l := &p.Engagement, &p.Classification, &p.Label
	err := rows.Scan(&p.Item, &known, &e.ChannelID, &e.Platform, &e.Form, &e.Author.Followers, &e.Author.Verified, &e.Thread.ExternalID,
		&e.HasMedia, &e.ReceivedAt, &e.Text,
		&c.Engine, &c.Intent, &c.Sentiment, &c.Ironic, &c.Urgency, &c.ReplyExpected, &c.Risks, &c.Language, &c.Topics, &confidence, &c.Unsure,
		&l.Intent, &l.Sentiment, &l.Urgency, &l.Queue, &l.ReplyExpected)
	if err != nil {
		return p, err
	}
	c.Confidence = confidenceOf(confidence)
	return p, json.Unmarshal(known, &p.Known)
}
