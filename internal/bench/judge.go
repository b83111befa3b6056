package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/internal/rig"
)

// latency measures from the moment a webhook is sent until its item can be read from the
// queue, at a steady 100 comments a second with everything in one process.
func (b *bench) latency(ctx context.Context) error {
	const perSecond, seconds = 100, 20
	service, err := b.program.Start(ctx, "api,jobs", "")
	if err != nil {
		return err
	}
	defer service.Kill()
	conn, err := pgx.Connect(ctx, b.program.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	step("sending %d comments at %d/s", perSecond*seconds, perSecond)
	sent := b.steady(ctx, service.Address, perSecond, seconds)
	seen, err := watchItems(ctx, conn, perSecond*seconds)
	if err != nil {
		return err
	}
	var waits []time.Duration
	sent.mu.Lock()
	for id, at := range seen {
		waits = append(waits, at.Sub(sent.at[id]))
	}
	sent.mu.Unlock()
	b.add("webhook to item in the queue at 100/s, p50", ms(percentile(waits, 0.50)), "ms", none)
	b.add("webhook to item in the queue at 100/s, p95", ms(percentile(waits, 0.95)), "ms", atMost(300))
	return service.Stop()
}

// sendings is when each comment was sent.
type sendings struct {
	mu sync.Mutex
	at map[string]time.Time
}

// steady sends at an even pace over a few connections, in the background.
func (b *bench) steady(ctx context.Context, address string, perSecond, seconds int) *sendings {
	s := &sendings{at: map[string]time.Time{}}
	const senders = 8
	for n := range senders {
		go func() {
			sender := rig.NewSender(address, b.brand)
			defer sender.Close()
			tick := time.NewTicker(time.Second * senders / time.Duration(perSecond))
			defer tick.Stop()
			for i := range perSecond * seconds / senders {
				select {
				case <-tick.C:
				case <-ctx.Done():
					return
				}
				id := fmt.Sprintf("l%d-%d", n, i)
				body := rig.Comment{ID: id, Thread: "T" + strconv.Itoa(i%7), Author: "A" + strconv.Itoa(i%50), Text: comment(i), At: time.Now()}.Created()
				s.mu.Lock()
				s.at[id] = time.Now()
				s.mu.Unlock()
				if status, err := sender.Post(id, body, 10*time.Second); err != nil || status != 200 {
					step("a comment was answered %d: %v", status, err)
				}
			}
		}()
	}
	return s
}

// watchItems polls the queue until want items are there and returns when each was seen.
func watchItems(ctx context.Context, conn *pgx.Conn, want int) (map[string]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	seen := make(map[string]time.Time, want)
	since := time.Now().Add(-time.Minute)
	for len(seen) < want {
		rows, _ := conn.Query(ctx, `
			SELECT e.external_id, i.created_at FROM items i
			JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
			WHERE i.created_at > $1`, since)
		var id string
		var created time.Time
		newest := since
		_, err := pgx.ForEachRow(rows, []any{&id, &created}, func() error {
			if _, known := seen[id]; !known {
				seen[id] = time.Now()
			}
			if created.After(newest) {
				newest = created
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		since = newest.Add(-time.Second) // transactions end in another order than they begin
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d items after two minutes", len(seen), want)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return seen, nil
}

// backlog measures how fast 10,000 accepted comments are judged, placed and made
// searchable once a process with the jobs role starts.
func (b *bench) backlog(ctx context.Context) error {
	const size = 10_000
	intake, err := b.program.Start(ctx, "api", "")
	if err != nil {
		return err
	}
	defer intake.Kill()
	step("accepting a backlog of %d", size)
	if err := b.fill(ctx, intake.Address, size); err != nil {
		return err
	}
	if err := intake.Stop(); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, b.program.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	began := time.Now()
	workers, err := b.program.Start(ctx, "jobs", "")
	if err != nil {
		return err
	}
	defer workers.Kill()
	placed, err := until(ctx, conn, began, `SELECT count(*) = $1 FROM items WHERE kind = 'owner'`, size)
	if err != nil {
		return err
	}
	vectors, err := until(ctx, conn, began, `SELECT count(*) = $1 FROM embeddings`, size)
	if err != nil {
		return err
	}
	indexed, err := until(ctx, conn, began, `SELECT count(*) = $1 FROM embeddings WHERE indexed`, size)
	if err != nil {
		return err
	}
	peak, err := workers.PeakMemory()
	if err != nil {
		return err
	}
	b.add("backlog of 10,000: placed and searchable", size/max(placed, vectors).Seconds(), "/s", atLeast(500))
	b.add("backlog of 10,000: in the vector index too", size/indexed.Seconds(), "/s", none)
	b.add("peak resident memory, jobs while draining", float64(peak)/(1<<20), "MiB", atMost(256))
	return workers.Stop()
}

// fill sends n comments as fast as they are taken.
func (b *bench) fill(ctx context.Context, address string, n int) error {
	var senders sync.WaitGroup
	failures := make([]int, 32)
	for w := range failures {
		senders.Go(func() {
			s := rig.NewSender(address, b.brand)
			defer s.Close()
			for i := w; i < n && ctx.Err() == nil; i += len(failures) {
				id := "b" + strconv.Itoa(i)
				body := rig.Comment{ID: id, Thread: "T" + strconv.Itoa(i%40), Author: "A" + strconv.Itoa(i%3000), Text: comment(i), At: time.Now()}.Created()
				if status, err := s.Post(id, body, 10*time.Second); err != nil || status != 200 {
					failures[w]++
				}
			}
		})
	}
	senders.Wait()
	for _, f := range failures {
		if f > 0 {
			return fmt.Errorf("%d comments of the backlog were not accepted", f)
		}
	}
	return nil
}

// until polls a condition over size and returns how long after began it became true.
func until(ctx context.Context, conn *pgx.Conn, began time.Time, condition string, size int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	err := rig.WaitFor(ctx, func() (ok bool, err error) {
		err = conn.QueryRow(ctx, condition, size).Scan(&ok)
		return ok, err
	})
	return time.Since(began), err
}

// comment returns one of many texts of ordinary length.
func comment(i int) string {
	openings := []string{"My order", "The new bag", "Your video", "Die Lieferung", "The app", "Euer Kundendienst", "This colour", "The zip"}
	middles := []string{"arrived broken", "is wonderful", "does not open", "kommt seit Tagen nicht", "made me smile", "never answers", "looks great on my bike"}
	ends := []string{"please help me", "thank you so much!", "what can I do now?", "ich bin enttäuscht", "can you post more of this?", "😍😍", "I want my money back"}
	return fmt.Sprintf("%s %s, %s (%d)", openings[i%len(openings)], middles[i/8%len(middles)], ends[i/56%len(ends)], i)
}
