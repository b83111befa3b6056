// Command faults kills the program and PostgreSQL under load and counts, by a ledger of
// what was answered, what was lost or doubled and what is in no queue. With --unsafe it
// turns synchronous_commit off behind the program's back: then the same harness must
// report loss, or it proves nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"triage/internal/localpg"
	"triage/internal/rig"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kills := flag.Int("kills", 20, "kill -9 of the process")
	crashes := flag.Int("crashes", 5, "immediate stops of PostgreSQL")
	unsafe := flag.Int("unsafe", 12, "most crashes with synchronous_commit off, until loss shows; 0 leaves this out")
	seed := flag.Uint64("seed", 1, "of the moments at which things are killed")
	keep := flag.Bool("keep", false, "leave the logs behind and say where")
	flag.Parse()
	verdict, err := run(ctx, plan{*kills, *crashes, *unsafe, *seed, *keep})
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
	fmt.Println(verdict)
	if !verdict.good() {
		os.Exit(1)
	}
}

// plan says how often what is killed.
type plan struct {
	kills, crashes, unsafe int
	seed                   uint64
	keep                   bool
}

// harness is one cluster, one program on a fixed address, and the load on it.
type harness struct {
	cluster *localpg.Cluster
	program rig.Program
	brand   rig.Brand
	service *rig.Service
	address string
}

func run(ctx context.Context, p plan) (verdict, error) {
	var v verdict
	dir, err := os.MkdirTemp("", "triage-faults-")
	if err != nil {
		return v, err
	}
	if p.keep {
		step("logs are below %s", dir)
	} else {
		defer func() { _ = os.RemoveAll(dir) }()
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user
		return v, err
	}
	binary := filepath.Join(dir, "triage")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/triage").CombinedOutput(); err != nil {
		return v, fmt.Errorf("build: %w: %s", err, out)
	}
	h := &harness{}
	cluster := filepath.Join(dir, "postgres")
	if h.cluster, err = localpg.Start(ctx, localpg.Options{Dir: cluster}); err != nil {
		return v, err
	}
	defer func() {
		if err := localpg.Remove(context.WithoutCancel(ctx), cluster); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
		}
	}()
	if v.safe, err = h.round(ctx, binary, dir, "safe", p.seed, p.kills, p.crashes); err != nil {
		return v, err
	}
	for n := range p.unsafe {
		one, err := h.unsafeRound(ctx, binary, dir, fmt.Sprint("unsafe_", n), p.seed+uint64(n))
		if err != nil {
			return v, err
		}
		v.unsafe = append(v.unsafe, one)
		if one.lost > 0 {
			break
		}
	}
	return v, nil
}

// round loads a database of its own, kills and crashes, drains, and counts.
func (h *harness) round(ctx context.Context, binary, dir, name string, seed uint64, kills, crashes int) (count, error) {
	if err := h.fresh(ctx, binary, dir, name); err != nil {
		return count{}, err
	}
	defer func() { h.service.Kill() }()
	l := startLoad(ctx, h.address, h.brand)
	moments := newMoments(seed)
	for n := range kills {
		if err := moments.wait(ctx); err != nil {
			return count{}, err
		}
		h.service.Kill()
		step("kill -9, %d of %d; %d answered so far", n+1, kills, l.answered())
		if err := h.start(ctx); err != nil {
			return count{}, err
		}
	}
	for n := range crashes {
		if err := moments.wait(ctx); err != nil {
			return count{}, err
		}
		if err := h.crash(ctx); err != nil {
			return count{}, err
		}
		step("immediate stop of PostgreSQL, %d of %d; %d answered so far", n+1, crashes, l.answered())
	}
	if err := moments.wait(ctx); err != nil {
		return count{}, err
	}
	return l.verdict(ctx, h.cluster.URL(name))
}

// unsafeRound is a round whose commits do not wait for the disk.
func (h *harness) unsafeRound(ctx context.Context, binary, dir, name string, seed uint64) (count, error) {
	if err := h.fresh(ctx, binary, dir, name); err != nil {
		return count{}, err
	}
	defer func() { h.service.Kill() }()
	url := h.cluster.URL(name)
	// The writer of the log is slowed down too: what is not yet written is what is lost.
	if err := execute(ctx, url, "ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET wal_writer_delay = '10s'",
		"ALTER SYSTEM SET wal_writer_flush_after = '1GB'", "SELECT pg_reload_conf()"); err != nil {
		return count{}, err
	}
	defer func() {
		if err := execute(ctx, url, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
		}
	}()
	l := startLoad(ctx, h.address, h.brand)
	if err := newMoments(seed).wait(ctx); err != nil {
		return count{}, err
	}
	if err := h.crash(ctx); err != nil {
		return count{}, err
	}
	one, err := l.loss(ctx, url)
	step("synchronous_commit off: %d of %d answered comments lost", one.lost, one.answered)
	return one, err
}

// fresh starts the program on a database and a brand of its own.
func (h *harness) fresh(ctx context.Context, binary, dir, name string) error {
	if err := h.cluster.EnsureDatabase(ctx, name); err != nil {
		return err
	}
	data := filepath.Join(dir, name)
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	h.program = rig.Program{
		Binary: binary, DataDir: data, DatabaseURL: h.cluster.URL(name),
		Env: []string{"TRIAGE_ENGINE=builtin", "TRIAGE_LOG_LEVEL=warn"},
	}
	var err error
	if h.brand, err = h.program.AddBrand(ctx, "Faults"); err != nil {
		return err
	}
	h.address = ""
	return h.start(ctx)
}

// start starts the program, on the same address as before when there was one.
func (h *harness) start(ctx context.Context) error {
	service, err := h.program.Start(ctx, "api,jobs", h.address)
	if err != nil {
		return err
	}
	h.service, h.address = service, trimScheme(service.Address)
	return nil
}

func (h *harness) crash(ctx context.Context) error {
	if err := h.cluster.StopImmediate(ctx); err != nil {
		return err
	}
	return h.cluster.Start(ctx)
}

func step(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}
