package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Taught returns how many labelled comments of a brand have a say now, and of how many
// people.
func (r Reads) Taught(ctx context.Context, brand triage.ID) (corrections, people int, err error) {
	err = r.db.QueryRow(ctx, `SELECT count(*), count(DISTINCT person_id) FROM neighbours WHERE brand_id = $1`, brand).
		Scan(&corrections, &people)
	if err != nil {
		return 0, 0, unavailable(fmt.Errorf("taught: %w", err))
	}
	return corrections, people, nil
}

// LabelledText is a comment with the intent that people say is right.
type LabelledText struct {
	ID     triage.ID
	Text   string
	Intent triage.Intent
	Copy   string // as triage.Neighbour says
}

// Labelled returns at most limit comments on whose present text people said which intent is
// right, the newest labels first.
func (r Reads) Labelled(ctx context.Context, brand triage.ID, limit int) ([]LabelledText, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT n.engagement_id, e.text, n.intent, coalesce(i.wave_id::text, encode(n.copy, 'hex'))
		FROM neighbours n
		JOIN engagements e ON e.brand_id = n.brand_id AND e.id = n.engagement_id AND e.round = n.round
		LEFT JOIN items i ON i.brand_id = n.brand_id AND i.engagement_id = n.engagement_id AND i.kind = 'owner'
		WHERE n.brand_id = $1 AND n.intent IS NOT NULL
		ORDER BY n.labelled_at DESC, n.engagement_id LIMIT $2`, brand, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LabelledText])
	if err != nil {
		return nil, unavailable(fmt.Errorf("labelled comments: %w", err))
	}
	return found, nil
}

// Unsure is an open item that nobody has labelled and whose reading is unsure.
type Unsure struct {
	Item       triage.ID
	Text       string
	Intent     triage.Intent
	Confidence triage.Confidence
}

// unsureBelow is the confidence of the intent below which an item is worth a question, sure
// as its queue may be.
const unsureBelow = 0.5

// OpenUnsure returns the newest open items since a time, at most limit, that a question would
// be worth: placed without being sure of the queue, or with an intent that is likely wrong.
func (r Reads) OpenUnsure(ctx context.Context, brand triage.ID, since time.Time, limit int) ([]Unsure, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT i.id, e.text, i.intent, j.confidence
		FROM items i
		JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id AND e.deleted_at IS NULL
		JOIN judgements j ON j.brand_id = i.brand_id AND j.id = i.judgement_id
		WHERE i.brand_id = $1 AND i.id >= $2 AND i.kind = 'owner' AND i.status = 'open'
		  AND (i.unsure OR j.confidence[2] < $3)
		  AND NOT EXISTS (SELECT FROM labels l WHERE l.brand_id = i.brand_id AND l.engagement_id = i.engagement_id)
		ORDER BY i.id DESC LIMIT $4`, brand, firstID(since), unsureBelow, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Unsure, error) {
		var u Unsure
		var confidence []float32
		err := row.Scan(&u.Item, &u.Text, &u.Intent, &confidence)
		u.Confidence = confidenceOf(confidence)
		return u, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("unsure items: %w", err))
	}
	return found, nil
}
