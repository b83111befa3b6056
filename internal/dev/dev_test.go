package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheBlockHoldsThreeLinesToPaste(t *testing.T) {
	t.Parallel()
	got := block("http://127.0.0.1:8080", "the-token", "/log")
	for _, want := range []string{
		"curl -s -H 'Authorization: Bearer the-token' 'http://127.0.0.1:8080/v1/queues'\n",
		"curl -s -H 'Authorization: Bearer the-token' 'http://127.0.0.1:8080/v1/queues/cm/items?limit=3'\n",
		"curl -s -X POST -H 'Authorization: Bearer the-token' 'http://127.0.0.1:8080/v1/queues/cm/claim'\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the block lacks %q:\n%s", want, got)
		}
	}
}

func TestOpenItemsAreReadFromTheService(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer right" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"queues":[{"queue":"smm","open":3,"oldest":null},{"queue":"cm","open":0}]}`)
	}))
	t.Cleanup(server.Close)
	open, err := openItems(t.Context(), server.URL, "right")
	if err != nil || open["smm"] != 3 || open["cm"] != 0 {
		t.Errorf("open = %v, %v; want smm 3, cm 0", open, err)
	}
	if _, err := openItems(t.Context(), server.URL, "wrong"); err == nil {
		t.Error("a refused token is no error")
	}
}

func TestAProcessThatDoesNotStopIsKilled(t *testing.T) {
	t.Parallel()
	out, outEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "trap '' TERM; echo deaf; while :; do read x </dev/zero; done")
	cmd.Stdout = outEnd
	p, err := startProcess("deaf", cmd)
	if err := errors.Join(err, outEnd.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("deaf\n"))); err != nil {
		t.Fatal(err)
	}
	if err := p.end(50 * time.Millisecond); err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("end = %v, want it to say that it was killed", err)
	}
	if err := p.end(time.Minute); err != nil {
		t.Errorf("ending it again: %v", err)
	}
}

func TestASecondRunIsRefusedAndStopEndsNothingThatIsNotThere(t *testing.T) {
	t.Parallel()
	d := &dev{root: t.TempDir(), out: newConsole(io.Discard)}
	if err := d.endRun(t.Context()); err != nil {
		t.Errorf("nothing runs, yet: %v", err)
	}
	lock, err := d.lockRun()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.lockRun(); err == nil || !strings.Contains(err.Error(), "make stop") {
		t.Errorf("second run: %v, want a hint at make stop", err)
	}
	if err := lock.release(); err != nil {
		t.Fatal(err)
	}
	if err := d.endRun(t.Context()); err != nil {
		t.Errorf("after the run: %v", err)
	}
}

func TestOneFailingCheckDoesNotHideTheNext(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	d := &dev{root: t.TempDir(), out: newConsole(&out)}
	fine := func(context.Context) error { return nil }
	err := d.runChecks(t.Context(), []check{
		{"first", "", func(context.Context) error { return errors.New("broken") }},
		{"second", "", fine},
	})
	if err == nil || err.Error() != "failed: first" {
		t.Errorf("err = %v, want failed: first", err)
	}
	if !strings.Contains(out.String(), "second is fine") {
		t.Errorf("the second check was not run:\n%s", out.String())
	}
}

func TestOnlyNamedChecksAreChosen(t *testing.T) {
	t.Parallel()
	all := (&dev{}).checks()
	chosen, err := choose(all, []string{"vet"})
	if err != nil || len(chosen) != 1 || chosen[0].name != "vet" {
		t.Errorf("chosen = %v, %v; want vet alone", chosen, err)
	}
	if _, err := choose(all, []string{"nonsense"}); err == nil {
		t.Error("an unknown check is no error")
	}
}

func TestAnUnreachableVulnerabilityDatabaseIsNoFinding(t *testing.T) {
	t.Parallel()
	exit := func(code string) error { return exec.Command("sh", "-c", "exit "+code).Run() }
	const away = "govulncheck: fetching vulnerabilities: dial tcp: lookup: no such host"
	for name, test := range map[string]struct {
		err    error
		output string
		want   bool
	}{
		"nothing found":             {nil, "No vulnerabilities found.", false},
		"database away":             {exit("1"), away, true},
		"a finding stays a finding": {exit("3"), "Vulnerability #1 " + away, false},
		"code that does not build":  {exit("1"), "govulncheck: loading packages: undefined: x", false},
	} {
		if got := unreachable(test.err, test.output); got != test.want {
			t.Errorf("%s: unreachable = %v, want %v", name, got, test.want)
		}
	}
}

func TestGoFilesLeaveOutWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"a.go", "sub/b.go", ".data/tools/c.go", "web/node_modules/d/d.go", "sub/notes.md"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := goFiles(root)
	want := []string{filepath.Join(root, "a.go"), filepath.Join(root, "sub", "b.go")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("files = %v, %v; want %v", got, err, want)
	}
}

func TestCleanKeepsTheKeyOfADatabaseThatIsNotOurs(t *testing.T) {
	t.Parallel()
	d := &dev{root: t.TempDir(), out: newConsole(io.Discard)}
	for _, name := range []string{".data/secret.key", ".data/triage.log", "bin/triage"} {
		if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.path(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, kept := range map[string]bool{".data/secret.key": true, ".data/triage.log": false, "bin": false} {
		if _, err := os.Stat(d.path(name)); (err == nil) != kept {
			t.Errorf("%s: there %v, want %v", name, err == nil, kept)
		}
	}
}

func TestTheAddressIsOneThatThisMachineReaches(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080",
		":9000":          "http://127.0.0.1:9000",
		"0.0.0.0:8080":   "http://127.0.0.1:8080",
		"[::1]:8080":     "http://[::1]:8080",
	} {
		if got := (&service{listen: listen}).address(); got != want {
			t.Errorf("%s is reached at %s, want %s", listen, got, want)
		}
	}
}
