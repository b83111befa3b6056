package sheet_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"

	"triage/sheet"
)

// table writes one row and reads it back.
func table(t *testing.T, cells ...string) []string {
	t.Helper()
	var b strings.Builder
	w := sheet.NewWriter(&b, sheet.NoMark)
	if err := w.Row(cells...); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(rows) != 1 {
		t.Fatalf("%q reads as %d rows: %v", b.String(), len(rows), err)
	}
	return rows[0]
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, formula := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\u200b=cmd|' /C calc'!A0", "＝1", "\x00=1", "\u2800=1",
		"\ufeff=1", "\n\n=1", "\u202e=1", "%0A=1", "\x1b=1",
	} {
		if got := table(t, "before", formula, "after"); len(got) != 3 || !strings.HasPrefix(got[1], "'") {
			t.Errorf("%q is written as %q", formula, got)
		}
	}
}

func TestHonestCellsStayAsTheyAre(t *testing.T) {
	for _, text := range []string{
		"", "Nordlicht", "Straße, \"quoted\"; and 'more'", "two\nlines", "a=b", "5 - 3", "😀", "مرحبا", "{\"fence\": 1}", "2026-11-25T14:30:00Z",
	} {
		if got := table(t, text, text); len(got) != 2 || got[0] != text || got[1] != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

func TestAnyRowComesBackWithItsColumns(t *testing.T) {
	same := func(cells []string) bool {
		if len(cells) == 0 {
			return true
		}
		return len(table(t, cells...)) == len(cells)
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

func TestTheTableMayBeginWithAMark(t *testing.T) {
	var b strings.Builder
	w := sheet.NewWriter(&b, sheet.ByteOrderMark)
	if err := w.Row("a"); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil || b.String() != "\ufeff\"a\"\r\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestTheCorpusOfFormulas(t *testing.T) {
	folder := os.Getenv("TRIAGE_CORPUS")
	if folder == "" {
		fmt.Println("sheet: TRIAGE_CORPUS is not set: the corpus of formulas is not tried")
		return
	}
	lines, err := os.ReadFile(filepath.Join(folder, "hostile", "own", "csv-formula.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(lines), "\n") {
		got := table(t, line, "next")
		if len(got) != 2 || strings.ContainsAny(first(got[0]), "=+-@\t\r＝＋－＠") {
			t.Errorf("%q is written as %q", line, got)
		}
	}
}

// first returns the first character that is no space.
func first(cell string) string {
	for _, r := range strings.TrimSpace(cell) {
		return string(r)
	}
	return ""
}
