package localpg

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Remove(context.Background(), dir); err != nil {
			t.Error(err)
		}
	})
	return c
}

func scan(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSecondStartKeepsDataAndPort(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	first := start(t, dir)
	conn, err := pgx.Connect(t.Context(), first.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here'::text AS word"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, running := Attach(t.Context(), dir); running {
		t.Fatal("the cluster runs after Stop")
	}

	second := start(t, dir)
	if got := scan(t, second.TCPURL("postgres"), "SELECT word FROM kept"); got != "here" {
		t.Errorf("kept word = %q, want here", got)
	}
	if second.Port() != first.Port() || !second.StartedHere() {
		t.Errorf("port %d, started %v; want port %d, started by us", second.Port(), second.StartedHere(), first.Port())
	}
}

func TestACrashIsRecoveredEvenIfThePidFileNamesAnotherLivingProcess(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c := start(t, dir)
	if err := c.StopImmediate(t.Context()); err != nil {
		t.Fatal(err)
	}
	stale := strconv.Itoa(os.Getpid()) + "\n" + c.place.data + "\n1700000000\n5432\n" + c.place.socketDir + "\n*\n"
	if err := os.WriteFile(c.pidFile(), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, running := Attach(t.Context(), dir); running {
		t.Fatal("our own process is taken for the server")
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := scan(t, c.URL("postgres"), "SELECT 'ready'"); got != "ready" {
		t.Errorf("after the crash: %q", got)
	}
}

func TestAKilledServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c := start(t, dir)
	if err := syscall.Kill(c.postmaster(t.Context()), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for c.postmaster(t.Context()) != 0 {
		if t.Context().Err() != nil {
			t.Fatal("the killed server lives")
		}
	}
	again := start(t, dir)
	if !again.StartedHere() {
		t.Error("a killed server was taken for a running one")
	}
}

func TestConcurrentStartsShareOneServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	started := make([]bool, 4)
	var wg sync.WaitGroup
	for i := range started {
		wg.Go(func() {
			c, err := Start(t.Context(), Options{Dir: dir, Fast: true})
			if err != nil {
				t.Error(err)
				return
			}
			started[i] = c.StartedHere()
		})
	}
	wg.Wait()
	start(t, dir)
	n := 0
	for _, s := range started {
		if s {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of %d starts started a server, want 1", n, len(started))
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c := start(t, dir)
	if !Exists(dir) {
		t.Error("a started cluster does not exist")
	}
	if err := Remove(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if Exists(dir) {
		t.Error("a removed cluster exists")
	}
	for _, path := range []string{c.place.home, c.place.socketDir, c.place.pointer, c.place.lockFile} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there", path)
		}
	}
	if _, running := Attach(t.Context(), dir); running {
		t.Error("a removed cluster runs")
	}
}

func TestDurableClusterKeepsItsPromises(t *testing.T) {
	t.Parallel()
	c := &Cluster{state: state{Fast: false}}
	for _, want := range []string{"fsync = on", "synchronous_commit = on", "full_page_writes = on"} {
		if !strings.Contains(c.settings(), want) {
			t.Errorf("settings lack %q", want)
		}
	}
}

func TestTCPNeedsThePassword(t *testing.T) {
	t.Parallel()
	c := start(t, filepath.Join(t.TempDir(), "pg"))
	wrong := strings.Replace(c.TCPURL("postgres"), c.state.Password, "guess", 1)
	if conn, err := pgx.Connect(t.Context(), wrong); err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("a wrong password was let in over TCP")
	}
}

func TestLongPathsGetAShortSocketFolder(t *testing.T) {
	t.Parallel()
	p := place{}.at("/" + strings.Repeat("deep/", 40) + "postgres")
	if len(p.socketDir) > maxSocketDir {
		t.Errorf("socket folder has %d bytes: %s", len(p.socketDir), p.socketDir)
	}
	other := place{}.at("/" + strings.Repeat("deep/", 40) + "other")
	if other.socketDir == p.socketDir {
		t.Error("two clusters share a socket folder")
	}
}

func TestVersionsAreComparedByNumber(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"0.8.0": true, "0.8.1": true, "0.10.0": true, "1.0": true, "0.8": true, "0.8.0-1": true,
		"0.7.4": false, "0.6": false, "": false, "none": false,
	} {
		if got := atLeast(version, MinVector); got != want {
			t.Errorf("%q is at least %s: %v, want %v", version, MinVector, got, want)
		}
	}
}
