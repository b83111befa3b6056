package main

import (
	"strings"
	"testing"

	"triage/internal/pgtest"
)

func TestPeopleAreLetInFromTheCommandLine(t *testing.T) {
	m := newTerminal(t, pgtest.New(t).URL)
	brand := m.id("brand", "add", "--name", "Nordlicht")
	invitation := m.json("person", "invite", "--brand", brand, "--mail", "ada@example.com", "--role", "admin")
	if token, _ := invitation["token"].(string); !strings.HasPrefix(token, "inv_") {
		t.Errorf("an invitation answers %v", invitation)
	}
	m.refused(exitFailed, "not a mail address", "person", "invite", "--brand", brand, "--mail", "ada", "--role", "admin")
	m.refused(exitUsage, "no role", "person", "invite", "--brand", brand, "--mail", "ada@example.com", "--role", "owner")

	person := m.id("person", "add", "--name", "Ben", "--email", "ben@example.com")
	for word, code := range map[string]int{"vierzehn Störche im Juni": exitOK, "passwordpassword": exitFailed, "kurz": exitFailed} {
		a := m.typed(word+"\n", "person", "password", "--person", person)
		if a.code != code || strings.Contains(a.out+a.errOut, word) {
			t.Errorf("%q: exit %d: %s %s", word, a.code, a.out, a.errOut)
		}
	}
	nobody := m.id("person", "add", "--name", "Cem")
	m.refused(exitUsage, "--mail", "person", "password", "--person", nobody)

	m.json("token", "add", "--brand", brand, "--role", "lead", "--person", "Ben", "--scopes", "read, work,read", "--expires", "24h")
	m.refused(exitUsage, "no scope", "token", "add", "--brand", brand, "--role", "lead", "--person", "Ben", "--scopes", "all")
	if list := m.ok("token", "list", "--brand", brand).out; !strings.Contains(list, "read,work ") || !strings.Contains(list, "valid until") {
		t.Errorf("tokens: %s", list)
	}
}
