package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
	"triage/wave"
)

// Wave is a wave with its figures as they were last made: within a second of a change, but
// of a great wave only each time it has grown by a twentieth. Count and LastAt are always
// those of now.
type Wave struct {
	ID             triage.ID
	State          string // open to newcomers, or closed
	Model          string // of the vectors that it was found by
	Common         wave.Common
	Thread         triage.ID // empty when it runs across threads
	Representative triage.ID // empty when the figures are being made anew
	Count          int
	Authors        int
	Threads        int
	Outliers       int
	PerMinute      int // members received within the last minute
	PeakPerMinute  int
	StartedAt      time.Time
	LastAt         time.Time
	DismissedAt    time.Time // when the machine closed it as spam; zero unless it did
	ClosedAt       time.Time // zero while open
	ClosedBy       triage.ID // empty when it went quiet
}

// WaveFilter says which waves a list holds. Zero fields do not filter.
type WaveFilter struct {
	State string
	Kinds []wave.Kind
	Queue triage.Queue // with at least one live member in that queue
}

const waveColumns = `
	w.id, w.state, w.model, w.kind, w.intent, w.urgency, w.language, w.reply_expected, w.risks, w.thread_id, w.representative_id,
	w.count, w.authors, w.threads, w.outliers, w.peak_per_minute, w.started_at, w.last_at, w.dismissed_at, w.closed_at, w.closed_by,
	(SELECT count(*) FROM items i WHERE i.brand_id = w.brand_id AND i.wave_id = w.id AND i.received_at > $2::timestamptz - interval '1 minute')`

func scanWave(row pgx.CollectableRow) (Wave, error) {
	var w Wave
	var thread, representative, closer *triage.ID
	var dismissed, closed *time.Time
	err := row.Scan(&w.ID, &w.State, &w.Model, &w.Common.Kind, &w.Common.Intent, &w.Common.Urgency, &w.Common.Language,
		&w.Common.ReplyExpected, &w.Common.Risks, &thread, &representative, &w.Count, &w.Authors, &w.Threads, &w.Outliers,
		&w.PeakPerMinute, &w.StartedAt, &w.LastAt, &dismissed, &closed, &closer, &w.PerMinute)
	w.Thread, w.Representative, w.ClosedBy = idOr(thread), idOr(representative), idOr(closer)
	w.DismissedAt, w.ClosedAt = orZero(dismissed), orZero(closed)
	return w, err
}

// Wave returns one wave of a brand as it stands at now, or a NotFound error.
func (r Reads) Wave(ctx context.Context, brand, id triage.ID, now time.Time) (Wave, error) {
	if !wellFormed(id) {
		return Wave{}, noWave
	}
	rows, _ := r.db.Query(ctx, `SELECT `+waveColumns+` FROM waves w WHERE w.brand_id = $1 AND w.id = $3`, brand, now, id)
	w, err := pgx.CollectExactlyOneRow(rows, scanWave)
	if errors.Is(err, pgx.ErrNoRows) {
		return Wave{}, noWave
	}
	if err != nil {
		return Wave{}, unavailable(fmt.Errorf("wave %s: %w", id, err))
	}
	return w, nil
}

// Waves returns at most limit waves of a brand: the open ones first, then those that grew
// last. after is the wave before the first one, as Place gives it.
func (r Reads) Waves(ctx context.Context, brand triage.ID, f WaveFilter, after *Position, now time.Time, limit int) ([]Wave, error) {
	w := where{args: []any{brand, now}}
	w.sql.WriteString(`w.count > 0`)
	if f.State != "" {
		w.add(`w.state = ?`, f.State)
	}
	addAny(&w, `w.kind = ANY(?)`, f.Kinds)
	if f.Queue != "" {
		w.add(`EXISTS (SELECT FROM items i WHERE i.brand_id = w.brand_id AND i.wave_id = w.id AND i.queue = ? AND `+liveItems+`)`, f.Queue)
	}
	if after != nil {
		at := time.UnixMicro(int64(max(after.Rank, -after.Rank)))
		if after.Rank < 0 {
			w.add(`(w.state = 'closed' OR (w.last_at, w.id) < (?, ?))`, at, after.ID)
		} else {
			w.add(`w.state = 'closed' AND (w.last_at, w.id) < (?, ?)`, at, after.ID)
		}
	}
	w.args = append(w.args, limit)
	rows, _ := r.db.Query(ctx, `SELECT `+waveColumns+` FROM waves w WHERE w.brand_id = $1 AND `+w.sql.String()+
		fmt.Sprintf(` ORDER BY w.state DESC, w.last_at DESC, w.id DESC LIMIT $%d`, len(w.args)), w.args...)
	found, err := pgx.CollectRows(rows, scanWave)
	if err != nil {
		return nil, unavailable(fmt.Errorf("waves: %w", err))
	}
	return found, nil
}

// WavesByID returns those of ids that are waves of the brand.
func (r Reads) WavesByID(ctx context.Context, brand triage.ID, ids []triage.ID, now time.Time) (map[triage.ID]Wave, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+waveColumns+` FROM waves w WHERE w.brand_id = $1 AND w.id = ANY($3)`, brand, now, uuids(ids))
	found, err := pgx.CollectRows(rows, scanWave)
	if err != nil {
		return nil, unavailable(fmt.Errorf("waves: %w", err))
	}
	byID := make(map[triage.ID]Wave, len(found))
	for _, w := range found {
		byID[w.ID] = w
	}
	return byID, nil
}

// Place returns where the wave stands in the list of waves.
func (w Wave) Place() Position {
	at := float64(w.LastAt.UnixMicro()) // exact: below 2^53 until the year 2255
	if w.State == "open" {
		at = -at
	}
	return Position{Rank: at, ID: w.ID}
}
