package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Linked is the other item of an engagement: the companion of an owner, the owner of a
// companion.
type Linked struct {
	ID     triage.ID
	Kind   string // owner or companion
	Queue  triage.Queue
	Status triage.Status
}

// LinkedTo returns the other item of i's engagement, nil when there is none.
func (r Reads) LinkedTo(ctx context.Context, i Item) (*Linked, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT id, kind, queue, status FROM items WHERE brand_id = $1 AND engagement_id = $2 AND kind = 'owner' AND id <> $3
		UNION ALL
		SELECT id, kind, queue, status FROM items WHERE brand_id = $1 AND engagement_id = $2 AND kind = 'companion' AND id <> $3`,
		i.BrandID, i.EngagementID, i.ID)
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Linked])
	if err != nil {
		return nil, unavailable(fmt.Errorf("item linked to %s: %w", i.ID, err))
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // most items have no companion
	}
	return found[0], nil
}

// Companion is the companion item as it stands when its engagement is settled again.
type Companion struct {
	ID      triage.ID
	Queue   triage.Queue
	Status  triage.Status
	Touched bool // a person has made it, or claimed it before
}

// insertCompanion adds a companion; an engagement has one at most.
const insertCompanion = insertItem + ` ON CONFLICT (brand_id, engagement_id) WHERE kind = 'companion' DO NOTHING`

// saveCompanion gives settlement i the companion that its placement wants, and closes one
// that it does not want any more. What a person has made or touched stays as it is.
func (s *settling) saveCompanion(batch *pgx.Batch, i int, standing *Standing, placed Placed) error {
	wanted := placed.Placement.Companion
	var stands *Companion
	if standing != nil {
		stands = standing.Companion
	}
	if wanted == nil {
		if stands != nil && stands.free() && stands.Status == triage.StatusOpen {
			s.closeCompanion(batch, i, *stands)
		}
		return nil
	}
	if stands != nil && !stands.free() {
		return nil
	}
	values, err := s.values(i, wanted.Placement)
	if err != nil {
		return err
	}
	values["kind"] = "companion"
	if stands != nil {
		values["id"] = stands.ID
		batch.Queue(moveItem, values)
		return nil
	}
	batch.Queue(insertCompanion, values)
	s.audit = append(s.audit, AuditRow{
		BrandID: s.brand, Action: "item.companion_placed", Subject: "item", SubjectID: values["id"].(triage.ID),
		Detail: map[string]any{
			"engagement": s.live[i].Engagement.ID, "queue": wanted.Placement.Queue, "rules": []string{wanted.Reason.Rule},
			"priority": wanted.Placement.Priority.String(), "plan_version": wanted.Placement.PlanVersion,
		},
	})
	return nil
}

// free reports whether the companion is the machine's own, to move, to close or to open.
func (c Companion) free() bool {
	return !c.Touched && (c.Status == triage.StatusOpen || c.Status == triage.StatusDismissed)
}

// closeCompanion ends a companion that is not wanted any more.
func (s *settling) closeCompanion(batch *pgx.Batch, i int, stands Companion) {
	batch.Queue(`
		UPDATE items SET status = 'dismissed', outcome = 'dismissed', closed_at = $3, sla_at = NULL,
		    version = version + 1, changed_at = $3
		WHERE brand_id = $1 AND id = $2`, s.brand, stands.ID, s.tx.Now)
	s.audit = append(s.audit, AuditRow{
		BrandID: s.brand, Action: "item.companion_closed", Subject: "item", SubjectID: stands.ID,
		Detail: map[string]any{"engagement": s.live[i].Engagement.ID},
	})
}

// AddCompanion adds the companion of an owner item that LockItem returned, and returns its
// id. The owner must not have one.
func (t *Tx) AddCompanion(ctx context.Context, owner Item, p triage.Placement) (triage.ID, error) {
	values, err := placementValues(p)
	if err != nil {
		return "", err
	}
	id := NewID()
	for name, value := range map[string]any{
		"brand": owner.BrandID, "id": id, "engagement": owner.EngagementID, "kind": "companion",
		"provisional": false, "round": owner.Round, "judgement": idOrNull(owner.JudgementID),
		"platform": owner.Engagement.Platform, "channel": owner.Engagement.ChannelID,
		"author": idOrNull(owner.AuthorID), "thread": idOrNull(owner.ThreadID),
		"intent": owner.Intent, "sentiment": owner.Sentiment, "urgency": owner.Urgency, "language": owner.Language,
		"risks": strs(owner.Risks), "reply": owner.ReplyExpected, "received": owner.ReceivedAt, "now": t.Now, "known": []byte("{}"),
	} {
		values[name] = value
	}
	if err := t.exec(ctx, insertItem, values); err != nil {
		return "", fmt.Errorf("companion of item %s: %w", owner.ID, err)
	}
	return id, nil
}
