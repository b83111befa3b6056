package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
	"triage/wave"
)

// WaveDetail is what there is to see of a wave beyond its figures.
type WaveDetail struct {
	Live           int   // members that still ask for work
	Representative *Item // nil when the figures are being made anew
	Outliers       []Outlier
	Bucket         time.Duration // width of the buckets of the timeline
	Timeline       []Bucket      // those that are not empty, in order
	ByQueue        map[string]int
	ByIntent       map[string]int
	BySentiment    map[string]int
	ByStatus       map[string]int
	Ages           AuthorAges
}

// Outlier is a member that needs an answer of its own, with the reasons.
type Outlier struct {
	Item    Item
	Because []wave.Difference
}

// Bucket counts the members received within one width from At on.
type Bucket struct {
	At    time.Time
	Count int
}

// AuthorAges say how long a brand knew the authors of a wave when it started.
type AuthorAges struct {
	Day    int // first seen less than a day before, or during the wave
	Week   int // less than a week before, but a day
	Longer int
	Hidden int // items whose author the platform hides
}

// Bounds of what is shown of one wave.
const (
	outliersShown = 50
	bucketsShown  = 60
)

// WaveDetail returns what there is to see of a wave that Wave returned.
func (r Reads) WaveDetail(ctx context.Context, brand triage.ID, w Wave) (WaveDetail, error) {
	d := WaveDetail{
		Bucket:  bucketOf(w.LastAt.Sub(w.StartedAt)),
		ByQueue: map[string]int{}, ByIntent: map[string]int{}, BySentiment: map[string]int{}, ByStatus: map[string]int{},
	}
	for _, read := range []func() error{
		func() error { return r.waveShares(ctx, brand, w, &d) },
		func() error { return r.waveTimeline(ctx, brand, w, &d) },
		func() error { return r.waveAges(ctx, brand, w, &d) },
		func() error { return r.waveItems(ctx, brand, w, &d) },
	} {
		if err := read(); err != nil {
			return d, unavailable(fmt.Errorf("wave %s: %w", w.ID, err))
		}
	}
	return d, nil
}

// bucketOf returns the width of at most bucketsShown buckets over a span, in whole minutes.
func bucketOf(span time.Duration) time.Duration {
	minutes := int(span/time.Minute) + 1
	return time.Duration((minutes+bucketsShown-1)/bucketsShown) * time.Minute
}

func (r Reads) waveShares(ctx context.Context, brand triage.ID, w Wave, d *WaveDetail) error {
	rows, _ := r.db.Query(ctx, `
		SELECT i.queue, i.intent, i.sentiment, i.status, count(*) FROM items i
		WHERE i.brand_id = $1 AND i.wave_id = $2 GROUP BY 1, 2, 3, 4`, brand, w.ID)
	var queue, intent, sentiment, status string
	var n int
	_, err := pgx.ForEachRow(rows, []any{&queue, &intent, &sentiment, &status, &n}, func() error {
		d.ByQueue[queue] += n
		d.ByIntent[intent] += n
		d.BySentiment[sentiment] += n
		d.ByStatus[status] += n
		if (Item{Status: triage.Status(status)}).Live() {
			d.Live += n
		}
		return nil
	})
	return err
}

func (r Reads) waveTimeline(ctx context.Context, brand triage.ID, w Wave, d *WaveDetail) error {
	rows, _ := r.db.Query(ctx, `
		SELECT date_bin(make_interval(secs => $3), i.received_at, date_trunc('minute', $4::timestamptz)), count(*) FROM items i
		WHERE i.brand_id = $1 AND i.wave_id = $2 GROUP BY 1 ORDER BY 1`, brand, w.ID, d.Bucket.Seconds(), w.StartedAt)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Bucket])
	d.Timeline = found
	return err
}

func (r Reads) waveAges(ctx context.Context, brand triage.ID, w Wave, d *WaveDetail) error {
	return r.db.QueryRow(ctx, `
		WITH members AS (SELECT author_id FROM items WHERE brand_id = $1 AND wave_id = $2)
		SELECT count(*) FILTER (WHERE a.first_seen_at > $3::timestamptz - interval '1 day'),
		       count(*) FILTER (WHERE a.first_seen_at <= $3::timestamptz - interval '1 day'
		                          AND a.first_seen_at > $3::timestamptz - interval '7 days'),
		       count(*) FILTER (WHERE a.first_seen_at <= $3::timestamptz - interval '7 days'),
		       (SELECT count(*) FROM members WHERE author_id IS NULL)
		FROM (SELECT DISTINCT author_id FROM members) m
		JOIN authors a ON a.brand_id = $1 AND a.id = m.author_id`,
		brand, w.ID, w.StartedAt).Scan(&d.Ages.Day, &d.Ages.Week, &d.Ages.Longer, &d.Ages.Hidden)
}

// waveItems reads the representative and the outliers, the most pressing first.
func (r Reads) waveItems(ctx context.Context, brand triage.ID, w Wave, d *WaveDetail) error {
	rows, _ := r.db.Query(ctx, `SELECT `+memberColumns+memberTables+`
		AND (i.wave_outlier OR i.id = w.representative_id) ORDER BY i.rank, i.id LIMIT $3`, brand, w.ID, outliersShown+1)
	members, err := pgx.CollectRows(rows, scanMember)
	if err != nil {
		return err
	}
	ids := []triage.ID{w.Representative}
	for _, m := range members {
		ids = append(ids, m.Item)
	}
	items, err := r.itemsByID(ctx, brand, ids)
	if err != nil {
		return err
	}
	if i, ok := items[w.Representative]; ok {
		d.Representative = &i
	}
	for _, m := range members {
		if i, ok := items[m.Item]; ok && m.Item != w.Representative && len(d.Outliers) < outliersShown {
			d.Outliers = append(d.Outliers, Outlier{Item: i, Because: w.Common.Differs(m, wave.Default(w.Model))})
		}
	}
	return nil
}

// itemsByID returns those of ids that are items of the brand and not erased.
func (r Reads) itemsByID(ctx context.Context, brand triage.ID, ids []triage.ID) (map[triage.ID]Item, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+itemColumns+itemTables+`
		WHERE i.brand_id = $1 AND i.id = ANY($2) AND e.deleted_at IS NULL`, brand, uuids(ids))
	items, err := pgx.CollectRows(rows, scanItem)
	byID := make(map[triage.ID]Item, len(items))
	for _, i := range items {
		byID[i.ID] = i
	}
	return byID, err
}
