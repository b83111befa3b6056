package postgres

import (
	"context"
	"fmt"
	"time"

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
	HeavyNone Heavy = iota
	HeavyDanger     // only what is urgent and carries a risk
	HeavyAny
)

// Claimed is what ClaimNext handed out.
type Claimed struct {
	Item
	Before triage.ID // who held a lease on it that had run out, empty for nobody
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
		(cardinality($6::text[]) = 0 OR i.language = 'und' OR split_part(i.language, '-', 1) = ANY($6))
		AND i.skills <@ $7 AND i.effort <= $8 AND (NOT i.needs_lead OR $11) AND` + fitsHeavy
	isFree     = `i.status = 'open' AND (i.assignee_id IS NULL OR (i.assignee_id <> $4 AND i.assignee_id <> ALL ($12)))`
	isMine     = `i.status = 'open' AND i.assignee_id = $4 AND i.effort <= $9 AND` + fitsHeavy
	hasExpired = `i.status = 'claimed' AND i.lease_until <= $3`
	hasWoken   = `i.status = 'snoozed' AND i.snoozed_until <= $3`
)

// claimNextOf returns the statement that claims; narrower is a further condition on items.
// Each branch of candidates has a partial index of its own, so that what is held, put away
// or waiting is never walked over. Candidates are read without a lock; the first of them
// that nobody has locked is checked again under its lock and taken.
func claimNextOf(narrower string) string {
	branch := func(mine, condition string) string {
		return `(SELECT i.id, i.rank, i.author_id, ` + mine + ` AS mine FROM items i
			WHERE i.brand_id = $1 AND i.queue = $2` + narrower + ` AND ` + condition + ` ORDER BY i.rank, i.id LIMIT $14)`
	}
	return `
	WITH candidates AS MATERIALIZED (` +
		branch("false", isFree+` AND`+fitsAnybody) + ` UNION ALL ` +
		branch("true", isMine) + ` UNION ALL ` +
		branch("false", hasExpired+` AND`+fitsAnybody) + ` UNION ALL ` +
		branch("false", hasWoken+` AND`+fitsAnybody) + `),
	ordered AS MATERIALIZED (
		SELECT c.id, c.mine, c.rank + CASE WHEN a.touched_by = $4 THEN -` + sameAuthor + ` WHEN a.touched_by = ANY($12) THEN ` + sameAuthor + ` ELSE 0 END AS rank
		FROM candidates c LEFT JOIN authors a ON a.brand_id = $1 AND a.id = c.author_id),
	next AS (
		SELECT i.id, i.assignee_id, i.status FROM ordered o JOIN items i ON i.brand_id = $1 AND i.id = o.id
		WHERE i.queue = $2` + narrower + ` AND ((` + isMine + `) OR ((` + isFree + ` OR ` + hasExpired + ` OR ` + hasWoken + `) AND` + fitsAnybody + `))
		ORDER BY o.mine DESC, o.rank, o.id
		LIMIT 1
		FOR NO KEY UPDATE OF i SKIP LOCKED),
	claimed AS (
		UPDATE items i SET status = 'claimed', assignee_id = $4, lease_until = $5, snoozed_until = NULL,
		    fence = i.fence + 1, version = i.version + 1, changed_at = $3
		FROM next
		WHERE i.brand_id = $1 AND i.id = next.id
		RETURNING i.id, CASE WHEN next.status <> 'open' THEN next.assignee_id END AS before)
	SELECT (SELECT count(*) FROM candidates), c.id, c.before FROM (SELECT) one LEFT JOIN claimed c ON true`
}

var (
	claimNext       = claimNextOf("")
	claimNextUrgent = claimNextOf(" AND i.priority = 1")
)

func (f Fit) args(q triage.Queue, now time.Time, limit int) []any {
	return []any{
		f.BrandID, q, now, f.Person, f.Lease, strs(f.Languages), strs(f.Skills), f.Room, f.OwnRoom, int16(f.Heavy),
		f.Lead, uuids(f.Present), uuids(f.Resting), limit,
	}
}

// ClaimNext gives f.Person the next best item of a queue until the lease ends and returns
// it, or a NotFound error when nothing fits. Next is what is reserved for the person, then
// the lowest rank among what is open, what is held under a lease that has run out, and what
// is snoozed until now or earlier. Callers at the same time get different items and never
// wait for each other.
func (t *Tx) ClaimNext(ctx context.Context, f Fit, q triage.Queue) (Claimed, error) {
	return t.claimNext(ctx, claimNext, f, q)
}

// ClaimUrgent is ClaimNext among the urgent.
func (t *Tx) ClaimUrgent(ctx context.Context, f Fit, q triage.Queue) (Claimed, error) {
	return t.claimNext(ctx, claimNextUrgent, f, q)
}

func (t *Tx) claimNext(ctx context.Context, sql string, f Fit, q triage.Queue) (Claimed, error) {
	for limit := window; ; limit *= 4 {
		var seen int
		var id, before *triage.ID
		if err := t.tx.QueryRow(ctx, sql, f.args(q, t.Now, limit)...).Scan(&seen, &id, &before); err != nil {
			return Claimed{}, fmt.Errorf("claim next of %s: %w", q, err)
		}
		switch {
		case id != nil:
			item, err := t.Item(ctx, f.BrandID, *id)
			return Claimed{Item: item, Before: idOr(before)}, err
		case seen < limit || limit >= maxWindow:
			return Claimed{}, triage.Errorf(triage.NotFound, "There is nothing to claim.")
		}
	}
}

// Fits reports whether something in a queue fits at now, without taking it.
func (r Reads) Fits(ctx context.Context, f Fit, q triage.Queue, now time.Time) (bool, error) {
	var some bool
	err := r.db.QueryRow(ctx, fitsAtAll, f.args(q, now, 1)...).Scan(&some)
	if err != nil {
		return false, fmt.Errorf("what fits of %s: %w", q, err)
	}
	return some, nil
}

const fitsAtAll = `
	SELECT EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = $2 AND ` + isFree + ` AND` + fitsAnybody + ` LIMIT $14)
	    OR EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = $2 AND ` + isMine + `)
	    OR EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = $2 AND ` + hasExpired + ` AND` + fitsAnybody + `)
	    OR EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = $2 AND ` + hasWoken + ` AND` + fitsAnybody + `)
	WHERE $5::timestamptz IS NOT NULL`
