package localpg

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// prepare makes the server's folder on the first start. A folder whose making was cut
// short has no state file and is made anew.
func (c *Cluster) prepare(ctx context.Context) error {
	s, err := readState(c.place)
	if errors.Is(err, os.ErrNotExist) {
		return c.initialise(ctx)
	}
	if err != nil {
		return err
	}
	c.state = s
	version, err := os.ReadFile(filepath.Join(c.place.data, "PG_VERSION"))
	if err != nil {
		return err
	}
	if major := strings.TrimSpace(string(version)); major != strconv.Itoa(c.install.Major) {
		return c.useMajor(ctx, major)
	}
	c.state.Bin = c.install.Bin
	return nil
}

// useMajor goes on with the binaries the cluster was made with: its files belong to
// that major version, and a newer one may have been installed since.
func (c *Cluster) useMajor(ctx context.Context, major string) error {
	in, ok := inspect(ctx, c.state.Bin)
	if !ok || strconv.Itoa(in.Major) != major {
		return fmt.Errorf("it was made by PostgreSQL %s, which is no longer in %s; "+
			"install that version again, or `make clean` to begin afresh", major, c.state.Bin)
	}
	c.install = in
	return nil
}

func (c *Cluster) initialise(ctx context.Context) error {
	began := time.Now()
	if err := os.RemoveAll(c.place.data); err != nil {
		return err
	}
	c.state = state{Password: rand.Text(), Fast: c.opts.Fast, Bin: c.install.Bin}
	passwordFile := filepath.Join(c.place.home, "password")
	if err := c.write(passwordFile, []byte(c.state.Password+"\n")); err != nil {
		return err
	}
	args := []string{"-D", c.place.data, "-U", Superuser, "--pwfile", passwordFile,
		"--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=" + locale()}
	if c.opts.Fast {
		args = append(args, "--no-sync")
	}
	if err := c.pg(ctx, "initdb", args...); err != nil {
		return err
	}
	if err := c.include(); err != nil {
		return err
	}
	if err := os.Remove(passwordFile); err != nil {
		return err
	}
	c.progress("made a private cluster in %s in %.1f s", c.place.home, time.Since(began).Seconds())
	return c.writeState()
}

// locale returns one that every such system has and in which lower case works beyond
// ASCII, as full-text search needs it.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

func (c *Cluster) include() error {
	file, err := os.OpenFile(filepath.Join(c.place.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString("\ninclude_if_exists 'triage.conf'\n")
	return errors.Join(err, file.Close())
}

// settings are written anew at each start. They stand in a file and not on the command
// line so that ALTER SYSTEM can override them.
func (c *Cluster) settings() string {
	var b strings.Builder
	fmt.Fprintf(&b, "listen_addresses = '127.0.0.1'\nport = %d\n", c.state.Port)
	fmt.Fprintf(&b, "unix_socket_directories = '%s'\n", strings.ReplaceAll(c.place.socketDir, "'", "''"))
	b.WriteString("max_connections = 300\nshared_buffers = 256MB\nmax_wal_size = 2GB\n" +
		"log_parameter_max_length_on_error = 0\nlog_min_duration_statement = -1\n")
	if c.state.Fast {
		b.WriteString("fsync = off\nsynchronous_commit = on\nfull_page_writes = off\n")
	} else {
		b.WriteString("fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n")
	}
	return b.String()
}

// launch starts the server, on its last port if that is free. Another program may take
// a port between our look and the server's bind, so it tries more than once.
func (c *Cluster) launch(ctx context.Context) error {
	if err := c.clearStale(); err != nil {
		return err
	}
	var err error
	for range 5 {
		if c.state.Port, err = freePort(c.state.Port); err != nil {
			return err
		}
		if err = c.write(filepath.Join(c.place.data, "triage.conf"), []byte(c.settings())); err != nil {
			return err
		}
		if err = c.writeState(); err != nil {
			return err
		}
		err = c.pg(ctx, "pg_ctl", "start", "-D", c.place.data, "-l", c.place.log, "-w", "-t", "60")
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond): // orphans of a killed server need a moment to leave
		}
	}
	return fmt.Errorf("%w; the end of its log:\n%s", err, tail(c.place.log, 8))
}

// clearStale removes what a crash left behind. The server does that itself unless the
// number in the file belongs to some other program by now, which is common where
// process numbers start again at every boot.
func (c *Cluster) clearStale() error {
	if err := os.Remove(c.pidFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	sockets, err := filepath.Glob(filepath.Join(c.place.socketDir, ".s.PGSQL.*"))
	if err != nil {
		return err
	}
	for _, socket := range sockets {
		if err := os.Remove(socket); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) pidFile() string { return filepath.Join(c.place.data, "postmaster.pid") }

// postmaster returns the process of the running server, 0 when it does not run. A file
// left by a crash may name a process that is something else by now; the server's own
// process works in the data folder.
func (c *Cluster) postmaster(ctx context.Context) int {
	raw, err := os.ReadFile(c.pidFile())
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return 0
	}
	if cwd, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil {
		if data, err := os.Stat(c.place.data); err == nil && os.SameFile(cwd, data) {
			return pid
		}
		return 0
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err == nil && bytes.Contains(out, []byte(c.place.data)) {
		return pid
	}
	return 0
}

// pg runs one of the server's programs as the cluster's user.
func (c *Cluster) pg(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.install.Bin, name), args...)
	cmd.Dir = c.place.home
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.place.home, "LC_MESSAGES=C", "LANG=" + locale()}
	cmd.WaitDelay = 5 * time.Second
	if c.place.owner != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.place.owner}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
