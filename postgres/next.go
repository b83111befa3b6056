package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Fit says what may be dealt to whoever asks for the next best item.
type Fit struct {
	BrandID triage.ID
	Person  triage.ID
	Lease   time.Time // when the claim ends

	Languages []string // primary subtags; empty for any
	Skills    []string
	Room      int // points that what is for anybody may take
	OwnRoom   int // points that what is reserved for Person may take
	Heavy     Heavy
	Lead      bool        // may have what needs a lead
	Present   []triage.ID // the others on duty: what is reserved for them is theirs
	Resting   []triage.ID // threads of which Person has read enough that hurts
}

// Heavy says which texts that hurt to read may be dealt.
type Heavy int16

// The rules of Heavy.
const (
	HeavyNone   Heavy = iota
	HeavyDanger       // only what is urgent and carries a risk
	HeavyAny
)

// Claimed is what ClaimNext handed out.
type Claimed struct {
	ID      triage.ID
	Version int64
	Fence   int64
	Before  triage.ID // who held a lease on it that had run out, empty for nobody

	brand, engagement triage.ID
	thread            *triage.ID
	heavy             bool
}

// How many items at the head of a queue are looked at: more than people who claim at the
// same moment, and ever more while all that was seen is taken meanwhile.
const (
	window    = 48
	maxWindow = 48 << 8
)

// Seconds of precedence among the items looked at. The author whom a person served last
// is preferred, the author of a colleague on duty left to the colleague: an hour, so that
// the order of the queue is bent by no more.
const sameAuthor = "3600"

// fits is the condition that an item fits the person. Its parameters are those of
// claimNext.
const (
	fitsHeavy = `
		(NOT i.heavy OR (($10::smallint = 2 OR ($10::smallint = 1 AND i.priority = 1 AND i.risks <> '{}'))
		                 AND (i.thread_id = ANY($13)) IS NOT TRUE))`
	fitsAnybody = `
		(cardinality($6::text[]) = 0 OR i.language = 'und' OR split_part(i.language, '-', 1) = ANY ($6))
		AND i.skills <@ $7 AND i.effort <= $8 AND (NOT i.needs_lead OR $11) AND` + fitsHeavy
	fitsMe = `
		i.effort <= $9 AND` + fitsHeavy

	unreserved = `(i.assignee_id IS NULL OR (i.assignee_id <> $4 AND i.assignee_id <> ALL ($12)))`
	isFree     = `i.status = 'open' AND ` + unreserved
	isMine     = `i.status = 'open' AND i.assignee_id = $4`
	hasExpired = `i.status = 'claimed' AND i.lease_until <= $3`
	hasWoken   = `i.status = 'snoozed' AND i.snoozed_until <= $3`
)

// The four places where something waits to be dealt, each behind a partial index of its
// own, so that what is held, put away or waiting is never walked over. OFFSET 0 keeps the
// conditions of the person out of the choice of the index: they are true of most items,
// which the planner cannot know.
const (
	toFit = `
		SELECT i.id, i.rank, i.author_id, i.brand_id, i.queue, i.priority, i.assignee_id, i.thread_id,
		       i.language, i.skills, i.effort, i.heavy, i.needs_lead, i.risks
		FROM items i WHERE`
	waitsOpen = `(` + toFit + ` i.brand_id = $1 AND i.queue = $2 AND (i.status = 'open') IS TRUE ORDER BY i.rank, i.id OFFSET 0) i
		WHERE ` + unreserved + ` AND` + fitsAnybody
	waitsUrgent = `(` + toFit + ` i.brand_id = $1 AND i.queue = $2 AND i.status = 'open' AND i.priority = 1
		ORDER BY i.rank, i.id OFFSET 0) i
		WHERE ` + unreserved + ` AND` + fitsAnybody
	waitsMine    = `(` + toFit + ` i.brand_id = $1 AND ` + isMine + ` OFFSET 0) i WHERE i.queue = $2 AND` + fitsMe
	waitsExpired = `(` + toFit + ` ` + hasExpired + ` OFFSET 0) i WHERE i.brand_id = $1 AND i.queue = $2 AND` + fitsAnybody
	waitsWoken   = `(` + toFit + ` ` + hasWoken + ` OFFSET 0) i WHERE i.brand_id = $1 AND i.queue = $2 AND` + fitsAnybody
)

// reach is which items a claim may take.
type reach struct {
	open string // where it finds open ones
	only string // a further condition on all
}

var (
	everything = reach{open: waitsOpen}
	urgent     = reach{open: waitsUrgent, only: " AND i.priority = 1"}
)

// claimNextOf returns the statement that claims, looking at the first limit items of each
// place. They are read without a lock; one after the other is then tried, and the first that
// nobody has locked and that fits still is taken.
func claimNextOf(r reach, limit int) string {
	some := func(mine, place string) string {
		return `(SELECT i.id, i.rank, i.author_id, ` + mine + ` AS mine FROM ` + place + r.only + `
			ORDER BY i.rank, i.id LIMIT ` + strconv.Itoa(limit) + `)`
	}
	return `
	WITH candidates AS MATERIALIZED (` +
		some("false", r.open) + ` UNION ALL ` + some("true", waitsMine) + ` UNION ALL ` +
		some("false", waitsExpired) + ` UNION ALL ` + some("false", waitsWoken) + `),
	ordered AS MATERIALIZED (
		SELECT c.id, c.mine, c.rank + CASE WHEN a.touched_by = $4 THEN -` + sameAuthor + `
		       WHEN a.touched_by = ANY ($12) THEN ` + sameAuthor + ` ELSE 0 END AS rank
		FROM candidates c LEFT JOIN authors a ON a.brand_id = $1 AND a.id = c.author_id AND a.touched_by IS NOT NULL
		ORDER BY 2 DESC, 3, 1),
	next AS (
		SELECT i.id, i.assignee_id, i.status FROM ordered o CROSS JOIN LATERAL (
			SELECT i.id, i.assignee_id, i.status FROM items i
			WHERE i.brand_id = $1 AND i.id = o.id AND i.queue = $2` + r.only + ` AND ((` + isMine + ` AND` + fitsMe + `)
			   OR ((` + isFree + ` OR ` + hasExpired + ` OR ` + hasWoken + `) AND` + fitsAnybody + `))
			FOR NO KEY UPDATE SKIP LOCKED) i
		LIMIT 1),
	claimed AS (
		UPDATE items i SET status = 'claimed', assignee_id = $4, lease_until = $5, snoozed_until = NULL, wake_on_author = false, handed_by = NULL,
		    fence = i.fence + 1, version = i.version + 1, changed_at = $3
		FROM next
		WHERE i.brand_id = $1 AND i.id = next.id
		RETURNING i.id, i.version, i.fence, CASE WHEN next.status <> 'open' THEN next.assignee_id END AS before,
		          i.engagement_id, i.thread_id, i.heavy)
	SELECT (SELECT count(*) FROM candidates), c.id, c.version, c.fence, c.before, c.engagement_id, c.thread_id, c.heavy FROM (SELECT) one LEFT JOIN claimed c ON true`
}

func (f Fit) args(q triage.Queue, now time.Time) []any {
	return []any{
		f.BrandID, q, now, f.Person, f.Lease, strs(f.Languages), strs(f.Skills), f.Room, f.OwnRoom, int16(f.Heavy),
		f.Lead, uuids(f.Present), uuids(f.Resting),
	}
}

// Ask is a question for the next best item.
type Ask struct {
	Fit    Fit
	Queue  triage.Queue
	Urgent bool // only what is urgent
}

// reach says which items a claim for a may take.
func (a Ask) reach() reach {
	if a.Urgent {
		return urgent
	}
	return everything
}

// ClaimNext gives a.Fit.Person the next best item of a queue until the lease ends, or a
// NotFound error when nothing fits. Next is what is reserved for the person, then the
// lowest rank among what is open, what is held under a lease that has run out, and what is
// snoozed until now or earlier. Callers at the same time get different items and never
// wait for each other. NoteDealt writes down what is to be known of it.
func (t *Tx) ClaimNext(ctx context.Context, a Ask) (Claimed, error) {
	for limit := window; ; limit *= 4 {
		got := claiming{brand: a.Fit.BrandID}
		if err := got.scan(t.tx.QueryRow(ctx, claimNextOf(a.reach(), limit), a.Fit.args(a.Queue, t.Now)...)); err != nil {
			return Claimed{}, fmt.Errorf("claim next of %s: %w", a.Queue, err)
		}
		switch {
		case got.id != nil:
			return got.claimed(), nil
		case got.seen < limit || limit >= maxWindow:
			return Claimed{}, triage.Errorf(triage.NotFound, "There is nothing to claim.")
		}
	}
}

// ClaimAtOnce asks for several people at the same time, and finds what ClaimNext finds
// unless that lies behind the first window; then, and where nothing fits, the answer is nil.
func (t *Tx) ClaimAtOnce(ctx context.Context, asks []Ask) ([]*Claimed, error) {
	found := make([]claiming, len(asks))
	batch := &pgx.Batch{}
	for i, a := range asks {
		found[i].brand = a.Fit.BrandID
		batch.Queue(claimNextOf(a.reach(), window), a.Fit.args(a.Queue, t.Now)...).QueryRow(found[i].scan)
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("claim next: %w", err)
	}
	out := make([]*Claimed, len(asks))
	for i, f := range found {
		if f.id != nil {
			c := f.claimed()
			out[i] = &c
		}
	}
	return out, nil
}

// claiming is the row that a claim returns; id is nil when nothing was found among seen.
type claiming struct {
	brand                          triage.ID
	seen                           int
	id, before, engagement, thread *triage.ID
	version, fence                 *int64
	heavy                          *bool
}

func (c *claiming) scan(row pgx.Row) error {
	return row.Scan(&c.seen, &c.id, &c.version, &c.fence, &c.before, &c.engagement, &c.thread, &c.heavy)
}

func (c claiming) claimed() Claimed {
	return Claimed{
		ID: *c.id, Version: *c.version, Fence: *c.fence, Before: idOr(c.before),
		brand: c.brand, engagement: *c.engagement, thread: c.thread, heavy: *c.heavy,
	}
}

// Fits reports whether something in a queue fits at now, without taking it.
func (r Reads) Fits(ctx context.Context, f Fit, q triage.Queue, now time.Time) (bool, error) {
	var some bool
	err := r.db.QueryRow(ctx, fitsAtAll, f.args(q, now)...).Scan(&some)
	if err != nil {
		return false, fmt.Errorf("what fits of %s: %w", q, err)
	}
	return some, nil
}

const fitsAtAll = `
	SELECT EXISTS (SELECT FROM ` + waitsOpen + `) OR EXISTS (SELECT FROM ` + waitsMine + `)
	    OR EXISTS (SELECT FROM ` + waitsExpired + `) OR EXISTS (SELECT FROM ` + waitsWoken + `)
	WHERE $5::timestamptz IS NOT NULL`
