// Command bench measures the program beside PostgreSQL on this machine: how fast signed
// comments are accepted, how soon they stand in a queue, how fast a backlog drains, and
// how much memory that takes. It prints a table, and keeps it with --write.
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
	parts := map[string]func(context.Context, []string) error{"queues": runQueues, "cascade": runCascade, "llm": runLLM}
	if len(os.Args) > 1 && parts[os.Args[1]] != nil {
		if err := parts[os.Args[1]](ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	write := flag.String("write", "", "also keep the table in this `file`")
	rounds := flag.Int("rounds", 3, "alternating runs of ingest and pgbench")
	seconds := flag.Int("seconds", 8, "length of each such run")
	only := flag.String("only", "", "one `part`: ingest, latency or backlog")
	flag.Parse()
	b := &bench{rounds: *rounds, length: time.Duration(*seconds) * time.Second}
	if err := b.run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	fmt.Print("\n" + b.table())
	if *write != "" {
		if err := b.keep(*write); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	if b.missed() {
		os.Exit(1)
	}
}

// bench is one run of everything on a database of its own.
type bench struct {
	rounds int
	length time.Duration

	cluster *localpg.Cluster
	program rig.Program
	brand   rig.Brand
	figures []figure
}

func (b *bench) run(ctx context.Context, only string) error {
	return b.prepared(ctx, func(dir, binary string) error { return b.parts(ctx, dir, binary, only) })
}

// prepared builds the program, starts a cluster of its own and runs work with both. dir is for
// what work needs; all of it is gone afterwards.
func (b *bench) prepared(ctx context.Context, work func(dir, binary string) error) error {
	dir, err := os.MkdirTemp("", "triage-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user
		return err
	}
	step("building the program")
	binary := filepath.Join(dir, "triage")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/triage").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	step("starting PostgreSQL")
	cluster := filepath.Join(dir, "postgres")
	b.cluster, err = localpg.Start(ctx, localpg.Options{Dir: cluster})
	if err != nil {
		return err
	}
	defer func() {
		if err := localpg.Remove(context.WithoutCancel(ctx), cluster); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	return work(dir, binary)
}

func (b *bench) parts(ctx context.Context, dir, binary, only string) error {
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"ingest", b.ingest}, {"latency", b.latency}, {"backlog", b.backlog}} {
		if only != "" && only != part.name {
			continue
		}
		if err := b.fresh(ctx, dir, binary, part.name); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// fresh gives a part a database and a brand of its own.
func (b *bench) fresh(ctx context.Context, dir, binary, name string) (err error) {
	if b.program, err = b.beside(ctx, dir, binary, name, "TRIAGE_ENGINE=builtin"); err != nil {
		return err
	}
	b.brand, err = b.program.AddBrand(ctx, "Bench "+name)
	return err
}

// beside returns the program with a database and a folder of its own.
func (b *bench) beside(ctx context.Context, dir, binary, name string, env ...string) (rig.Program, error) {
	if err := b.cluster.EnsureDatabase(ctx, "bench_"+name); err != nil {
		return rig.Program{}, err
	}
	data := filepath.Join(dir, name)
	if err := os.MkdirAll(data, 0o700); err != nil {
		return rig.Program{}, err
	}
	return rig.Program{
		Binary: binary, DataDir: data, DatabaseURL: b.cluster.URL("bench_" + name),
		Env: append(env, "TRIAGE_LOG_LEVEL=error"),
	}, nil
}

func step(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}
