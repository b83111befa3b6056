package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Thrift returns how a brand wants its comments judged for little money.
func (r Reads) Thrift(ctx context.Context, brand triage.ID) (triage.Thrift, error) {
	var t triage.Thrift
	var seconds int
	err := r.db.QueryRow(ctx, `
		SELECT reuse_exact, reuse_near, near_distance, reuse_seconds, builtin, sure, model, together,
		    day_micro_usd, month_micro_usd
		FROM thrift WHERE brand_id = $1`, brand).Scan(&t.ReuseExact, &t.ReuseNear, &t.NearDistance, &seconds,
		&t.Builtin, &t.Sure, &t.Model, &t.Together, &t.DayMicroUSD, &t.MonthMicroUSD)
	if errors.Is(err, pgx.ErrNoRows) {
		return triage.DefaultThrift(), nil
	}
	if err != nil {
		return triage.Thrift{}, unavailable(fmt.Errorf("thrift of brand %s: %w", brand, err))
	}
	t.ReuseWithin = time.Duration(seconds) * time.Second
	return t, nil
}

// SetThrift keeps how a brand wants its comments judged. What waits for money is judged
// again soon, since there may be more of it now.
func (t *Tx) SetThrift(ctx context.Context, actor Actor, brand triage.ID, to triage.Thrift) error {
	if err := to.Check(); err != nil {
		return err
	}
	err := t.exec(ctx, `
		INSERT INTO thrift (brand_id, reuse_exact, reuse_near, near_distance, reuse_seconds, builtin, sure, model, together,
		    day_micro_usd, month_micro_usd)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (brand_id) DO UPDATE SET reuse_exact = excluded.reuse_exact, reuse_near = excluded.reuse_near,
		    near_distance = excluded.near_distance, reuse_seconds = excluded.reuse_seconds, builtin = excluded.builtin,
		    sure = excluded.sure, model = excluded.model, together = excluded.together,
		    day_micro_usd = excluded.day_micro_usd, month_micro_usd = excluded.month_micro_usd`,
		brand, to.ReuseExact, to.ReuseNear, float32(to.NearDistance), int(to.ReuseWithin/time.Second), to.Builtin,
		float32(to.Sure), to.Model, to.Together, to.DayMicroUSD, to.MonthMicroUSD)
	if err != nil {
		return fmt.Errorf("thrift of brand %s: %w", brand, err)
	}
	if err := t.wakeAgain(ctx, brand); err != nil {
		return err
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "thrift.changed", Subject: "brand", SubjectID: brand})
}

// Spent is what a brand has spent and set aside at a time.
type Spent struct {
	Day, Month int64 // millionths of a US dollar, of the UTC day and month
	Held       int64 // set aside for calls under way
}

const spentNow = `
	SELECT coalesce(sum(micro_usd) FILTER (WHERE day = $2::date), 0)::bigint, coalesce(sum(micro_usd), 0)::bigint,
	       (SELECT coalesce(sum(micro_usd), 0)::bigint FROM holds WHERE brand_id = $1 AND until > $3)
	FROM spending WHERE brand_id = $1 AND day BETWEEN date_trunc('month', $2::date)::date AND $2::date`

// Spent returns what a brand has spent at now.
func (r Reads) Spent(ctx context.Context, brand triage.ID, now time.Time) (Spent, error) {
	var s Spent
	err := r.db.QueryRow(ctx, spentNow, brand, dayOf(now), now).Scan(&s.Day, &s.Month, &s.Held)
	if err != nil {
		return Spent{}, unavailable(fmt.Errorf("spending of brand %s: %w", brand, err))
	}
	return s, nil
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// Hold sets aside money for as many of the first asks as there is room for, until the hold
// is paid or its time is over, and names the bound that keeps it from the rest. All holds
// of a brand come one after the other, over all processes.
func (t *Tx) Hold(ctx context.Context, brand triage.ID, by triage.Thrift, asks []int64, lasts time.Duration) (triage.ID, int, triage.Shortfall, error) {
	if err := t.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 5074))`, string(brand)); err != nil {
		return "", 0, "", fmt.Errorf("hold: %w", err)
	}
	spent, err := t.Spent(ctx, brand, t.Now)
	if err != nil {
		return "", 0, "", err
	}
	n, sum, short := fits(by, spent, asks)
	if n == 0 {
		return "", 0, short, nil
	}
	id := NewID()
	if err := t.exec(ctx, `INSERT INTO holds (brand_id, id, micro_usd, until) VALUES ($1, $2, $3, $4)`,
		brand, id, sum, t.Now.Add(lasts)); err != nil {
		return "", 0, "", fmt.Errorf("hold: %w", err)
	}
	return id, n, short, nil
}

// fits returns how many of the first asks a budget has room for and what they come to. What
// costs nothing fits while anything is left.
func fits(by triage.Thrift, spent Spent, asks []int64) (n int, sum int64, short triage.Shortfall) {
	for ; n < len(asks); n++ {
		more := max(1, asks[n])
		switch {
		case by.DayMicroUSD > 0 && spent.Day+spent.Held+sum+more > by.DayMicroUSD:
			return n, sum, triage.ShortOfDay
		case by.MonthMicroUSD > 0 && spent.Month+spent.Held+sum+more > by.MonthMicroUSD:
			return n, sum, triage.ShortOfMonth
		}
		sum += more
	}
	return n, sum, ""
}

// Pay writes charges into the ledger and gives back a hold; hold may be empty. pricesAsOf is
// the date of the price file, as YYYY-MM-DD.
func (t *Tx) Pay(ctx context.Context, brand, hold triage.ID, charges []triage.Charge, pricesAsOf string) error {
	batch := &pgx.Batch{}
	if hold != "" {
		batch.Queue(`DELETE FROM holds WHERE brand_id = $1 AND id = $2`, brand, hold)
	}
	for _, c := range charges {
		batch.Queue(`
			INSERT INTO ledger (brand_id, id, engagement_id, at, step, engine, model, calls, prompt, cached, completion,
			    micro_usd, unpriced, prices_as_of)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, nullif($14, '')::date)`,
			brand, NewID(), idOrNull(c.EngagementID), t.Now, c.Step, c.Engine, c.Model, c.Calls, c.Prompt, c.Cached,
			c.Completion, c.MicroUSD, c.Unpriced, pricesAsOf)
	}
	if batch.Len() > 0 {
		if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("pay: %w", err)
		}
	}
	return t.Tally(ctx, brand, charges)
}

// Tally adds charges to the day's sums without writing them into the ledger: it is for
// steps that cost nothing.
func (t *Tx) Tally(ctx context.Context, brand triage.ID, charges []triage.Charge) error {
	type line struct {
		step          triage.Step
		engine, model string
	}
	sums := map[line]triage.Charge{}
	var order []line
	for _, c := range charges {
		l := line{c.Step, c.Engine, c.Model}
		sum, known := sums[l]
		if !known {
			order = append(order, l)
		}
		sum.Items, sum.Tokens = sum.Items+c.Items, sum.Plus(c.Tokens)
		sums[l] = sum
	}
	batch := &pgx.Batch{}
	slices.SortFunc(order, func(a, b line) int { // so that two transactions never wait for each other
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.engine, b.engine), cmp.Compare(a.model, b.model))
	})
	for _, l := range order {
		s := sums[l]
		batch.Queue(`
			INSERT INTO spending AS s (brand_id, day, step, engine, model, items, calls, prompt, cached, completion, micro_usd, unpriced)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (brand_id, day, step, engine, model) DO UPDATE SET
			    items = s.items + excluded.items, calls = s.calls + excluded.calls, prompt = s.prompt + excluded.prompt,
			    cached = s.cached + excluded.cached, completion = s.completion + excluded.completion,
			    micro_usd = s.micro_usd + excluded.micro_usd, unpriced = s.unpriced + excluded.unpriced`,
			brand, dayOf(t.Now), l.step, l.engine, l.model, s.Items, s.Calls, s.Prompt, s.Cached, s.Completion, s.MicroUSD, s.Unpriced)
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("tally: %w", err)
	}
	return nil
}

// DropHolds deletes holds whose time is over.
func (t *Tx) DropHolds(ctx context.Context) error {
	if err := t.exec(ctx, `DELETE FROM holds WHERE until < $1`, t.Now); err != nil {
		return fmt.Errorf("drop holds: %w", err)
	}
	return nil
}
