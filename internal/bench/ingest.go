package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"triage/internal/rig"
)

// connections is how many senders, and clients of pgbench, work at the same time.
const connections = 64

// text makes a delivery about 1 kB, as wide as the row that pgbench inserts.
var text = strings.Repeat("I have waited two weeks for my parcel and nobody answers. ", 9)

// load is what a run of senders saw.
type load struct {
	accepted, failed int
	took             time.Duration
	latencies        []time.Duration
}

func (l load) perSecond() float64 { return float64(l.accepted) / l.took.Seconds() }

// percentile returns the p-th part (0 to 1) of the latencies.
func percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(p*float64(len(all))))]
}

// ingest measures signed creates beside single-row inserts by pgbench, in alternating
// runs on the same cluster: PostgreSQL, the program and the generators share the machine.
func (b *bench) ingest(ctx context.Context) error {
	service, err := b.program.Start(ctx, "api", "")
	if err != nil {
		return err
	}
	defer service.Kill()
	if err := b.preparePgbench(ctx); err != nil {
		return err
	}
	var ours, theirs, ratios []float64
	var latencies []time.Duration
	b.send(ctx, service.Address, "warm", 2*time.Second)
	for n := range b.rounds {
		tps, err := b.pgbench(ctx)
		if err != nil {
			return err
		}
		l := b.send(ctx, service.Address, fmt.Sprint("r", n), b.length)
		if l.failed > 0 {
			return fmt.Errorf("%d deliveries were not answered 200", l.failed)
		}
		step("ingest %.0f/s, pgbench %.0f/s, ratio %.2f", l.perSecond(), tps, l.perSecond()/tps)
		ours, theirs, ratios = append(ours, l.perSecond()), append(theirs, tps), append(ratios, l.perSecond()/tps)
		latencies = append(latencies, l.latencies...)
	}
	peak, err := service.PeakMemory()
	if err != nil {
		return err
	}
	b.add("signed creates, 64 connections", median(ours), "/s", atLeast(10_000))
	b.add("single-row inserts by pgbench, 64 clients", median(theirs), "/s", none)
	b.add("ratio of the two, median of pairs", median(ratios), "", atLeast(0.6))
	b.add("answer to a signed create, p50", ms(percentile(latencies, 0.50)), "ms", none)
	b.add("answer to a signed create, p99", ms(percentile(latencies, 0.99)), "ms", atMost(50))
	b.add("peak resident memory, api under that load", float64(peak)/(1<<20), "MiB", atMost(256))
	return service.Stop()
}

// send posts new comments over all connections for a time.
func (b *bench) send(ctx context.Context, address, round string, length time.Duration) load {
	var all load
	var mu sync.Mutex
	var senders sync.WaitGroup
	start := time.Now()
	for n := range connections {
		senders.Go(func() {
			one := b.sendOne(ctx, address, fmt.Sprintf("%s-%d", round, n), start.Add(length))
			mu.Lock()
			defer mu.Unlock()
			all.accepted += one.accepted
			all.failed += one.failed
			all.latencies = append(all.latencies, one.latencies...)
		})
	}
	senders.Wait()
	all.took = time.Since(start)
	return all
}

func (b *bench) sendOne(ctx context.Context, address, name string, until time.Time) (l load) {
	s := rig.NewSender(address, b.brand)
	defer s.Close()
	template := string(rig.Comment{ID: "<ID>", Thread: "T", Author: "A", Text: text, At: time.Now()}.Created())
	before, after, _ := strings.Cut(strings.Replace(template, `"id":"\u003cID\u003e"`, `"id":"<ID>"`, 1), "<ID>")
	var body []byte
	for i := 0; time.Now().Before(until) && ctx.Err() == nil; i++ {
		id := name + "-" + strconv.Itoa(i)
		body = append(append(append(body[:0], before...), id...), after...)
		began := time.Now()
		status, err := s.Post(id, body, 10*time.Second)
		if err != nil || status != 200 {
			l.failed++
			continue
		}
		l.accepted++
		l.latencies = append(l.latencies, time.Since(began))
	}
	return l
}

// preparePgbench makes the table that pgbench inserts into: one unique index, rows as
// wide as our deliveries.
func (b *bench) preparePgbench(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "psql", b.program.DatabaseURL, "-qc",
		"CREATE TABLE bench_rows (id bigint PRIMARY KEY, body text NOT NULL)").CombinedOutput()
	if err != nil {
		return fmt.Errorf("psql: %w: %s", err, out)
	}
	return nil
}

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench runs prepared single-row inserts and returns how many it did per second.
func (b *bench) pgbench(ctx context.Context) (float64, error) {
	script := `\set id random(1, 9000000000000000000)` + "\n" +
		"INSERT INTO bench_rows (id, body) VALUES (:id, '" + strings.Repeat("x", 1000) + "') ON CONFLICT DO NOTHING;\n"
	cmd := exec.CommandContext(ctx, b.cluster.Installation().Bin+"/pgbench", "-n", "-f", "-", "-M", "prepared",
		"-c", strconv.Itoa(connections), "-j", "2", "-T", strconv.Itoa(int(b.length.Seconds())), b.program.DatabaseURL)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	found := tpsLine.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench said no tps: %s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
