package postgres_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// auditRows writes n audit rows that are old enough to be sealed.
func (in *intake) auditRows(brand triage.ID, n int) {
	in.t.Helper()
	err := in.InTx(in.t.Context(), func(tx *postgres.Tx) error {
		tx.Now = tx.Now.Add(-time.Minute)
		rows := make([]postgres.AuditRow, n)
		for i := range rows {
			rows[i] = postgres.AuditRow{BrandID: brand, Action: "item.claimed", Subject: "item", SubjectID: postgres.NewID(),
				Detail: map[string]any{"fence": i}}
		}
		return tx.Audit(in.t.Context(), rows...)
	})
	if err != nil {
		in.t.Fatal(err)
	}
}

func (in *intake) seal(limit int) (sealed int) {
	in.t.Helper()
	err := in.InTx(in.t.Context(), func(tx *postgres.Tx) (err error) {
		sealed, err = tx.SealAudit(in.t.Context(), limit)
		return err
	})
	if err != nil {
		in.t.Fatal(err)
	}
	return sealed
}

func TestTheChainOfSealedAuditRowsVerifies(t *testing.T) {
	t.Parallel()
	in, other := newIntake(t), postgres.NewID()
	in.auditRows(in.brand, 5)
	in.auditRows(other, 2)
	if n := in.seal(4); n != 4 {
		t.Errorf("sealed %d of at most 4", n)
	}
	if n := in.seal(100); n != 3 {
		t.Errorf("sealed %d of the 3 that were left", n)
	}
	in.auditRows(in.brand, 1)
	in.seal(100)
	for brand, rows := range map[triage.ID]int{in.brand: 6, other: 2} {
		if err := in.VerifyAudit(t.Context(), brand); err != nil {
			t.Error(err)
		}
		if n := in.count(`SELECT max(seq) FROM audit WHERE brand_id = $1`, brand); n != rows {
			t.Errorf("the chain of one brand ends at %d, want %d", n, rows)
		}
	}
}

func TestRowsYoungerThanASecondWait(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	err := in.InTx(t.Context(), func(tx *postgres.Tx) error {
		row := postgres.AuditRow{BrandID: in.brand, Action: "item.claimed", Subject: "item", SubjectID: postgres.NewID()}
		if err := tx.Audit(t.Context(), row); err != nil {
			return err
		}
		n, err := tx.SealAudit(t.Context(), 10)
		if n != 0 {
			t.Errorf("sealed %d rows of this moment", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATamperedAuditRowIsNamed(t *testing.T) {
	t.Parallel()
	for what, sql := range map[string]string{
		"a changed detail":  `UPDATE audit SET detail = '{"fence": 99}' WHERE seq = 3`,
		"another actor":     `UPDATE audit SET actor_kind = 'person', actor_id = id WHERE seq = 3`,
		"another time":      `UPDATE audit SET at = at + interval '1 second' WHERE seq = 3`,
		"a row taken out":   `DELETE FROM audit WHERE seq = 2`,
		"two rows swapped":  `UPDATE audit SET subject_id = (SELECT subject_id FROM audit WHERE seq = 4) WHERE seq = 3`,
		"a replaced digest": `UPDATE audit SET hash = sha256('x') WHERE seq = 3`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t)
			in.auditRows(in.brand, 5)
			in.seal(100)
			var third string
			if err := in.Pool().QueryRow(t.Context(), `SELECT id::text FROM audit WHERE seq = 3`).Scan(&third); err != nil {
				t.Fatal(err)
			}
			in.exec(`ALTER TABLE audit DISABLE TRIGGER audit_append_only`)
			in.exec(sql)
			err := in.VerifyAudit(t.Context(), in.brand)
			if err == nil || !strings.Contains(err.Error(), third) {
				t.Errorf("row %s was not named: %v", third, err)
			}
		})
	}
}

func TestAuditRowsCannotBeChanged(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.auditRows(in.brand, 1)
	in.seal(100)
	for _, sql := range []string{
		`UPDATE audit SET action = 'nothing'`, `UPDATE audit SET seq = NULL, hash = NULL`, `DELETE FROM audit`,
	} {
		if _, err := in.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("the database let through: %s", sql)
		}
	}
}

func TestSeveralSealersMakeOneChain(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.auditRows(in.brand, 200)
	done := make(chan error)
	for range 4 {
		go func() {
			var err error
			for range 20 {
				err = in.InTx(t.Context(), func(tx *postgres.Tx) error {
					_, err := tx.SealAudit(t.Context(), 10)
					return err
				})
				if err != nil {
					break
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	in.seal(1000)
	if err := in.VerifyAudit(t.Context(), in.brand); err != nil {
		t.Error(err)
	}
	if n := in.count(`SELECT count(*) FROM audit WHERE seq IS NULL`); n != 0 {
		t.Errorf("%d rows were left out", n)
	}
}
