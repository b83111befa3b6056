package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/relation"
	"triage/triage"
)

// LinkState is what is thought of two accounts being one person.
type LinkState string

// The states of a link.
const (
	LinkSuggested LinkState = "suggested"
	LinkConfirmed LinkState = "confirmed"
	LinkRejected  LinkState = "rejected"
)

// Link says that two accounts of a brand's authors may be one person.
type Link struct {
	ID        triage.ID
	A, B      triage.ID
	State     LinkState
	Evidence  []relation.Evidence // kinds, never texts
	CreatedAt time.Time
	DecidedAt time.Time // zero while suggested
	DecidedBy triage.ID
	Decider   string // name
}

// Other returns the account that author is linked with.
func (l Link) Other(author triage.ID) triage.ID {
	if l.A == author {
		return l.B
	}
	return l.A
}

const authorLinkColumns = `
	SELECT l.id, l.a, l.b, l.state, l.evidence, l.created_at, l.decided_at, l.decided_by, coalesce(p.name, '')
	FROM author_links l LEFT JOIN people p ON p.id = l.decided_by`

// linksShown bounds the links of one author.
const linksShown = 50

// Links returns the links of an author in every state, newest first.
func (r Reads) Links(ctx context.Context, brand, author triage.ID) ([]Link, error) {
	rows, _ := r.db.Query(ctx, authorLinkColumns+`
		WHERE l.brand_id = $1 AND (l.a = $2 OR l.b = $2) ORDER BY l.created_at DESC, l.id DESC LIMIT $3`, brand, author, linksShown)
	links, err := pgx.CollectRows(rows, scanLink)
	if err != nil {
		return nil, unavailable(fmt.Errorf("links of author %s: %w", author, err))
	}
	return links, nil
}

func scanLink(row pgx.CollectableRow) (Link, error) {
	var l Link
	var evidence []byte
	var at *time.Time
	var by *triage.ID
	if err := row.Scan(&l.ID, &l.A, &l.B, &l.State, &evidence, &l.CreatedAt, &at, &by, &l.Decider); err != nil {
		return l, err
	}
	l.DecidedAt, l.DecidedBy = orZero(at), idOr(by)
	return l, json.Unmarshal(evidence, &l.Evidence)
}

// AuthorsByID returns those of ids that are authors of the brand.
func (r Reads) AuthorsByID(ctx context.Context, brand triage.ID, ids []triage.ID) ([]AuthorRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := r.authors(ctx, authorColumns+` WHERE a.brand_id = $1 AND a.id = ANY($2) ORDER BY a.id`, brand, uuids(ids))
	if err != nil {
		return nil, unavailable(fmt.Errorf("authors: %w", err))
	}
	return all, nil
}

// candidates bounds the accounts that one is compared with.
const candidates = 20

// alike finds accounts on other channels with the same handle, or with the same full name.
const alike = `
	(SELECT id, handle, name, verified FROM authors
	 WHERE brand_id = $1 AND channel_id <> $2 AND length(handle) >= 5 AND $3 <> ''
	   AND translate(lower(handle), '@._- ', '') = translate(lower($3), '@._- ', '')
	 ORDER BY id LIMIT $5)
	UNION
	(SELECT id, handle, name, verified FROM authors
	 WHERE brand_id = $1 AND channel_id <> $2 AND name LIKE '% %' AND $4 LIKE '% %' AND lower(name) = lower($4)
	 ORDER BY id LIMIT $5)`

// Alike returns what speaks for other accounts being the person of a, by their ids.
func (r Reads) Alike(ctx context.Context, brand triage.ID, a AuthorRow) (map[triage.ID][]relation.Evidence, error) {
	rows, _ := r.db.Query(ctx, alike, brand, a.ChannelID, a.Handle, a.Name, candidates)
	self := relation.Account{Handle: a.Handle, Name: a.Name, Verified: a.Verified}
	out := map[triage.ID][]relation.Evidence{}
	var id triage.ID
	var other relation.Account
	_, err := pgx.ForEachRow(rows, []any{&id, &other.Handle, &other.Name, &other.Verified}, func() error {
		if evidence := relation.Same(self, other); evidence != nil {
			out[id] = evidence
		}
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("accounts like author %s: %w", a.ID, err))
	}
	return out, nil
}

// SuggestLinks stores links between an author and others, unless there are any already:
// what was rejected is not suggested again.
func (t *Tx) SuggestLinks(ctx context.Context, brand, author triage.ID, evidence map[triage.ID][]relation.Evidence) error {
	batch := &pgx.Batch{}
	for other, kinds := range evidence {
		raw, err := json.Marshal(kinds)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		pair := []triage.ID{author, other}
		slices.Sort(pair)
		// Whoever is being erased has no row to refer to any more.
		batch.Queue(`
			INSERT INTO author_links (brand_id, id, a, b, evidence, created_at)
			SELECT $1, $2, $3, $4, $5, $6
			WHERE 2 = (SELECT count(*) FROM (SELECT FROM authors WHERE brand_id = $1 AND id IN ($3, $4) FOR KEY SHARE) found)
			ON CONFLICT ON CONSTRAINT author_links_pair DO NOTHING`, brand, NewID(), pair[0], pair[1], raw, t.Now)
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := t.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("links of author %s: %w", author, err)
	}
	return nil
}

var noLink = triage.Errorf(triage.NotFound, "There is no such link.")

// LockLink returns one link for changing it, or a NotFound error that is the same for
// absent, foreign and malformed ids.
func (t *Tx) LockLink(ctx context.Context, brand, id triage.ID) (Link, error) {
	if !wellFormed(id) {
		return Link{}, noLink
	}
	rows, _ := t.tx.Query(ctx, authorLinkColumns+` WHERE l.brand_id = $1 AND l.id = $2 FOR NO KEY UPDATE OF l`, brand, id)
	links, err := pgx.CollectRows(rows, scanLink)
	if err == nil && len(links) == 0 {
		return Link{}, noLink
	}
	if err != nil {
		return Link{}, fmt.Errorf("link %s: %w", id, err)
	}
	return links[0], nil
}

// DecideLink sets the state of a locked link. Suggested takes a decision back.
func (t *Tx) DecideLink(ctx context.Context, brand, id, person triage.ID, state LinkState) error {
	at, by := &t.Now, &person
	if state == LinkSuggested {
		at, by = nil, nil
	}
	if err := t.exec(ctx, `UPDATE author_links SET state = $3, decided_at = $4, decided_by = $5 WHERE brand_id = $1 AND id = $2`,
		brand, id, string(state), at, by); err != nil {
		return fmt.Errorf("link %s: %w", id, err)
	}
	return nil
}
