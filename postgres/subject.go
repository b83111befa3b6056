package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// NoticeSubjects returns what notices have to tell, by notice. One whose comment was
// erased, or whose item is resolved or dismissed, has nothing to tell and is left out.
func (r Reads) NoticeSubjects(ctx context.Context, notices []TakenNotice) (map[triage.ID]notify.Subject, error) {
	brands, ids := noticeKeys(notices)
	rows, _ := r.db.Query(ctx, `
		SELECT n.id, i.id, b.name, i.queue, i.priority, i.due_at, i.judgement_id IS NOT NULL, i.unsure,
		       i.intent, i.sentiment, i.urgency, i.risks, i.reply_expected, i.reasons,
		       e.platform, e.form, e.author_external_id, e.author_handle, e.author_name, e.author_followers,
		       e.author_verified, e.text, e.has_media
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, id)
		JOIN notices n ON n.brand_id = k.brand AND n.id = k.id
		JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		JOIN engagements e ON e.brand_id = n.brand_id AND e.id = n.engagement_id
		JOIN brands b ON b.id = n.brand_id
		WHERE e.deleted_at IS NULL AND i.status NOT IN ('resolved', 'dismissed')`,
		uuids(brands), uuids(ids))
	found := make(map[triage.ID]notify.Subject, len(notices))
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		id, s, err := scanSubject(row)
		found[id] = s
		return struct{}{}, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("notice subjects: %w", err))
	}
	return found, nil
}

func scanSubject(row pgx.CollectableRow) (id triage.ID, s notify.Subject, err error) {
	var priority int16
	var reasons []byte
	if err := row.Scan(&id, &s.ItemID, &s.Brand, &s.Queue, &priority, &s.DueAt, &s.Judged, &s.Unsure,
		&s.Intent, &s.Sentiment, &s.Urgency, &s.Risks, &s.ReplyExpected, &reasons,
		&s.Platform, &s.Form, &s.Author.ExternalID, &s.Author.Handle, &s.Author.Name, &s.Author.Followers,
		&s.Author.Verified, &s.Text, &s.HasMedia); err != nil {
		return "", s, err
	}
	s.Priority = triage.Priority(priority)
	return id, s, json.Unmarshal(reasons, &s.Reasons)
}

// NoticeTrouble returns what a notice about a channel has to tell.
func (r Reads) NoticeTrouble(ctx context.Context, n TakenNotice) (notify.Trouble, error) {
	t := notify.Trouble{Over: n.Kind == NoticeCalm}
	var cleared *time.Time
	err := r.db.QueryRow(ctx, `
		SELECT b.name, c.platform, c.name, n.cause, n.cause_since, a.cleared_at
		FROM notices n
		JOIN brands b ON b.id = n.brand_id
		JOIN channels c ON c.brand_id = n.brand_id AND c.id = n.channel_id
		LEFT JOIN alarms a ON a.brand_id = n.brand_id AND a.channel_id = n.channel_id AND a.cause = n.cause AND a.since = n.cause_since
		WHERE n.brand_id = $1 AND n.id = $2`, n.BrandID, n.ID).Scan(&t.Brand, &t.Platform, &t.Channel, &t.Cause, &t.Since, &cleared)
	t.Until = orZero(cleared)
	if err != nil {
		return t, unavailable(fmt.Errorf("notice %s: %w", n.ID, err))
	}
	return t, nil
}
