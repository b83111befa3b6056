package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// modelMayTake is how long a comment waits for the model before that counts.
const modelMayTake = 5 * time.Minute

// CrisisVitals returns how many comments of the last hour hold each risk, and, where there
// are any, how many do in a usual hour of the week before.
func (r Reads) CrisisVitals(ctx context.Context, brand triage.ID, now time.Time) (notify.Vitals, error) {
	v := notify.Vitals{Risks: map[triage.Risk]int{}, UsualRisks: map[triage.Risk]int{}}
	rows, _ := r.db.Query(ctx, `
		WITH recent AS (
			SELECT unnest(risks) AS risk, count(*) AS n FROM items
			WHERE brand_id = $1 AND kind = 'owner' AND received_at > $2::timestamptz - interval '1 hour' AND received_at <= $2 AND risks <> '{}' AND status <> 'dismissed'
			GROUP BY 1),
		usual AS (
			SELECT unnest(risks) AS risk, count(*) AS n FROM items
			WHERE EXISTS (SELECT FROM recent WHERE n >= 3) AND brand_id = $1 AND kind = 'owner'
			  AND received_at BETWEEN $2::timestamptz - interval '7 days 1 hour' AND $2::timestamptz - interval '1 hour' AND risks <> '{}'
			GROUP BY 1)
		SELECT risk, recent.n, ceil(coalesce(usual.n, 0) / 168.0)::int FROM recent LEFT JOIN usual USING (risk)`, brand, now)
	var risk triage.Risk
	var n, usual int
	_, err := pgx.ForEachRow(rows, []any{&risk, &n, &usual}, func() error {
		v.Risks[risk], v.UsualRisks[risk] = n, usual
		return nil
	})
	if err != nil {
		return v, unavailable(fmt.Errorf("signs of a crisis at brand %s: %w", brand, err))
	}
	return v, nil
}

// Vitals returns the other figures from which a brand's alarms are raised.
func (r Reads) Vitals(ctx context.Context, brand triage.ID, now time.Time) (notify.Vitals, error) {
	v := notify.Vitals{Open: map[triage.Queue]int{}, Closed: map[triage.Queue]int{}, Late: map[triage.Queue]int{}}
	var negativeBefore, judgedBefore int
	err := r.db.QueryRow(ctx, vitals, brand, now, now.Add(-modelMayTake), triage.ShortOfModel).Scan(
		&v.Quarter, &v.Judged, &v.Negative, &negativeBefore, &judgedBefore, &v.UsualQtr, &v.Provisional)
	if err != nil {
		return v, unavailable(fmt.Errorf("vitals of brand %s: %w", brand, err))
	}
	v.UsualMood = -1
	if judgedBefore >= 50 {
		v.UsualMood = 100 * negativeBefore / judgedBefore
	}
	rows, _ := r.db.Query(ctx, `
		SELECT queue, count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE sla IN ('at_risk', 'breached')),
		       (SELECT count(*) FROM items c WHERE c.brand_id = $1 AND c.queue = i.queue AND c.closed_at > $2::timestamptz - interval '1 day'
		        AND c.received_at > $2::timestamptz - interval '30 days' AND c.status = 'resolved')
		FROM items i WHERE brand_id = $1 AND status IN ('open', 'claimed', 'snoozed', 'waiting') GROUP BY queue`, brand, now)
	var q triage.Queue
	var open, late, closed int
	if _, err := pgx.ForEachRow(rows, []any{&q, &open, &late, &closed}, func() error {
		v.Open[q], v.Late[q], v.Closed[q] = open, late, closed
		return nil
	}); err != nil {
		return v, unavailable(fmt.Errorf("vitals of brand %s: %w", brand, err))
	}
	return v, r.money(ctx, brand, now, &v)
}

func (r Reads) money(ctx context.Context, brand triage.ID, now time.Time, v *notify.Vitals) error {
	by, err := r.Thrift(ctx, brand)
	if err != nil || !by.Budgeted() {
		return err
	}
	spent, err := r.Spent(ctx, brand, now)
	if by.DayMicroUSD > 0 {
		v.MoneyDay = int(100 * spent.Day / by.DayMicroUSD)
	}
	if by.MonthMicroUSD > 0 {
		v.MoneyMonth = int(100 * spent.Month / by.MonthMicroUSD)
	}
	return err
}

// vitals compares the last quarter of an hour with the mean of the day before and with the
// same hour of the seven days before, whichever is more.
const vitals = `
	WITH day AS (
		SELECT count(*) FILTER (WHERE received_at > $2::timestamptz - interval '15 minutes') AS quarter,
		       count(*) FILTER (WHERE judged AND received_at > $2::timestamptz - interval '1 hour') AS judged,
		       count(*) FILTER (WHERE judged AND negative AND received_at > $2::timestamptz - interval '1 hour') AS negative,
		       count(*) FILTER (WHERE judged AND negative AND received_at <= $2::timestamptz - interval '1 hour') AS negative_before,
		       count(*) FILTER (WHERE judged AND received_at <= $2::timestamptz - interval '1 hour') AS judged_before,
		       count(*) FILTER (WHERE received_at <= $2::timestamptz - interval '15 minutes') / 95 AS usual
		FROM (SELECT received_at, judgement_id IS NOT NULL AS judged, sentiment = 'negative' AS negative FROM items
		      WHERE brand_id = $1 AND kind = 'owner' AND received_at > $2::timestamptz - interval '1 day' AND received_at <= $2) i),
	week AS (
		SELECT avg(h.n) / 4 AS usual FROM generate_series(1, 7) AS d
		CROSS JOIN LATERAL (SELECT count(*) AS n FROM items WHERE brand_id = $1 AND kind = 'owner'
		    AND received_at BETWEEN $2::timestamptz - d * interval '1 day' - interval '30 minutes' AND $2::timestamptz - d * interval '1 day' + interval '30 minutes') h
		WHERE h.n > 0)
	SELECT quarter, judged, negative, negative_before, judged_before, greatest(day.usual, coalesce(week.usual, 0))::int,
	       (SELECT count(*) FROM again WHERE brand_id = $1 AND short = $4 AND since < $3)
	FROM day, week`
