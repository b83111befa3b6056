package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"triage/triage"
)

// standing is how an item stands among people: what they change of it, and can take back.
// It holds ids, times, numbers, tags and words of closed sets only.
type standing struct {
	Queue        triage.Queue  `json:"queue"`
	Status       triage.Status `json:"status"`
	DueAt        time.Time     `json:"due_at"`
	Rank         float64       `json:"rank"`
	Assignee     *triage.ID    `json:"assignee_id"`
	LeaseUntil   *time.Time    `json:"lease_until"`
	SnoozedUntil *time.Time    `json:"snoozed_until"`
	Outcome      *string       `json:"outcome"`
	Handovers    int           `json:"handovers"`
	ClosedAt     *time.Time    `json:"closed_at"`
	Tags         []string      `json:"tags"`
	WakeOnAuthor bool          `json:"wake_on_author"`
	HandedBy     *triage.ID    `json:"handed_by"`
	NeedsLead    bool          `json:"needs_lead"`
	FirstDueAt   *time.Time    `json:"first_due_at"`
	NextDueAt    *time.Time    `json:"next_due_at"`
	ResolveDueAt *time.Time    `json:"resolve_due_at"`
	AnsweredAt   *time.Time    `json:"answered_at"`
	PausedAt     *time.Time    `json:"paused_at"`
	SLA          string        `json:"sla"`
	SLAAt        *time.Time    `json:"sla_at"`
	AnsweredIn   *int          `json:"answered_in"`
	ClosedIn     *int          `json:"closed_in"`
	PausedFor    int           `json:"paused_for"`

	Reading *reading `json:"reading,omitempty"` // only where what is undone was a correction
}

// reading is how an item was read, and all that the plan decides by it.
type reading struct {
	Intent        triage.Intent    `json:"intent"`
	Sentiment     triage.Sentiment `json:"sentiment"`
	Urgency       triage.Urgency   `json:"urgency"`
	ReplyExpected bool             `json:"reply_expected"`
	Priority      triage.Priority  `json:"priority"`
	Unsure        bool             `json:"unsure"`
	PlanVersion   int              `json:"plan_version"`
	Reasons       []triage.Reason  `json:"reasons"`
	Parts         []triage.Part    `json:"parts"`
	Skills        []string         `json:"skills"`
	Heavy         bool             `json:"heavy"`
	Effort        int              `json:"effort"`
}

func readingOf(i Item) *reading {
	return &reading{
		i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected, i.Priority, i.Unsure, i.PlanVersion, i.Reasons, i.Parts,
		i.Skills, i.Heavy, i.Effort,
	}
}

// restore lets i be read as r says.
func (r reading) restore(i *Item) {
	i.Intent, i.Sentiment, i.Urgency, i.ReplyExpected = r.Intent, r.Sentiment, r.Urgency, r.ReplyExpected
	i.Priority, i.Unsure, i.PlanVersion, i.Reasons = r.Priority, r.Unsure, r.PlanVersion, r.Reasons
	i.Parts, i.Skills, i.Heavy, i.Effort = r.Parts, r.Skills, r.Heavy, r.Effort
}

func standingOf(i Item) standing {
	s := standing{
		Queue: i.Queue, Status: i.Status, DueAt: i.DueAt, Rank: i.Rank, Assignee: idOrNull(i.Assignee),
		LeaseUntil: orNull(i.LeaseUntil), SnoozedUntil: orNull(i.SnoozedUntil), Handovers: i.Handovers,
		ClosedAt: orNull(i.ClosedAt), Tags: strs(i.Tags), WakeOnAuthor: i.WakeOnAuthor, HandedBy: idOrNull(i.HandedBy),
		NeedsLead: i.NeedsLead, FirstDueAt: orNull(i.FirstDueAt), NextDueAt: orNull(i.NextDueAt),
		ResolveDueAt: orNull(i.ResolveDueAt), AnsweredAt: orNull(i.AnsweredAt), PausedAt: orNull(i.PausedAt),
		SLA: i.SLA, SLAAt: orNull(i.SLAAt), PausedFor: i.PausedFor,
	}
	if i.Outcome != "" {
		s.Outcome = &i.Outcome
	}
	if !i.AnsweredAt.IsZero() {
		s.AnsweredIn = &i.AnsweredIn
	}
	if !i.ClosedAt.IsZero() {
		s.ClosedIn = &i.ClosedIn
	}
	return s
}

// restore lets i stand as s says.
func (s standing) restore(i *Item) {
	i.Queue, i.Status, i.DueAt, i.Rank, i.Assignee = s.Queue, s.Status, s.DueAt, s.Rank, idOr(s.Assignee)
	i.LeaseUntil, i.SnoozedUntil, i.Handovers = orZero(s.LeaseUntil), orZero(s.SnoozedUntil), s.Handovers
	i.ClosedAt, i.Tags, i.WakeOnAuthor, i.HandedBy = orZero(s.ClosedAt), s.Tags, s.WakeOnAuthor, idOr(s.HandedBy)
	i.NeedsLead, i.FirstDueAt, i.NextDueAt = s.NeedsLead, orZero(s.FirstDueAt), orZero(s.NextDueAt)
	i.ResolveDueAt, i.AnsweredAt, i.PausedAt = orZero(s.ResolveDueAt), orZero(s.AnsweredAt), orZero(s.PausedAt)
	i.SLA, i.SLAAt, i.PausedFor = s.SLA, orZero(s.SLAAt), s.PausedFor
	i.Outcome, i.AnsweredIn, i.ClosedIn = valueOr(s.Outcome), valueOr(s.AnsweredIn), valueOr(s.ClosedIn)
	if s.Reading != nil {
		s.Reading.restore(i)
	}
}

func valueOr[T any](v *T) (zero T) {
	if v == nil {
		return zero
	}
	return *v
}

// savedItem is all that SaveItems writes of an item.
type savedItem struct {
	standing
	ID            triage.ID        `json:"id"`
	Priority      int              `json:"priority"`
	Unsure        bool             `json:"unsure"`
	Reasons       []triage.Reason  `json:"reasons"`
	PlanVersion   int              `json:"plan_version"`
	Intent        triage.Intent    `json:"intent"`
	Sentiment     triage.Sentiment `json:"sentiment"`
	Urgency       triage.Urgency   `json:"urgency"`
	ReplyExpected bool             `json:"reply_expected"`
	Fence         int64            `json:"fence"`
	Parts         []triage.Part    `json:"parts"`
	Skills        []string         `json:"skills"`
	Heavy         bool             `json:"heavy"`
	Effort        int              `json:"effort"`
	WaveID        *triage.ID       `json:"wave_id"`
	WaveOutlier   bool             `json:"wave_outlier"`
}

func savedOf(i Item) savedItem {
	s := savedItem{
		standing: standingOf(i), ID: i.ID, Priority: int(i.Priority), Unsure: i.Unsure, Reasons: i.Reasons,
		PlanVersion: i.PlanVersion, Intent: i.Intent, Sentiment: i.Sentiment, Urgency: i.Urgency,
		ReplyExpected: i.ReplyExpected, Fence: i.Fence, Parts: i.Parts, Skills: strs(i.Skills), Heavy: i.Heavy,
		Effort: i.Effort, WaveID: idOrNull(i.WaveID), WaveOutlier: i.WaveOutlier,
	}
	if s.Reasons == nil {
		s.Reasons = []triage.Reason{}
	}
	if s.Parts == nil {
		s.Parts = []triage.Part{}
	}
	return s
}

// saveItems sets the columns of items from one JSON array, so that one statement, and one
// run of the counters behind it, serves one item and many.
const saveItems = `
	UPDATE items i SET queue = s.queue, status = s.status, due_at = s.due_at, rank = s.rank, assignee_id = s.assignee_id,
	    lease_until = s.lease_until, snoozed_until = s.snoozed_until, outcome = s.outcome, handovers = s.handovers,
	    closed_at = s.closed_at, tags = s.tags, wake_on_author = s.wake_on_author, handed_by = s.handed_by,
	    needs_lead = s.needs_lead, first_due_at = s.first_due_at, next_due_at = s.next_due_at,
	    resolve_due_at = s.resolve_due_at, answered_at = s.answered_at, paused_at = s.paused_at, sla = s.sla,
	    sla_at = s.sla_at, answered_in = s.answered_in, closed_in = s.closed_in, paused_for = s.paused_for,
	    priority = s.priority, unsure = s.unsure, reasons = s.reasons, plan_version = s.plan_version, intent = s.intent,
	    sentiment = s.sentiment, urgency = s.urgency, reply_expected = s.reply_expected, fence = s.fence,
	    parts = s.parts, skills = s.skills, heavy = s.heavy, effort = s.effort, wave_id = s.wave_id,
	    wave_outlier = s.wave_outlier, version = i.version + 1, changed_at = $3
	FROM jsonb_to_recordset($2::jsonb) AS s (id uuid, queue text, status text, due_at timestamptz,
	    rank double precision, assignee_id uuid, lease_until timestamptz, snoozed_until timestamptz, outcome text,
	    handovers smallint, closed_at timestamptz, tags text[], wake_on_author boolean, handed_by uuid,
	    needs_lead boolean, first_due_at timestamptz, next_due_at timestamptz, resolve_due_at timestamptz,
	    answered_at timestamptz, paused_at timestamptz, sla text, sla_at timestamptz, answered_in integer,
	    closed_in integer, paused_for integer, priority smallint, unsure boolean, reasons jsonb, plan_version integer,
	    intent text, sentiment text, urgency text, reply_expected boolean, fence bigint, parts jsonb, skills text[],
	    heavy boolean, effort smallint, wave_id uuid, wave_outlier boolean)
	WHERE i.brand_id = $1 AND i.id = s.id`

// SaveItem writes what people change of an item that LockItem returned, as its next
// version, and returns it.
func (t *Tx) SaveItem(ctx context.Context, i Item) (Item, error) {
	if err := t.SaveItems(ctx, i.BrandID, []Item{i}); err != nil {
		return Item{}, err
	}
	return t.Item(ctx, i.BrandID, i.ID)
}

// SaveItems is SaveItem for several items of one brand that LockItems returned.
func (t *Tx) SaveItems(ctx context.Context, brand triage.ID, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	saved := make([]savedItem, len(items))
	for n, i := range items {
		saved[n] = savedOf(i)
	}
	rows, err := json.Marshal(saved)
	if err != nil {
		return fmt.Errorf("save items: %w", err)
	}
	if err := t.exec(ctx, saveItems, brand, rows, t.Now); err != nil {
		return fmt.Errorf("save items: %w", err)
	}
	return nil
}
