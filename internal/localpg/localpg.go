// Package localpg runs a private PostgreSQL cluster for development and tests: it
// finds the server's binaries, makes a cluster in a folder of ours, starts it on a
// free loopback port and a private unix socket, stops it and removes it. It also
// installs what is missing and checks a server that somebody else runs.
//
// It knows nothing of the service: no schema, no migration, no brand.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is the role that a private cluster is made with and that every URL of
// it names.
const Superuser = "triage"

// Options says where a cluster lives and what it is for.
type Options struct {
	Dir  string // folder of the cluster, made when absent; kept between starts
	Fast bool   // fsync off: the data of tests, which nobody misses after a power cut

	// Progress is called with one line for each step that takes time; nil is silence.
	Progress func(line string)
}

// Cluster is a private cluster. Its methods may be used by several processes at
// once: starting and stopping are serialised by a lock file.
type Cluster struct {
	opts    Options
	place   place
	install Installation
	state   state
	started bool
}

// Start makes the cluster in o.Dir if it is not there, starts it if it does not run
// and waits until it accepts connections. A cluster that runs already is adopted; one
// left behind by a crash is recovered. It fails with a *MissingError when the machine
// has no PostgreSQL 15 with pgvector 0.8.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	install, err := Find(ctx)
	if err != nil {
		return nil, err
	}
	p, err := choosePlace(o.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{opts: o, place: p, install: install}
	return c, c.Start(ctx)
}

// Attach returns the cluster in dir if it runs. It reports false when there is none
// or when it is stopped.
func Attach(ctx context.Context, dir string) (*Cluster, bool) {
	p, err := existingPlace(dir)
	if err != nil {
		return nil, false
	}
	s, err := readState(p)
	if err != nil {
		return nil, false
	}
	c := &Cluster{opts: Options{Dir: dir, Fast: s.Fast}, place: p, install: Installation{Bin: s.Bin}, state: s}
	return c, c.postmaster(ctx) != 0
}

// Start starts the cluster again after Stop or StopImmediate, on the same port and
// socket where the port is still free. It does nothing when the cluster runs.
func (c *Cluster) Start(ctx context.Context) error {
	unlock, err := lock(ctx, c.place.lockFile)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.prepare(ctx); err != nil {
		return fmt.Errorf("cluster %s: %w", c.place.home, err)
	}
	if c.postmaster(ctx) == 0 {
		if err := c.launch(ctx); err != nil {
			return fmt.Errorf("cluster %s: %w", c.place.home, err)
		}
		c.started = true
	}
	return c.awaitReady(ctx)
}

// StartedHere reports whether this process started the server, as opposed to having
// found it running.
func (c *Cluster) StartedHere() bool { return c.started }

// Installation returns the binaries that the cluster runs on.
func (c *Cluster) Installation() Installation { return c.install }

// Port returns the loopback port.
func (c *Cluster) Port() int { return c.state.Port }

// LogFile returns the path of the server's log.
func (c *Cluster) LogFile() string { return c.place.log }

// URL returns the connection URL of a database over the unix socket.
func (c *Cluster) URL(db string) string {
	q := url.Values{"host": {c.place.socketDir}, "port": {strconv.Itoa(c.state.Port)}}
	u := url.URL{Scheme: "postgres", User: url.User(Superuser), Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// TCPURL returns the connection URL of a database over loopback TCP, with the
// cluster's generated password in it.
func (c *Cluster) TCPURL(db string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(Superuser, c.state.Password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.state.Port)), Path: "/" + db,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// EnsureDatabase creates the database if it does not exist.
func (c *Cluster) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("database %s: %w", name, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	row := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name)
	if err := row.Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}

// Sessions counts the sessions of clients, our own not among them.
func (c *Cluster) Sessions(ctx context.Context) (int, error) {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return 0, fmt.Errorf("cluster %s: %w", c.place.home, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var n int
	err = conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&n)
	return n, err
}

// Stop ends the server in an orderly way: open transactions are rolled back, all
// else is written. It does nothing when the cluster does not run.
func (c *Cluster) Stop(ctx context.Context) error { return c.stop(ctx, "fast") }

// StopImmediate ends the server as a crash would: nothing is written any more, the
// next Start recovers from the log.
func (c *Cluster) StopImmediate(ctx context.Context) error { return c.stop(ctx, "immediate") }

// Exists reports whether a cluster was made for dir.
func Exists(dir string) bool {
	_, err := existingPlace(dir)
	return err == nil
}

// Remove stops the cluster in dir and deletes all that Start made for it. It is no
// error when there is none.
func Remove(ctx context.Context, dir string) error {
	p, err := existingPlace(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if c, running := Attach(ctx, dir); running {
		if err := c.StopImmediate(ctx); err != nil {
			return err
		}
	}
	return p.remove()
}

func (c *Cluster) stop(ctx context.Context, mode string) error {
	unlock, err := lock(ctx, c.place.lockFile)
	if err != nil {
		return err
	}
	defer unlock()
	if c.postmaster(ctx) == 0 {
		return nil
	}
	if err := c.pg(ctx, "pg_ctl", "stop", "-D", c.place.data, "-m", mode, "-w", "-t", "60"); err != nil {
		return fmt.Errorf("cluster %s: stop: %w", c.place.home, err)
	}
	c.started = false
	return nil
}

// awaitReady waits until a session can be opened: a server that recovers from a crash
// listens before it accepts.
func (c *Cluster) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("cluster %s: not ready, see %s: %w", c.place.home, c.place.log, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *Cluster) progress(format string, args ...any) {
	if c.opts.Progress != nil {
		c.opts.Progress(fmt.Sprintf(format, args...))
	}
}

// DefaultDir returns the folder of a project's own cluster below its root.
func DefaultDir(root string) string { return filepath.Join(root, ".data", "postgres") }

// TestDir returns the folder of the cluster that a project's tests share.
func TestDir(root string) string { return filepath.Join(root, ".data", "postgres-test") }
