package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

// replayed is the answer to programs.
type replayed struct {
	Deliveries int `json:"deliveries"`
	Erased     int `json:"erased"`
	ingest.Result
}

func replay(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("Deliveries go through the same door as when they came in. What is held already is not\n" +
		"stored twice; what holds an erased comment has lost its bytes and is passed over.")
	id := c.flags.String("delivery", "", "one delivery, by `id`")
	from := c.flags.String("from", "", "deliveries received from this `time` on (2026-05-04T12:00:00+02:00)")
	to := c.flags.String("to", "", "deliveries received before this `time` (default: now)")
	if err := c.parse(); err != nil {
		return err
	}
	if (*id == "") == (*from == "") {
		return usagef("say which: --delivery ID, or --from TIME with or without --to TIME")
	}
	start, end, err := span(*from, *to)
	if err != nil {
		return err
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	store, err := openStore(ctx, config, 4)
	if err != nil {
		return err
	}
	defer store.Close()
	r, stop, err := newReplay(ctx, c, config, store)
	if err != nil {
		return err
	}
	defer stop()
	if *id != "" {
		err = r.one(ctx, triage.ID(*id))
	} else {
		err = r.span(ctx, start, end)
	}
	if err != nil {
		return err
	}
	t := r.total
	return c.answer(t, fmt.Sprintf("Replayed %d deliveries: %d accepted, %d duplicates, %d ignored, %d quarantined; %d were erased.",
		t.Deliveries, t.Accepted, t.Duplicate, t.Ignored, t.Quarantined, t.Erased))
}

// span reads the times of --from and --to.
func span(from, to string) (start, end time.Time, err error) {
	end = time.Now()
	for _, one := range []struct {
		flag, text string
		into       *time.Time
	}{{"from", from, &start}, {"to", to, &end}} {
		if one.text == "" {
			continue
		}
		if *one.into, err = time.Parse(time.RFC3339, one.text); err != nil {
			return start, end, usagef("--%s must be a time such as 2026-05-04T12:00:00+02:00", one.flag)
		}
	}
	return start, end, nil
}

// replaying takes stored deliveries through the door of this process.
type replaying struct {
	call  *call
	store *postgres.Store
	door  *ingest.Door
	total replayed
}

// newReplay opens a door; stop closes it and waits for what went through.
func newReplay(ctx context.Context, c *call, config Config, store *postgres.Store) (r *replaying, stop func(), err error) {
	box, err := config.Box()
	if err != nil {
		return nil, nil, err
	}
	log := slog.New(slog.NewJSONHandler(c.Stderr, &slog.HandlerOptions{Level: config.LogLevel}))
	group := ingest.NewGroup(store, log, ingest.GroupOptions{Window: time.Microsecond})
	running, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		group.Run(running)
	}()
	door := ingest.NewDoor(ingest.NewEndpoints(store, box), group, platforms()...)
	return &replaying{call: c, store: store, door: door}, func() { cancel(); <-done }, nil
}

func (r *replaying) one(ctx context.Context, id triage.ID) error {
	d, err := r.store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	return r.pass(ctx, d)
}

// replayPage is how many deliveries are read at a time.
const replayPage = 500

func (r *replaying) span(ctx context.Context, from, to time.Time) error {
	for after := triage.ID(""); ; {
		page, err := r.store.Deliveries(ctx, from, to, after, replayPage)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := r.pass(ctx, d); err != nil {
				return fmt.Errorf("delivery %s: %w", d.ID, err)
			}
			after = d.ID
		}
		if len(page) < replayPage {
			return nil
		}
		say(r.call.Stderr, "%d deliveries so far\n", r.total.Deliveries)
	}
}

func (r *replaying) pass(ctx context.Context, d postgres.Delivery) error {
	r.total.Deliveries++
	result, err := r.door.Replay(ctx, d)
	if triage.KindOf(err) == triage.Gone {
		r.total.Erased++
		return nil
	}
	if err != nil {
		return err
	}
	r.total.Accepted += result.Accepted
	r.total.Duplicate += result.Duplicate
	r.total.Ignored += result.Ignored
	r.total.Quarantined += result.Quarantined
	return nil
}
