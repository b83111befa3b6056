package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// ImportKey names one file on its way into one channel. Digest is of its content and of
// how it is read.
type ImportKey struct {
	BrandID   triage.ID
	ChannelID triage.ID
	Digest    [32]byte
}

// ImportRow is how far a file has been taken in.
type ImportRow struct {
	ID         triage.ID
	Position   int // records that were dealt with
	Accepted   int
	Duplicate  int
	Own        int
	Rejected   int
	Unstorable []int64   // numbers of lines that the database refused
	StartedAt  time.Time // of the first attempt
	FinishedAt time.Time // zero while there is more
}

// ErrImportElsewhere says that another process takes in the same file.
var ErrImportElsewhere = errors.New("another process is taking in this file")

// BeginImport returns how far a file has been taken in, from the beginning when it is new.
func (t *Tx) BeginImport(ctx context.Context, actor Actor, k ImportKey) (ImportRow, error) {
	row := ImportRow{ID: NewID(), StartedAt: t.Now}
	tag, err := t.tx.Exec(ctx, `
		INSERT INTO imports (brand_id, channel_id, digest, id, started_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		k.BrandID, k.ChannelID, k.Digest[:], row.ID, row.StartedAt)
	if err != nil {
		return row, fmt.Errorf("import: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return t.Import(ctx, k)
	}
	return row, t.auditImport(ctx, actor, k, "import.started", nil)
}

// Import returns how far a file has been taken in, or a NotFound error.
func (r Reads) Import(ctx context.Context, k ImportKey) (row ImportRow, err error) {
	var finished *time.Time
	err = r.db.QueryRow(ctx, `
		SELECT id, position, accepted, duplicate, own, rejected, unstorable, started_at, finished_at
		FROM imports WHERE brand_id = $1 AND channel_id = $2 AND digest = $3`, k.BrandID, k.ChannelID, k.Digest[:]).
		Scan(&row.ID, &row.Position, &row.Accepted, &row.Duplicate, &row.Own, &row.Rejected, &row.Unstorable, &row.StartedAt, &finished)
	row.FinishedAt = orZero(finished)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, triage.Errorf(triage.NotFound, "This file has not been taken in.")
	}
	if err != nil {
		return row, unavailable(fmt.Errorf("import: %w", err))
	}
	return row, nil
}

// AdvanceImport moves a file's position from one row to the next, in the transaction that
// takes in what stands between, or returns ErrImportElsewhere.
func (t *Tx) AdvanceImport(ctx context.Context, actor Actor, k ImportKey, from, to ImportRow) error {
	tag, err := t.tx.Exec(ctx, `
		UPDATE imports SET position = $5, accepted = $6, duplicate = $7, own = $8, rejected = $9, unstorable = $10, finished_at = $11
		WHERE brand_id = $1 AND channel_id = $2 AND digest = $3 AND position = $4 AND finished_at IS NULL`,
		k.BrandID, k.ChannelID, k.Digest[:], from.Position, to.Position, to.Accepted, to.Duplicate, to.Own, to.Rejected,
		append([]int64{}, to.Unstorable...), orNull(to.FinishedAt))
	switch {
	case err != nil:
		return fmt.Errorf("import: %w", err)
	case tag.RowsAffected() == 0:
		return ErrImportElsewhere
	case to.FinishedAt.IsZero():
		return nil
	}
	return t.auditImport(ctx, actor, k, "import.finished", map[string]any{
		"accepted": to.Accepted, "duplicate": to.Duplicate, "own": to.Own, "rejected": to.Rejected,
	})
}

func (t *Tx) auditImport(ctx context.Context, actor Actor, k ImportKey, action string, detail map[string]any) error {
	return t.Audit(ctx, AuditRow{
		BrandID: k.BrandID, Actor: actor, Action: action, Subject: "channel", SubjectID: k.ChannelID, Detail: detail,
	})
}

// CountHeld counts the external ids that a channel of a brand holds, deleted ones included.
func (r Reads) CountHeld(ctx context.Context, brand, channel triage.ID, externalIDs []string) (n int, err error) {
	err = r.db.QueryRow(ctx, `
		SELECT count(*) FROM engagements WHERE brand_id = $1 AND channel_id = $2 AND external_id = ANY($3)`,
		brand, channel, externalIDs).Scan(&n)
	if err != nil {
		return 0, unavailable(fmt.Errorf("engagements held: %w", err))
	}
	return n, nil
}
