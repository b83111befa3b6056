package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triage/internal/pgtest"
)

func TestAPlanFromTheCommandLine(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.New(t).URL)
	brand := m.id("brand", "add", "--name", "Acme")
	file := filepath.Join(t.TempDir(), "plan.json")
	write := func(document string) {
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	write(`{"rules": [{"name": "a", "when": {"intent": ["rant"]}, "then": {"raise": 1}}]}`)
	if a := m.typed("", "plan", "check", "--file", file); a.code != exitFailed || !strings.Contains(a.out, "/rules/0/when/intent/0: There is no such word") {
		t.Errorf("exit %d: %s", a.code, a.out)
	}
	if a := m.typed("", "plan", "add", "--brand", brand, "--file", file); a.code != exitFailed {
		t.Errorf("a plan with mistakes was added: %s", a.out)
	}

	write(`{"effort": {"low": 2}}`)
	m.ok("plan", "check", "--file", file, "--brand", brand)
	if added := m.json("plan", "add", "--brand", brand, "--file", file, "--note", "lighter"); added["version"] != 1.0 || added["added"] != true {
		t.Errorf("added %v", added)
	}
	if added := m.json("plan", "add", "--brand", brand, "--file", file); added["version"] != 1.0 || added["added"] != false {
		t.Errorf("added again %v", added)
	}
	m.refused(exitFailed, "Another version", "plan", "activate", "--brand", brand, "--version", "1", "--instead-of", "4")
	m.ok("plan", "activate", "--brand", brand, "--version", "1", "--instead-of", "0")
	if shown := m.json("plan", "show", "--brand", brand); shown["version"] != 1.0 {
		t.Errorf("in force is %v", shown)
	}
	if a := m.ok("plan", "list", "--brand", brand); !strings.Contains(a.out, "active") || !strings.Contains(a.out, "lighter") {
		t.Errorf("versions are %s", a.out)
	}
	if a := m.ok("plan", "preview", "--brand", brand, "--file", file, "--days", "7"); !strings.Contains(a.out, "0 of 0 comments") {
		t.Errorf("preview is %s", a.out)
	}
	m.refused(exitUsage, "either --file or --version", "plan", "preview", "--brand", brand)

	// What is shown can be taken as the next document.
	shown := m.ok("plan", "show", "--brand", brand).out
	if a := m.typed(shown, "plan", "check", "--file", "-"); a.code != exitOK {
		t.Errorf("the plan that was shown is refused: %s", a.out)
	}
}
