package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/relation"
	"triage/triage"
)

// signsFrom bounds the engagements by which an author's signs are told: the newest.
const signsFrom = 50

// signed is an author with what their signs follow from.
type signed struct {
	relation.Known
	moments []relation.Moment
	before  []string
}

// saveSigns keeps what follows from what the authors of settled engagements wrote, for the
// next placement: advocate, creator, at_risk. That somebody came for the first time is over
// by then.
func (s *settling) saveSigns(ctx context.Context) error {
	var ids []triage.ID
	for _, id := range s.authors {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	plan, err := s.tx.Plan(ctx, s.brand)
	if err != nil {
		return err
	}
	all, err := s.signed(ctx, ids)
	if err != nil {
		return fmt.Errorf("signs: %w", err)
	}
	var changed []triage.ID
	var signs []string
	for _, id := range ids {
		a, ok := all[id]
		if !ok {
			continue
		}
		a.Reach = plan.Thresholds.Reach
		if now := a.signs(s.tx.Now); !slices.Equal(now, a.before) {
			changed, signs = append(changed, id), append(signs, strings.Join(now, ","))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := s.tx.exec(ctx, `
		UPDATE authors a SET signs = coalesce(string_to_array(nullif(r.signs, ''), ','), '{}')
		FROM unnest($2::uuid[], $3::text[]) AS r (id, signs)
		WHERE a.brand_id = $1 AND a.id = r.id`, s.brand, uuids(changed), signs); err != nil {
		return fmt.Errorf("signs: %w", err)
	}
	return nil
}

func (a *signed) signs(now time.Time) []string {
	out := []string{}
	for _, t := range relation.Tags(a.moments, a.Known, now) {
		if t.Name != relation.FirstTime {
			out = append(out, t.Name)
		}
	}
	return out
}

// signed reads the newest engagements of authors.
func (s *settling) signed(ctx context.Context, ids []triage.ID) (map[triage.ID]*signed, error) {
	rows, _ := s.tx.tx.Query(ctx, `
		SELECT a.id, a.followers, a.verified, a.signs, i.received_at, i.intent, i.sentiment, i.urgency, i.status
		FROM unnest($2::uuid[]) AS who (id) JOIN authors a ON a.brand_id = $1 AND a.id = who.id
		CROSS JOIN LATERAL (
			SELECT received_at, intent, sentiment, urgency, status FROM items
			WHERE brand_id = $1 AND author_id = who.id AND kind = 'owner'
			ORDER BY received_at DESC, id DESC LIMIT $3) i`, s.brand, uuids(ids), signsFrom)
	out := map[triage.ID]*signed{}
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var id triage.ID
		var a signed
		var m relation.Moment
		if err := row.Scan(&id, &a.Followers, &a.Verified, &a.before, &m.At, &m.Intent, &m.Sentiment, &m.Urgency, &m.Status); err != nil {
			return struct{}{}, err
		}
		if out[id] == nil {
			out[id] = &a
		}
		out[id].moments = append(out[id].moments, m)
		return struct{}{}, nil
	})
	return out, err
}
