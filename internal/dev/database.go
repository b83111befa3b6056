package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"triage/internal/localpg"
)

// serviceDatabase is the name of the service's database in the private cluster.
const serviceDatabase = "triage"

// database is what a command runs on.
type database struct {
	url  string
	stop func() error // ends the server if this process started it
}

// openDatabase returns the database of DATABASE_URL if that is set, else the private
// one, with its server installed, made and started as needed.
func (d *dev) openDatabase(ctx context.Context) (database, error) {
	db := database{stop: func() error { return nil }}
	err := d.out.step(func() (string, error) {
		if url := os.Getenv("DATABASE_URL"); url != "" {
			db.url = url
			return "DATABASE_URL checked", localpg.Check(ctx, url, localpg.ForService)
		}
		c, err := d.startCluster(ctx)
		if err != nil {
			return "", err
		}
		db.url = c.URL(serviceDatabase)
		if c.StartedHere() {
			db.stop = func() error { return d.stopCluster(c) }
		}
		in := c.Installation()
		return fmt.Sprintf("PostgreSQL %d with pgvector %s ready", in.Major, in.Vector),
			c.EnsureDatabase(ctx, serviceDatabase)
	})
	if err != nil {
		return database{}, errors.Join(err, db.stop())
	}
	return db, nil
}

func (d *dev) startCluster(ctx context.Context) (*localpg.Cluster, error) {
	if _, err := localpg.Prepare(ctx, d.out.progress); err != nil {
		return nil, err
	}
	return localpg.Start(ctx, localpg.Options{Dir: localpg.DefaultDir(d.root), Progress: d.out.progress})
}

// stopCluster stops a server although the command itself has been interrupted. Another
// terminal may have begun to use it since we started it; then it is left to `make stop`.
func (d *dev) stopCluster(c *localpg.Cluster) error {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	for range 20 { // sessions of a program that has just ended need a moment to go
		n, err := c.Sessions(ctx)
		if err != nil || n == 0 {
			return c.Stop(ctx)
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.out.line("somebody else uses PostgreSQL by now: left running, `make stop` ends it")
	return nil
}

// prepare installs what a private cluster needs, whatever DATABASE_URL says: benchmarks
// and faults have clusters of their own. And what the console is built and tested with.
func (d *dev) prepare(ctx context.Context) error {
	err := d.out.step(func() (string, error) {
		_, err := d.prepareWeb(ctx)
		if err != nil {
			return "", err
		}
		_, err = d.browser(ctx)
		return "found what the console is built and tested with", err
	})
	if err != nil {
		return err
	}
	return d.out.step(func() (string, error) {
		in, err := localpg.Prepare(ctx, d.out.progress)
		return fmt.Sprintf("found PostgreSQL %d with pgvector %s", in.Major, in.Vector), err
	})
}

func (d *dev) db(ctx context.Context) error {
	db, err := d.openDatabase(ctx)
	if err != nil {
		return err
	}
	d.out.line("%s", db.url)
	return nil
}

// exec runs a command of the caller's with DATABASE_URL set. A signal reaches the
// command first; the server is stopped after it, if it was started for it.
func (d *dev) exec(ctx context.Context, args []string) (err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("exec: no command given")
	}
	db, err := d.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+db.url)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd.Run()
}

// stop ends a `run` of another terminal and the servers left in the background.
func (d *dev) stop(ctx context.Context) error {
	if err := d.endRun(ctx); err != nil {
		return err
	}
	for _, dir := range []string{localpg.DefaultDir(d.root), localpg.TestDir(d.root)} {
		c, running := localpg.Attach(ctx, dir)
		if !running {
			continue
		}
		if err := c.Stop(ctx); err != nil {
			return err
		}
		d.out.line("stopped the PostgreSQL of %s", dir)
	}
	return nil
}

// clean deletes what the project made on this machine. The key that seals secrets goes
// only together with the private database: without it a server behind DATABASE_URL would
// hold secrets that nobody can open.
func (d *dev) clean(ctx context.Context) error {
	if err := d.endRun(ctx); err != nil {
		return err
	}
	keep := ""
	if !localpg.Exists(localpg.DefaultDir(d.root)) {
		keep = keyFile
	}
	for _, dir := range []string{localpg.DefaultDir(d.root), localpg.TestDir(d.root)} {
		if err := localpg.Remove(ctx, dir); err != nil {
			return err
		}
	}
	if err := removeBut(d.path(".data"), keep); err != nil {
		return err
	}
	for _, dir := range []string{"bin", "dist"} {
		if err := os.RemoveAll(d.path(dir)); err != nil {
			return err
		}
	}
	d.out.line("data and binaries are gone")
	if _, err := os.Stat(d.path(".data", keyFile)); err == nil {
		d.out.line("kept .data/%s: a database of yours may hold secrets sealed with it", keyFile)
	}
	return nil
}

// keyFile is where the service keeps its generated key in the data folder.
const keyFile = "secret.key"

// removeBut deletes a folder, or all in it but the named file if that is there.
func removeBut(dir, keep string) error {
	if _, err := os.Stat(filepath.Join(dir, keep)); keep == "" || err != nil {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == keep {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
