package jobs

import (
	"context"
	"time"

	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// How often brands are looked at.
const (
	crisisEvery = 5 * time.Second
	alarmsEvery = time.Minute
)

// crises looks at all brands for signs of a crisis.
func (u *Upkeep) crises(ctx context.Context) (bool, error) {
	return false, u.eachBrand(ctx, func(ctx context.Context, brand triage.ID) error {
		return LookForCrisis(ctx, u.Store, brand, u.now())
	})
}

// alarms looks at all brands for everything else that leads should hear of.
func (u *Upkeep) alarms(ctx context.Context) (bool, error) {
	return false, u.eachBrand(ctx, func(ctx context.Context, brand triage.ID) error {
		return LookForAlarms(ctx, u.Store, brand, u.now())
	})
}

func (u *Upkeep) eachBrand(ctx context.Context, look func(context.Context, triage.ID) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	brands, err := u.Store.Brands(ctx)
	if err != nil {
		return err
	}
	for _, b := range brands {
		if err := look(ctx, b.ID); err != nil {
			return err
		}
	}
	return nil
}

func ofCrisis(c notify.Cause) bool { return c == notify.CauseCrisis }

// LookForCrisis raises, follows and clears the alarms of a brand about risks, as of now.
func LookForCrisis(ctx context.Context, store *postgres.Store, brand triage.ID, now time.Time) error {
	v, err := store.CrisisVitals(ctx, brand, now)
	if err != nil {
		return err
	}
	return look(ctx, store, brand, v, ofCrisis, now)
}

// LookForAlarms raises, follows and clears the other alarms of a brand, as of now.
func LookForAlarms(ctx context.Context, store *postgres.Store, brand triage.ID, now time.Time) error {
	v, err := store.Vitals(ctx, brand, now)
	if err != nil {
		return err
	}
	return look(ctx, store, brand, v, func(c notify.Cause) bool { return !ofCrisis(c) }, now)
}

func look(ctx context.Context, store *postgres.Store, brand triage.ID, v notify.Vitals, only func(notify.Cause) bool, now time.Time) error {
	return store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
		mine, err := tx.LockBrandAlarms(ctx, brand)
		if err != nil || !mine {
			return err
		}
		open, err := tx.OpenBrandAlarms(ctx, brand)
		if err != nil {
			return err
		}
		fresh, still, over := v.Look(open, only, now)
		for _, a := range still {
			if err := tx.FollowBrandAlarm(ctx, brand, a); err != nil {
				return err
			}
		}
		for _, a := range over {
			if err := tx.ClearForBrand(ctx, brand, a); err != nil {
				return err
			}
		}
		return tx.RaiseForBrand(ctx, brand, fresh, now)
	})
}
