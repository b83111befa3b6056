package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// wakeAuthors opens the items that wait for the authors of what was settled: those of the
// same author in the same thread, or in the same conversation where there is none. Only
// what was placed for the first time counts as writing again, and no spam.
func (s *settling) wakeAuthors(ctx context.Context) error {
	wrote, err := s.awaited(ctx)
	if err != nil || len(wrote) == 0 {
		return err
	}
	ids := make([]triage.ID, 0, len(wrote))
	for id := range wrote {
		ids = append(ids, id)
	}
	items, err := s.tx.lockWoken(ctx, s.brand, ids)
	if err != nil {
		return err
	}
	plan, err := s.tx.Plan(ctx, s.brand)
	if err != nil {
		return err
	}
	var asked []askedAgain
	for n := range items {
		i := &items[n]
		by := s.live[wrote[i.ID]].Engagement
		s.audit = append(s.audit, wokenRow(*i, "author_answered", by.ID))
		i.wake()
		i.Reasons = WithReason(*i, triage.Reason{Rule: "author_answered", Text: "The author wrote again."}, "author_answered", "follow_up")
		if i.AuthorWrote(plan, by.ReceivedAt, s.tx.Now) {
			asked = append(asked, askedAgain{*i, by.ReceivedAt})
		}
	}
	if err := s.tx.SaveItems(ctx, s.brand, items); err != nil {
		return err
	}
	return s.tx.addAsked(ctx, asked)
}

// awaited returns the items that wait for what was settled, each with the settlement that
// ends the waiting.
func (s *settling) awaited(ctx context.Context) (map[triage.ID]int, error) {
	var settled []int32
	var engagements []triage.ID
	for n, one := range s.live {
		if s.standing[one.Engagement.ID] == nil {
			settled, engagements = append(settled, int32(n)), append(engagements, one.Engagement.ID)
		}
	}
	if len(settled) == 0 {
		return nil, nil
	}
	rows, _ := s.tx.db.Query(ctx, `
		SELECT i.id, n.at
		FROM unnest($2::uuid[], $3::integer[]) AS n (engagement_id, at)
		JOIN items w ON w.brand_id = $1 AND w.engagement_id = n.engagement_id AND w.kind = 'owner' AND w.status <> 'dismissed'
		JOIN engagements e ON e.brand_id = $1 AND e.id = n.engagement_id
		JOIN items i ON i.brand_id = $1 AND i.author_id = w.author_id
		     AND i.wake_on_author AND i.status IN ('snoozed', 'waiting') AND i.engagement_id <> n.engagement_id
		JOIN engagements o ON o.brand_id = $1 AND o.id = i.engagement_id
		WHERE i.thread_id = w.thread_id
		   OR e.parent_external_id <> '' AND e.parent_external_id IN (o.external_id, o.parent_external_id)
		   OR i.thread_id IS NULL AND w.thread_id IS NULL AND e.form = 'message' AND o.form = 'message'
		ORDER BY n.at`, s.brand, uuids(engagements), settled)
	wrote := map[triage.ID]int{}
	var id triage.ID
	var at int
	_, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		if _, known := wrote[id]; !known {
			wrote[id] = at
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("items that wait for authors: %w", err)
	}
	return wrote, nil
}

// lockWoken locks items that wait for their author, without their engagements, since
// settling holds others already; what meanwhile waits no more is left out.
func (t *Tx) lockWoken(ctx context.Context, brand triage.ID, ids []triage.ID) ([]Item, error) {
	if err := t.exec(ctx, `SELECT FROM items WHERE brand_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE`, brand, uuids(ids)); err != nil {
		return nil, fmt.Errorf("lock items: %w", err)
	}
	rows, _ := t.db.Query(ctx, `SELECT `+itemColumns+itemTables+`
		WHERE i.brand_id = $1 AND i.id = ANY($2) AND i.wake_on_author AND i.status IN ('snoozed', 'waiting')
		ORDER BY i.id`, brand, uuids(ids))
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("items that wait for authors: %w", err)
	}
	return items, nil
}
