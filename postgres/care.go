package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Colleague is a member of a brand with what decides whether they are on duty.
type Colleague struct {
	ID     triage.ID
	Name   string
	Role   triage.Role
	Care   triage.Care
	Leaves []triage.Leave // those that have not ended, the next first
}

// OnDuty reports whether the colleague is at work at now: within their hours, not on
// leave, and with a capacity and a role that let them work.
func (c Colleague) OnDuty(now time.Time) bool {
	return c.Works() && c.Care.Capacity > 0 && c.Care.Open(now) && c.Away(now).IsZero()
}

// Works reports whether the colleague's role works on any queue.
func (c Colleague) Works() bool { return c.Role.Works(triage.SMM) || c.Role.Works(triage.CM) }

// Away returns when the leave ends that covers now, zero when there is none.
func (c Colleague) Away(now time.Time) (til time.Time) {
	for _, l := range c.Leaves {
		if l.Covers(now) && l.To.After(til) {
			til = l.To
		}
	}
	return til
}

// BackAt returns when the colleague is on duty next, at or after now, and false when that
// is not within a year.
func (c Colleague) BackAt(now time.Time) (time.Time, bool) {
	if !c.Works() || c.Care.Capacity == 0 {
		return time.Time{}, false
	}
	for range 2*len(c.Leaves) + 2 { // each step leaves a leave behind, or ends
		if til := c.Away(now); !til.IsZero() {
			now = til
			continue
		}
		if c.Care.Hours == nil {
			return now, true
		}
		next, ok := c.Care.Hours.Next(now)
		if !ok || next.Equal(now) {
			return next, ok
		}
		now = next
	}
	return time.Time{}, false
}

// LeftAt returns when the colleague was last on duty, at or before now, and false when
// that is longer ago than a year. Leaves that have ended are not known any more.
func (c Colleague) LeftAt(now time.Time) (time.Time, bool) {
	if !c.Works() || c.Care.Capacity == 0 {
		return time.Time{}, false
	}
	for _, l := range c.Leaves {
		if l.Covers(now) && l.From.Before(now) {
			now = l.From
		}
	}
	if c.Care.Hours == nil {
		return now, true
	}
	return c.Care.Hours.Last(now)
}

// Team returns the members of a brand by name, as they stand at now.
func (r Reads) Team(ctx context.Context, brand triage.ID, now time.Time) ([]Colleague, error) {
	return r.colleagues(ctx, brand, nil, now)
}

// Colleague returns one member of a brand. An absent or malformed id, and that of somebody
// who works for other brands, are the same NotFound error.
func (r Reads) Colleague(ctx context.Context, brand, person triage.ID, now time.Time) (Colleague, error) {
	absent := triage.Errorf(triage.NotFound, "There is no such person.")
	if !wellFormed(person) {
		return Colleague{}, absent
	}
	found, err := r.colleagues(ctx, brand, &person, now)
	if err != nil || len(found) == 1 {
		return append(found, Colleague{})[0], err
	}
	return Colleague{}, absent
}

func (r Reads) colleagues(ctx context.Context, brand triage.ID, person *triage.ID, now time.Time) ([]Colleague, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT m.person_id, coalesce(p.name, ''), m.role, m.capacity, m.heavy_per_hour, m.languages, m.skills, m.hours, m.overflow,
		       l.ids, l.froms, l.tos
		FROM memberships m LEFT JOIN people p ON p.id = m.person_id
		CROSS JOIN LATERAL (
			SELECT array_agg(id ORDER BY starts_at, id) AS ids, array_agg(starts_at ORDER BY starts_at, id) AS froms,
			       array_agg(ends_at ORDER BY starts_at, id) AS tos
			FROM leaves WHERE brand_id = m.brand_id AND person_id = m.person_id AND ends_at > $3) l
		WHERE m.brand_id = $1 AND ($2::uuid IS NULL OR m.person_id = $2)
		ORDER BY 2, 1`, brand, person, now)
	found, err := pgx.CollectRows(rows, scanColleague)
	if err != nil {
		return nil, unavailable(fmt.Errorf("team of brand %s: %w", brand, err))
	}
	return found, nil
}

func scanColleague(row pgx.CollectableRow) (Colleague, error) {
	var c Colleague
	var hours []byte
	var ids []triage.ID
	var froms, tos []time.Time
	err := row.Scan(&c.ID, &c.Name, &c.Role, &c.Care.Capacity, &c.Care.HeavyPerHour, &c.Care.Languages, &c.Care.Skills,
		&hours, &c.Care.Overflow, &ids, &froms, &tos)
	if err != nil {
		return Colleague{}, err
	}
	for n, id := range ids {
		c.Leaves = append(c.Leaves, triage.Leave{ID: id, From: froms[n].UTC(), To: tos[n].UTC()})
	}
	c.Care.Hours, err = calendarOr(hours)
	return c, err
}

// SetCare replaces how a member of a brand is cared for. A wrong value is Invalid, nobody
// of that id a NotFound error.
func (t *Tx) SetCare(ctx context.Context, actor Actor, brand, person triage.ID, c triage.Care) error {
	if err := c.Check(); err != nil {
		return err
	}
	c = c.Clean()
	var hours []byte
	if c.Hours != nil {
		raw, err := json.Marshal(c.Hours)
		if err != nil {
			return fmt.Errorf("care of %s: %w", person, err)
		}
		hours = raw
	}
	tag, err := t.tx.Exec(ctx, `
		UPDATE memberships SET capacity = $3, heavy_per_hour = $4, languages = $5, skills = $6, hours = $7, overflow = $8
		WHERE brand_id = $1 AND person_id = $2`, brand, person,
		c.Capacity, c.HeavyPerHour, strs(c.Languages), strs(c.Skills), hours, c.Overflow)
	if err != nil {
		return fmt.Errorf("care of %s: %w", person, err)
	}
	if tag.RowsAffected() == 0 {
		return triage.Errorf(triage.NotFound, "There is no such person.")
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "person.care_changed", Subject: "person", SubjectID: person})
}

// maxLeaves bounds how many leaves of a person lie ahead.
const maxLeaves = 100

// AddLeave notes that a member of a brand is away and returns the leave's id.
func (t *Tx) AddLeave(ctx context.Context, actor Actor, brand, person triage.ID, l triage.Leave) (triage.ID, error) {
	c, err := t.Colleague(ctx, brand, person, t.Now)
	switch {
	case err != nil:
		return "", err
	case !l.To.After(l.From) || l.To.Sub(l.From) > 2*366*24*time.Hour:
		return "", triage.Errorf(triage.Invalid, "A leave ends after it begins, at most two years later.")
	case !l.To.After(t.Now):
		return "", triage.Errorf(triage.Invalid, "A leave ends in the future.")
	case len(c.Leaves) >= maxLeaves:
		return "", triage.Errorf(triage.Conflict, "At most %d leaves can lie ahead.", maxLeaves)
	}
	id := NewID()
	_, err = t.tx.Exec(ctx, `
		INSERT INTO leaves (brand_id, id, person_id, starts_at, ends_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		brand, id, person, l.From, l.To, t.Now)
	if err != nil {
		return "", fmt.Errorf("leave of %s: %w", person, err)
	}
	return id, t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "person.leave_added", Subject: "person",
		SubjectID: person, Detail: map[string]any{"leave": id}})
}

// DropLeave takes a leave of a person back. One that is not there is a NotFound error.
func (t *Tx) DropLeave(ctx context.Context, actor Actor, brand, person, id triage.ID) error {
	absent := triage.Errorf(triage.NotFound, "There is no such leave.")
	if !wellFormed(person) || !wellFormed(id) {
		return absent
	}
	var gone triage.ID
	err := t.tx.QueryRow(ctx, `DELETE FROM leaves WHERE brand_id = $1 AND id = $2 AND person_id = $3 RETURNING id`, brand, id, person).Scan(&gone)
	if errors.Is(err, pgx.ErrNoRows) {
		return absent
	}
	if err != nil {
		return fmt.Errorf("leave %s: %w", id, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "person.leave_dropped", Subject: "person",
		SubjectID: person, Detail: map[string]any{"leave": id}})
}
