package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Received says of which engagements figures are wanted.
type Received struct {
	Platform triage.Platform // any when empty
	Queue    triage.Queue    // any when empty
	From, To time.Time       // received at or after, and before
}

// FlowLine is how many engagements that were judged alike came in on one day.
type FlowLine struct {
	Day       time.Time // its date, at midnight UTC
	Platform  triage.Platform
	Queue     triage.Queue
	Intent    triage.Intent
	Sentiment triage.Sentiment
	Count     int
}

// Flow returns what a brand received, day by day of a zone. It counts owner items, as they are judged
// and placed now, and leaves out what was deleted.
func (r Reads) Flow(ctx context.Context, brand triage.ID, of Received, zone *time.Location) ([]FlowLine, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT (received_at AT TIME ZONE $6)::date AS day, platform, queue, intent, sentiment, count(*)
		FROM items
		WHERE brand_id = $1 AND received_at >= $2 AND received_at < $3 AND kind = 'owner' AND outcome IS DISTINCT FROM 'deleted'
		  AND ($4 = '' OR platform = $4) AND ($5 = '' OR queue = $5)
		GROUP BY 1, 2, 3, 4, 5
		ORDER BY 1, 2, 3, 4, 5`, brand, of.From, of.To, string(of.Platform), string(of.Queue), zone.String())
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FlowLine])
	if err != nil {
		return nil, unavailable(fmt.Errorf("flow of brand %s: %w", brand, err))
	}
	return lines, nil
}
