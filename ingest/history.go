package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"triage/connector"
	"triage/history"
	"triage/postgres"
	"triage/triage"
)

// Import takes a file of what was written before we listened into one channel. What it
// takes in and how far it came are one transaction, so that an import that is killed goes on
// where it stopped and nothing is counted twice.
type Import struct {
	Store   *postgres.Store
	Channel postgres.ChannelRow
	Actor   postgres.Actor
	Key     postgres.ImportKey
	Origin  [32]byte  // SHA-256 of the file
	NewFrom time.Time // what was written from then on is news, not history; zero: nothing is

	// Rejected is called for each line that cannot be used, from the beginning of the file
	// also where the import goes on in the middle.
	Rejected func(line int, why history.Reject)
	// Progress is called after each transaction.
	Progress func(postgres.ImportRow)
}

// linesAtOnce is how many lines share a transaction.
const linesAtOnce = 200

// taking bounds one transaction.
const taking = 30 * time.Second

// Run takes in what is left of the file and returns what became of all of it. Next returns
// its lines from the beginning, then io.EOF. Its errors are those of next,
// postgres.ErrImportElsewhere, and Unavailable when the database is away.
func (m *Import) Run(ctx context.Context, next func() (history.Line, error)) (postgres.ImportRow, error) {
	var at postgres.ImportRow
	err := m.Store.InTx(ctx, func(tx *postgres.Tx) (err error) {
		at, err = tx.BeginImport(ctx, m.Actor, m.Key)
		return err
	})
	if err != nil {
		return at, err
	}
	var pending []history.Line
	for read := 0; ; read++ {
		line, err := next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return at, err
		}
		if ended || len(pending) == linesAtOnce {
			if at, err = m.take(ctx, at, pending, ended); err != nil || ended {
				return at, err
			}
			pending = pending[:0]
		}
		if line.Reject != nil {
			m.Rejected(line.Number, *line.Reject)
		}
		switch {
		case read >= at.Position:
			pending = append(pending, line)
		case slices.Contains(at.Unstorable, int64(line.Number)):
			m.Rejected(line.Number, history.Reject{Code: history.Unstorable})
		}
	}
}

// take takes in lines, and marks the end of the file. When the database refuses one, each is
// taken alone.
func (m *Import) take(ctx context.Context, at postgres.ImportRow, lines []history.Line, ended bool) (postgres.ImportRow, error) {
	if !at.FinishedAt.IsZero() {
		return at, nil
	}
	to, err := m.takeTogether(ctx, at, lines, ended)
	if err == nil || !refused(err) {
		return to, err
	}
	to = at
	for i, line := range lines {
		last := ended && i == len(lines)-1
		one, err := m.takeTogether(ctx, to, []history.Line{line}, last)
		if err != nil && refused(err) {
			one, err = m.passOver(ctx, to, line, last)
		}
		if err != nil {
			return to, err
		}
		to = one
	}
	return to, nil
}

// passOver notes a line that the database refuses.
func (m *Import) passOver(ctx context.Context, at postgres.ImportRow, line history.Line, ended bool) (postgres.ImportRow, error) {
	at.Unstorable = append(slices.Clone(at.Unstorable), int64(line.Number))
	m.Rejected(line.Number, history.Reject{Code: history.Unstorable})
	return m.takeTogether(ctx, at, []history.Line{{Number: line.Number, Reject: &history.Reject{}}}, ended)
}

// takeTogether takes in lines in one transaction with the position behind them.
func (m *Import) takeTogether(ctx context.Context, at postgres.ImportRow, lines []history.Line, ended bool) (postgres.ImportRow, error) {
	ctx, cancel := context.WithTimeout(ctx, taking)
	defer cancel()
	row, changes := m.prepare(lines)
	var to postgres.ImportRow
	err := m.Store.Retrying(ctx, 5, func(tx *postgres.Tx) error {
		to = counting(at, lines)
		var deliveries []postgres.Delivery
		if len(changes) > 0 {
			deliveries = append(deliveries, row)
		}
		fresh, effects, err := tx.Record(ctx, deliveries, changes)
		if err != nil {
			return err
		}
		for _, effect := range effects {
			if effect {
				to.Accepted++
			} else {
				to.Duplicate++
			}
		}
		if ended {
			to.FinishedAt = tx.Now
		}
		if err := tx.EnqueueHistory(ctx, fresh); err != nil {
			return err
		}
		return tx.AdvanceImport(ctx, m.Actor, m.Key, at, to)
	})
	if err != nil {
		return at, fmt.Errorf("import: %w", err)
	}
	m.Progress(to)
	return to, nil
}

// counting returns the position behind lines, with those counted that are not taken in.
func counting(at postgres.ImportRow, lines []history.Line) postgres.ImportRow {
	at.Position += len(lines)
	for _, line := range lines {
		switch {
		case line.Reject != nil:
			at.Rejected++
		case line.Own:
			at.Own++
		}
	}
	return at
}

// prepare makes changes of lines, and the delivery that they came with. Its bytes are not
// kept: they are in the file.
func (m *Import) prepare(lines []history.Line) (postgres.Delivery, []postgres.Change) {
	now := m.Store.Now()
	row := postgres.Delivery{
		ID: postgres.NewID(), EndpointID: m.Channel.EndpointID, Platform: m.Channel.Platform, ReceivedAt: now,
		Source: "import", SHA256: m.Origin,
	}
	var changes []postgres.Change
	for _, line := range lines {
		if line.Event != nil {
			changes = append(changes, postgres.Change{DeliveryID: row.ID, Engagement: m.complete(*line.Event, now)})
		}
	}
	row.Accepted = len(changes)
	return row, changes
}

// complete adds what the file cannot know. History is as old as it says: it stands in the
// order of time where it was written, and moves no figure of today. Of one version, what the
// platform says itself counts more than a file, whose spaces and line ends may differ.
func (m *Import) complete(event connector.Event, now time.Time) triage.Engagement {
	e := complete(event.Engagement, m.Channel.Platform, channel{m.Channel.BrandID, m.Channel.ID}, now)
	if m.NewFrom.IsZero() || e.PostedAt.Before(m.NewFrom) {
		e.History, e.ReceivedAt, e.ID = true, e.PostedAt, postgres.IDAt(e.PostedAt)
	}
	e.VersionAt = e.VersionAt.Add(-time.Microsecond)
	return e
}
