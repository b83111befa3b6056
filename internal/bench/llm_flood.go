package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// otherRate is how many comments a second the brand gets that is not flooded.
const otherRate = 5

// flooded measures what a flood of one brand with little money does to its purse and to
// another brand.
func (a *away) flooded(ctx context.Context) error {
	l, made, err := a.open(ctx, "flood", "Flooded", "Other")
	if err != nil {
		return err
	}
	defer l.close()
	poor, other := made[0], made[1]
	if err := a.allow(ctx, poor); err != nil {
		return err
	}
	a.ran("A brand with %d comments a second and no budget was measured for %s before the flood and after it. The flood had %d comments, %d a second; its brand had %.2f US dollars for the day.",
		otherRate, a.quiet, a.flood, a.floodRate, float64(a.budget)/1e6)
	var before, flood, drained, after time.Time
	err = watching(ctx, []*mail{other}, time.Minute, func() error {
		if err := pour(ctx, []*mail{other}, "warm", time.Second/otherRate, 0, 10*otherRate); err != nil {
			return err
		}
		before = time.Now()
		if err := pour(ctx, []*mail{other}, "before", time.Second/otherRate, 0, int(a.quiet.Seconds()*otherRate)); err != nil {
			return err
		}
		flood = time.Now()
		if err := a.pourFlood(ctx, poor, other); err != nil {
			return err
		}
		drained = time.Now()
		err := pour(ctx, []*mail{other}, "after", time.Second/otherRate, 0, int(a.quiet.Seconds()*otherRate))
		after = time.Now()
		return err
	})
	if err != nil {
		return err
	}
	calm := append(other.waits(before, flood), other.waits(drained, after)...)
	loud := other.waits(flood, drained)
	a.add("flood: accepted and in queues after", drained.Sub(flood).Seconds(), "s", none)
	for _, p := range []float64{0.50, 0.95} {
		x, y := percentile(calm, p), percentile(loud, p)
		a.add(fmt.Sprintf("other brand, webhook to item without the flood, p%.0f", 100*p), ms(x), "ms", none)
		a.add(fmt.Sprintf("other brand, webhook to item in the flood, p%.0f", 100*p), ms(y), "ms", none)
		a.add(fmt.Sprintf("other brand, the two compared, p%.0f", 100*p), float64(y)/float64(max(1, x)), "", atMost(1.2))
	}
	return a.account(ctx, poor, other)
}

// allow gives the brand its budget.
func (a *away) allow(ctx context.Context, m *mail) error {
	_, err := m.conn.Exec(ctx, `
		INSERT INTO thrift (brand_id, reuse_exact, reuse_near, near_distance, reuse_seconds, builtin, sure, model, day_micro_usd, month_micro_usd)
		VALUES ($1, true, true, 0.05, 86400, true, 0, true, $2, 0)`, m.brand.ID, a.budget)
	return err
}

// pourFlood sends the flood to poor, and comments at their own pace to other, until all of the
// flood stands in queues.
func (a *away) pourFlood(ctx context.Context, poor, other *mail) error {
	var over atomic.Bool
	beside := make(chan error, 1)
	go func() {
		for n := 0; !over.Load(); n++ {
			if err := pour(ctx, []*mail{other}, "flood", time.Second/otherRate, n*otherRate, otherRate); err != nil {
				beside <- err
				return
			}
		}
		beside <- nil
	}()
	err := a.drain(ctx, poor)
	over.Store(true)
	return errors.Join(err, <-beside)
}

// drain sends the flood and waits for the last of it.
func (a *away) drain(ctx context.Context, poor *mail) error {
	const parts = 10
	for n := range parts {
		if err := pour(ctx, []*mail{poor}, "f", time.Second/time.Duration(a.floodRate), n*(a.flood/parts), a.flood/parts); err != nil {
			return err
		}
		placed, err := poor.number(ctx, placedOf, poor.brand.ID)
		if err != nil {
			return err
		}
		step("flood: %d of %d accepted, %.0f in queues", (n+1)*(a.flood/parts), a.flood, placed)
	}
	for told := time.Now(); ; {
		placed, err := poor.number(ctx, placedOf, poor.brand.ID)
		if err != nil || int(placed) >= a.flood/parts*parts {
			return err
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			step("flood: %.0f in queues", placed)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

const placedOf = `SELECT count(*) FROM items WHERE brand_id = $1 AND kind = 'owner'`

// account adds what was spent and that nothing is missing.
func (a *away) account(ctx context.Context, poor, other *mail) error {
	spent, err := poor.number(ctx, `SELECT coalesce(sum(micro_usd), 0)::float8 FROM spending WHERE brand_id = $1`, poor.brand.ID)
	if err != nil {
		return err
	}
	placed, err := poor.number(ctx, placedOf, poor.brand.ID)
	if err != nil {
		return err
	}
	peak, err := poor.service.PeakMemory()
	if err != nil {
		return err
	}
	a.add("flooded brand: spent, in millionths of a US dollar", spent, "", atMost(float64(a.budget)))
	a.add("flooded brand: share of the budget that was spent", 100*spent/float64(a.budget), "%", none)
	a.add("comments accepted and without an item", float64(len(poor.letters))-placed+float64(other.missing()), "", exactly(0))
	a.add("attempts answered 503 or not at all, and made again", float64(poor.refused.Load()+other.refused.Load()), "", none)
	a.add("peak resident memory in the flood", float64(peak)/(1<<20), "MiB", atMost(256))
	return nil
}
