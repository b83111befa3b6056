package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/relation"
	"triage/triage"
)

// ThreadRow is a post or conversation that engagements hang from.
type ThreadRow struct {
	ID          triage.ID
	ChannelID   triage.ID
	ChannelName string
	Platform    triage.Platform
	triage.Thread
	FirstSeen, LastSeen time.Time
}

var noThread = triage.Errorf(triage.NotFound, "There is no such thread.")

// Thread returns one thread of a brand. An absent or malformed id, and one of another
// brand, are the same NotFound error.
func (r Reads) Thread(ctx context.Context, brand, id triage.ID) (ThreadRow, error) {
	if !wellFormed(id) {
		return ThreadRow{}, noThread
	}
	var t ThreadRow
	err := r.db.QueryRow(ctx, `
		SELECT t.id, t.channel_id, coalesce(c.name, ''), t.platform, t.external_id, t.text, t.permalink, t.first_seen_at, t.last_seen_at,
		       t.author_external_id, t.author_handle, t.author_name, t.audience, t.views, t.reactions
		FROM threads t LEFT JOIN channels c ON c.brand_id = t.brand_id AND c.id = t.channel_id
		WHERE t.brand_id = $1 AND t.id = $2`, brand, id).Scan(
		&t.ID, &t.ChannelID, &t.ChannelName, &t.Platform, &t.ExternalID, &t.Text, &t.Permalink, &t.FirstSeen, &t.LastSeen,
		&t.Author.ExternalID, &t.Author.Handle, &t.Author.Name, &t.Reach.Audience, &t.Reach.Views, &t.Reach.Reactions)
	if errors.Is(err, pgx.ErrNoRows) {
		return ThreadRow{}, noThread
	}
	if err != nil {
		return ThreadRow{}, unavailable(fmt.Errorf("thread %s: %w", id, err))
	}
	return t, nil
}

// ThreadMoment is one engagement of a thread, as far as its numbers need it.
type ThreadMoment struct {
	relation.Moment
	Author   triage.ID // empty when the platform hides the author
	Answered bool
	Topics   []string
}

// ThreadMoments returns the newest engagements of a thread, at most CountedMoments.
func (r Reads) ThreadMoments(ctx context.Context, brand, thread triage.ID) ([]ThreadMoment, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT i.received_at, i.intent, i.sentiment, i.urgency, i.status, i.author_id,
		    i.answered_at IS NOT NULL OR coalesce(i.outcome, '') IN ('answered', 'published'), coalesce(j.topics, '{}')
		FROM (SELECT * FROM items WHERE brand_id = $1 AND thread_id = $2 AND kind = 'owner' AND coalesce(outcome, '') <> 'deleted'
		      ORDER BY received_at DESC, id DESC LIMIT $3) i
		LEFT JOIN judgements j ON j.brand_id = i.brand_id AND j.id = i.judgement_id
		ORDER BY i.received_at DESC`, brand, thread, CountedMoments)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ThreadMoment, error) {
		var m ThreadMoment
		var author *triage.ID
		err := row.Scan(&m.At, &m.Intent, &m.Sentiment, &m.Urgency, &m.Status, &author, &m.Answered, &m.Topics)
		m.Author = idOr(author)
		return m, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("numbers of thread %s: %w", thread, err))
	}
	return found, nil
}

// Branch is an engagement of a thread with the replies to it.
type Branch struct {
	Item
	ReplyCount int      // direct ones, counted up to CountedMoments
	Replies    []Branch // the first ones, oldest first
}

// Bounds of a tree.
const (
	repliesShown = 20 // first replies to each engagement
	treeDepth    = 6  // levels below those of a page
	branchesMost = 500
)

// TreePage says which branches of a thread are asked for: its roots, newest first, or with
// Parent the replies to an engagement, oldest first. After is the last one of the page
// before, empty for the first page.
type TreePage struct {
	Parent, After triage.ID
	Limit         int
}

// Tree returns a page of branches of a thread. A reply whose parent we do not hold is a
// root. Of each engagement below the page the first replies are shown.
func (r Reads) Tree(ctx context.Context, brand, thread triage.ID, p TreePage) ([]Branch, error) {
	var w where
	owner, in := w.arg(brand), w.arg(thread)
	level, order, beyond := `d.root`, `DESC`, `d.engagement_id < ?`
	if p.Parent != "" {
		order, beyond = `ASC`, `d.engagement_id > ?`
		level = `NOT d.root AND d.parent_external_id = (
			SELECT external_id FROM engagements WHERE brand_id = ` + owner + ` AND id = ` + w.arg(uuids([]triage.ID{p.Parent})[0]) + `)`
	}
	if p.After != "" {
		w.add(beyond, p.After)
	}
	replies := `documents r WHERE r.brand_id = ` + owner + ` AND r.thread_id = ` + in + ` AND NOT r.root AND r.parent_external_id = `
	rows, _ := r.db.Query(ctx, `
		WITH RECURSIVE page AS (
			SELECT d.engagement_id FROM documents d
			WHERE d.brand_id = `+owner+` AND d.thread_id = `+in+` AND `+level+w.sql.String()+`
			ORDER BY d.engagement_id `+order+` LIMIT `+w.arg(p.Limit)+`),
		tree (id, external, parent, depth) AS (
			SELECT e.id, e.external_id, NULL::uuid, 0 FROM page p JOIN engagements e ON e.brand_id = `+owner+` AND e.id = p.engagement_id
			UNION ALL
			SELECT e.id, e.external_id, t.id, t.depth + 1
			FROM tree t CROSS JOIN LATERAL (
				SELECT r.engagement_id FROM `+replies+`t.external ORDER BY r.engagement_id LIMIT `+w.arg(repliesShown)+`) r
			JOIN engagements e ON e.brand_id = `+owner+` AND e.id = r.engagement_id
			WHERE t.depth < `+w.arg(treeDepth)+`)
		SELECT t.id, t.parent, (SELECT count(*) FROM (SELECT FROM `+replies+`t.external LIMIT `+w.arg(CountedMoments)+`) counted)
		FROM (SELECT * FROM tree LIMIT `+w.arg(branchesMost)+`) t`, w.args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[branch])
	if err == nil {
		return r.grow(ctx, brand, found, order == `DESC`)
	}
	return nil, unavailable(fmt.Errorf("tree of thread %s: %w", thread, err))
}

// branch is an engagement in a tree: parents come before their replies.
type branch struct {
	ID      triage.ID
	Parent  *triage.ID // nil on the level of the page
	Replies int
}

// grow makes a tree of its branches. Those on the level of the page stand by id.
func (r Reads) grow(ctx context.Context, brand triage.ID, found []branch, descending bool) ([]Branch, error) {
	ids := make([]triage.ID, len(found))
	for n, b := range found {
		ids[n] = b.ID
	}
	items, err := r.owners(ctx, brand, ids)
	if err != nil {
		return nil, unavailable(fmt.Errorf("tree: %w", err))
	}
	below := map[triage.ID][]branch{}
	for _, b := range found {
		below[idOr(b.Parent)] = append(below[idOr(b.Parent)], b)
	}
	var build func(parent triage.ID, descending bool) []Branch
	build = func(parent triage.ID, descending bool) []Branch {
		level := below[parent]
		sortBranches(level, descending)
		var out []Branch
		for _, b := range level {
			if item, ok := items[b.ID]; ok {
				out = append(out, Branch{Item: item, ReplyCount: b.Replies, Replies: build(b.ID, false)})
			}
		}
		return out
	}
	return build("", descending), nil
}

func sortBranches(level []branch, descending bool) {
	slices.SortFunc(level, func(a, b branch) int {
		if descending {
			a, b = b, a
		}
		return cmp.Compare(a.ID, b.ID)
	})
}
