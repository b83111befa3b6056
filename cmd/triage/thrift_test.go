package main

import (
	"strings"
	"testing"

	"triage/internal/pgtest"
)

func TestThriftFromTheCommandLine(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.New(t).URL)
	brand := m.id("brand", "add", "--name", "Acme")
	if shown := m.json("thrift", "show", "--brand", brand); shown["together"] != 4.0 || shown["model"] != true || shown["day_micro_usd"] != 0.0 {
		t.Errorf("a brand that said nothing has %v", shown)
	}
	m.ok("thrift", "set", "--brand", "acme", "--together", "6", "--day-micro-usd", "2000000", "--reuse-near=false")
	shown := m.json("thrift", "show", "--brand", brand)
	for name, want := range map[string]any{
		"together": 6.0, "day_micro_usd": 2e6, "reuse_near": false, "reuse_exact": true, "near_distance": 0.05, "reuse_seconds": 86400.0,
	} {
		if shown[name] != want {
			t.Errorf("%s is %v, want %v", name, shown[name], want)
		}
	}
	if a := m.ok("thrift", "show", "--brand", brand); !strings.Contains(a.out, "--together 6\n") || !strings.Contains(a.out, "--reuse-near=false\n") {
		t.Errorf("it prints %s", a.out)
	}
	m.refused(exitFailed, "at most 16", "thrift", "set", "--brand", brand, "--together", "17")
	m.refused(exitUsage, "nothing to change", "thrift", "set", "--brand", brand)
	m.refused(exitFailed, "no such brand", "thrift", "show", "--brand", "absent")
}

func TestCorrectionsAreTakenBackFromTheCommandLine(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.New(t).URL)
	brand := m.id("brand", "add", "--name", "Acme")
	m.ok("token", "add", "--brand", brand, "--role", "cm", "--person", "Anna")
	if done := m.json("person", "uncorrect", "--brand", brand, "--person", "Anna"); done["placed"] != 0.0 || done["kept"] != 0.0 {
		t.Errorf("of nothing %v was taken back", done)
	}
	m.refused(exitFailed, "no such person", "person", "uncorrect", "--brand", brand, "--person", "Zoe")
	m.refused(exitUsage, "--since", "person", "uncorrect", "--brand", brand, "--person", "Anna", "--since", "yesterday")
}
