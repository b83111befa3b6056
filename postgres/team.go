package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Load is what one person has in hand.
type Load struct {
	Points  int // of effort, taken or reserved
	Exposed int // texts that hurt, read within the last hour
}

// Loads returns what the people of a brand have in hand at now. Who has nothing is left
// out.
func (r Reads) Loads(ctx context.Context, brand triage.ID, now time.Time) (map[triage.ID]Load, error) {
	var person triage.ID
	var load Load
	loads := map[triage.ID]Load{}
	rows, _ := r.db.Query(ctx, `
		SELECT person_id, sum(points)::int, sum(exposed)::int FROM (
			SELECT i.assignee_id AS person_id, sum(i.effort) AS points, 0 AS exposed FROM items i
			WHERE i.brand_id = $1 AND i.assignee_id IS NOT NULL AND `+liveItems+`
			  AND (i.status = 'open' OR (i.status = 'claimed' AND i.lease_until > $2))
			GROUP BY i.assignee_id
			UNION ALL
			SELECT person_id, 0, count(DISTINCT coalesce(engagement_id, id)) FROM exposures
			WHERE brand_id = $1 AND at > $2::timestamptz - interval '1 hour'
			GROUP BY person_id) x
		GROUP BY person_id`, brand, now)
	_, err := pgx.ForEachRow(rows, []any{&person, &load.Points, &load.Exposed}, func() error {
		loads[person] = load
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("loads of brand %s: %w", brand, err))
	}
	return loads, nil
}

// Figures are what a group of people did, as one.
type Figures struct {
	People      int           // how many did it
	Handled     int           // items closed within a day
	FirstAnswer time.Duration // median of those from receiving to the first answer; zero when none was answered
	Heavy       int           // texts that hurt, dealt or uncovered within the last hour
}

// GroupFigures returns what people of a brand did within the day before now. Ids of audit
// rows are in the order of their time, which is what bounds the reading.
func (r Reads) GroupFigures(ctx context.Context, brand triage.ID, now time.Time) (Figures, error) {
	var f Figures
	var median *float64
	since := now.Add(-24 * time.Hour)
	err := r.db.QueryRow(ctx, `
		SELECT count(DISTINCT a.actor_id), count(DISTINCT a.subject_id),
		       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.answered_at - i.received_at)),
		       (SELECT count(DISTINCT (person_id, coalesce(engagement_id, id))) FROM exposures
		        WHERE brand_id = $1 AND at > $4::timestamptz - interval '1 hour')
		FROM audit a LEFT JOIN items i ON i.brand_id = a.brand_id AND i.id = a.subject_id
		WHERE a.brand_id = $1 AND a.id >= $2 AND a.at >= $3 AND a.at <= $4
		  AND a.action = 'item.resolved' AND a.actor_kind = 'person'`, brand, firstID(since), since, now).
		Scan(&f.People, &f.Handled, &median, &f.Heavy)
	if err != nil {
		return Figures{}, unavailable(fmt.Errorf("figures of brand %s: %w", brand, err))
	}
	if median != nil {
		f.FirstAnswer = time.Duration(*median * float64(time.Second))
	}
	return f, nil
}

// Alert is what leads are told before it becomes too much for somebody.
type Alert struct {
	At      time.Time
	Cause   string // team.overload_near, team.nobody_on_duty, person.exposure_reached or engine.drift
	Subject string // a queue, the id of a person, or what has drifted
	Detail  map[string]any
}

// AddAlerts keeps the alerts of a brand that are new within the hour, with an audit row
// each, and returns how many those are.
func (t *Tx) AddAlerts(ctx context.Context, brand triage.ID, alerts []Alert) (int, error) {
	var audit []AuditRow
	for _, a := range alerts {
		detail, err := json.Marshal(orEmpty(a.Detail))
		if err != nil {
			return 0, fmt.Errorf("alert %s: %w", a.Cause, err)
		}
		tag, err := t.tx.Exec(ctx, `
			INSERT INTO alerts (brand_id, hour, cause, subject, at, detail) VALUES ($1, date_trunc('hour', $4::timestamptz), $2, $3, $4, $5)
			ON CONFLICT DO NOTHING`, brand, a.Cause, a.Subject, t.Now, detail)
		if err != nil {
			return 0, fmt.Errorf("alert %s: %w", a.Cause, err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		row := AuditRow{BrandID: brand, Action: a.Cause, Subject: "brand", SubjectID: brand, Detail: orEmpty(a.Detail)}
		if uuid.Validate(a.Subject) == nil {
			row.Subject, row.SubjectID = "person", triage.ID(a.Subject)
		} else if triage.Queue(a.Subject).Valid() {
			row.Detail["queue"] = a.Subject
		}
		audit = append(audit, row)
	}
	return len(audit), t.Audit(ctx, audit...)
}

// Alerts returns the alerts of a brand since a time, the newest first.
func (r Reads) Alerts(ctx context.Context, brand triage.ID, since time.Time) ([]Alert, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT at, cause, subject, detail FROM alerts
		WHERE brand_id = $1 AND hour >= date_trunc('hour', $2::timestamptz) AND at >= $2
		ORDER BY at DESC, cause, subject LIMIT 100`, brand, since)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Alert, error) {
		var a Alert
		err := row.Scan(&a.At, &a.Cause, &a.Subject, &a.Detail)
		return a, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("alerts of brand %s: %w", brand, err))
	}
	return found, nil
}

// ForgetCare deletes what is old: exposures and alerts of more than 90 days ago, and
// leaves that ended then.
func (t *Tx) ForgetCare(ctx context.Context) error {
	batch := &pgx.Batch{}
	before := t.Now.Add(-90 * 24 * time.Hour)
	batch.Queue(`DELETE FROM exposures WHERE at < $1`, before)
	batch.Queue(`DELETE FROM alerts WHERE hour < $1`, before)
	batch.Queue(`DELETE FROM leaves WHERE ends_at < $1`, before)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("forget care: %w", err)
	}
	return nil
}
