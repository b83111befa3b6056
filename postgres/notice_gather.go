package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/triage"
)

// Bounds of gathering.
const (
	gatherMost  = 2000             // notices looked at in one step
	gatherFor   = 12 * time.Hour   // how long a message takes more in
	budgetSpan  = time.Hour        // of what a budget counts
	pauseOfGrow = 5 * time.Second  // before a message is written again that has grown
	soonRings   = 20 * time.Minute // what may ring and is put off for longer spends nothing meanwhile
)

// spotKey is a place of a brand.
type spotKey struct {
	brand  triage.ID
	target string
}

// ShareNotices decides about notices of items that wait for their place's attention: which
// ring, which are told in a message that stands, and which wait. One process at a time does.
// What has been closed meanwhile is cancelled.
func (t *Tx) ShareNotices(ctx context.Context, now time.Time) error {
	var mine bool
	if err := t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('share notices', 0))`).Scan(&mine); err != nil || !mine {
		return err
	}
	waiting, err := t.waitingNotices(ctx, now)
	if err != nil || len(waiting) == 0 {
		return err
	}
	attention, err := t.attention(ctx, waiting, now)
	if err != nil {
		return err
	}
	g := gathering{now: now}
	for at, all := range waiting {
		g.add(at.brand, attention[at].Share(all, now))
	}
	batch := &pgx.Batch{}
	g.queue(batch)
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("share notices: %w", err)
	}
	return nil
}

func (t *Tx) waitingNotices(ctx context.Context, now time.Time) (map[spotKey][]notify.Waiting, error) {
	if err := t.exec(ctx, `
		UPDATE notices n SET state = 'cancelled' FROM items i
		WHERE n.state = 'pending' AND n.kind = 'new' AND n.ring_at IS NULL AND n.next_at <= $1
		  AND i.brand_id = n.brand_id AND i.id = n.item_id AND i.status IN ('resolved', 'dismissed')`, now); err != nil {
		return nil, fmt.Errorf("share notices: %w", err)
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT n.brand_id, n.target, n.id, n.created_at, i.priority, i.risks, i.intent,
		       coalesce(i.wave_id::text, ''), coalesce(i.thread_id::text, ''), coalesce(i.author_id::text, ''),
		       (SELECT coalesce(jsonb_object_agg(h.kind, h.level), '{}') FROM notice_thresholds h WHERE h.brand_id = n.brand_id AND h.place = n.target)
		FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		WHERE n.state = 'pending' AND n.kind = 'new' AND n.ring_at IS NULL AND n.next_at <= $1 AND `+wanted+`
		ORDER BY n.next_at, n.id LIMIT $2 FOR UPDATE OF n SKIP LOCKED`, now, gatherMost)
	waiting := map[spotKey][]notify.Waiting{}
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var at spotKey
		var w notify.Waiting
		var priority int16
		var risks []triage.Risk
		var intent triage.Intent
		var levels map[string]notify.Level
		err := row.Scan(&at.brand, &at.target, &w.ID, &w.Since, &priority, &risks, &intent, &w.Wave, &w.Thread, &w.Author, &levels)
		w.Weight = notify.WeightOf(triage.Priority(priority), risks)
		w.Level, w.Always = levels[notify.KindOf(intent, risks)], notify.Always(triage.Priority(priority), risks)
		waiting[at] = append(waiting[at], w)
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("waiting notices: %w", err)
	}
	return waiting, nil
}

// attention returns what the places have heard of those who wait there.
func (t *Tx) attention(ctx context.Context, waiting map[spotKey][]notify.Waiting, now time.Time) (map[spotKey]*notify.Attention, error) {
	found := map[spotKey]*notify.Attention{}
	var brands []triage.ID
	var places []string
	for at := range waiting {
		brands, places = append(brands, at.brand), append(places, at.target)
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT k.brand::text, k.place, coalesce(b.per_hour, $3),
		       (SELECT count(DISTINCT n.sent_at) FILTER (WHERE n.sent_at > $5) FROM notices n
		        WHERE n.brand_id = k.brand AND n.target = k.place AND n.lead_id IS NULL AND n.kind NOT IN ('retract', 'test') AND n.sent_at > $4),
		       (SELECT max(n.sent_at) FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		        WHERE n.brand_id = k.brand AND n.target = k.place AND n.lead_id IS NULL AND n.kind = 'new' AND n.sent_at > $4
		          AND i.priority > 1 AND i.risks = '{}')
		FROM unnest($1::uuid[], $2::text[]) AS k (brand, place)
		LEFT JOIN notice_budgets b ON b.brand_id = k.brand AND b.place = k.place`,
		uuids(brands), places, notify.DefaultBudget, now.Add(-gatherFor), now.Add(-budgetSpan))
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var at spotKey
		var a notify.Attention
		var high *time.Time
		err := row.Scan(&at.brand, &at.target, &a.PerHour, &a.Rung, &high)
		a.HighAt = orZero(high)
		found[at] = &a
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("attention: %w", err)
	}
	return found, t.standingNotices(ctx, brands, places, found, now)
}

// standingNotices finds the messages that may gather more: those of items that are not
// closed, and those that are about to be posted.
func (t *Tx) standingNotices(ctx context.Context, brands []triage.ID, places []string, found map[spotKey]*notify.Attention, now time.Time) error {
	rows, _ := t.tx.Query(ctx, `
		SELECT n.brand_id, n.target, n.id, i.priority, i.risks, n.sent_at,
		       coalesce(i.wave_id::text, ''), coalesce(i.thread_id::text, ''), coalesce(i.author_id::text, '')
		FROM unnest($1::uuid[], $2::text[]) AS k (brand, place)
		JOIN notices n ON n.brand_id = k.brand AND n.target = k.place
		JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		WHERE n.kind = 'new' AND n.lead_id IS NULL AND n.ring_at IS NOT NULL AND i.status NOT IN ('resolved', 'dismissed')
		  AND (n.state = 'sent' AND n.told IS NOT NULL AND n.sent_at > $3 OR n.state = 'pending' AND n.next_at < $4)`,
		uuids(brands), places, now.Add(-gatherFor), now.Add(soonRings))
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var at spotKey
		var s notify.Standing
		var priority int16
		var risks []triage.Risk
		var sent *time.Time
		err := row.Scan(&at.brand, &at.target, &s.ID, &priority, &risks, &sent, &s.Wave, &s.Thread, &s.Author)
		s.Weight, s.SentAt, s.Pending = notify.WeightOf(triage.Priority(priority), risks), orZero(sent), sent == nil
		found[at].Standing = append(found[at].Standing, s)
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("standing messages: %w", err)
	}
	return nil
}

// gathering collects what is decided, side by side.
type gathering struct {
	now time.Time

	ringBrands, ring       []triage.ID
	joinBrands, join, with []triage.ID
	waitBrands, wait       []triage.ID
	until                  []time.Time
}

func (g *gathering) add(brand triage.ID, shares []notify.Share) {
	for _, s := range shares {
		switch {
		case s.Ring:
			g.ringBrands, g.ring = append(g.ringBrands, brand), append(g.ring, s.ID)
		case s.With != "":
			g.joinBrands, g.join, g.with = append(g.joinBrands, brand), append(g.join, s.ID), append(g.with, s.With)
		default:
			g.waitBrands, g.wait, g.until = append(g.waitBrands, brand), append(g.wait, s.ID), append(g.until, s.Until)
		}
	}
}

func (g *gathering) queue(batch *pgx.Batch) {
	if len(g.ring) > 0 {
		batch.Queue(`UPDATE notices n SET ring_at = $3 FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, id)
			WHERE n.brand_id = k.brand AND n.id = k.id`, uuids(g.ringBrands), uuids(g.ring), g.now)
	}
	if len(g.join) > 0 {
		batch.Queue(`
			UPDATE notices n SET state = 'sent', sent_at = $4, lead_id = k.lead, error = NULL, told_version = i.version
			FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (brand, id, lead), items i
			WHERE n.brand_id = k.brand AND n.id = k.id AND i.brand_id = n.brand_id AND i.id = n.item_id`,
			uuids(g.joinBrands), uuids(g.join), uuids(g.with), g.now)
		batch.Queue(`
			UPDATE notices l SET grown = l.grown + 1,
			    retell_at = CASE WHEN l.grown = l.told_grown THEN greatest(l.retell_at, $3) ELSE l.retell_at END
			FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, lead) WHERE l.brand_id = k.brand AND l.id = k.lead`,
			uuids(g.joinBrands), uuids(g.with), g.now.Add(pauseOfGrow))
	}
	if len(g.wait) > 0 {
		batch.Queue(`UPDATE notices n SET next_at = k.until FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k (brand, id, until)
			WHERE n.brand_id = k.brand AND n.id = k.id`, uuids(g.waitBrands), uuids(g.wait), g.until)
	}
}

// Gathered is what a message tells of besides its own item.
type Gathered struct {
	Open  []notify.Subject // what weighs most
	Left  int              // how many are open
	Total int              // and how many there were
}

// gatheredShown is how many a message names.
const gatheredShown = 10

// Gathered returns what messages gather, by notice.
func (r Reads) Gathered(ctx context.Context, leads []TakenNotice) (map[triage.ID]Gathered, error) {
	brands, ids := noticeKeys(leads)
	rows, _ := r.db.Query(ctx, `
		SELECT n.lead_id, count(*) OVER w, count(*) FILTER (WHERE i.status NOT IN ('resolved', 'dismissed')) OVER w,
		       i.status NOT IN ('resolved', 'dismissed'), i.id, i.queue, i.priority, i.due_at, i.intent, i.risks, i.platform, b.name
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, lead)
		JOIN notices n ON n.brand_id = k.brand AND n.lead_id = k.lead
		JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		JOIN brands b ON b.id = n.brand_id
		WINDOW w AS (PARTITION BY n.lead_id)
		ORDER BY n.lead_id, i.status IN ('resolved', 'dismissed'), i.risks = '{}', i.priority, i.due_at, i.id`, uuids(brands), uuids(ids))
	found := map[triage.ID]Gathered{}
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var lead triage.ID
		var s notify.Subject
		var open bool
		var priority int16
		var total, left int
		err := row.Scan(&lead, &total, &left, &open, &s.ItemID, &s.Queue, &priority, &s.DueAt, &s.Intent, &s.Risks, &s.Platform, &s.Brand)
		s.Priority = triage.Priority(priority)
		g := found[lead]
		g.Total, g.Left = total, left
		if open && len(g.Open) < gatheredShown {
			g.Open = append(g.Open, s)
		}
		found[lead] = g
		return struct{}{}, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("gathered notices: %w", err))
	}
	return found, nil
}

// releaseGathered lets notices wait anew whose message is gone. Those of closed items are
// cancelled when they are looked at.
func (t *Tx) releaseGathered(ctx context.Context, brands, leads []triage.ID) error {
	if err := t.exec(ctx, `
		UPDATE notices n SET state = 'pending', lead_id = NULL, sent_at = NULL, told_version = NULL, ring_at = NULL, next_at = $3
		FROM unnest($1::uuid[], $2::uuid[]) AS k (brand, lead)
		WHERE n.brand_id = k.brand AND n.lead_id = k.lead`, uuids(brands), uuids(leads), t.Now); err != nil {
		return fmt.Errorf("release notices: %w", err)
	}
	return nil
}
