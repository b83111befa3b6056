package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// News is one sealed audit row for those who watch a brand, with the item that it is
// about as the item stands now, which may be later than the row.
type News struct {
	Seq       int64 // number in the brand's chain: 1, 2, 3 …, without gaps
	At        time.Time
	Actor     triage.ID // empty for the machine
	Action    string
	Subject   string
	SubjectID triage.ID
	Detail    json.RawMessage
	Item      *NewsItem // nil when it is about no item
}

// NewsItem is where an item stands.
type NewsItem struct {
	ID       triage.ID
	Queue    triage.Queue
	Status   triage.Status
	Priority triage.Priority
	Assignee triage.ID // empty when nobody holds it
	Version  int64
}

// News returns at most limit sealed audit rows of a brand behind a number, in the order
// of the chain. A row about an engagement comes with the engagement's owner item.
func (r Reads) News(ctx context.Context, brand triage.ID, after int64, limit int) ([]News, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT a.seq, a.at, a.actor_id, a.action, a.subject, a.subject_id, a.detail,
		       i.id, i.queue, i.status, i.priority, i.assignee_id, i.version
		FROM audit a LEFT JOIN LATERAL (
			SELECT id, queue, status, priority, assignee_id, version FROM items
			WHERE a.subject = 'item' AND brand_id = a.brand_id AND id = a.subject_id
			UNION ALL
			SELECT id, queue, status, priority, assignee_id, version FROM items
			WHERE a.subject = 'engagement' AND brand_id = a.brand_id AND engagement_id = a.subject_id AND kind = 'owner') i ON true
		WHERE a.brand_id = $1 AND a.seq > $2 AND a.seq IS NOT NULL
		ORDER BY a.seq LIMIT $3`, brand, after, limit)
	news, err := pgx.CollectRows(rows, scanNews)
	if err != nil {
		return nil, unavailable(fmt.Errorf("news of brand %s: %w", brand, err))
	}
	return news, nil
}

func scanNews(row pgx.CollectableRow) (News, error) {
	var c News
	var actor, item, assignee *triage.ID
	var queue *triage.Queue
	var status *triage.Status
	var priority *int16
	var version *int64
	err := row.Scan(&c.Seq, &c.At, &actor, &c.Action, &c.Subject, &c.SubjectID, &c.Detail,
		&item, &queue, &status, &priority, &assignee, &version)
	if err != nil {
		return News{}, err
	}
	c.Actor = idOr(actor)
	if item != nil {
		c.Item = &NewsItem{
			ID: *item, Queue: *queue, Status: *status, Priority: triage.Priority(*priority), Assignee: idOr(assignee), Version: *version,
		}
	}
	return c, nil
}

// WatchAudit calls grown with the id of each brand whose chain has grown, and with an empty
// one, for any brand, at once and whenever an announcement may have been missed: every
// few seconds, and every second while no connection can listen. It ends with ctx.
func (s *Store) WatchAudit(ctx context.Context, grown func(ctx context.Context, brand triage.ID)) {
	heard := func(ctx context.Context, brand string) error {
		grown(ctx, triage.ID(brand))
		return nil
	}
	for ctx.Err() == nil {
		_ = s.listen(ctx, AuditTopic, pollAudit, heard) // the connection broke: look, and take another
		grown(ctx, "")
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// pollAudit is how often WatchAudit looks without having been told.
const pollAudit = 5 * time.Second
