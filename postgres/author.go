package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/relation"
	"triage/triage"
)

// AuthorRow is who wrote: one account on a channel of a brand.
type AuthorRow struct {
	ID          triage.ID
	ChannelID   triage.ID
	ChannelName string
	Platform    triage.Platform
	triage.Author
	FirstSeen, LastSeen time.Time
	Tags                []string  // set by people
	TouchedAt           time.Time // last human touch, zero for never
	TouchedBy           triage.ID
	TouchedByName       string
}

const authorColumns = `
	SELECT a.id, a.channel_id, coalesce(c.name, ''), a.platform, a.external_id, a.handle, a.name, a.followers, a.verified,
	    a.first_seen_at, a.last_seen_at, a.tags, a.touched_at, a.touched_by, coalesce(p.name, '')
	FROM authors a
	LEFT JOIN channels c ON c.brand_id = a.brand_id AND c.id = a.channel_id
	LEFT JOIN people p ON p.id = a.touched_by`

// noAuthor is the one answer for ids of other brands, absent and malformed ones.
var noAuthor = triage.Errorf(triage.NotFound, "There is no such author.")

// Author returns one author of a brand. An absent or malformed id, and one of another
// brand, are the same NotFound error.
func (r Reads) Author(ctx context.Context, brand, id triage.ID) (AuthorRow, error) {
	if !wellFormed(id) {
		return AuthorRow{}, noAuthor
	}
	all, err := r.authors(ctx, authorColumns+` WHERE a.brand_id = $1 AND a.id = $2`, brand, id)
	if err == nil && len(all) == 0 {
		return AuthorRow{}, noAuthor
	}
	if err != nil {
		return AuthorRow{}, unavailable(fmt.Errorf("author %s: %w", id, err))
	}
	return all[0], nil
}

func (r Reads) authors(ctx context.Context, sql string, args ...any) ([]AuthorRow, error) {
	rows, _ := r.db.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (AuthorRow, error) {
		var a AuthorRow
		var touched *time.Time
		var by *triage.ID
		err := row.Scan(&a.ID, &a.ChannelID, &a.ChannelName, &a.Platform, &a.ExternalID, &a.Handle, &a.Name, &a.Followers,
			&a.Verified, &a.FirstSeen, &a.LastSeen, &a.Tags, &touched, &by, &a.TouchedByName)
		a.TouchedAt, a.TouchedBy = orZero(touched), idOr(by)
		return a, err
	})
}

// TimelineEntry is one engagement of a person with its owner item.
type TimelineEntry struct {
	Item
	Notes []triage.ID // what people wrote down about it, oldest first
}

// Timeline returns at most limit engagements of authors, newest first, over all channels,
// after the given position when there is one: its Rank is the time of receipt in
// microseconds since 1970. With a thread only those in it. It reads the index
// items_author_time and no more rows than it returns, for each author.
func (r Reads) Timeline(ctx context.Context, brand triage.ID, authors []triage.ID, thread triage.ID, after *Position, limit int) ([]TimelineEntry, error) {
	var w where
	ids := w.arg(uuids(authors))
	addID(&w, `i.thread_id = ?`, thread)
	if after != nil {
		w.add(`(i.received_at, i.id) < (?, ?)`, time.UnixMicro(int64(after.Rank)).UTC(), after.ID)
	}
	owner, most := w.arg(brand), w.arg(limit)
	rows, _ := r.db.Query(ctx, `SELECT `+itemColumns+`, ARRAY(
			SELECT n.id FROM notes n WHERE n.brand_id = i.brand_id AND n.engagement_id = i.engagement_id ORDER BY n.created_at, n.id LIMIT 50)::text[]
		FROM (
			SELECT i.id, i.received_at FROM unnest(`+ids+`::uuid[]) AS who (id) CROSS JOIN LATERAL (
				SELECT i.id, i.received_at FROM items i
				WHERE i.brand_id = `+owner+` AND i.author_id = who.id AND i.kind = 'owner'`+w.sql.String()+`
				ORDER BY i.received_at DESC, i.id DESC LIMIT `+most+`) i
			ORDER BY i.received_at DESC, i.id DESC LIMIT `+most+`) page
		JOIN items i ON i.brand_id = `+owner+` AND i.id = page.id
		JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
		LEFT JOIN channels c ON c.brand_id = i.brand_id AND c.id = i.channel_id
		LEFT JOIN people p ON p.id = i.assignee_id
		WHERE e.deleted_at IS NULL
		ORDER BY page.received_at DESC, page.id DESC`, w.args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (TimelineEntry, error) {
		var entry TimelineEntry
		var notes []string
		var err error
		entry.Item, err = scanItem(extended{row, []any{&notes}})
		for _, id := range notes {
			entry.Notes = append(entry.Notes, triage.ID(id))
		}
		return entry, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("timeline: %w", err))
	}
	return found, nil
}

// extended scans columns behind those of another noun.
type extended struct {
	pgx.CollectableRow
	more []any
}

// Scan reads the row into dest and what comes behind it.
func (e extended) Scan(dest ...any) error { return e.CollectableRow.Scan(append(dest, e.more...)...) }

// CountedMoments bounds what is counted of a person: the newest so many engagements.
const CountedMoments = 1000

// Moments returns the newest engagements of authors, at most CountedMoments, as far as
// conclusions may use them. Risk flags are not among it.
func (r Reads) Moments(ctx context.Context, brand triage.ID, authors []triage.ID) ([]relation.Moment, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT i.received_at, i.intent, i.sentiment, i.urgency, i.status FROM unnest($2::uuid[]) AS who (id) CROSS JOIN LATERAL (
			SELECT received_at, intent, sentiment, urgency, status FROM items
			WHERE brand_id = $1 AND author_id = who.id AND kind = 'owner'
			ORDER BY received_at DESC, id DESC LIMIT $3) i
		ORDER BY i.received_at DESC LIMIT $3`, brand, uuids(authors), CountedMoments)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[relation.Moment])
	if err != nil {
		return nil, unavailable(fmt.Errorf("moments: %w", err))
	}
	return found, nil
}

// LockAuthor returns an author for changing what people say of them; who erases them waits.
func (t *Tx) LockAuthor(ctx context.Context, brand, id triage.ID) (AuthorRow, error) {
	if !wellFormed(id) {
		return AuthorRow{}, noAuthor
	}
	if err := t.exec(ctx, `SELECT FROM authors WHERE brand_id = $1 AND id = $2 FOR NO KEY UPDATE`, brand, id); err != nil {
		return AuthorRow{}, fmt.Errorf("lock author %s: %w", id, err)
	}
	return t.Author(ctx, brand, id)
}

// SetAuthorTags replaces the tags that people set of a locked author.
func (t *Tx) SetAuthorTags(ctx context.Context, brand, id triage.ID, tags []string) error {
	if err := t.exec(ctx, `UPDATE authors SET tags = $3 WHERE brand_id = $1 AND id = $2`, brand, id, slices.Clone(tags)); err != nil {
		return fmt.Errorf("tags of author %s: %w", id, err)
	}
	return nil
}

// AddAuthorNote keeps what a person wrote down about a locked author and returns its id,
// by which audit rows name it.
func (t *Tx) AddAuthorNote(ctx context.Context, brand, author, person triage.ID, text string) (triage.ID, error) {
	id := NewID()
	if err := t.exec(ctx, `
		INSERT INTO author_notes (brand_id, id, author_id, person_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		brand, id, author, person, text, t.Now); err != nil {
		return "", fmt.Errorf("note on author %s: %w", author, err)
	}
	return id, nil
}

// authorNotesShown bounds the notes on a person; the newest are kept.
const authorNotesShown = 100

// AuthorNotes returns what people wrote down about authors, newest first.
func (r Reads) AuthorNotes(ctx context.Context, brand triage.ID, authors []triage.ID) ([]Note, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT n.id, n.person_id, coalesce(p.name, ''), 'author.noted', n.text, n.created_at
		FROM author_notes n LEFT JOIN people p ON p.id = n.person_id
		WHERE n.brand_id = $1 AND n.author_id = ANY($2) ORDER BY n.id DESC LIMIT $3`, brand, uuids(authors), authorNotesShown)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Note, error) {
		var n Note
		return n, row.Scan(&n.ID, &n.PersonID, &n.Person, &n.Action, &n.Text, &n.At)
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("notes on authors: %w", err))
	}
	return found, nil
}

// maxSame bounds how many accounts one person is taken to have.
const maxSame = 20

// SamePerson returns an author and all others that confirmed links join to them, at most
// maxSame, the given one first.
func (r Reads) SamePerson(ctx context.Context, brand, author triage.ID) ([]triage.ID, error) {
	rows, _ := r.db.Query(ctx, `
		WITH RECURSIVE same (id) AS (
			SELECT $2::uuid
			UNION
			SELECT CASE WHEN l.a = s.id THEN l.b ELSE l.a END
			FROM same s JOIN author_links l ON l.brand_id = $1 AND l.state = 'confirmed' AND (l.a = s.id OR l.b = s.id))
		SELECT id FROM same LIMIT $3`, brand, author, maxSame)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return nil, unavailable(fmt.Errorf("accounts of author %s: %w", author, err))
	}
	return ids, nil
}
