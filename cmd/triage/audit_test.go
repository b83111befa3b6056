package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"triage/internal/pgtest"
	"triage/postgres"
)

// sealedHouse is a brand with some sealed audit of its administration.
func sealedHouse(t *testing.T) (*terminal, *pgxpool.Pool) {
	t.Helper()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.ok("brand", "add", "--name", "Acme")
	m.ok("brand", "add", "--name", "Rival")
	for _, name := range []string{"Ann", "=Ben()", "Ömer"} {
		m.ok("token", "add", "--brand", "acme", "--role", "viewer", "--person", name)
	}
	store, err := postgres.Open(t.Context(), db.URL, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	err = store.InTx(t.Context(), func(tx *postgres.Tx) error {
		_, err := tx.SealAudit(t.Context(), 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, db.Pool(t)
}

func TestDoctorVerifiesTheAudit(t *testing.T) {
	t.Parallel()
	m, pool := sealedHouse(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	whole := m.ok("doctor", "--audit")
	if !strings.Contains(whole.out, "audit of acme") || !strings.Contains(whole.out, "audit of rival") || strings.Count(whole.out, "an unbroken chain") != 2 {
		t.Errorf("it says %s", whole.out)
	}
	if a := m.ok("doctor", "--audit", "--brand", "rival"); strings.Contains(a.out, "acme") {
		t.Errorf("asked for one brand it says %s", a.out)
	}
	head := whole.out[strings.Index(whole.out, "head ")+len("head "):]
	head = head[:strings.IndexAny(head, "\n ")]
	m.ok("doctor", "--audit", "--brand", "acme", "--head", head)
	m.refused(exitUsage, "--brand", "doctor", "--audit", "--head", head)
	m.refused(exitUsage, "--head is NUMBER:HASH", "doctor", "--audit", "--brand", "acme", "--head", "7")
	m.refused(exitUsage, "belong to --audit", "doctor", "--brand", "acme")
	m.refused(exitFailed, "no such brand", "doctor", "--audit", "--brand", "nobody")

	exec(`INSERT INTO audit (brand_id, id, at, actor_kind, action, subject, subject_id)
		SELECT id, gen_random_uuid(), now() - interval '1 hour', 'machine', 'brand.changed', 'brand', id FROM brands WHERE slug = 'rival'`)
	if a := m.ok("doctor", "--audit"); !strings.Contains(a.out, "1 rows wait to be sealed, the oldest for 1h0m") || !strings.Contains(a.out, "! audit of rival") {
		t.Errorf("with an old unsealed row it says %s", a.out)
	}
	exec(`ALTER TABLE audit DISABLE TRIGGER audit_append_only`)
	for _, c := range []struct{ sql, says string }{
		{`UPDATE audit SET detail = '{"x": 1}' WHERE seq = 3 AND brand_id = (SELECT id FROM brands WHERE slug = 'acme')`, "broken at number 3: row "},
		{`DELETE FROM audit WHERE seq = 2 AND brand_id = (SELECT id FROM brands WHERE slug = 'acme')`, "broken at number 2: its row is missing"},
		{`DELETE FROM audit WHERE seq > 1 AND brand_id = (SELECT id FROM brands WHERE slug = 'acme')`, "says that it went on"},
	} {
		exec(c.sql)
		a := m.typed("", "doctor", "--audit", "--brand", "acme", "--head", head)
		if a.code != exitFailed || !strings.Contains(a.out, "✗ audit of acme") || !strings.Contains(a.out, c.says) {
			t.Errorf("after %s: exit %d, it says %s%s", c.sql, a.code, a.out, a.errOut)
		}
	}
}

// TestAnExportCanBeVerifiedByHand recomputes the chain as docs/audit.md says.
func TestAnExportCanBeVerifiedByHand(t *testing.T) {
	t.Parallel()
	m, _ := sealedHouse(t)
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	m.ok("audit", "export", "--brand", "acme", "--out", file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	var before []byte
	for n, text := range lines[:len(lines)-1] {
		values := map[string]any{}
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		part := func(value []byte) {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(value))))
			h.Write(value)
		}
		part(before)
		part(binary.BigEndian.AppendUint64(nil, uint64(n+1)))
		for _, name := range []string{"at", "brand_id", "id", "actor_kind", "actor_id", "action", "subject", "subject_id", "sealed"} {
			part([]byte(values[name].(string)))
		}
		before = h.Sum(nil)
		if values["hash"] != hex.EncodeToString(before) {
			t.Fatalf("line %d does not continue the chain: %s", n+1, text)
		}
	}
	var tail struct {
		Head struct {
			Seq  int
			Hash string
		} `json:"chain_head"`
		Rows, Unsealed int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &tail); err != nil {
		t.Fatal(err)
	}
	if tail.Head.Seq != len(lines)-1 || tail.Rows != len(lines)-1 || tail.Head.Hash != hex.EncodeToString(before) || tail.Unsealed != 0 || tail.Rows < 7 {
		t.Errorf("the last line is %s", lines[len(lines)-1])
	}
}

func TestAnExportAsATable(t *testing.T) {
	t.Parallel()
	m, pool := sealedHouse(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO audit (brand_id, id, at, actor_kind, actor_id, action, subject, subject_id, seq, hash)
		SELECT (SELECT id FROM brands WHERE slug = 'acme'), gen_random_uuid(), now(), 'person', id, 'item.claimed', 'item', id, 99, '\x01'
		FROM people WHERE name = '=Ben()'`); err != nil {
		t.Fatal(err)
	}
	out := m.ok("audit", "export", "--brand", "acme", "--format", "csv").out
	rows, err := csv.NewReader(bytes.NewBufferString(out)).ReadAll() // wants the same columns everywhere
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1]
	if rows[0][0] != "seq" || last[8] != "chain.head" || last[0] != "99" || last[1] != "01" || !strings.Contains(last[11], `"rows": `) {
		t.Errorf("it begins with %q and ends with %q", rows[0], last)
	}
	if name := rows[len(rows)-2][7]; name != "'=Ben()" {
		t.Errorf("a name that is a formula is written as %q", name)
	}
	if lines := strings.Count(m.ok("audit", "export", "--brand", "acme", "--to", "2020-01-01").out, "\n"); lines != 1 {
		t.Errorf("an export of nothing has %d lines", lines)
	}
	m.refused(exitUsage, "jsonl or csv", "audit", "export", "--brand", "acme", "--format", "xlsx")
	m.refused(exitUsage, "no day", "audit", "export", "--brand", "acme", "--from", "yesterday")
}
