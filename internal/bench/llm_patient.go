package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// patient measures two services side by side. Each gets the same comments at the same time;
// then the model of one dies, and comes back. What disturbs the machine disturbs both, so that
// the ratio of their answers tells what the death did.
func (a *away) patient(ctx context.Context) error {
	_, alive, err := a.open(ctx, "alive", "Alive")
	if err != nil {
		return err
	}
	well := alive[0]
	defer well.close()
	_, dead, err := a.open(ctx, "dead", "Dead")
	if err != nil {
		return err
	}
	ill := dead[0]
	defer ill.close()
	both := []*mail{well, ill}
	a.ran("Two services got %d comments a minute each, the same at the same time, with a model that takes %s (engine %s).", a.perMinute, a.latency, a.engine)
	var began, died, ended time.Time
	var asked float64
	err = watching(ctx, both, 2*time.Minute, func() error {
		if err := a.send(ctx, both, "warm", 15*time.Second); err != nil {
			return err
		}
		began = time.Now()
		a.ran("Both models answered for %s,", a.steady)
		if err := a.send(ctx, both, "steady", a.steady); err != nil {
			return err
		}
		asked, err = well.number(ctx, `SELECT coalesce(100 * sum(items) FILTER (WHERE step = 'model') / sum(items), 0)::float8 FROM spending WHERE step <> 'embed'`)
		if err != nil {
			return err
		}
		ill.model.Close()
		died = time.Now()
		a.ran("then one was dead for %s, its port closed.", a.outage)
		if err := a.send(ctx, both, "outage", a.outage); err != nil {
			return err
		}
		ended = time.Now()
		return nil
	})
	if err != nil {
		return err
	}
	waits := well.waits(began, ended)
	a.add("the model was asked about", asked, "%", none)
	a.add("webhook to item, the model answers, p50", ms(percentile(waits, 0.50)), "ms", none)
	a.add("webhook to item, the model answers, p95", ms(percentile(waits, 0.95)), "ms", atMost(3000))
	waits = ill.waits(died, ended)
	a.add("webhook to item, the model is dead, p95", ms(percentile(waits, 0.95)), "ms", atMost(3000))
	a.add("webhook to item, the model is dead, longest", ms(percentile(waits, 1)), "ms", none)
	a.add("comments without an item", float64(well.missing()+ill.missing()), "", exactly(0))
	a.add("attempts answered 503 or not at all, and made again", float64(well.refused.Load()+ill.refused.Load()), "", none)
	a.compare("both models answer: ack p99, ratio", well.acks(began, died, block), ill.acks(began, died, block), none, none)
	a.compare("one model is dead: ack p99, ratio", well.acks(died, ended, block), ill.acks(died, ended, block), atLeast(0.85), atMost(1.15))
	if err := a.recover(ctx, ill); err != nil {
		return err
	}
	for _, m := range both {
		peak, err := m.service.PeakMemory()
		if err != nil {
			return err
		}
		a.add(fmt.Sprintf("peak resident memory, service whose model was %s", m.name), float64(peak)/(1<<20), "MiB", atMost(256))
	}
	return nil
}

// send pours for a while at the pace of the run, and shows that it does.
func (a *away) send(ctx context.Context, to []*mail, tag string, length time.Duration) error {
	const part = 30 * time.Second
	every := time.Minute / time.Duration(a.perMinute)
	for sent := time.Duration(0); sent < length; sent += part {
		some := min(part, length-sent)
		if err := pour(ctx, to, tag, every, int(sent/every), int(some/every)); err != nil {
			return err
		}
		step("%s: %s of %s", tag, sent+some, length)
	}
	return nil
}

// recover brings the dead model back and waits until all that it missed is judged again.
func (a *away) recover(ctx context.Context, ill *mail) error {
	missed, err := ill.number(ctx, `SELECT count(*) FROM items WHERE provisional`)
	if err != nil {
		return err
	}
	a.add("provisional when the model comes back", missed, "", none)
	if _, err := ill.conn.Exec(ctx, `CREATE TABLE bench_missed AS SELECT brand_id, engagement_id FROM items WHERE provisional`); err != nil {
		return err
	}
	ill.revive(ill.address())
	began, told := time.Now(), time.Now()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute+2*a.outage)
	defer cancel()
	left := missed
	for left > 0 && ctx.Err() == nil {
		left, err = ill.number(ctx, `SELECT greatest((SELECT count(*) FROM items WHERE provisional), (SELECT count(*) FROM again))`)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if time.Since(told) > 15*time.Second {
			told = time.Now()
			step("judged again: %.0f of %.0f", missed-left, missed)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	took := time.Since(began)
	again, err := ill.number(context.WithoutCancel(ctx), `
		SELECT count(*) FROM bench_missed m WHERE EXISTS (
		    SELECT FROM judgements j WHERE j.brand_id = m.brand_id AND j.engagement_id = m.engagement_id AND NOT j.provisional)`)
	if err != nil {
		return err
	}
	a.add("of them judged again", 100*again/max(1, missed), "%", exactly(100))
	a.add("until the last was", took.Seconds(), "s", none)
	return nil
}

// block is the piece of time that is drawn as a whole when an interval is estimated.
const block = 10 * time.Second

// compare adds the ratio of two p99, second to first, with the middle 95 % of 1,000 samples of
// the blocks of time, drawn for both together.
func (a *away) compare(what string, first, second [][]time.Duration, low, high target) {
	r := rand.New(rand.NewPCG(1, 2))
	ratios := make([]float64, 1000)
	for n := range ratios {
		var x, y []time.Duration
		for range first {
			i := r.IntN(len(first))
			x, y = append(x, first[i]...), append(y, second[i]...)
		}
		ratios[n] = float64(percentile(y, 0.99)) / float64(max(1, percentile(x, 0.99)))
	}
	slices.Sort(ratios)
	x, y := slices.Concat(first...), slices.Concat(second...)
	a.add(what, float64(percentile(y, 0.99))/float64(max(1, percentile(x, 0.99))), "", none)
	a.add(what+", lower end of the interval", ratios[len(ratios)/40], "", low)
	a.add(what+", upper end of the interval", ratios[len(ratios)-1-len(ratios)/40], "", high)
	a.add(what+", p99 of the one it is compared with", ms(percentile(x, 0.99)), "ms", none)
}
