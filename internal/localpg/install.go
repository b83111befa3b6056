package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Prepare returns the installation that a private cluster will run on, and installs
// what is missing where it can: on Debian and Ubuntu as root or with sudo that asks no
// password. progress gets one line per step. Elsewhere the error says what to do.
func Prepare(ctx context.Context, progress func(line string)) (Installation, error) {
	in, err := Find(ctx)
	var missing *MissingError
	if !errors.As(err, &missing) {
		return in, err
	}
	apt, ok := newAptInstaller(ctx, progress)
	if !ok {
		return Installation{}, byHand(missing)
	}
	if err := apt.install(ctx, missing.Found); err != nil {
		return Installation{}, fmt.Errorf("PostgreSQL with pgvector cannot be installed here (%w); "+
			"set DATABASE_URL to a server with pgvector, or run `docker compose up`", err)
	}
	return Find(ctx)
}

// byHand tells what to do where we do not install: Homebrew's programs belong to the
// person at the machine.
func byHand(missing *MissingError) error {
	if _, err := exec.LookPath("brew"); err == nil {
		return errors.New("PostgreSQL with pgvector is missing; run\n\n    brew install postgresql@17 pgvector\n\nand try again")
	}
	return fmt.Errorf("%w (installing it here needs root, or sudo without a password)", missing)
}

// aptInstaller installs packages on Debian and Ubuntu.
type aptInstaller struct {
	sudo     []string // put before a command that needs root; empty when we are root
	progress func(line string)
	destDir  string // where pgvector goes instead of /, for trying it out
}

func newAptInstaller(ctx context.Context, progress func(line string)) (*aptInstaller, bool) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, false
	}
	a := &aptInstaller{progress: progress}
	if progress == nil {
		a.progress = func(string) {}
	}
	if os.Geteuid() == 0 {
		return a, true
	}
	if err := exec.CommandContext(ctx, "sudo", "-n", "true").Run(); err != nil {
		return nil, false
	}
	a.sudo = []string{"sudo", "-n"}
	return a, true
}

// install brings a server and pgvector: the distribution's package where it is new
// enough, else pgvector built from the source package of its newer release.
func (a *aptInstaller) install(ctx context.Context, found []Installation) error {
	if err := a.step("Refreshing the package lists", func() error {
		return a.root(ctx, nil, "apt-get", "-q", "update")
	}); err != nil {
		return err
	}
	majors := a.majors(ctx, found)
	for _, major := range majors {
		vector := fmt.Sprintf("postgresql-%d-pgvector", major)
		if atLeast(a.candidate(ctx, vector), MinVector) {
			return a.packages(ctx, major, vector)
		}
	}
	if len(majors) == 0 {
		return fmt.Errorf("this release has no PostgreSQL %d or later", MinMajor)
	}
	major := majors[0]
	if err := a.packages(ctx, major, fmt.Sprintf("postgresql-server-dev-%d", major), "build-essential", "dpkg-dev"); err != nil {
		return err
	}
	return a.step(fmt.Sprintf("Building pgvector for PostgreSQL %d", major), func() error {
		return a.buildVector(ctx, major)
	})
}

// majors lists the versions that apt can give, those already here first.
func (a *aptInstaller) majors(ctx context.Context, found []Installation) []int {
	var majors []int
	have := map[int]bool{}
	add := func(major int) {
		if major < MinMajor || have[major] || a.candidate(ctx, fmt.Sprintf("postgresql-%d", major)) == "" {
			return
		}
		have[major] = true
		majors = append(majors, major)
	}
	for _, in := range found {
		add(in.Major)
	}
	for major := MinMajor + 5; major >= MinMajor; major-- {
		add(major)
	}
	return majors
}

// candidate returns the version that apt would install, without its epoch; empty when
// there is none.
func (a *aptInstaller) candidate(ctx context.Context, name string) string {
	cmd := exec.CommandContext(ctx, "apt-cache", "policy", name)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return candidateIn(string(out))
}

func candidateIn(policy string) string {
	for line := range strings.Lines(policy) {
		version, ok := strings.CutPrefix(strings.TrimSpace(line), "Candidate: ")
		if !ok || version == "(none)" {
			continue
		}
		if _, rest, ok := strings.Cut(version, ":"); ok {
			return rest
		}
		return version
	}
	return ""
}

// packages installs a server and what goes with it, without the cluster that the
// distribution would make and start on the usual port. What is turned off for that is
// as it was afterwards.
func (a *aptInstaller) packages(ctx context.Context, major int, more ...string) error {
	install := func(names ...string) error {
		args := append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y",
			"-o", "Dpkg::Use-Pty=0", "install", "--no-install-recommends"}, names...)
		return a.root(ctx, nil, args...)
	}
	return a.step(fmt.Sprintf("Installing PostgreSQL %d (%s)", major, strings.Join(more, ", ")), func() error {
		restore, err := a.replaceFile(ctx, "/usr/sbin/policy-rc.d", keepOrWrite("#!/bin/sh\nexit 101\n"), "755")
		if err != nil {
			return err
		}
		defer restore()
		if err := install("postgresql-common"); err != nil {
			return err
		}
		restoreConf, err := a.replaceFile(ctx, "/etc/postgresql-common/createcluster.conf", noMainCluster, "644")
		if err != nil {
			return err
		}
		defer restoreConf()
		return install(append([]string{fmt.Sprintf("postgresql-%d", major)}, more...)...)
	})
}

func keepOrWrite(content string) func(old string, exists bool) string {
	return func(old string, exists bool) string {
		if exists {
			return old
		}
		return content
	}
}

func noMainCluster(old string, _ bool) string {
	return strings.TrimRight(old, "\n") + "\ncreate_main_cluster = false\n"
}

// replaceFile changes a file of the system and returns what puts it back.
func (a *aptInstaller) replaceFile(ctx context.Context, path string, change func(old string, exists bool) string, mode string) (func(), error) {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	exists := err == nil
	content := change(string(old), exists)
	if exists && content == string(old) {
		return func() {}, nil
	}
	write := func(ctx context.Context, content string) error {
		return errors.Join(a.root(ctx, strings.NewReader(content), "tee", path), a.root(ctx, nil, "chmod", mode, path))
	}
	if err := write(ctx, content); err != nil {
		return nil, err
	}
	return func() {
		ctx := context.WithoutCancel(ctx) // put back even when we were interrupted
		err := write(ctx, string(old))
		if !exists {
			err = a.root(ctx, nil, "rm", "-f", path)
		}
		if err != nil {
			a.progress(fmt.Sprintf("could not put back %s: %v", path, err))
		}
	}, nil
}

// step announces what takes a while and says how long it took.
func (a *aptInstaller) step(what string, do func() error) error {
	a.progress(what + " …")
	began := time.Now()
	if err := do(); err != nil {
		return err
	}
	a.progress(fmt.Sprintf("%s: done in %.1f s", what, time.Since(began).Seconds()))
	return nil
}

// root runs a command as root. Its output is shown only when it fails.
func (a *aptInstaller) root(ctx context.Context, stdin *strings.Reader, command ...string) error {
	command = append(append([]string{}, a.sudo...), command...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	if stdin != nil {
		cmd.Stdin = stdin
	}
	return run(cmd)
}

func run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		text := strings.TrimSpace(string(out))
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, text[max(0, len(text)-2000):])
	}
	return nil
}

// pgConfig is Debian's path of the program that tells an extension's Makefile where the
// server of that version is.
func pgConfig(major int) string {
	return filepath.Join("/usr/lib/postgresql", strconv.Itoa(major), "bin", "pg_config")
}
