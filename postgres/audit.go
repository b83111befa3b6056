package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"triage/triage"
)

// Actor is who changes something: a person, or the machine when Person is empty.
type Actor struct{ Person triage.ID }

// AuditRow says what happened to one subject. Detail holds ids and words of ours, never
// text from outside.
type AuditRow struct {
	BrandID   triage.ID
	Actor     Actor
	Action    string
	Subject   string
	SubjectID triage.ID
	Detail    map[string]any
}

// Audit writes rows in the transaction of the change that they tell of.
func (t *Tx) Audit(ctx context.Context, rows ...AuditRow) error {
	if len(rows) == 0 {
		return nil
	}
	sql, args, err := auditInsert(t.Now, rows...)
	if err == nil {
		_, err = t.tx.Exec(ctx, sql, args...)
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// auditInsert returns the statement that writes rows, for those who send it with others.
func auditInsert(now time.Time, rows ...AuditRow) (sql string, args []any, err error) {
	var brands, ids, subjectIDs []triage.ID
	var kinds, actions, subjects []string
	var people []*triage.ID
	var details [][]byte
	for _, r := range rows {
		detail, err := json.Marshal(orEmpty(r.Detail))
		if err != nil {
			return "", nil, fmt.Errorf("audit %s: %w", r.Action, err)
		}
		kind, person := "machine", (*triage.ID)(nil)
		if r.Actor.Person != "" {
			kind, person = "person", &r.Actor.Person
		}
		brands, ids = append(brands, r.BrandID), append(ids, NewID())
		kinds, people = append(kinds, kind), append(people, person)
		actions, subjects = append(actions, r.Action), append(subjects, r.Subject)
		subjectIDs, details = append(subjectIDs, r.SubjectID), append(details, detail)
	}
	return `
		INSERT INTO audit (brand_id, id, at, actor_kind, actor_id, action, subject, subject_id, detail)
		SELECT b, i, $3, k, p, a, s, si, d
		FROM unnest($1::uuid[], $2::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[])
		     AS r (b, i, k, p, a, s, si, d)`,
		[]any{brands, ids, now, kinds, people, actions, subjects, subjectIDs, details}, nil
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
