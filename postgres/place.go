package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// saveItems gives each settlement its place: a new owner item, or what the settlement's
// Place decides for the one that exists.
func (s *settling) saveItems(ctx context.Context) error {
	batch := &pgx.Batch{}
	for i, one := range s.live {
		standing := s.standing[one.Engagement.ID]
		placed := one.Place(standing)
		row, err := s.itemRow(i, placed)
		if err != nil {
			return err
		}
		switch {
		case standing == nil:
			batch.Queue(insertItem, row...)
			s.placed(i, triage.ID(row[1].(triage.ID)), *placed, "item.placed")
			s.notify(i, row[1].(triage.ID), *placed)
		case placed == nil:
			s.addReceipt(batch, i, *standing)
		default:
			s.moveItem(batch, i, *standing, *placed, row)
		}
	}
	if err := s.tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("items: %w", err)
	}
	return nil
}

// itemRow returns the values of insertItem for settlement i.
func (s *settling) itemRow(i int, placed *Placed) ([]any, error) {
	if placed == nil {
		return nil, nil
	}
	e, c := s.live[i].Engagement, s.live[i].Classification
	reasons, err := json.Marshal(placed.Reasons)
	if err != nil {
		return nil, fmt.Errorf("reasons: %w", err)
	}
	status, outcome, closed := triage.StatusOpen, (*string)(nil), false
	if placed.Dismiss {
		word := "spam"
		status, outcome, closed = triage.StatusDismissed, &word, true
	}
	return []any{
		s.brand, NewID(), e.ID, placed.Queue, status, int16(placed.Priority), placed.DueAt, placed.Rank, placed.Unsure,
		c.Provisional, e.Round, placed.PlanVersion, reasons, idOrNull(s.judgements[i]),
		e.Platform, e.ChannelID, idOrNull(s.authors[key{s.brand, e.ChannelID, e.Author.ExternalID}]),
		idOrNull(s.threads[key{s.brand, e.ChannelID, e.Thread.ExternalID}]),
		orWord(c.Intent, triage.Other), orWord(c.Sentiment, triage.Neutral), orWord(c.Urgency, triage.UrgencyNormal),
		orWord(c.Language, "und"), strs(c.Risks), c.ReplyExpected, outcome, e.ReceivedAt, s.tx.Now, closed,
	}, nil
}

const insertItem = `
	INSERT INTO items (brand_id, id, engagement_id, queue, status, priority, due_at, rank, unsure, provisional, round,
	    plan_version, reasons, judgement_id, platform, channel_id, author_id, thread_id, intent, sentiment, urgency,
	    language, risks, reply_expected, outcome, received_at, created_at, changed_at, closed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
	    $24, $25, $26, $27, $27, CASE WHEN $28 THEN $27::timestamptz END)`

// addReceipt makes the new judgement part of the item's receipt and moves nothing.
func (s *settling) addReceipt(batch *pgx.Batch, i int, standing Standing) {
	one := s.live[i]
	batch.Queue(`
		UPDATE items SET round = $3, judgement_id = coalesce($4, judgement_id), provisional = $5,
		    version = version + 1, changed_at = $6
		WHERE brand_id = $1 AND id = $2`,
		s.brand, standing.ID, one.Engagement.Round, idOrNull(s.judgements[i]), one.Classification.Provisional, s.tx.Now)
	s.audit = append(s.audit, AuditRow{
		BrandID: s.brand, Action: "item.judged_again", Subject: "item", SubjectID: standing.ID,
		Detail: map[string]any{"round": one.Engagement.Round},
	})
}

// moveItem places an item anew: an open one, or a closed one that opens again.
func (s *settling) moveItem(batch *pgx.Batch, i int, standing Standing, placed Placed, row []any) {
	args := append([]any{s.brand, standing.ID}, row[3:25]...)
	batch.Queue(`
		UPDATE items SET queue = $3, status = $4, priority = $5, due_at = $6, rank = $7, unsure = $8, provisional = $9,
		    round = $10, plan_version = $11, reasons = $12, judgement_id = $13, platform = $14, channel_id = $15,
		    author_id = $16, thread_id = $17, intent = $18, sentiment = $19, urgency = $20, language = $21, risks = $22,
		    reply_expected = $23, outcome = $24, closed_at = CASE WHEN $25 THEN $26::timestamptz END,
		    assignee_id = NULL, lease_until = NULL, snoozed_until = NULL,
		    version = version + 1, changed_at = $26
		WHERE brand_id = $1 AND id = $2`, append(args, placed.Dismiss, s.tx.Now)...)
	action := "item.placed_again"
	if placed.Open {
		action = "item.reopened"
	}
	s.placed(i, standing.ID, placed, action)
	if placed.Open || placed.Priority < standing.Priority {
		s.notify(i, standing.ID, placed)
	}
}

func (s *settling) placed(i int, item triage.ID, placed Placed, action string) {
	rules := make([]string, len(placed.Reasons))
	for n, r := range placed.Reasons {
		rules[n] = r.Rule
	}
	s.audit = append(s.audit, AuditRow{
		BrandID: s.brand, Action: action, Subject: "item", SubjectID: item,
		Detail: map[string]any{
			"engagement": s.live[i].Engagement.ID, "round": s.live[i].Engagement.Round, "queue": placed.Queue,
			"priority": placed.Priority.String(), "rules": rules, "plan_version": placed.PlanVersion,
		},
	})
}

func (s *settling) notify(i int, item triage.ID, placed Placed) {
	if target, ok := s.live[i].Notify(placed.Placement); ok {
		s.notices = append(s.notices, NewNotice{
			BrandID: s.brand, ItemID: item, EngagementID: s.live[i].Engagement.ID, Target: target,
		})
	}
}

func idOrNull(id triage.ID) *triage.ID {
	if id == "" {
		return nil
	}
	return &id
}

func orWord[T ~string](word, fallback T) T {
	if word == "" {
		return fallback
	}
	return word
}
