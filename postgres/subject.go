package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// Told is what a notice tells of, as it stands now.
type Told struct {
	notify.Subject
	BrandID triage.ID
	Version int64 // of the item
	Round   int   // of the engagement: another text is another round
}

// Stand returns a hash of all that a message shows of how the item stands: two subjects of
// one item with the same look the same.
func (t Told) Stand() string {
	s := t.Subject
	seen := fmt.Sprint(s.Status, s.Holder, s.Outcome, s.BackAt.Unix(), s.Queue, s.Priority, s.DueAt.Unix(), s.Judged, s.Unsure,
		s.Intent, s.Sentiment, s.Urgency, s.Risks, s.ReplyExpected, t.Round)
	sum := sha256.Sum256([]byte(seen))
	return hex.EncodeToString(sum[:12])
}

const toldColumns = `i.brand_id, i.id, b.name, i.queue, i.priority, i.due_at, i.judgement_id IS NOT NULL, i.unsure,
	i.intent, i.sentiment, i.urgency, i.risks, i.reply_expected, i.reasons,
	e.platform, e.form, e.author_external_id, e.author_handle, e.author_name, e.author_followers,
	e.author_verified, e.text, e.has_media, i.status, coalesce(p.name, ''), coalesce(i.outcome, ''), i.snoozed_until,
	i.version, e.round, n.why, n.why_name,
	(SELECT coalesce(jsonb_object_agg(h.kind, h.level), '{}') FROM notice_thresholds h WHERE h.brand_id = n.brand_id AND h.place = n.target)`

const toldTables = `notices n
	JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
	JOIN engagements e ON e.brand_id = n.brand_id AND e.id = n.engagement_id
	JOIN brands b ON b.id = n.brand_id
	LEFT JOIN people p ON p.id = i.assignee_id`

// NoticeSubjects returns what notices have to tell, by notice. One whose comment was
// erased has nothing to tell and is left out.
func (r Reads) NoticeSubjects(ctx context.Context, notices []TakenNotice) (map[triage.ID]Told, error) {
	brands, ids := noticeKeys(notices)
	rows, _ := r.db.Query(ctx, `
		SELECT n.id, `+toldColumns+`
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, notice), `+toldTables+`
		WHERE n.brand_id = k.brand AND n.id = k.notice AND e.deleted_at IS NULL`, uuids(brands), uuids(ids))
	found := make(map[triage.ID]Told, len(notices))
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var id triage.ID
		s, err := scanTold(row, &id)
		found[id] = s
		return struct{}{}, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("notice subjects: %w", err))
	}
	return found, nil
}

func scanTold(row pgx.CollectableRow, before ...any) (s Told, err error) {
	var priority int16
	var reasons []byte
	var back *time.Time
	var levels map[string]notify.Level
	if err := row.Scan(append(before, &s.BrandID, &s.ItemID, &s.Brand, &s.Queue, &priority, &s.DueAt, &s.Judged, &s.Unsure,
		&s.Intent, &s.Sentiment, &s.Urgency, &s.Risks, &s.ReplyExpected, &reasons,
		&s.Platform, &s.Form, &s.Author.ExternalID, &s.Author.Handle, &s.Author.Name, &s.Author.Followers,
		&s.Author.Verified, &s.Text, &s.HasMedia, &s.Status, &s.Holder, &s.Outcome, &back,
		&s.Version, &s.Round, &s.Why.Kind, &s.Why.Name, &levels)...); err != nil {
		return s, err
	}
	s.Level = levels[notify.KindOf(s.Intent, s.Risks)]
	s.Priority, s.BackAt = triage.Priority(priority), orZero(back)
	return s, json.Unmarshal(reasons, &s.Reasons)
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
