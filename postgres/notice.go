package postgres

import (
	"context"
	"fmt"

	"triage/triage"
)

// NewNotice asks for one message about an item to a team's channel.
type NewNotice struct {
	BrandID      triage.ID
	ItemID       triage.ID
	EngagementID triage.ID
	Target       string // Slack channel
}

// AddNotices puts notices into the outbox, in the transaction of the placement.
func (t *Tx) AddNotices(ctx context.Context, notices []NewNotice) error {
	for _, n := range notices {
		if err := t.exec(ctx, `
			INSERT INTO notices (brand_id, id, item_id, engagement_id, kind, target, next_at, created_at)
			VALUES ($1, $2, $3, $4, 'new', $5, $6, $6)`,
			n.BrandID, NewID(), n.ItemID, n.EngagementID, n.Target, t.Now); err != nil {
			return fmt.Errorf("notice: %w", err)
		}
	}
	return nil
}
