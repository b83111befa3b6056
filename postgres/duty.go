package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Desk is where a person stands with being dealt.
type Desk struct {
	Care    triage.Care
	AwayTil time.Time // end of the leave that covers now; zero when there is none

	Claimed  int         // points under leases in force
	Reserved int         // points that are reserved for the person and not taken yet
	Exposed  int         // texts that hurt, read within the last hour
	Resting  []triage.ID // threads of which several of them were dealt within the last hour
	Urgent   bool        // something urgent is open in either queue, whether it fits or not

	LastQueue triage.Queue // empty before the first item
	Streak    int          // items in a row of LastQueue
	Lean      float64      // items of smm dealt beyond the brand's share
	SMM, CM   int64        // items dealt, by queue
}

// Load returns the points in hand, taken or reserved.
func (d Desk) Load() int { return d.Claimed + d.Reserved }

// heavyOfThread is how many texts that hurt one person is dealt of a thread in an hour,
// while somebody else is there.
const heavyOfThread = 3

const deskState = `
	SELECT coalesce(m.capacity, $4), coalesce(m.heavy_per_hour, $5), coalesce(m.languages, '{}'), coalesce(m.skills, '{}'),
	       m.hours, coalesce(m.overflow, false),
	       (SELECT max(ends_at) FROM leaves l
	        WHERE l.brand_id = $1 AND l.person_id = $2 AND l.starts_at <= $3 AND l.ends_at > $3),
	       held.claimed, reserved.points, read.texts, read.threads,
	       EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = 'cm' AND i.status = 'open' AND i.priority = 1)
	       OR EXISTS (SELECT FROM items i WHERE i.brand_id = $1 AND i.queue = 'smm' AND i.status = 'open' AND i.priority = 1)
	FROM (SELECT) one
	LEFT JOIN memberships m ON m.brand_id = $1 AND m.person_id = $2
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(i.effort) FILTER (WHERE i.status = 'claimed' AND i.lease_until > $3), 0) AS claimed
		FROM items i WHERE i.brand_id = $1 AND i.assignee_id = $2 AND ` + liveItems + `) held
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(i.effort), 0) AS points
		FROM items i WHERE i.brand_id = $1 AND i.assignee_id = $2 AND i.status = 'open') reserved
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(x.texts), 0) AS texts,
		       coalesce(array_agg(x.thread_id) FILTER (WHERE x.dealt >= $6), '{}') AS threads
		FROM (SELECT thread_id, count(DISTINCT coalesce(engagement_id, id)) AS texts,
		             CASE WHEN thread_id IS NOT NULL THEN count(*) FILTER (WHERE kind = 'dealt') END AS dealt
		      FROM exposures WHERE brand_id = $1 AND person_id = $2 AND at > $3::timestamptz - interval '1 hour'
		      GROUP BY thread_id) x) read`

// DeskOf returns where a person stands at now. Who is no member stands where a new member
// would.
func (r Reads) DeskOf(ctx context.Context, brand, person triage.ID, now time.Time) (Desk, error) {
	var d Desk
	err := r.db.QueryRow(ctx, deskLast, brand, person).Scan(d.last()...)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Desk{}, unavailable(fmt.Errorf("desk of %s: %w", person, err))
	}
	if err := d.scanState(r.db.QueryRow(ctx, deskState, deskArgs(brand, person, now)...)); err != nil {
		return Desk{}, unavailable(fmt.Errorf("desk of %s: %w", person, err))
	}
	return d, nil
}

const deskLast = `SELECT last_queue, streak, lean, smm, cm FROM desks WHERE brand_id = $1 AND person_id = $2`

func deskArgs(brand, person triage.ID, now time.Time) []any {
	usual := triage.DefaultCare()
	return []any{brand, person, now, usual.Capacity, usual.HeavyPerHour, heavyOfThread}
}

func (d *Desk) last() []any { return []any{&d.LastQueue, &d.Streak, &d.Lean, &d.SMM, &d.CM} }

func (d *Desk) scanState(row pgx.Row) error {
	var hours []byte
	var away *time.Time
	err := row.Scan(&d.Care.Capacity, &d.Care.HeavyPerHour, &d.Care.Languages, &d.Care.Skills, &hours, &d.Care.Overflow,
		&away, &d.Claimed, &d.Reserved, &d.Exposed, &d.Resting, &d.Urgent)
	d.AwayTil = orZero(away)
	if err != nil {
		return err
	}
	d.Care.Hours, err = calendarOr(hours)
	return err
}

// calendarOr returns nil for no hours.
func calendarOr(raw []byte) (*triage.Calendar, error) {
	if raw == nil {
		return nil, nil
	}
	c := &triage.Calendar{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	return c, nil
}

// LockDesk is LockDesks for one person.
func (t *Tx) LockDesk(ctx context.Context, brand, person triage.ID) (Desk, error) {
	all, err := t.LockDesks(ctx, brand, person)
	if err != nil {
		return Desk{}, err
	}
	return all[person], nil
}

// LockDesks returns where people stand now, for dealing: whoever else deals to one of them
// waits, and sees what was dealt here. The rest of the transaction uses plans made once:
// planning a deal takes longer than the deal.
func (t *Tx) LockDesks(ctx context.Context, brand triage.ID, people ...triage.ID) (map[triage.ID]Desk, error) {
	people = slices.Compact(slices.Sorted(slices.Values(people))) // in an order, so that nobody waits in a circle
	all, err := t.lockDesks(ctx, brand, people)
	if err == nil && len(all) < len(people) {
		_, err = t.tx.Exec(ctx, `
			INSERT INTO desks (brand_id, person_id) SELECT $1, person FROM unnest($2::uuid[]) person ORDER BY person
			ON CONFLICT (brand_id, person_id) DO NOTHING`, brand, uuids(people))
		if err == nil {
			all, err = t.lockDesks(ctx, brand, people)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("desks: %w", err)
	}
	return all, nil
}

// lockDesks locks first and reads the states in later statements, which see all that was
// committed while the first ones waited. Who has no desk is left out.
func (t *Tx) lockDesks(ctx context.Context, brand triage.ID, people []triage.ID) (map[triage.ID]Desk, error) {
	desks := make([]Desk, len(people))
	found := map[triage.ID]Desk{}
	batch := &pgx.Batch{}
	batch.Queue(`SET LOCAL plan_cache_mode = force_generic_plan`)
	has := make([]bool, len(people))
	for i, person := range people {
		batch.Queue(deskLast+` FOR UPDATE`, brand, person).QueryRow(func(row pgx.Row) error {
			err := row.Scan(desks[i].last()...)
			has[i] = err == nil
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		})
	}
	for i, person := range people {
		batch.Queue(deskState, deskArgs(brand, person, t.Now)...).QueryRow(func(row pgx.Row) error {
			if err := desks[i].scanState(row); err != nil || !has[i] {
				return err
			}
			found[person] = desks[i]
			return nil
		})
	}
	return found, t.tx.SendBatch(ctx, batch).Close()
}

// Deal is that a person was dealt an item.
type Deal struct {
	Person  triage.ID
	Desk    Desk // where their desk stands after it
	Claimed Claimed
	Audit   AuditRow
}

// NoteDealt writes down what was dealt: where the desks stand after it, that people were
// given texts that hurt, and the audit rows. It returns the items, in the same order.
func (t *Tx) NoteDealt(ctx context.Context, deals ...Deal) ([]Item, error) {
	rows := make([]AuditRow, len(deals))
	for i, d := range deals {
		rows[i] = d.Audit
	}
	insert, args, err := auditInsert(t.Now, rows...)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(deals))
	batch := &pgx.Batch{}
	batch.Queue(insert, args...)
	for i, d := range deals {
		c := d.Claimed
		batch.Queue(`SELECT `+itemColumns+itemTables+` WHERE i.brand_id = $1 AND i.id = $2`, c.brand, c.ID).Query(func(rows pgx.Rows) (err error) {
			items[i], err = pgx.CollectExactlyOneRow(rows, scanItem)
			return err
		})
		batch.Queue(`
			UPDATE desks SET last_queue = $3, streak = $4, lean = $5, smm = $6, cm = $7
			WHERE brand_id = $1 AND person_id = $2`, c.brand, d.Person, d.Desk.LastQueue, d.Desk.Streak, d.Desk.Lean, d.Desk.SMM, d.Desk.CM)
		if c.heavy {
			batch.Queue(insertExposure, c.brand, NewID(), d.Person, t.Now, "dealt", c.engagement, c.thread)
		}
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("note what was dealt: %w", err)
	}
	return items, nil
}

const insertExposure = `
	INSERT INTO exposures (brand_id, id, person_id, at, kind, engagement_id, thread_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`

// NoteUncovered writes down that a person asked to read a text that hurts.
func (t *Tx) NoteUncovered(ctx context.Context, person triage.ID, i Item) error {
	_, err := t.tx.Exec(ctx, insertExposure, i.BrandID, NewID(), person, t.Now, "uncovered", i.EngagementID, idOrNull(i.ThreadID))
	if err != nil {
		return fmt.Errorf("exposure of %s: %w", person, err)
	}
	return nil
}

// OpenDue reports whether anything that is open in a queue is due before a time.
func (r Reads) OpenDue(ctx context.Context, brand triage.ID, q triage.Queue, before time.Time) (bool, error) {
	var some bool
	err := r.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM live_items l WHERE l.brand_id = $1 AND l.queue = $2 AND l.due_at < $3 AND l.status = 'open')`,
		brand, q, before).Scan(&some)
	if err != nil {
		return false, unavailable(fmt.Errorf("what is due of %s: %w", q, err))
	}
	return some, nil
}
