package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// settled is how old an audit row must be to be sealed. Rows of transactions that take
// longer are sealed later, so that the order of what is sealed never changes.
const settled = time.Second

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

// SealAudit puts at most limit audit rows of all brands into their brands' hash chains,
// oldest first, and returns how many. A brand that another process is sealing is left to
// it.
func (t *Tx) SealAudit(ctx context.Context, limit int) (int, error) {
	rows, _ := t.tx.Query(ctx, `
		SELECT DISTINCT brand_id FROM audit WHERE seq IS NULL AND at < $1 ORDER BY brand_id`, t.Now.Add(-settled))
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
	var seq int64
	var before []byte
	err = t.tx.QueryRow(ctx, `
		SELECT seq, hash FROM audit WHERE brand_id = $1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`, brand).Scan(&seq, &before)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, err
	}
	rows, _ := t.tx.Query(ctx, `
		SELECT `+linkColumns+` FROM audit WHERE brand_id = $1 AND seq IS NULL AND at < $2 ORDER BY at, id LIMIT $3`,
		brand, t.Now.Add(-settled), limit)
	links, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (link, error) {
		var l link
		err := row.Scan(l.fields()...)
		return l, err
	})
	if err != nil {
		return 0, err
	}
	ids, seqs, hashes := make([]triage.ID, len(links)), make([]int64, len(links)), make([][]byte, len(links))
	for n, l := range links {
		seq++
		l.seq = seq
		before = l.next(brand, before)
		ids[n], seqs[n], hashes[n] = triage.ID(l.id), seq, before
	}
	return len(links), t.exec(ctx, `
		UPDATE audit a SET seq = s.seq, hash = s.hash
		FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS s (id, seq, hash)
		WHERE a.brand_id = $1 AND a.id = s.id`, brand, uuids(ids), seqs, hashes)
}

// VerifyAudit walks a brand's hash chain from its beginning. The error names the first
// row that was changed, or behind which one is missing. What is cut off at the end cannot
// be seen from inside the database.
func (r Reads) VerifyAudit(ctx context.Context, brand triage.ID) error {
	rows, err := r.db.Query(ctx, `
		SELECT `+linkColumns+`, seq, hash FROM audit WHERE brand_id = $1 AND seq IS NOT NULL ORDER BY seq`, brand)
	if err != nil {
		return unavailable(fmt.Errorf("audit of brand %s: %w", brand, err))
	}
	defer rows.Close()
	var before []byte
	for expected := int64(1); rows.Next(); expected++ {
		var l link
		if err := rows.Scan(append(l.fields(), &l.seq, &l.hash)...); err != nil {
			return fmt.Errorf("audit of brand %s: %w", brand, err)
		}
		if l.seq != expected {
			return fmt.Errorf("audit of brand %s is broken: number %d is missing before row %s", brand, expected, l.id)
		}
		if !bytes.Equal(l.hash, l.next(brand, before)) {
			return fmt.Errorf("audit of brand %s is broken at number %d, row %s", brand, l.seq, l.id)
		}
		before = l.hash
	}
	return unavailable(rows.Err())
}
