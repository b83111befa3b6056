package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"triage/demo"
	"triage/postgres"
	"triage/triage"
)

// demoReady is the first answer to programs: how to get at the demo brand.
type demoReady struct {
	BrandID   triage.ID         `json:"brand_id"`
	Brand     string            `json:"brand"`
	Token     string            `json:"token"`
	URL       string            `json:"url"`
	Endpoints map[string]string `json:"endpoints"` // path by platform
}

// demoDone is the last answer to programs.
type demoDone struct {
	demo.Counts
	Queues []demo.Queue `json:"queues"`
}

func playDemo(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("It makes the brand Havelfalter with endpoints, channels and a token, once, and posts what its\n" +
		"community says to 'triage serve', signed as the platforms sign. It says the same each time, so\n" +
		"that a second performance brings only duplicates; --again brings the same words as new comments.")
	address := c.flags.String("url", "", "`address` of the service (default: TRIAGE_PUBLIC_URL, else from TRIAGE_LISTEN)")
	speed := c.flags.Float64("speed", 1, "`number`: 1 is human pace and takes ten minutes, 20 half a minute, 0 makes no pause")
	again := c.flags.Bool("again", false, "bring the comments as new ones")
	setupOnly := c.flags.Bool("setup-only", false, "make the brand and a token, send nothing")
	timeout := c.flags.Duration("timeout", 2*time.Minute, "how long to wait at the end until everything stands in a queue")
	if err := c.parse(); err != nil {
		return err
	}
	if !(*speed >= 0 && *speed <= 1e6) {
		return usagef("the value of --speed cannot be used: it takes a number from 0 to 1000000")
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	if *address == "" {
		*address = config.Address()
	}
	if !webAddress(*address) {
		return usagef("the value of --url cannot be used: it takes an http or https address")
	}
	p := &performance{call: c, url: strings.TrimRight(*address, "/"), speed: *speed, again: *again, timeout: *timeout}
	return p.run(ctx, config, *setupOnly)
}

// performance is one run of the demo.
type performance struct {
	*call
	url     string
	speed   float64
	again   bool
	timeout time.Duration
}

func (p *performance) run(ctx context.Context, config Config, setupOnly bool) error {
	box, err := config.Box()
	if err != nil {
		return err
	}
	store, err := openStore(ctx, config, 2)
	if err != nil {
		return err
	}
	defer store.Close()
	place, err := demo.Setup(ctx, store, box)
	if err != nil {
		return err
	}
	if err := p.ready(place); err != nil || setupOnly {
		return err
	}
	counts, err := p.send(ctx, place)
	if errors.Is(err, context.Canceled) {
		return nil // whoever ends the demo has seen enough
	}
	if err != nil {
		return err
	}
	return p.finish(ctx, store, place, counts)
}

func (p *performance) ready(place demo.Place) error {
	paths := map[string]string{}
	for platform, e := range place.Endpoints {
		paths[string(platform)] = e.Path(platform)
	}
	return p.answer(demoReady{place.BrandID, demo.Slug, place.Token, p.url, paths},
		"Brand "+demo.Name+" is ready (--brand "+demo.Slug+"). A token for it:", place.Token)
}

func (p *performance) send(ctx context.Context, place demo.Place) (demo.Counts, error) {
	lines, err := demo.Script()
	if err != nil {
		return demo.Counts{}, err
	}
	// What payloads say of time lies in the past, and is the same in each performance.
	run := demo.Run{ID: "1", Start: place.MadeAt.Add(-demo.Span)}
	if p.again {
		now := time.Now()
		run = demo.Run{ID: strconv.FormatInt(now.UnixMilli(), 36), Start: now.Add(-demo.Span)}
	}
	deliveries, err := run.Deliveries(lines)
	if err != nil {
		return demo.Counts{}, err
	}
	shown := 0
	sender := demo.Sender{
		BaseURL: p.url, Place: place, Speed: p.speed, Client: &http.Client{},
		Progress: func(sent int) {
			if sent-shown >= 25 || sent == len(lines) {
				shown = sent
				say(p.Stderr, "sent %d of %d\n", sent, len(lines))
			}
		},
	}
	return sender.Send(ctx, deliveries)
}

// finish waits until everything stands in a queue, and tells how the queues stand.
func (p *performance) finish(ctx context.Context, store *postgres.Store, place demo.Place, counts demo.Counts) error {
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	if err := demo.AwaitPlaced(limited, store, place); err != nil {
		return fmt.Errorf("the comments were taken, but not all are judged; does a process with the role jobs run? %w", err)
	}
	queues, err := demo.Queues(limited, http.DefaultClient, p.url, place)
	if err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("Sent %d lines in %d deliveries: %d accepted, %d duplicate, %d ignored, %d quarantined, %d without a word",
		counts.Sent, counts.Deliveries, counts.Accepted, counts.Duplicate, counts.Ignored, counts.Quarantined, counts.Silent)}
	for _, q := range queues {
		lines = append(lines, fmt.Sprintf("Queue %-3s  %d open, of which urgent %d, high %d; unsure %d",
			q.Queue, q.Open, q.ByPriority["urgent"], q.ByPriority["high"], q.Unsure))
	}
	return p.answer(demoDone{counts, queues}, lines...)
}
