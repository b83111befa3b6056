package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Waiting is an engagement that is to be judged, with its context.
type Waiting struct {
	triage.Engagement
	ParentText  string // of the comment it replies to, when we hold that
	ParentName  string // of its author, likewise
	ParentAlias string // its author's handle
	Settled     int    // the round its owner item was placed at; 0 when it has none
	Provisional bool   // that placement waits for a better judgement
	Brand       BrandVoice
}

// BrandVoice is what the judging of a brand's engagements needs to know of the brand.
type BrandVoice struct {
	Name     string
	Context  string
	Voice    string
	Outflow  triage.Outflow
	Goal     triage.Goal
	SlackSMM string
	SlackCM  string
}

// Waiting returns those of ids that are not deleted, with their newest content.
func (r Reads) Waiting(ctx context.Context, brand triage.ID, ids []triage.ID) ([]Waiting, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT e.brand_id, e.id, e.channel_id, e.platform, e.external_id, e.parent_external_id, e.form,
		       e.author_external_id, e.author_handle, e.author_name, e.author_followers, e.author_verified,
		       e.thread_external_id, coalesce(nullif(e.thread_text, ''), t.text, ''), coalesce(nullif(e.thread_permalink, ''), t.permalink, ''), e.thread_context, e.text, e.text_altered, e.language,
		       e.permalink, e.has_media, e.posted_at, e.version_at, e.received_at, e.round, e.history,
		       coalesce(p.text, ''), coalesce(p.author_name, ''), coalesce(p.author_handle, ''), coalesce(i.round, 0), coalesce(i.provisional, false),
		       b.name, b.context, b.goal, b.slack_smm, b.slack_cm, b.voice, b.nothing_leaves, b.withheld
		FROM engagements e
		JOIN brands b ON b.id = e.brand_id
		LEFT JOIN engagements p ON e.parent_external_id <> '' AND p.brand_id = e.brand_id
		     AND p.channel_id = e.channel_id AND p.external_id = e.parent_external_id
		LEFT JOIN threads t ON e.thread_external_id <> '' AND t.brand_id = e.brand_id
		     AND t.channel_id = e.channel_id AND t.external_id = e.thread_external_id
		LEFT JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner'
		WHERE e.brand_id = $1 AND e.id = ANY($2) AND e.deleted_at IS NULL
		ORDER BY e.id`, brand, uuids(ids))
	found, err := pgx.CollectRows(rows, scanWaiting)
	if err != nil {
		return nil, unavailable(fmt.Errorf("waiting engagements: %w", err))
	}
	return found, nil
}

func scanWaiting(row pgx.CollectableRow) (Waiting, error) {
	var w Waiting
	var posted *time.Time
	var context []byte
	err := row.Scan(&w.BrandID, &w.ID, &w.ChannelID, &w.Platform, &w.ExternalID, &w.ParentExternalID, &w.Form,
		&w.Author.ExternalID, &w.Author.Handle, &w.Author.Name, &w.Author.Followers, &w.Author.Verified,
		&w.Thread.ExternalID, &w.Thread.Text, &w.Thread.Permalink, &context, &w.Text, &w.TextAltered, &w.Language,
		&w.Permalink, &w.HasMedia, &posted, &w.VersionAt, &w.ReceivedAt, &w.Round, &w.History,
		&w.ParentText, &w.ParentName, &w.ParentAlias, &w.Settled, &w.Provisional,
		&w.Brand.Name, &w.Brand.Context, &w.Brand.Goal, &w.Brand.SlackSMM, &w.Brand.SlackCM,
		&w.Brand.Voice, &w.Brand.Outflow.Nothing, &w.Brand.Outflow.Withheld)
	w.PostedAt = orZero(posted)
	if err == nil {
		err = readContext(context, &w.Thread)
	}
	return w, err
}

// Unplaced returns engagements accepted in [from, to) that are live and have no owner
// item, or whose newest round is not settled: what a worker that was killed on its last
// attempt left behind. At most limit, oldest first. History has an hour more: much of it
// comes at once, and nobody waits for it.
func (r Reads) Unplaced(ctx context.Context, from, to time.Time, limit int) ([]Ref, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT e.brand_id, e.id, e.round
		FROM engagements e
		LEFT JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner'
		WHERE e.changed_at >= $1 AND e.changed_at < $2 AND e.deleted_at IS NULL
		  AND (i.id IS NULL OR i.round < e.round) AND (NOT e.history OR e.changed_at < $2 - interval '1 hour')
		ORDER BY e.changed_at LIMIT $3`, from, to, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Ref])
	if err != nil {
		return nil, unavailable(fmt.Errorf("unplaced engagements: %w", err))
	}
	return found, nil
}
