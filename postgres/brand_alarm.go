package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// Bounds of alarms of brands.
const (
	togetherFor = time.Hour // what comes later has a message of its own
	flapWithin  = time.Hour // what comes back earlier is the same alarm
)

// LockBrandAlarms lets one process at a time look at how a brand does, until the transaction
// ends. False: another does.
func (t *Tx) LockBrandAlarms(ctx context.Context, brand triage.ID) (ok bool, err error) {
	err = t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('brand alarms ' || $1, 0))`, string(brand)).Scan(&ok)
	return ok, err
}

// OpenBrandAlarms returns what is wrong at a brand and was told.
func (r Reads) OpenBrandAlarms(ctx context.Context, brand triage.ID) ([]notify.Alarm, error) {
	return r.brandAlarms(ctx, `brand_id = $1 AND cleared_at IS NULL`, brand)
}

// BrandAlarms returns the alarms of a brand that began since a time, oldest first.
func (r Reads) BrandAlarms(ctx context.Context, brand triage.ID, since time.Time) ([]notify.Alarm, error) {
	return r.brandAlarms(ctx, `brand_id = $1 AND since >= $2`, brand, since)
}

// NoticeAlarms returns what a notice about a brand has to tell, and the brand's name.
func (r Reads) NoticeAlarms(ctx context.Context, n TakenNotice) (name string, all []notify.Alarm, err error) {
	if err := r.db.QueryRow(ctx, `SELECT name FROM brands WHERE id = $1`, n.BrandID).Scan(&name); err != nil {
		return "", nil, unavailable(fmt.Errorf("brand %s: %w", n.BrandID, err))
	}
	all, err = r.brandAlarms(ctx, `brand_id = $1 AND notice_id = $2`, n.BrandID, n.ID)
	return name, all, err
}

func (r Reads) brandAlarms(ctx context.Context, which string, args ...any) ([]notify.Alarm, error) {
	rows, _ := r.db.Query(ctx, `SELECT cause, subject, n, usual, since, cleared_at FROM brand_alarms WHERE `+which+` ORDER BY since, cause, subject`, args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (notify.Alarm, error) {
		var a notify.Alarm
		var until *time.Time
		err := row.Scan(&a.Cause, &a.Subject, &a.N, &a.Usual, &a.Since, &until)
		a.Until = orZero(until)
		return a, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("alarms of brands: %w", err))
	}
	return found, nil
}

// RaiseForBrand opens alarms and tells the team once. What came back within an hour is the
// alarm that it was. While a message of the last hour stands, only a crisis rings again;
// anything else is told there.
func (t *Tx) RaiseForBrand(ctx context.Context, brand triage.ID, fresh []notify.Alarm, now time.Time) error {
	var telling triage.ID // the message that tells of what does not ring by itself
	err := t.tx.QueryRow(ctx, `
		SELECT coalesce((SELECT n.id::text FROM notices n WHERE n.brand_id = $1 AND n.kind = 'alarm' AND n.why = 'alarm'
		    AND n.created_at > $2 AND (n.state = 'pending' OR n.state = 'sent' AND n.told IS NOT NULL)
		    ORDER BY n.created_at DESC LIMIT 1), '')`, brand, now.Add(-togetherFor)).Scan(&telling)
	if err != nil {
		return fmt.Errorf("alarms of brand %s: %w", brand, err)
	}
	rung := false
	for _, a := range fresh {
		again, err := t.reopen(ctx, brand, a, now)
		if err != nil {
			return err
		}
		if again {
			continue
		}
		if telling == "" || (a.Cause == notify.CauseCrisis && !rung) {
			if telling, err = t.addAlarmNotice(ctx, brand, now); err != nil {
				return err
			}
			rung = true
		}
		if err := t.exec(ctx, `
			INSERT INTO brand_alarms (brand_id, id, cause, subject, n, usual, since, notice_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			brand, NewID(), a.Cause, a.Subject, a.N, a.Usual, a.Since, orNil(telling)); err != nil {
			return fmt.Errorf("alarm of brand %s: %w", brand, err)
		}
		if err := t.growAlarm(ctx, brand, a); err != nil {
			return err
		}
	}
	return nil
}

// reopen goes on with an alarm that ended a short while ago.
func (t *Tx) reopen(ctx context.Context, brand triage.ID, a notify.Alarm, now time.Time) (bool, error) {
	tag, err := t.tx.Exec(ctx, `
		UPDATE brand_alarms SET cleared_at = NULL, n = $5, usual = $6 WHERE brand_id = $1 AND id = (
			SELECT id FROM brand_alarms WHERE brand_id = $1 AND cause = $2 AND subject = $3 AND cleared_at > $4 ORDER BY cleared_at DESC LIMIT 1)`,
		brand, a.Cause, a.Subject, now.Add(-flapWithin), a.N, a.Usual)
	if err != nil {
		return false, fmt.Errorf("alarm of brand %s: %w", brand, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	return true, t.growAlarm(ctx, brand, a)
}

// addAlarmNotice returns no id where the brand's team is told nowhere.
func (t *Tx) addAlarmNotice(ctx context.Context, brand triage.ID, now time.Time) (id triage.ID, err error) {
	err = t.tx.QueryRow(ctx, `
		WITH added AS (
			INSERT INTO notices (brand_id, id, cause, kind, why, target, next_at, created_at)
			SELECT b.id, $2, 'alarm', 'alarm', 'alarm', `+teamOf+`, $3, $3 FROM brands b WHERE b.id = $1 AND `+teamOf+` <> '' RETURNING id)
		SELECT coalesce((SELECT id::text FROM added), '')`, brand, NewID(), now).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("alarm of brand %s: %w", brand, err)
	}
	return id, nil
}

// FollowBrandAlarm notes how an open alarm does. Its message changes when the figure has
// grown by half.
func (t *Tx) FollowBrandAlarm(ctx context.Context, brand triage.ID, a notify.Alarm) error {
	tag, err := t.tx.Exec(ctx, `
		UPDATE brand_alarms SET n = $4, usual = $5 WHERE brand_id = $1 AND cause = $2 AND subject = $3 AND cleared_at IS NULL AND 2 * $4::int >= 3 * n`,
		brand, a.Cause, a.Subject, a.N, a.Usual)
	if err != nil {
		return fmt.Errorf("alarm of brand %s: %w", brand, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return t.growAlarm(ctx, brand, a)
}

// ClearForBrand closes an alarm. Its message says so; one that nobody has seen is not sent
// when nothing else is left in it.
func (t *Tx) ClearForBrand(ctx context.Context, brand triage.ID, a notify.Alarm) error {
	if err := t.growAlarm(ctx, brand, a); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE brand_alarms SET cleared_at = $4 WHERE brand_id = $1 AND cause = $2 AND subject = $3 AND cleared_at IS NULL`,
		brand, a.Cause, a.Subject, a.Until)
	batch.Queue(`
		UPDATE notices n SET state = 'cancelled' WHERE n.brand_id = $1 AND n.state = 'pending' AND n.kind = 'alarm' AND n.why = 'alarm'
		  AND NOT EXISTS (SELECT FROM brand_alarms a WHERE a.brand_id = n.brand_id AND a.notice_id = n.id AND a.cleared_at IS NULL)`, brand)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("alarm of brand %s: %w", brand, err)
	}
	return nil
}

// growAlarm lets the message of an open alarm be written again.
func (t *Tx) growAlarm(ctx context.Context, brand triage.ID, a notify.Alarm) error {
	if err := t.exec(ctx, `
		UPDATE notices n SET grown = n.grown + 1 FROM brand_alarms a
		WHERE a.brand_id = $1 AND a.cause = $2 AND a.subject = $3 AND a.cleared_at IS NULL AND n.brand_id = a.brand_id AND n.id = a.notice_id
		  AND n.state = 'sent'`,
		brand, a.Cause, a.Subject); err != nil {
		return fmt.Errorf("alarm of brand %s: %w", brand, err)
	}
	return nil
}
