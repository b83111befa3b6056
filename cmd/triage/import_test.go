package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// library is a house with one channel, and files.
type library struct {
	*house
	gate gate
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	l := &library{house: newHouse(t)}
	l.gate = l.house.gate(l.brand, "standard_webhooks", "forum")
	return l
}

func (l *library) file(name, body string) string {
	l.t.Helper()
	path := filepath.Join(l.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

func (l *library) importArgs(path string, more ...string) []string {
	return append([]string{"import", "--brand", l.brand, "--channel", "forum", "--file", path}, more...)
}

// german is a table as a German spreadsheet exports it, with one line of each trouble.
const german = "Kommentar-ID;Nachricht;Datum;Autor;Follower\r\n" +
	"k1;\"Das Rad ist kaputt,\r\nich habe mich verletzt und gehe zum Anwalt!\";04.05.2025 12:00;Jörg;12.000\r\n" +
	"k2;Schön;05.05.2025 08:15 Uhr;Ayşe;\r\n" +
	"k2;Schön;05.05.2025 08:15 Uhr;Ayşe;\r\n" +
	"1.7E+16;Grüße;05.05.2025 08:15;=cmd();\r\n" +
	"k4;Morgen;31.02.2025;Ida;\r\n" +
	"k5;Danke euch allen!;06.05.2025 08:15;Forest;\r\n"

func TestWhatWasWrittenBeforeIsKeptAndRingsNobody(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	path := l.file("alt.csv", "\ufeff"+german)
	l.refused(exitUsage, "say where the clock stood, such as --zone Europe/Berlin", l.importArgs(path)...)
	dry := l.json(l.importArgs(path, "--zone", "Europe/Berlin", "--own", "forest", "--dry-run")...)
	if dry["accepted"] != 2.0 || dry["duplicate"] != 1.0 || dry["own"] != 1.0 || dry["rejected"] != 2.0 || l.number(`SELECT count(*) FROM engagements`) != 0 {
		t.Errorf("dry run: %v", dry)
	}
	done := l.json(l.importArgs(path, "--zone", "Europe/Berlin", "--own", "forest")...)
	if done["lines"] != 6.0 || done["accepted"] != 2.0 || done["duplicate"] != 1.0 || done["own"] != 1.0 || done["rejected"] != 2.0 {
		t.Errorf("import: %v", done)
	}
	l.reports(path+".rejected.csv", "6 id id_rounded", "7 written_at time_not_understood")

	l.ok("brand", "set", "--brand", l.brand, "--slack-smm", "C1", "--slack-cm", "C2")
	l.run()
	l.eventually(patience, func() bool { return l.number(`SELECT count(*) FROM items WHERE outcome = 'history'`) == 2 })
	for what, sql := range map[string]string{
		"notices":              `SELECT count(*) FROM notices`,
		"targets":              `SELECT count(*) FROM items WHERE first_due_at IS NOT NULL OR resolve_due_at IS NOT NULL OR sla_at IS NOT NULL`,
		"open items":           `SELECT count(*) FROM items WHERE status <> 'dismissed'`,
		"news in the audit":    `SELECT count(*) FROM audit WHERE action = 'item.placed'`,
		"places unread":        `SELECT count(*) FROM items WHERE judgement_id IS NULL`,
		"not in time's order":  `SELECT count(*) FROM items WHERE received_at > '2025-06-01' OR received_at < '2025-05-01'`,
		"still looking a wave": `SELECT count(*) FROM items WHERE NOT wave_checked`,
	} {
		if n := l.number(sql); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	if n := l.number(`SELECT count(*) FROM items WHERE 'legal' = ANY(risks) AND priority = 1 AND queue = 'cm'`); n != 1 {
		t.Error("the threat with a lawyer is not placed as it would be today")
	}

	// The same comment comes by webhook, then its edit: the first is known, the second is news.
	type data = map[string]any
	first := data{"id": "k1", "text": "Das Rad ist kaputt,\nich habe mich verletzt und gehe zum Anwalt!", "created_at": "2025-05-04T10:00:00Z"}
	l.deliver(l.gate, "comment.created", first)
	if n := l.number(`SELECT count(*) FROM engagements WHERE history AND round = 1`); n != 2 || l.number(`SELECT count(*) FROM engagements`) != n {
		t.Error("a webhook that repeats what the file said made more of it")
	}
	l.deliver(l.gate, "comment.updated", data{"id": "k2", "text": "Ich verklage euch, mein Anwalt schreibt morgen!", "updated_at": "2026-05-04T10:00:00Z"})
	l.eventually(patience, func() bool { return l.number(`SELECT count(*) FROM items WHERE status = 'open'`) == 1 })
	if n := l.number(`SELECT count(*) FROM engagements WHERE history`); n != 1 {
		t.Errorf("%d engagements are history after the edit", n)
	}

	// What was deleted does not come back, and the same file again changes nothing.
	l.deliver(l.gate, "comment.deleted", data{"id": "k1", "deleted_at": "2026-05-05T10:00:00Z"})
	again := l.ok(l.importArgs(path, "--zone", "Europe/Berlin", "--own", "forest")...)
	if !strings.Contains(again.errOut, "taken in before") || !strings.Contains(again.out, "2 new, 1 known already") {
		t.Errorf("again: %s%s", again.errOut, again.out)
	}
	other := l.json(l.importArgs(path, "--zone", "UTC")...)
	if other["accepted"] != 1.0 || l.number(`SELECT count(*) FROM engagements WHERE text <> ''`) != 2 {
		t.Errorf("read another way: %v", other)
	}
}

func TestWhatIsNewsInAFileIsWork(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.ok("brand", "set", "--brand", l.brand, "--slack-smm", "C1", "--slack-cm", "C2")
	l.run()
	path := l.file("gap.jsonl", `{"id":"j1","text":"I will sue you, my lawyer is on it","created_at":"2026-05-04T10:00:00Z"}
{"id":"j2","text":"I will sue you, my lawyer is on it!","created_at":"2026-05-03T10:00:00Z"}`)
	l.ok(l.importArgs(path, "--new-from", "2026-05-04T00:00:00Z")...)
	l.eventually(patience, func() bool { return l.number(`SELECT count(*) FROM items`) == 2 })
	if l.number(`SELECT count(*) FROM items WHERE status = 'open' AND first_due_at > now()`) != 1 || l.number(`SELECT count(*) FROM notices`) != 1 {
		t.Error("what was said in the gap is not open, due and told")
	}
}

// reports wants a report with these lines, which a spreadsheet runs nothing of.
func (l *library) reports(path string, want ...string) {
	l.t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
	if err != nil {
		l.t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, strings.TrimSpace(row[0]+" "+row[1]+" "+row[2]))
		if row[3] == "" {
			l.t.Errorf("line %s has no reason", row[0])
		}
	}
	if !slices.Equal(got, want) {
		l.t.Errorf("%s: %q, want %q", filepath.Base(path), got, want)
	}
}

// realProgram builds the program as it is shipped.
func realProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "triage")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// The real program is killed again and again while it takes in a file, and started again,
// until it says that it is done. Every line is there once, and counted once.
func TestAnImportThatIsKilledGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	const lines, kills = 12_000, 4
	var body strings.Builder
	body.WriteString("id,text,created_at,author\n")
	for n := range lines {
		switch n % 1000 {
		case 7:
			fmt.Fprintf(&body, "n%d,no time,,a\n", n)
		case 9:
			fmt.Fprintf(&body, "n%d,\"said before\",2025-05-04T10:00:00Z,a\n", n-1)
		default:
			fmt.Fprintf(&body, "n%d,\"what %d\nsaid\",2025-05-04T10:00:00Z,a%d\n", n, n, n%50)
		}
	}
	path, program := l.file("big.csv", body.String()), realProgram(t)
	at := func() int { return l.number(`SELECT coalesce(max(position), 0) FROM imports`) }
	start := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(program, l.importArgs(path, "--json")...)
		var out bytes.Buffer
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), l.env...), &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, &out
	}
	killed := 0
	for killed < kills {
		from := at()
		cmd, out := start()
		l.eventually(patience, func() bool { return at() > from+400 })
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() == nil {
			t.Fatalf("it was done before kill %d: %s", killed, out)
		}
		killed++
	}
	if n := at(); n <= 0 || n >= lines {
		t.Fatalf("killed behind line %d of %d", n, lines)
	}
	cmd, out := start()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(out.String(), "Going on behind line") ||
		!strings.Contains(out.String(), `{"lines":12000,"accepted":11976,"duplicate":12,"own":0,"rejected":12,`) {
		t.Errorf("it ended with %s", out)
	}
	if n := l.number(`SELECT count(DISTINCT external_id) FROM engagements`); n != 11_976 || l.number(`SELECT count(*) FROM engagements`) != n {
		t.Errorf("%d comments, want 11976, each once", n)
	}
	if n := l.number(`SELECT sum(accepted) FROM deliveries WHERE source = 'import'`); n != 11_988 {
		t.Errorf("%d lines came in transactions that were kept, want 11988", n)
	}
	report, err := os.ReadFile(path + ".rejected.csv")
	if err != nil || bytes.Count(report, []byte("time_missing")) != 12 {
		t.Errorf("the report names %d lines: %v", bytes.Count(report, []byte("time_missing")), err)
	}
}

func TestImportsThatCannotBegin(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	good := l.file("a.csv", "id,text,date\n1,a,2025-05-04T10:00:00Z\n")
	for words, args := range map[string][]string{
		"the brand has no channel":               l.importArgs(good, "--channel", "nobody"),
		"say what the file is":                   l.importArgs(l.file("a.pdf", "x")),
		"there is no column for text":            l.importArgs(l.file("b.csv", "id,word,date\n1,a,2025-05-04\n")),
		"line 3 is not UTF-8, although others":   l.importArgs(l.file("c.csv", "id,text,date\n1,ü,2025-05-04\n2,\xfc,2025-05-04\n")),
		"--zone must be a time zone":             l.importArgs(good, "--zone", "Berlin"),
		"--encoding must be one of utf-8":        l.importArgs(good, "--encoding", "ebcdic"),
		"--columns takes FIELD=NAME":             l.importArgs(good, "--columns", "nonsense=x"),
		"--new-from must be a time":              l.importArgs(good, "--new-from", "yesterday"),
		"there is no column for text; say which": l.importArgs(good, "--columns", "text=words"),
	} {
		l.refused(exitUsage, words, args...)
	}
	l.refused(exitFailed, "no such file", l.importArgs(filepath.Join(t.TempDir(), "none.csv"))...)
	l.refused(exitFailed, "none of 1 lines can be used", l.importArgs(l.file("d.csv", "id,text,date\n1,,2025-05-04T10:00:00Z\n"))...)
	precious := l.file("precious.csv", "my,own\n")
	l.refused(exitFailed, "is no report", l.importArgs(l.file("e.csv", "id,text,date\n1,a,2025-05-04T10:00:00Z\n2,,2025-05-04T10:00:00Z\n"), "--report", precious)...)
	if kept, err := os.ReadFile(precious); err != nil || string(kept) != "my,own\n" {
		t.Errorf("the file of another purpose is %q: %v", kept, err)
	}
	if a := l.ok("import", "--help"); !strings.Contains(a.out, "thread_text") || !strings.Contains(a.out, "kommentar_id") {
		t.Error("the columns are not shown")
	}
}
