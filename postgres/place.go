package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// saveItems gives each settlement its place: a new owner item, or what the settlement's
// Place decides for the one that exists. A companion comes with it where the plan wants one.
func (s *settling) saveItems(ctx context.Context) error {
	batch := &pgx.Batch{}
	s.dismissed = map[triage.ID]bool{}
	for i, one := range s.live {
		standing := s.standing[one.Engagement.ID]
		placed := one.Place(standing)
		if placed == nil {
			s.addReceipt(batch, i, *standing)
			continue
		}
		values, err := s.values(i, placed.Placement)
		if err != nil {
			return err
		}
		s.dismissed[one.Engagement.ID] = placed.Dismiss
		if standing == nil {
			id := values["id"].(triage.ID)
			batch.Queue(insertItem, values)
			s.placed(i, id, *placed, placedAs(s.live[i].Engagement))
			s.notify(i, id, *placed)
		} else {
			s.moveItem(batch, i, *standing, *placed, values)
		}
		if err := s.saveCompanion(batch, i, standing, *placed); err != nil {
			return err
		}
	}
	if err := s.tx.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("items: %w", err)
	}
	return nil
}

// values returns the columns of an item of settlement i in its place, with a new id.
func (s *settling) values(i int, placed triage.Placement) (pgx.NamedArgs, error) {
	e, c := s.live[i].Engagement, s.live[i].Classification
	values, err := placementValues(placed)
	if err != nil {
		return nil, err
	}
	known, err := json.Marshal(s.live[i].Known)
	if err != nil {
		return nil, fmt.Errorf("known: %w", err)
	}
	for name, value := range map[string]any{
		"brand": s.brand, "id": NewID(), "engagement": e.ID, "kind": "owner", "provisional": c.Provisional, "round": e.Round,
		"judgement": idOrNull(s.judgements[i]), "platform": e.Platform, "channel": e.ChannelID,
		"author": idOrNull(s.authors[key{s.brand, e.ChannelID, e.Author.ExternalID}]),
		"thread": idOrNull(s.threads[key{s.brand, e.ChannelID, e.Thread.ExternalID}]),
		"intent": orWord(c.Intent, triage.Other), "sentiment": orWord(c.Sentiment, triage.Neutral),
		"urgency": orWord(c.Urgency, triage.UrgencyNormal), "language": orWord(c.Language, "und"), "risks": strs(c.Risks),
		"reply": c.ReplyExpected, "received": e.ReceivedAt, "now": s.tx.Now, "known": known,
		"ruled": strs(s.live[i].Ruled), "checked": e.History,
	} {
		values[name] = value
	}
	if placed.Dismiss {
		values["status"], values["outcome"], values["closed"] = triage.StatusDismissed, dismissedAs(e, c), &s.tx.Now
	}
	if e.History { // nothing was promised
		values["first"], values["resolve"] = (*time.Time)(nil), (*time.Time)(nil)
	}
	return values, nil
}

// dismissedAs names why the machine closes e, which c describes.
func dismissedAs(e triage.Engagement, c triage.Classification) triage.Outcome {
	switch {
	case e.History:
		return triage.OutcomeHistory
	case c.Intent == triage.Spam:
		return triage.OutcomeSpam
	}
	return triage.OutcomeDismissed
}

// placementValues returns the columns that a placement decides, those of an open item.
func placementValues(p triage.Placement) (pgx.NamedArgs, error) {
	reasons, err := json.Marshal(p.Reasons)
	if err != nil {
		return nil, fmt.Errorf("reasons: %w", err)
	}
	parts, err := json.Marshal(orNone(p.Parts))
	if err != nil {
		return nil, fmt.Errorf("parts: %w", err)
	}
	at, assignee := p.AtRiskAt, p.Assignee
	if p.Dismiss {
		at, assignee = time.Time{}, ""
	}
	return pgx.NamedArgs{
		"queue": p.Queue, "status": triage.StatusOpen, "priority": int16(p.Priority), "due": p.DueAt, "first": orNull(p.DueAt), "rank": p.Rank,
		"unsure": p.Unsure, "plan": p.PlanVersion, "reasons": reasons, "parts": parts, "tags": strs(p.Tags),
		"skills": strs(p.Skills), "heavy": p.Heavy, "effort": int16(max(1, p.Effort)), "resolve": orNull(p.ResolveDue),
		"sla_at": orNull(at), "assignee": idOrNull(assignee), "checked": false, "outcome": (*string)(nil), "closed": (*time.Time)(nil),
	}, nil
}

// orNone returns an empty list for nil, which JSON would write as null.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// reserved is the person that the plan reserves an item for, if they still work here.
const reserved = `(SELECT person_id FROM memberships WHERE brand_id = @brand AND person_id = @assignee AND role <> 'viewer')`

const insertItem = `
	INSERT INTO items (brand_id, id, engagement_id, kind, queue, status, priority, due_at, rank, unsure, provisional, round,
	    plan_version, reasons, judgement_id, platform, channel_id, author_id, thread_id, intent, sentiment, urgency,
	    language, risks, reply_expected, outcome, received_at, created_at, changed_at, closed_at,
	    parts, known, tags, skills, heavy, effort, first_due_at, resolve_due_at, sla_at, wave_checked, assignee_id)
	VALUES (@brand, @id, @engagement, @kind, @queue, @status, @priority, @due, @rank, @unsure, @provisional, @round,
	    @plan, @reasons, @judgement, @platform, @channel, @author, @thread, @intent, @sentiment, @urgency,
	    @language, @risks, @reply, @outcome, @received, @now, @now, @closed,
	    @parts, @known, @tags, @skills, @heavy, @effort, @first, @resolve, @sla_at, @checked, ` + reserved + `)`

// moveItem keeps the tags of people, and has the targets' clocks look again only at a
// target that has moved.
const moveItem = `
	UPDATE items SET queue = @queue, status = @status, priority = @priority, due_at = @due, rank = @rank,
	    unsure = @unsure, provisional = @provisional, round = @round, plan_version = @plan, reasons = @reasons,
	    judgement_id = @judgement, platform = @platform, channel_id = @channel, author_id = @author, thread_id = @thread,
	    intent = @intent, sentiment = @sentiment, urgency = @urgency, language = @language, risks = @risks,
	    reply_expected = @reply, outcome = @outcome, closed_at = @closed,
	    parts = @parts, known = @known, skills = @skills, heavy = @heavy, effort = @effort,
	    tags = ARRAY(SELECT unnest(tags) EXCEPT SELECT unnest(@ruled::text[]) UNION SELECT unnest(@tags::text[]) ORDER BY 1),
	    first_due_at = CASE WHEN answered_at IS NULL THEN @first ELSE first_due_at END, resolve_due_at = @resolve,
	    closed_in = NULL, handed_by = NULL, wake_on_author = false,
	    sla = CASE WHEN due_at = @due THEN sla ELSE 'fine' END,
	    sla_at = CASE WHEN due_at = @due AND @closed::timestamptz IS NULL AND closed_at IS NULL THEN sla_at ELSE @sla_at END,
	    assignee_id = ` + reserved + `, lease_until = NULL, snoozed_until = NULL,
	    version = version + 1, changed_at = @now
	WHERE brand_id = @brand AND id = @id`

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
func (s *settling) moveItem(batch *pgx.Batch, i int, standing Standing, placed Placed, values pgx.NamedArgs) {
	values["id"] = standing.ID
	batch.Queue(moveItem, values)
	action := "item.placed_again"
	if placed.Open {
		action = "item.reopened"
	}
	s.placed(i, standing.ID, placed, action)
	if placed.Open || placed.Priority < standing.Priority {
		s.notify(i, standing.ID, placed)
	}
}

// placedAs names the placing in the audit: history is no news, and counts for no week.
func placedAs(e triage.Engagement) string {
	if e.History {
		return "item.kept"
	}
	return "item.placed"
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
	if s.live[i].Notify == nil {
		return
	}
	for _, going := range s.live[i].Notify(placed.Placement) {
		s.notices = append(s.notices, NewNotice{
			BrandID: s.brand, ItemID: item, EngagementID: s.live[i].Engagement.ID, Cause: string(item), Going: going,
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
