package postgres_test

import (
	"slices"
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

func (in *intake) verify(brand triage.ID) postgres.ChainState {
	in.t.Helper()
	state, err := in.VerifyAudit(in.t.Context(), brand, nil, nil)
	if err != nil {
		in.t.Error(err)
	}
	return state
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
		in.verify(brand)
		if n := in.count(`SELECT max(seq) FROM audit WHERE brand_id = $1`, brand); n != rows {
			t.Errorf("the chain of one brand ends at %d, want %d", n, rows)
		}
	}
}

func TestRowsAreSealedOnceTheirTransactionIsCommitted(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	slow := postgres.NewID()
	err := in.InTx(t.Context(), func(tx *postgres.Tx) error {
		row := postgres.AuditRow{BrandID: in.brand, Action: "item.claimed", Subject: "item", SubjectID: slow}
		if err := tx.Audit(t.Context(), row); err != nil {
			return err
		}
		in.auditRows(in.brand, 3)
		if n := in.seal(10); n != 3 {
			t.Errorf("sealed %d of the 3 rows that were committed", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := in.seal(10); n != 1 {
		t.Errorf("sealed %d of the row that came late", n)
	}
	if n := in.count(`SELECT seq FROM audit WHERE subject_id = $1`, slow); n != 4 {
		t.Errorf("the row that came late is number %d", n)
	}
	in.verify(in.brand)
}

func TestATamperedAuditRowIsNamed(t *testing.T) {
	t.Parallel()
	third := func(wrong postgres.Wrong, sql string) tampering { return tampering{sql, 3, 3, wrong} }
	for what, c := range map[string]tampering{
		"a changed detail":  third(postgres.Changed, `UPDATE audit SET detail = '{"fence": 99}' WHERE seq = 3`),
		"another actor":     third(postgres.Changed, `UPDATE audit SET actor_kind = 'person', actor_id = id WHERE seq = 3`),
		"another time":      third(postgres.Changed, `UPDATE audit SET at = at + interval '1 second' WHERE seq = 3`),
		"a row taken out":   {`DELETE FROM audit WHERE seq = 2`, 2, 3, postgres.Missing},
		"a copied subject":  third(postgres.Changed, `UPDATE audit SET subject_id = (SELECT subject_id FROM audit WHERE seq = 4) WHERE seq = 3`),
		"a replaced digest": third(postgres.Changed, `UPDATE audit SET hash = sha256('x') WHERE seq = 3`),
		"two rows swapped, their digests with them": {`UPDATE audit SET seq = 90 WHERE seq = 3;
			UPDATE audit SET seq = 3 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 90`, 3, 5, postgres.Reordered},
		"two rows swapped under their digests": {`
			CREATE TEMP TABLE old AS SELECT * FROM audit WHERE seq IN (3, 5);
			DELETE FROM audit WHERE seq IN (3, 5);
			INSERT INTO audit SELECT o.brand_id, o.id, o.at, o.actor_kind, o.actor_id, o.action, o.subject, o.subject_id, o.detail, p.seq, p.hash
			FROM old o JOIN old p ON p.seq = 8 - o.seq`, 3, 5, postgres.Reordered},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t)
			in.auditRows(in.brand, 5)
			in.seal(100)
			var row triage.ID
			if err := in.Pool().QueryRow(t.Context(), `SELECT id FROM audit WHERE seq = $1`, c.row).Scan(&row); err != nil {
				t.Fatal(err)
			}
			in.exec(`ALTER TABLE audit DISABLE TRIGGER audit_append_only`)
			in.exec(c.sql)
			_, err := in.VerifyAudit(t.Context(), in.brand, nil, nil)
			want := postgres.BrokenChain{Brand: in.brand, Seq: c.seq, Row: row, Wrong: c.wrong}
			if broken := postgres.IsBroken(err); broken == nil || *broken != want {
				t.Errorf("found %v, want %v", err, &want)
			}
		})
	}
}

// tampering is what somebody does to a chain of five, and what verifying says of it. row is
// the number that the row which is named had before.
type tampering struct {
	sql   string
	seq   int64
	row   int
	wrong postgres.Wrong
}

func TestOnlyAKeptHeadShowsWhatIsCutOff(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.auditRows(in.brand, 5)
	in.seal(100)
	kept := in.verify(in.brand).Head
	in.auditRows(in.brand, 2)
	in.seal(100)
	if _, err := in.VerifyAudit(t.Context(), in.brand, &kept, nil); err != nil {
		t.Errorf("a chain that has grown since: %v", err)
	}
	other := postgres.ChainHead{Seq: 4, Hash: kept.Hash}
	_, err := in.VerifyAudit(t.Context(), in.brand, &other, nil)
	if b := postgres.IsBroken(err); b == nil || b.Wrong != postgres.Replaced || b.Seq != 4 {
		t.Errorf("another head: %v", err)
	}
	in.exec(`ALTER TABLE audit DISABLE TRIGGER audit_append_only`)
	in.exec(`DELETE FROM audit WHERE seq >= 5`)
	if state := in.verify(in.brand); state.Head.Seq != 4 {
		t.Errorf("without a head it ends at %d", state.Head.Seq)
	}
	_, err = in.VerifyAudit(t.Context(), in.brand, &kept, nil)
	if b := postgres.IsBroken(err); b == nil || b.Wrong != postgres.CutOff || b.Seq != 5 {
		t.Errorf("with the kept head: %v", err)
	}
}

func TestVerifyingCountsWhatIsNotSealedYetAndTellsItsProgress(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.auditRows(in.brand, 12_000)
	in.seal(11_000)
	var told []int64
	state, err := in.VerifyAudit(t.Context(), in.brand, nil, func(seq int64) { told = append(told, seq) })
	if err != nil || state.Head.Seq != 11_000 || len(state.Head.Hash) != 32 || state.Unsealed != 1000 {
		t.Errorf("%+v, %v", state, err)
	}
	if !slices.Equal(told, []int64{5000, 10_000}) {
		t.Errorf("told %v", told)
	}
	if age := time.Since(state.Oldest); age < time.Minute || age > time.Hour {
		t.Errorf("the oldest of what is not sealed is %v old", age)
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
	in.verify(in.brand)
	if n := in.count(`SELECT count(*) FROM audit WHERE seq IS NULL`); n != 0 {
		t.Errorf("%d rows were left out", n)
	}
}
