package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/audit"
	"triage/triage"
)

// AuditFilter says which rows of a brand's audit are wanted. Zero fields do not filter.
type AuditFilter struct {
	Subject  string
	Subjects []triage.ID // ids of what it was done to: any of them
	Person   triage.ID   // who did it
	Machine  bool        // only what no person did
	Action   string
	From, To time.Time // at or after From, before To
}

// idSlack is how far the time in a row's id, which is when it was written, may be from the
// row's own, which is when its transaction began.
const idSlack = 24 * time.Hour

func (w *where) audit(f AuditFilter) {
	if f.Subject != "" {
		w.add(`a.subject = ?`, f.Subject)
	}
	if f.Subjects != nil {
		w.add(`a.subject_id = ANY(?)`, uuids(f.Subjects))
	}
	addID(w, `a.actor_id = ?`, f.Person)
	if f.Machine {
		w.add(`a.actor_id IS NULL`)
	}
	if f.Action != "" {
		w.add(`a.action = ?`, f.Action)
	}
	// The bounds of ids let the primary key be used.
	if !f.From.IsZero() {
		w.add(`a.id >= ? AND a.at >= ?`, lowestID(f.From.Add(-idSlack)), f.From)
	}
	if !f.To.IsZero() {
		w.add(`a.id < ? AND a.at < ?`, lowestID(f.To.Add(idSlack)), f.To)
	}
}

// lowestID returns the least UUID of version 7 of a time (RFC 9562, section 5.7).
func lowestID(at time.Time) [16]byte {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:], uint64(max(0, at.UnixMilli()))<<16)
	return id
}

const auditColumns = `a.id, a.at, a.actor_id, coalesce(p.name, ''), a.action, a.subject, a.subject_id, a.detail::text,
	coalesce(a.seq, 0), a.hash`

const auditTables = ` FROM audit a LEFT JOIN people p ON p.id = a.actor_id WHERE true`

// AuditRows returns at most limit rows of a brand's audit, newest first, those before the
// row with the given id when there is one.
func (r Reads) AuditRows(ctx context.Context, brand triage.ID, f AuditFilter, before triage.ID, limit int) ([]audit.Row, error) {
	var w where
	w.add(`a.brand_id = ?`, brand)
	w.audit(f)
	addID(&w, `a.id < ?`, before)
	return r.auditRows(ctx, brand, &w, `a.id DESC`, limit)
}

// AuditHistory returns at most limit rows about some subjects, oldest first, those after
// the row with the given id when there is one.
func (r Reads) AuditHistory(ctx context.Context, brand triage.ID, subjects []triage.ID, after triage.ID, limit int) ([]audit.Row, error) {
	var w where
	w.add(`a.brand_id = ?`, brand)
	w.audit(AuditFilter{Subjects: subjects})
	addID(&w, `a.id > ?`, after)
	return r.auditRows(ctx, brand, &w, `a.id`, limit)
}

// SealedRows returns at most limit rows of a brand's hash chain behind a number and up to
// another, in the order of the chain.
func (r Reads) SealedRows(ctx context.Context, brand triage.ID, f AuditFilter, after, upTo int64, limit int) ([]audit.Row, error) {
	var w where
	w.add(`a.brand_id = ?`, brand)
	w.add(`a.seq > ? AND a.seq <= ? AND a.seq IS NOT NULL`, after, upTo)
	w.audit(f)
	return r.auditRows(ctx, brand, &w, `a.seq`, limit)
}

func (r Reads) auditRows(ctx context.Context, brand triage.ID, w *where, order string, limit int) ([]audit.Row, error) {
	w.args = append(w.args, limit)
	sql := `SELECT ` + auditColumns + auditTables + w.sql.String() + ` ORDER BY ` + order + ` LIMIT $` + strconv.Itoa(len(w.args))
	rows, _ := r.db.Query(ctx, sql, w.args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (audit.Row, error) {
		var a audit.Row
		var person *triage.ID
		err := row.Scan(&a.ID, &a.At, &person, &a.Name, &a.Action, &a.Subject, &a.SubjectID, &a.Detail, &a.Seq, &a.Hash)
		a.Person = idOr(person)
		return a, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("audit of brand %s: %w", brand, err))
	}
	return found, nil
}

// Unsealed returns how many rows of a brand wait to be sealed.
func (r Reads) Unsealed(ctx context.Context, brand triage.ID) (n int64, err error) {
	err = r.db.QueryRow(ctx, `SELECT count(*) FROM audit WHERE brand_id = $1 AND seq IS NULL`, brand).Scan(&n)
	if err != nil {
		return 0, unavailable(fmt.Errorf("audit of brand %s: %w", brand, err))
	}
	return n, nil
}

// Names returns the names of those of the given ids that are people's.
func (r Reads) Names(ctx context.Context, ids []triage.ID) (audit.Names, error) {
	names := audit.Names{}
	if len(ids) == 0 {
		return names, nil
	}
	var id triage.ID
	var name string
	rows, _ := r.db.Query(ctx, `SELECT id, name FROM people WHERE id = ANY($1)`, uuids(ids))
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("names: %w", err))
	}
	return names, nil
}

// ExportAudit writes the sealed rows of a brand's audit that pass the filter, up to the end
// that the chain has when it begins, and the last line with that end. It holds a page in
// memory, and no transaction open.
func (r Reads) ExportAudit(ctx context.Context, brand triage.ID, f AuditFilter, out *audit.Exporter) error {
	head, err := r.AuditHead(ctx, brand)
	if err != nil {
		return err
	}
	for after := int64(0); after < head.Seq; {
		page, err := r.SealedRows(ctx, brand, f, after, head.Seq, exportPage)
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := out.Row(row); err != nil {
				return err
			}
			after = row.Seq
		}
		if len(page) < exportPage {
			break
		}
	}
	unsealed, err := r.Unsealed(ctx, brand)
	if err != nil {
		return err
	}
	return out.End(audit.Tail{Seq: head.Seq, Hash: head.Hash, Unsealed: unsealed})
}

// exportPage is how many rows an export reads at once.
const exportPage = 1000
