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
	if len(os.Args) > 1 && os.Args[1] == "queues" {
		if err := runQueues(ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "cascade" {
		if err := runCascade(ctx, os.Args[2:]); err != nil {
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
func (b *bench) fresh(ctx context.Context, dir, binary, name string) error {
	if err := b.cluster.EnsureDatabase(ctx, "bench_"+name); err != nil {
		return err
	}
	data := filepath.Join(dir, name)
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	b.program = rig.Program{
		Binary: binary, DataDir: data, DatabaseURL: b.cluster.URL("bench_" + name),
		Env: []string{"TRIAGE_ENGINE=builtin", "TRIAGE_LOG_LEVEL=error"},
	}
	var err error
	b.brand, err = b.program.AddBrand(ctx, "Bench "+name)
	return err
}

func step(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}
