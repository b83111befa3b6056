package queue

import (
	"context"
	"slices"
	"time"

	"triage/postgres"
	"triage/triage"
)

// minGroup is from how many people on a figure of all of them is no figure of one.
const minGroup = 5

// Crew is who works for a brand right now, as one of them may see it.
type Crew struct {
	People  []Mate
	Queues  []Cover
	Figures *postgres.Figures // nil when the group is too small
	Alerts  []postgres.Alert  // of the last hour, the newest first; for leads
}

// Mate is one member of a crew.
type Mate struct {
	postgres.Colleague
	OnDuty bool
	BackAt time.Time      // when they are on duty next; zero on duty, and when nobody knows
	Load   *postgres.Load // nil when it is not the viewer's to see
}

// Cover is who is there for a queue. Leads count for both.
type Cover struct {
	Queue  triage.Queue
	OnDuty int
	Since  time.Time // when the last one left, while nobody is on duty; zero when nobody knows
	Next   time.Time // when the next one comes, while nobody is on duty; zero when nobody will
}

// Crew returns who works for the brand right now. How much one person has in hand is for
// that person, and for leads as far as the brand wants it.
func (d *Desk) Crew(ctx context.Context, who postgres.Caller) (Crew, error) {
	now := d.store.Now()
	team, err := d.store.Team(ctx, who.BrandID, now)
	if err != nil {
		return Crew{}, err
	}
	settings, err := d.store.Settings(ctx, who.BrandID)
	if err != nil {
		return Crew{}, err
	}
	loads, err := d.store.Loads(ctx, who.BrandID, now)
	if err != nil {
		return Crew{}, err
	}
	out := Crew{People: matesOf(who, team, settings, loads, now)}
	for _, q := range triage.Queues() {
		out.Queues = append(out.Queues, coverOf(team, q, now))
	}
	if err := d.figures(ctx, who, team, &out, now); err != nil {
		return Crew{}, err
	}
	if leads(who.Role) {
		out.Alerts, err = d.store.Alerts(ctx, who.BrandID, now.Add(-time.Hour))
	}
	return out, err
}

// figures adds those of the group, when both those who could have worked and those who did
// are enough to hide each of them.
func (d *Desk) figures(ctx context.Context, who postgres.Caller, team []postgres.Colleague, out *Crew, now time.Time) error {
	working := slices.DeleteFunc(slices.Clone(team), func(c postgres.Colleague) bool { return !c.Works() })
	if len(working) < minGroup {
		return nil
	}
	f, err := d.store.GroupFigures(ctx, who.BrandID, now)
	if err == nil && f.People >= minGroup {
		out.Figures = &f
	}
	return err
}

func matesOf(
	who postgres.Caller, team []postgres.Colleague, s postgres.Settings, loads map[triage.ID]postgres.Load, now time.Time,
) []Mate {
	mates := make([]Mate, len(team))
	for n, c := range team {
		mates[n] = Mate{Colleague: c, OnDuty: c.OnDuty(now)}
		if back, ok := c.BackAt(now); ok && !mates[n].OnDuty {
			mates[n].BackAt = back
		}
		if c.ID == who.PersonID || (leads(who.Role) && s.PersonalFigures == postgres.FiguresLeads) {
			load := loads[c.ID]
			mates[n].Load = &load
		}
	}
	return mates
}

func coverOf(team []postgres.Colleague, q triage.Queue, now time.Time) Cover {
	c := Cover{Queue: q}
	for _, m := range team {
		if !m.Role.Works(q) {
			continue
		}
		if m.OnDuty(now) {
			c.OnDuty++
			continue
		}
		if left, ok := m.LeftAt(now); ok && left.After(c.Since) {
			c.Since = left
		}
		if back, ok := m.BackAt(now); ok && (c.Next.IsZero() || back.Before(c.Next)) {
			c.Next = back
		}
	}
	if c.OnDuty > 0 {
		c.Since, c.Next = time.Time{}, time.Time{}
	}
	return c
}

// Me is how one person stands right now.
type Me struct {
	postgres.Colleague
	Desk   postgres.Desk
	OnDuty bool
	BackAt time.Time // when they are on duty next; zero on duty, and when nobody knows
}

// Me returns how who stands right now. Somebody who is no member any more is cared for as
// a new member would be.
func (d *Desk) Me(ctx context.Context, who postgres.Caller) (Me, error) {
	now := d.store.Now()
	c, err := d.store.Colleague(ctx, who.BrandID, who.PersonID, now)
	if triage.KindOf(err) == triage.NotFound {
		c, err = postgres.Colleague{ID: who.PersonID, Care: triage.DefaultCare()}, nil
	}
	if err != nil {
		return Me{}, err
	}
	c.Name, c.Role = who.Person, who.Role
	me := Me{Colleague: c, OnDuty: c.OnDuty(now)}
	if back, ok := c.BackAt(now); ok && !me.OnDuty {
		me.BackAt = back
	}
	me.Desk, err = d.store.DeskOf(ctx, who.BrandID, who.PersonID, now)
	return me, err
}
