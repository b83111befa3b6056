package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// NewNotice asks for one message about an item at a place.
type NewNotice struct {
	BrandID      triage.ID
	ItemID       triage.ID
	EngagementID triage.ID
	Cause        string // shared by all notices of the same thing
	notify.Going
}

// AddNotices puts notices into the outbox, in the transaction of the placement. While
// one about the same item waits for the same place there is no second: it will tell
// the state of the moment when it is sent.
func (t *Tx) AddNotices(ctx context.Context, notices []NewNotice) error {
	for _, n := range notices {
		if err := t.exec(ctx, `
			INSERT INTO notices (brand_id, id, item_id, engagement_id, kind, cause, why, why_name, patient, target, next_at, handle, created_at)
			SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, 'new', $5, $6, $7, $8, $9::text, greatest($10::timestamptz, $11), $12, $11::timestamptz
			WHERE NOT EXISTS (SELECT FROM notices WHERE brand_id = $1 AND item_id = $3 AND target = $9
			                  AND kind = 'new' AND state = 'pending')`,
			n.BrandID, NewID(), n.ItemID, n.EngagementID, n.Cause, n.Why.Kind, n.Why.Name, n.Patient, n.Place, n.At,
			t.Now, rand.Text()); err != nil {
			return fmt.Errorf("notice: %w", err)
		}
	}
	return nil
}

// The kinds of notices: a message about an item, the retraction of one that was sent, one that
// somebody asked for to see whether it comes, and news of how a channel does.
const (
	NoticeNew     = "new"
	NoticeRetract = "retract"
	NoticeTest    = "test"
	NoticeAlarm   = "alarm" // something is wrong with a channel
	NoticeCalm    = "calm"  // and it is over
)

// AddTest asks for a test message and returns the notice's id. A place that is none is
// Invalid.
func (t *Tx) AddTest(ctx context.Context, brand triage.ID, place string) (triage.ID, error) {
	if err := t.checkPlace(ctx, brand, place); err != nil {
		return "", err
	}
	id := NewID()
	if err := t.exec(ctx, `
		INSERT INTO notices (brand_id, id, kind, cause, why, target, next_at, created_at)
		VALUES ($1, $2, 'test', 'test', $3, $4, $5, $5)`, brand, id, notify.WhyTest, place, t.Now); err != nil {
		return "", fmt.Errorf("test notice: %w", err)
	}
	return id, nil
}

// TakenNotice is a notice that this process shall send, before its lease ends.
type TakenNotice struct {
	BrandID  triage.ID
	ID       triage.ID
	Kind     string
	Target   string
	Ref      string // of the message that stands
	Attempts int    // this one included
	Patient  bool   // it waits while its place is quiet

	Handle      string
	Telling     int    // how often its message was written
	Told        string // hash of how the item stood then, or shall be noted to stand
	ToldVersion int64
	Grown       int  // how often what its message gathers has changed
	ToldGrown   int  // and when it was written
	Channel     bool // it is about a channel
}

// NoticeTake bounds what is taken at once.
type NoticeTake struct {
	Now       time.Time
	Lease     time.Duration // after which a notice that nobody answered for is due again
	Held      []string      // targets that get nothing now
	Targets   int           // how many targets at most
	MergeOver int           // a target with more new notices than this gets them all at once
	MergeMost int           // but not more than this
}

// TakeNotices leases what is due: of every target and kind the one notice that matters
// most, or, where more than MergeOver new ones wait, as many as MergeMost. The attempt
// counts from here, so that a notice that kills its sender is not tried forever. Several
// processes may take at once; nobody gets what another has.
func (t *Tx) TakeNotices(ctx context.Context, take NoticeTake) ([]TakenNotice, error) {
	rows, _ := t.tx.Query(ctx, takeNotices,
		take.Now, append([]string{}, take.Held...), take.Targets, take.MergeOver, take.MergeMost, take.Now.Add(take.Lease))
	taken, err := pgx.CollectRows(rows, scanTaken)
	if err != nil {
		return nil, fmt.Errorf("take notices: %w", err)
	}
	return taken, nil
}

const takenColumns = `n.brand_id, n.id, n.kind, n.target, coalesce(n.message_ref, ''), n.attempts, coalesce(n.handle, ''),
	n.telling, coalesce(n.told, ''), coalesce(n.told_version, 0), n.patient, n.grown, n.told_grown, n.channel_id IS NOT NULL`

// wanted leaves out what waits for its muted place.
const wanted = `NOT (n.patient AND EXISTS (SELECT FROM notice_mutes m WHERE m.brand_id = n.brand_id AND m.place = n.target AND m.until > $1))`

// ringing leaves out what ShareNotices has not let ring.
const ringing = `(n.kind <> 'new' OR n.ring_at IS NOT NULL)`

const takeNotices = `
	WITH due AS (
		SELECT n.brand_id, n.target, n.kind, count(*) AS waiting FROM notices n
		WHERE n.state = 'pending' AND n.next_at <= $1 AND n.target <> ALL ($2) AND ` + ringing + ` AND ` + wanted + `
		GROUP BY n.brand_id, n.target, n.kind ORDER BY min(n.next_at) LIMIT $3),
	picked AS (
		SELECT p.brand_id, p.id FROM due d CROSS JOIN LATERAL (
			SELECT n.brand_id, n.id FROM notices n
			LEFT JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
			WHERE n.brand_id = d.brand_id AND n.state = 'pending' AND n.next_at <= $1 AND n.target = d.target AND n.kind = d.kind
			  AND ` + ringing + ` AND ` + wanted + `
			ORDER BY i.risks = '{}', i.priority, n.created_at, n.id
			LIMIT CASE WHEN d.kind = 'new' AND d.waiting > $4 THEN $5::int ELSE 1 END
			FOR UPDATE OF n SKIP LOCKED) p)
	UPDATE notices n SET attempts = n.attempts + 1, next_at = $6
	FROM picked p WHERE n.brand_id = p.brand_id AND n.id = p.id
	RETURNING ` + takenColumns

// NoticesSent notes that notices went out, as the message ref; a digest has no ref, since
// it holds no word of an author. What was retracted while it was being sent gets its
// retraction now; of what another process has sent too, the second message is kept as a
// row of its own, so that a retraction finds both.
func (t *Tx) NoticesSent(ctx context.Context, now time.Time, sent []TakenNotice, ref string) error {
	k := noticeKeysOf(sent)
	if err := t.exec(ctx, `
		WITH was AS (
			SELECT n.brand_id, n.id, n.state, k.fresh, k.handle, k.told, k.version FROM notices n
			JOIN unnest($1::uuid[], $2::uuid[], $3::uuid[], $6::text[], $7::text[], $8::bigint[]) AS k (brand, id, fresh, handle, told, version)
			  ON n.brand_id = k.brand AND n.id = k.id
			FOR UPDATE OF n),
		updated AS (
			UPDATE notices n SET state = 'sent', sent_at = $4, error = NULL, message_ref = coalesce(nullif($5, ''), n.message_ref),
			    telling = n.telling + 1, told = CASE WHEN $5 <> '' AND was.state <> 'cancelled' THEN nullif(was.told, '') END, told_version = was.version
			FROM was WHERE n.brand_id = was.brand_id AND n.id = was.id AND was.state <> 'sent')
		INSERT INTO notices (brand_id, id, item_id, engagement_id, kind, cause, why, why_name, patient, target, state, next_at, created_at,
		    sent_at, message_ref, handle, telling, told, told_version)
		SELECT n.brand_id, was.fresh, n.item_id, n.engagement_id,
		       CASE WHEN was.state = 'sent' THEN 'new' ELSE 'retract' END, n.cause, n.why, n.why_name, n.patient, n.target,
		       CASE WHEN was.state = 'sent' THEN 'sent' ELSE 'pending' END, $4, $4,
		       CASE WHEN was.state = 'sent' THEN $4::timestamptz END, $5, was.handle, n.telling, nullif(was.told, ''), was.version
		FROM was JOIN notices n ON n.brand_id = was.brand_id AND n.id = was.id
		WHERE n.kind = 'new' AND was.state IN ('sent', 'cancelled') AND $5 <> ''`,
		uuids(k.brands), uuids(k.ids), uuids(k.fresh), now, ref, k.handles, k.told, k.versions); err != nil {
		return fmt.Errorf("notices sent: %w", err)
	}
	return nil
}

// sentKeys are the columns of notices that were sent, side by side.
type sentKeys struct {
	brands, ids, fresh []triage.ID
	handles, told      []string
	versions           []int64
	grown              []int
}

func noticeKeysOf(sent []TakenNotice) (k sentKeys) {
	k.brands, k.ids = noticeKeys(sent)
	for _, n := range sent {
		k.fresh, k.handles = append(k.fresh, NewID()), append(k.handles, rand.Text())
		k.told, k.versions, k.grown = append(k.told, n.Told), append(k.versions, n.ToldVersion), append(k.grown, n.Grown)
	}
	return k
}

// PutOffNotices makes notices due again at a time, without counting the attempt: it was
// not their fault. word, ours or Slack's, says why; it may be empty.
func (t *Tx) PutOffNotices(ctx context.Context, notices []TakenNotice, until time.Time, word string) error {
	return t.changeNotices(ctx, notices, `attempts = greatest(n.attempts - 1, 0), next_at = $3, error = nullif($4, '')`, until, word)
}

// HushNotices puts off what its place shall not hear now. It spends no attention meanwhile.
func (t *Tx) HushNotices(ctx context.Context, notices []TakenNotice, until time.Time) error {
	return t.changeNotices(ctx, notices, `attempts = greatest(n.attempts - 1, 0), next_at = $3, ring_at = NULL`, until)
}

// RetryNotices makes notices due again at a time; the attempt counts.
func (t *Tx) RetryNotices(ctx context.Context, notices []TakenNotice, at time.Time, word string) error {
	return t.changeNotices(ctx, notices, `next_at = $3, error = $4`, at, word)
}

// BuryNotices gives notices up: they are dead, word says why, the item stays as it is.
func (t *Tx) BuryNotices(ctx context.Context, notices []TakenNotice, word string) error {
	return t.changeNotices(ctx, notices, `state = 'dead', error = $3`, word)
}

// CancelNotices drops notices that have become pointless.
func (t *Tx) CancelNotices(ctx context.Context, notices []TakenNotice) error {
	return t.changeNotices(ctx, notices, `state = 'cancelled'`)
}

// changeNotices changes those that still wait.
func (t *Tx) changeNotices(ctx context.Context, notices []TakenNotice, set string, args ...any) error {
	if len(notices) == 0 {
		return nil
	}
	brands, ids := noticeKeys(notices)
	if err := t.exec(ctx, `
		UPDATE notices n SET `+set+`
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, id)
		WHERE n.brand_id = k.brand AND n.id = k.id AND n.state = 'pending'`,
		append([]any{uuids(brands), uuids(ids)}, args...)...); err != nil {
		return fmt.Errorf("change notices: %w", err)
	}
	return nil
}

func noticeKeys(notices []TakenNotice) (brands, ids []triage.ID) {
	for _, n := range notices {
		brands, ids = append(brands, n.BrandID), append(ids, n.ID)
	}
	return brands, ids
}

// RetractNotices takes back what was told of engagements that are being erased: what
// waits is cancelled; of what was sent the message will be replaced. It may be called
// again without a second effect.
func (t *Tx) RetractNotices(ctx context.Context, brand triage.ID, engagements []triage.ID) error {
	if err := t.exec(ctx, `
		UPDATE notices SET state = CASE WHEN state = 'pending' THEN 'cancelled' ELSE state END, told = NULL
		WHERE brand_id = $1 AND kind = 'new' AND (state = 'pending' OR told IS NOT NULL) AND item_id IN (`+itemsOf+`)`,
		brand, uuids(engagements)); err != nil {
		return fmt.Errorf("retract notices: %w", err)
	}
	if err := t.exec(ctx, `
		UPDATE notices n SET state = 'pending', lead_id = NULL, sent_at = NULL, told_version = NULL, ring_at = NULL, next_at = $3
		FROM notices l WHERE l.brand_id = $1 AND l.item_id IN (`+itemsOf+`) AND n.brand_id = $1 AND n.lead_id = l.id`,
		brand, uuids(engagements), t.Now); err != nil {
		return fmt.Errorf("retract notices: %w", err)
	}
	// A statement of its own: it sees what NoticesSent committed while the first waited.
	rows, _ := t.tx.Query(ctx, `
		SELECT id, item_id, engagement_id, target, message_ref FROM notices n
		WHERE brand_id = $1 AND kind = 'new' AND state = 'sent' AND message_ref IS NOT NULL AND item_id IN (`+itemsOf+`)
		  AND NOT EXISTS (SELECT FROM notices r WHERE r.brand_id = $1 AND r.item_id = n.item_id
		                  AND r.kind = 'retract' AND r.message_ref = n.message_ref)`, brand, uuids(engagements))
	type told struct{ ID, ItemID, EngagementID, Target, Ref string }
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[told])
	if err != nil {
		return fmt.Errorf("retract notices: %w", err)
	}
	batch := &pgx.Batch{}
	for _, m := range all {
		batch.Queue(`
			INSERT INTO notices (brand_id, id, item_id, engagement_id, kind, cause, target, next_at, created_at, message_ref)
			VALUES ($1, $2, $3::uuid, $4, 'retract', ($3::uuid)::text, $5, $6, $6, $7)`,
			brand, NewID(), m.ItemID, m.EngagementID, m.Target, t.Now, m.Ref)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("retract notices: %w", err)
	}
	return nil
}

// itemsOf finds the items of engagements by the two partial indexes that there are.
const itemsOf = `
	SELECT id FROM items WHERE brand_id = $1 AND engagement_id = ANY ($2) AND kind = 'owner'
	UNION ALL
	SELECT id FROM items WHERE brand_id = $1 AND engagement_id = ANY ($2) AND kind = 'companion'`
