package jobs

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// What a lead is told before it becomes too much.
const (
	overloadNear    = "team.overload_near"
	nobodyOnDuty    = "team.nobody_on_duty"
	exposureReached = "person.exposure_reached"
)

// nearlyFull is the part of the capacity of all on duty from which on a queue's people
// count as nearly overloaded; soon is how far ahead something due counts.
const (
	nearlyFull = 0.8
	soon       = time.Hour
)

// care tells the leads of every brand what is about to become too much, once for each
// cause and hour.
func (u *Upkeep) care(ctx context.Context) (bool, error) {
	return false, u.eachBrand(ctx, u.careFor)
}

func (u *Upkeep) careFor(ctx context.Context, brand triage.ID) error {
	now := u.Store.Now()
	team, err := u.Store.Team(ctx, brand, now)
	if err != nil {
		return err
	}
	loads, err := u.Store.Loads(ctx, brand, now)
	if err != nil {
		return err
	}
	due := map[triage.Queue]bool{}
	for _, q := range triage.Queues() {
		if due[q], err = u.Store.OpenDue(ctx, brand, q, now.Add(soon)); err != nil {
			return err
		}
	}
	alerts := concerns(team, loads, due, now)
	if len(alerts) == 0 {
		return nil
	}
	return u.Store.InTx(ctx, func(tx *postgres.Tx) error {
		_, err := tx.AddAlerts(ctx, brand, alerts)
		return err
	})
}

// concerns returns what leads should know: queues whose people are nearly full, queues
// with something due soon and nobody there, and people who have read enough that hurts.
// due says for which queues something open is due soon.
func concerns(
	team []postgres.Colleague, loads map[triage.ID]postgres.Load, due map[triage.Queue]bool, now time.Time,
) []postgres.Alert {
	var out []postgres.Alert
	for _, q := range triage.Queues() {
		points, capacity, there := 0, 0, 0
		for _, c := range team {
			if !c.Role.Works(q) || !c.OnDuty(now) {
				continue
			}
			there++
			if c.Role != triage.RoleLead && c.Role != triage.RoleAdmin { // they look, others carry
				points, capacity = points+loads[c.ID].Points, capacity+c.Care.Capacity
			}
		}
		switch {
		case there == 0 && due[q]:
			out = append(out, postgres.Alert{Cause: nobodyOnDuty, Subject: string(q)})
		case capacity > 0 && float64(points) >= nearlyFull*float64(capacity):
			out = append(out, postgres.Alert{Cause: overloadNear, Subject: string(q),
				Detail: map[string]any{"points": points, "capacity": capacity}})
		}
	}
	for _, c := range team {
		if c.OnDuty(now) && c.Care.HeavyPerHour > 0 && loads[c.ID].Exposed >= c.Care.HeavyPerHour {
			out = append(out, postgres.Alert{Cause: exposureReached, Subject: string(c.ID),
				Detail: map[string]any{"heavy_per_hour": c.Care.HeavyPerHour}})
		}
	}
	return out
}
