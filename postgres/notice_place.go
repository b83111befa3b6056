package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// Place is where notices go, and how they speak there.
type Place struct {
	Brand    string    // the brand's name
	Slack    string    // where to post; empty when the person is not known in Slack, or does not work here any more
	Language string    // empty when nobody has said
	Zone     string    // IANA, likewise
	Quiet    time.Time // until when the person is off duty; zero while they are on
}

// PlaceFor returns what a place of a brand is, at now.
func (r Reads) PlaceFor(ctx context.Context, brand triage.ID, place string, now time.Time) (Place, error) {
	p := Place{Slack: place}
	person, isPerson := notify.PersonAt(place)
	if isPerson {
		p.Slack = ""
	}
	err := r.db.QueryRow(ctx, `
		SELECT b.name,
		       CASE WHEN m.person_id IS NULL THEN $3 ELSE coalesce(h.slack_user_id, '') END,
		       coalesce(nullif(h.language, ''), b.settings ->> 'language', ''), coalesce(h.zone, '')
		FROM brands b
		LEFT JOIN memberships m ON m.brand_id = b.id AND m.person_id = $2
		LEFT JOIN people h ON h.id = m.person_id
		WHERE b.id = $1`, brand, orNil(person), p.Slack).Scan(&p.Brand, &p.Slack, &p.Language, &p.Zone)
	if errors.Is(err, pgx.ErrNoRows) {
		return Place{}, noBrand
	}
	if err != nil {
		return Place{}, unavailable(fmt.Errorf("place of brand %s: %w", brand, err))
	}
	if p.Zone == "" {
		plan, err := r.Plan(ctx, brand)
		if err != nil {
			return Place{}, err
		}
		p.Zone = plan.Calendar.Zone
	}
	if !isPerson || p.Slack == "" {
		return p, nil
	}
	c, err := r.Colleague(ctx, brand, person, now)
	if back, ever := c.BackAt(now); err == nil && c.Works() && ever && back.After(now) {
		p.Quiet = back
	}
	return p, err
}

// Mute lets a place get no patient notice of a brand until a time; a time that is past
// ends that.
func (t *Tx) Mute(ctx context.Context, brand, person triage.ID, place string, until time.Time) error {
	if err := t.exec(ctx, `
		INSERT INTO notice_mutes (brand_id, place, until, person_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (brand_id, place) DO UPDATE SET until = excluded.until, person_id = excluded.person_id`,
		brand, place, until, person); err != nil {
		return fmt.Errorf("mute: %w", err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: Actor{Person: person}, Action: "notices.muted", Subject: "brand", SubjectID: brand,
		Detail: map[string]any{"until": until}})
}
