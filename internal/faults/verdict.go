package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/internal/rig"
)

// drainFor is how long the backlog may take to be placed once faults and load are over. A
// killed worker's job is back within a minute.
const drainFor = 3 * time.Minute

// count is what a round ended in.
type count struct {
	answered int // deliveries answered 200
	comments int // comments that the ledger speaks of
	unknown  int // deliveries without an answer, or with 503
	refused  int // answers that should not have come
	lost     int // answered and not there: creation, edit or deletion
	doubled  int // keys with more than one row
	homeless int // live engagements that are not in exactly one owner item
	drained  time.Duration
}

func (c count) good() bool { return c.lost+c.doubled+c.homeless+c.refused == 0 }

func (c count) String() string {
	return fmt.Sprintf("%d deliveries answered (%d without an answer) about %d comments: %d lost, %d doubled, %d not in exactly one owner item, %d wrongly refused; drained in %s",
		c.answered, c.unknown, c.comments, c.lost, c.doubled, c.homeless, c.refused, c.drained.Round(100*time.Millisecond))
}

// verdict is the whole run.
type verdict struct {
	safe   count
	unsafe []count
}

// good reports whether nothing was lost, and whether loss shows where it must.
func (v verdict) good() bool {
	shows := len(v.unsafe) == 0
	for _, one := range v.unsafe {
		shows = shows || one.lost > 0
	}
	return v.safe.good() && shows
}

func (v verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "with synchronous_commit on:  %s\n", v.safe)
	for _, one := range v.unsafe {
		fmt.Fprintf(&b, "with synchronous_commit off: %s\n", one)
	}
	if v.good() {
		b.WriteString("GOOD: nothing lost, nothing doubled, and the harness sees loss where it must")
	} else {
		b.WriteString("BAD")
	}
	return b.String()
}

// verdict stops the load, waits until everything is placed, and holds the ledger against
// the database.
func (l *load) verdict(ctx context.Context, url string) (count, error) {
	l.finish()
	c := count{
		answered: int(l.oks.Load()), unknown: int(l.unknown.Load()), comments: len(l.ledger),
		refused: int(l.refused.Load() + l.broken.Load()),
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return c, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if c.drained, err = drain(ctx, conn); err != nil {
		return c, err
	}
	if c.lost, err = l.lost(ctx, conn); err != nil {
		return c, err
	}
	err = conn.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM (SELECT FROM engagements GROUP BY brand_id, channel_id, external_id HAVING count(*) > 1) d),
		       (SELECT count(*) FROM engagements e WHERE deleted_at IS NULL
		        AND (SELECT count(*) FROM items i WHERE i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner') <> 1)`).
		Scan(&c.doubled, &c.homeless)
	return c, err
}

// loss stops the load and counts only what was lost: a round that is meant to lose proves
// nothing about places.
func (l *load) loss(ctx context.Context, url string) (count, error) {
	l.finish()
	c := count{answered: int(l.oks.Load()), unknown: int(l.unknown.Load()), comments: len(l.ledger)}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return c, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	c.lost, err = l.lost(ctx, conn)
	return c, err
}

// drain waits until every live engagement's newest round is placed, or drainFor is over:
// what is left then counts as homeless.
func drain(ctx context.Context, conn *pgx.Conn) (time.Duration, error) {
	began := time.Now()
	within, cancel := context.WithTimeout(ctx, drainFor)
	defer cancel()
	err := rig.WaitFor(within, func() (done bool, err error) {
		err = conn.QueryRow(ctx, `
			SELECT NOT EXISTS (
				SELECT FROM engagements e
				LEFT JOIN items i ON i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner'
				WHERE e.deleted_at IS NULL AND (i.id IS NULL OR i.round < e.round))`).Scan(&done)
		return done, err
	})
	if within.Err() != nil && ctx.Err() == nil {
		err = nil
	}
	return time.Since(began), err
}

// lost counts comments of which something that was answered is not there.
func (l *load) lost(ctx context.Context, conn *pgx.Conn) (int, error) {
	type row struct{ edited, deleted bool }
	kept := make(map[string]row, len(l.ledger))
	rows, _ := conn.Query(ctx, `SELECT external_id, edited, deleted_at IS NOT NULL FROM engagements`)
	var id string
	var r row
	if _, err := pgx.ForEachRow(rows, []any{&id, &r.edited, &r.deleted}, func() error {
		kept[id] = r
		return nil
	}); err != nil {
		return 0, err
	}
	lost := 0
	for id, k := range l.ledger {
		r, there := kept[id]
		switch {
		case k.created && !there, k.deleted && !r.deleted,
			k.edited && !r.edited && !r.deleted, r.deleted && !k.maybeGone:
			lost++
		}
	}
	return lost, nil
}

func execute(ctx context.Context, url string, statements ...string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
