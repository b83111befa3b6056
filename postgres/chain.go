package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// AuditTopic is notified with the id of a brand whose chain has grown.
const AuditTopic = "triage_audit"

// link is an audit row with its place in the brand's chain.
type link struct {
	id, actorID, subjectID             string
	at                                 time.Time
	actorKind, action, subject, detail string
	seq                                int64
	hash                               []byte
}

// next returns the hash of l behind the hash before it: SHA-256 over that hash and the
// row's values, each led by its length, so that no two rows read the same.
func (l link) next(brand triage.ID, before []byte) []byte {
	h := sha256.New()
	write := func(value []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(value)))
		h.Write(size[:])
		h.Write(value)
	}
	write(before)
	write(binary.BigEndian.AppendUint64(nil, uint64(l.seq)))
	write([]byte(l.at.UTC().Format(time.RFC3339Nano)))
	for _, value := range []string{string(brand), l.id, l.actorKind, l.actorID, l.action, l.subject, l.subjectID, l.detail} {
		write([]byte(value))
	}
	return h.Sum(nil)
}

const linkColumns = `id::text, at, actor_kind, coalesce(actor_id::text, ''), action, subject, subject_id::text, detail::text`

func (l *link) fields() []any {
	return []any{&l.id, &l.at, &l.actorKind, &l.actorID, &l.action, &l.subject, &l.subjectID, &l.detail}
}

// SealAudit puts at most limit audit rows of all brands into their brands' hash chains, in
// the order in which they were written, and returns how many. Rows of transactions that
// are still open are sealed once they are committed: what is sealed keeps its number. A
// brand that another process is sealing is left to it. AuditTopic tells of each brand.
func (t *Tx) SealAudit(ctx context.Context, limit int) (int, error) {
	rows, _ := t.tx.Query(ctx, `SELECT DISTINCT brand_id FROM audit WHERE seq IS NULL ORDER BY brand_id`)
	brands, err := pgx.CollectRows(rows, pgx.RowTo[triage.ID])
	if err != nil {
		return 0, fmt.Errorf("unsealed audit: %w", err)
	}
	sealed := 0
	for _, brand := range brands {
		if sealed == limit {
			break
		}
		n, err := t.sealBrand(ctx, brand, limit-sealed)
		if err != nil {
			return sealed, fmt.Errorf("seal audit of brand %s: %w", brand, err)
		}
		sealed += n
	}
	return sealed, nil
}

func (t *Tx) sealBrand(ctx context.Context, brand triage.ID, limit int) (int, error) {
	var mine bool
	err := t.tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('audit ' || $1, 0))`, string(brand)).Scan(&mine)
	if err != nil || !mine {
		return 0, err
	}
	head, err := t.AuditHead(ctx, brand)
	if err != nil {
		return 0, err
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT `+linkColumns+` FROM audit WHERE brand_id = $1 AND seq IS NULL ORDER BY id LIMIT $2`, brand, limit)
	links, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (link, error) {
		var l link
		err := row.Scan(l.fields()...)
		return l, err
	})
	if err != nil || len(links) == 0 {
		return 0, err
	}
	ids, seqs, hashes := make([]triage.ID, len(links)), make([]int64, len(links)), make([][]byte, len(links))
	for n, l := range links {
		head.Seq++
		l.seq = head.Seq
		head.Hash = l.next(brand, head.Hash)
		ids[n], seqs[n], hashes[n] = triage.ID(l.id), head.Seq, head.Hash
	}
	err = t.exec(ctx, `
		UPDATE audit a SET seq = s.seq, hash = s.hash
		FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS s (id, seq, hash)
		WHERE a.brand_id = $1 AND a.id = s.id`, brand, uuids(ids), seqs, hashes)
	if err != nil {
		return 0, err
	}
	return len(links), t.exec(ctx, `SELECT pg_notify($1, $2)`, AuditTopic, string(brand))
}

// ChainHead is the end of a brand's hash chain: whoever keeps it can later show that
// nothing up to it was changed or cut off. Seq is 0 while nothing is sealed.
type ChainHead struct {
	Seq  int64
	Hash []byte
}

// AuditHead returns the end of a brand's hash chain.
func (r Reads) AuditHead(ctx context.Context, brand triage.ID) (ChainHead, error) {
	var h ChainHead
	err := r.db.QueryRow(ctx, `
		SELECT seq, hash FROM audit WHERE brand_id = $1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`, brand).Scan(&h.Seq, &h.Hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return ChainHead{}, unavailable(fmt.Errorf("head of audit of brand %s: %w", brand, err))
	}
	return h, nil
}
