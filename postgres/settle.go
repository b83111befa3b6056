package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"triage/notify"
	"triage/routing"
	"triage/triage"
)

// Settlement is all that is decided about one round of an engagement.
type Settlement struct {
	Engagement     triage.Engagement // as it was judged; Round says which round
	Classification triage.Classification
	Vector         *triage.Vector  // nil when it could not be embedded
	Known          routing.Context // what placing knew around it; kept with the item
	Ruled          []string        // tags that the plan's rules set; others on an item are people's
	Place          func(standing *Standing) *Placed
	Notify         func(p triage.Placement) []notify.Going // nil tells nobody
}

// Standing is the owner item as it stands when its engagement is settled again.
type Standing struct {
	ID       triage.ID
	Status   triage.Status
	Queue    triage.Queue
	Urgency  triage.Urgency
	Risks    []triage.Risk
	Priority triage.Priority
	Touched  bool

	Companion *Companion // nil without one
}

// Placed is the decision for an item: Open says that a closed one opens again. A nil
// *Placed leaves the item where it is.
type Placed struct {
	triage.Placement
	Open bool
}

// Settle writes judgement, vector, item, audit rows and notices of engagements of one
// brand together. It is one conditional write: a settlement whose engagement has been
// deleted, edited or settled since it was read is dropped. It returns how many counted.
func (t *Tx) Settle(ctx context.Context, brand triage.ID, all []Settlement) (int, error) {
	s := &settling{tx: t, brand: brand}
	if err := s.keepCurrent(ctx, all); err != nil {
		return 0, err
	}
	if len(s.live) == 0 {
		return 0, nil
	}
	for _, step := range []func(context.Context) error{
		s.saveAuthors, s.saveThreads, s.saveJudgements, s.saveVectors, s.saveDocuments, s.saveItems, s.wakeAuthors, s.saveSigns,
	} {
		if err := step(ctx); err != nil {
			return 0, err
		}
	}
	if err := t.Audit(ctx, s.audit...); err != nil {
		return 0, err
	}
	return len(s.live), t.AddNotices(ctx, s.notices)
}

type settling struct {
	tx    *Tx
	brand triage.ID

	live       []Settlement
	standing   map[triage.ID]*Standing // by engagement
	judgements []triage.ID             // aligned with live
	authors    map[key]triage.ID       // by channel and external id
	threads    map[key]triage.ID
	dismissed  map[triage.ID]bool // by engagement, what the machine closed
	audit      []AuditRow
	notices    []NewNotice
}

// keepCurrent locks the engagements and keeps those whose round is still the one that was
// judged and not settled yet. Engagements of authors erased meanwhile are erased.
// OFFSET 0 makes each item be looked up by its engagement, also by a plan made for an empty
// table.
func (s *settling) keepCurrent(ctx context.Context, all []Settlement) error {
	ids := make([]triage.ID, len(all))
	for i, one := range all {
		ids[i] = one.Engagement.ID
	}
	if err := s.lock(ctx, ids); err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	rows, _ := s.tx.tx.Query(ctx, `
		SELECT e.id, e.round, x.author_hash IS NOT NULL,
		       i.id, coalesce(i.round, 0), i.status, i.queue, i.urgency, i.risks, i.priority,
		       i.fence > 0 OR i.handovers > 0 OR EXISTS (SELECT FROM labels l WHERE l.brand_id = e.brand_id AND l.engagement_id = e.id),
		       coalesce(i.provisional, false), k.id, k.queue, k.status, k.fence > 0 OR k.handovers > 0 OR k.reasons @> '[{"rule": "companion_by_hand"}]'
		FROM engagements e
		LEFT JOIN LATERAL (SELECT * FROM items i WHERE i.brand_id = $1 AND i.engagement_id = e.id AND i.kind = 'owner' OFFSET 0) i ON true
		LEFT JOIN LATERAL (SELECT * FROM items k WHERE k.brand_id = $1 AND k.engagement_id = e.id AND k.kind = 'companion' OFFSET 0) k ON true
		LEFT JOIN erased_authors x ON x.brand_id = e.brand_id AND x.channel_id = e.channel_id
		     AND x.author_hash = sha256(convert_to(e.author_external_id, 'UTF8')) AND x.erased_at >= e.version_at
		WHERE e.brand_id = $1 AND e.id = ANY($2) AND e.deleted_at IS NULL`, s.brand, uuids(ids))
	rounds, err := s.readRounds(rows)
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	var erased []triage.ID
	for _, one := range all {
		now, ok := rounds[one.Engagement.ID]
		switch {
		case !ok || now.round != one.Engagement.Round:
		case now.erased:
			erased = append(erased, one.Engagement.ID)
		case now.settled < now.round || (now.provisional && !one.Classification.Provisional && one.Classification.Judged()):
			s.live = append(s.live, one)
		}
	}
	return s.tx.Erase(ctx, s.brand, erased)
}

// lock keeps erasures of authors out, then locks engagements and then their owner items,
// the order in which all do it. What is read afterwards includes what the transactions
// waited for have changed.
func (s *settling) lock(ctx context.Context, ids []triage.ID) error {
	batch := &pgx.Batch{}
	batch.Queue(lockSettling, string(s.brand))
	batch.Queue(`SELECT FROM engagements WHERE brand_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE`, s.brand, uuids(ids))
	batch.Queue(`
		SELECT FROM items WHERE brand_id = $1 AND engagement_id = ANY($2) AND kind = 'owner'
		ORDER BY id FOR NO KEY UPDATE`, s.brand, uuids(ids))
	return s.tx.tx.SendBatch(ctx, batch).Close()
}

// round is what is true of an engagement inside the transaction.
type round struct {
	id          triage.ID
	round       int
	erased      bool
	settled     int
	provisional bool
}

func (s *settling) readRounds(rows pgx.Rows) (map[triage.ID]round, error) {
	s.standing = map[triage.ID]*Standing{}
	found := map[triage.ID]round{}
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var r round
		var item, status, queue, urgency *string
		var risks []triage.Risk
		var priority *int16
		var touched, companionTouched *bool
		var companion, companionQueue, companionStatus *string
		if err := row.Scan(&r.id, &r.round, &r.erased, &item, &r.settled, &status, &queue, &urgency, &risks,
			&priority, &touched, &r.provisional, &companion, &companionQueue, &companionStatus, &companionTouched); err != nil {
			return struct{}{}, err
		}
		found[r.id] = r
		if item != nil {
			s.standing[r.id] = &Standing{
				ID: triage.ID(*item), Status: triage.Status(*status), Queue: triage.Queue(*queue),
				Urgency: triage.Urgency(*urgency), Risks: risks, Priority: triage.Priority(*priority), Touched: *touched,
			}
			if companion != nil {
				s.standing[r.id].Companion = &Companion{
					triage.ID(*companion), triage.Queue(*companionQueue), triage.Status(*companionStatus), *companionTouched,
				}
			}
		}
		return struct{}{}, nil
	})
	return found, err
}
