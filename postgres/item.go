package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Item is one engagement's place in one queue, with what a person needs to see of the
// engagement, its channel and the holder.
type Item struct {
	ID           triage.ID
	BrandID      triage.ID
	EngagementID triage.ID
	Kind         string // owner or companion

	Queue       triage.Queue
	Status      triage.Status
	Priority    triage.Priority
	DueAt       time.Time
	Rank        float64
	Unsure      bool
	Provisional bool
	Round       int
	PlanVersion int
	Reasons     []triage.Reason
	JudgementID triage.ID // empty when nobody judged
	AuthorID    triage.ID // empty when the platform hides the author
	ThreadID    triage.ID // empty when there is none

	Intent        triage.Intent
	Sentiment     triage.Sentiment
	Urgency       triage.Urgency
	Language      string
	Risks         []triage.Risk
	ReplyExpected bool

	Assignee     triage.ID // empty when nobody holds it
	AssigneeName string
	LeaseUntil   time.Time // zero without a lease
	Fence        int64
	Version      int64
	SnoozedUntil time.Time // zero unless snoozed
	Outcome      string
	Handovers    int

	Parts        []triage.Part
	Tags         []string
	Skills       []string // what the plan asks of whoever takes it
	Heavy        bool     // hurts to read: covered until asked for
	Effort       int      // points of capacity that it takes
	WaveID       triage.ID
	WaveOutlier  bool      // in the wave, but needs an answer of its own
	WakeOnAuthor bool      // snoozed or waiting until the author writes again
	HandedBy     triage.ID // who handed it over, until it is accepted or returned
	NeedsLead    bool

	FirstDueAt   time.Time // target of the first answer; DueAt is the next target to meet
	NextDueAt    time.Time // target of the next answer, zero unless the author wrote again
	ResolveDueAt time.Time // target of closing it, zero without one
	AnsweredAt   time.Time // first human answer, zero before
	PausedAt     time.Time // the clocks stand since then; zero while they run
	SLA          string    // fine, at_risk or breached
	SLAAt        time.Time // when SLA is to be looked at next, zero for never
	AnsweredIn   int       // seconds of open time to the first answer
	ClosedIn     int       // seconds of open time until it was closed, without those in which we waited for the author
	PausedFor    int       // seconds of open time in which we waited for the author, so far

	ReceivedAt time.Time
	CreatedAt  time.Time
	ChangedAt  time.Time
	ClosedAt   time.Time // zero while live

	Engagement  triage.Engagement
	ChannelName string
	Edited      bool
	Hidden      bool
	Erased      bool // the engagement's text is gone

	UndoID triage.ID // under which the change that returned this item can be taken back, empty when it cannot
}

// Live reports whether the item still asks for work.
func (i Item) Live() bool {
	return i.Status != triage.StatusResolved && i.Status != triage.StatusDismissed
}

// HeldAt reports whether somebody holds a lease on the item that has not run out at now.
func (i Item) HeldAt(now time.Time) bool {
	return i.Status == triage.StatusClaimed && i.LeaseUntil.After(now)
}

// TakenAt reports whether the item is somebody's at now: held under a lease, or open and
// assigned.
func (i Item) TakenAt(now time.Time) bool {
	return i.HeldAt(now) || (i.Status == triage.StatusOpen && i.Assignee != "")
}

const itemColumns = `
	i.id, i.brand_id, i.engagement_id, i.kind, i.queue, i.status, i.priority, i.due_at, i.rank, i.unsure,
	i.provisional, i.round, i.plan_version, i.reasons, i.judgement_id, i.author_id, i.thread_id,
	i.intent, i.sentiment, i.urgency, i.language, i.risks, i.reply_expected,
	i.assignee_id, coalesce(p.name, ''), i.lease_until, i.fence, i.version, i.snoozed_until,
	coalesce(i.outcome, ''), i.handovers, i.received_at, i.created_at, i.changed_at, i.closed_at,
	e.channel_id, e.platform, e.external_id, e.parent_external_id, e.form, e.author_external_id, e.author_handle,
	e.author_name, e.author_followers, e.author_verified, e.thread_external_id, e.thread_text, e.thread_permalink,
	e.text, e.text_altered, e.language, e.permalink, e.has_media, e.posted_at, e.version_at, e.received_at, e.round,
	e.edited, e.hidden, e.deleted_at IS NOT NULL, coalesce(c.name, ''),
	i.parts, i.tags, i.skills, i.heavy, i.effort, i.wave_id, i.wave_outlier, i.wake_on_author, i.handed_by, i.needs_lead,
	i.first_due_at, i.next_due_at, i.resolve_due_at, i.answered_at, i.paused_at, i.sla,
	i.sla_at, coalesce(i.answered_in, 0), coalesce(i.closed_in, 0), i.paused_for`

const itemTables = `
	FROM items i
	JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
	LEFT JOIN channels c ON c.brand_id = i.brand_id AND c.id = i.channel_id
	LEFT JOIN people p ON p.id = i.assignee_id`

// noItem is the one answer for ids of other brands, absent and malformed ones.
var noItem = triage.Errorf(triage.NotFound, "There is no such item.")

// Item returns one item of a brand. An absent or malformed id, and one of another brand,
// are the same NotFound error.
func (r Reads) Item(ctx context.Context, brand, id triage.ID) (Item, error) {
	if !wellFormed(id) {
		return Item{}, noItem
	}
	rows, _ := r.db.Query(ctx, `SELECT `+itemColumns+itemTables+` WHERE i.brand_id = $1 AND i.id = $2`, brand, id)
	item, err := pgx.CollectExactlyOneRow(rows, scanItem)
	if errors.Is(err, pgx.ErrNoRows) {
		return Item{}, noItem
	}
	if err != nil {
		return Item{}, unavailable(fmt.Errorf("item %s: %w", id, err))
	}
	return item, nil
}

// LockItem returns one item for changing it; others who change it or erase its engagement
// wait. The engagement is locked first, as everywhere.
func (t *Tx) LockItem(ctx context.Context, brand, id triage.ID) (Item, error) {
	if !wellFormed(id) {
		return Item{}, noItem
	}
	if err := t.lockItems(ctx, brand, []triage.ID{id}); err != nil {
		return Item{}, err
	}
	return t.Item(ctx, brand, id)
}

// LockItems is LockItem for several items, which it returns in the order of their ids.
// Ids that the brand does not have are left out.
func (t *Tx) LockItems(ctx context.Context, brand triage.ID, ids []triage.ID) ([]Item, error) {
	if err := t.lockItems(ctx, brand, ids); err != nil {
		return nil, err
	}
	rows, _ := t.db.Query(ctx, `SELECT `+itemColumns+itemTables+` WHERE i.brand_id = $1 AND i.id = ANY($2) ORDER BY i.id`,
		brand, uuids(ids))
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	return items, nil
}

func (t *Tx) lockItems(ctx context.Context, brand triage.ID, ids []triage.ID) error {
	batch := &pgx.Batch{}
	batch.Queue(`
		SELECT FROM engagements
		WHERE brand_id = $1 AND id = ANY(ARRAY(SELECT engagement_id FROM items WHERE brand_id = $1 AND id = ANY($2)))
		ORDER BY id FOR SHARE`, brand, uuids(ids))
	batch.Queue(`SELECT FROM items WHERE brand_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE`, brand, uuids(ids))
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("lock items: %w", err)
	}
	return nil
}

// wellFormed reports whether id is a UUID in its canonical form.
func wellFormed(id triage.ID) bool {
	return len(id) == 36 && uuid.Validate(string(id)) == nil
}

func scanItem(row pgx.CollectableRow) (Item, error) {
	var i Item
	var judgement, author, thread, assignee *triage.ID
	var wave, handed *triage.ID
	var lease, snoozed, closed, posted, first, next, resolve, answered, paused, look *time.Time
	var reasons, parts []byte
	e := &i.Engagement
	err := row.Scan(
		&i.ID, &i.BrandID, &i.EngagementID, &i.Kind, &i.Queue, &i.Status, &i.Priority, &i.DueAt, &i.Rank, &i.Unsure,
		&i.Provisional, &i.Round, &i.PlanVersion, &reasons, &judgement, &author, &thread,
		&i.Intent, &i.Sentiment, &i.Urgency, &i.Language, &i.Risks, &i.ReplyExpected,
		&assignee, &i.AssigneeName, &lease, &i.Fence, &i.Version, &snoozed,
		&i.Outcome, &i.Handovers, &i.ReceivedAt, &i.CreatedAt, &i.ChangedAt, &closed,
		&e.ChannelID, &e.Platform, &e.ExternalID, &e.ParentExternalID, &e.Form, &e.Author.ExternalID, &e.Author.Handle,
		&e.Author.Name, &e.Author.Followers, &e.Author.Verified, &e.Thread.ExternalID, &e.Thread.Text, &e.Thread.Permalink,
		&e.Text, &e.TextAltered, &e.Language, &e.Permalink, &e.HasMedia, &posted, &e.VersionAt, &e.ReceivedAt, &e.Round,
		&i.Edited, &i.Hidden, &i.Erased, &i.ChannelName,
		&parts, &i.Tags, &i.Skills, &i.Heavy, &i.Effort, &wave, &i.WaveOutlier, &i.WakeOnAuthor, &handed, &i.NeedsLead,
		&first, &next, &resolve, &answered, &paused, &i.SLA,
		&look, &i.AnsweredIn, &i.ClosedIn, &i.PausedFor)
	if err != nil {
		return Item{}, err
	}
	i.JudgementID, i.AuthorID, i.ThreadID, i.Assignee = idOr(judgement), idOr(author), idOr(thread), idOr(assignee)
	i.LeaseUntil, i.SnoozedUntil, i.ClosedAt, e.PostedAt = orZero(lease), orZero(snoozed), orZero(closed), orZero(posted)
	i.WaveID, i.HandedBy = idOr(wave), idOr(handed)
	i.FirstDueAt, i.NextDueAt, i.ResolveDueAt = orZero(first), orZero(next), orZero(resolve)
	i.AnsweredAt, i.PausedAt = orZero(answered), orZero(paused)
	i.SLAAt = orZero(look)
	e.ID, e.BrandID = i.EngagementID, i.BrandID
	return i, errors.Join(json.Unmarshal(reasons, &i.Reasons), json.Unmarshal(parts, &i.Parts))
}

// idOr returns the empty id for nil.
func idOr(id *triage.ID) triage.ID {
	if id == nil {
		return ""
	}
	return *id
}
