package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"triage/internal/localpg"
)

const (
	lintVersion = "v2.15.0"
	vulnVersion = "v1.9.0"
)

// check is one thing that CI insists on.
type check struct {
	name string
	what string
	run  func(ctx context.Context) error
}

func (d *dev) checks() []check {
	return []check{
		{"gofmt", "formatting", d.checkFormat},
		{"modules", "modules are what go.sum says", d.command("go", "mod", "verify")},
		{"vet", "go vet", d.command("go", "vet", "./...")},
		{"lint", "golangci-lint " + lintVersion, d.checkLint},
		{"vulnerabilities", "govulncheck " + vulnVersion, d.checkVulnerabilities},
		{"test", "go test -race", d.checkTests},
		{"console", "types, tests, build and weight of the console", d.checkConsole},
		{"browser", "the console in a real browser", d.checkBrowser},
	}
}

// check runs all checks, or those named. It goes on after one that fails, so that one
// run tells everything, and fails if any did.
func (d *dev) check(ctx context.Context, names []string) error {
	chosen, err := choose(d.checks(), names)
	if err != nil {
		return err
	}
	return d.runChecks(ctx, chosen)
}

func (d *dev) runChecks(ctx context.Context, chosen []check) error {
	began := d.out.now()
	var failed []string
	for i, c := range chosen {
		d.out.line("[%d/%d] %s: %s …", i+1, len(chosen), c.name, c.what)
		start := d.out.now()
		err := c.run(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		took := seconds(d.out.now().Sub(start))
		if err != nil {
			failed = append(failed, c.name)
			d.out.line("[%d/%d] %s FAILED after %s: %v", i+1, len(chosen), c.name, took, err)
			continue
		}
		d.out.line("[%d/%d] %s is fine, %s", i+1, len(chosen), c.name, took)
	}
	if len(failed) > 0 {
		return fmt.Errorf("failed: %s", strings.Join(failed, ", "))
	}
	d.out.line("all checks passed in %s", seconds(d.out.now().Sub(began)))
	return nil
}

func choose(all []check, names []string) ([]check, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []check
	for _, name := range names {
		found := false
		for _, c := range all {
			if c.name == name {
				chosen, found = append(chosen, c), true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown check %q", name)
		}
	}
	return chosen, nil
}

// checkFormat names the files that gofmt would change.
func (d *dev) checkFormat(ctx context.Context) error {
	files, err := goFiles(d.root)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "gofmt", append([]string{"-l"}, files...)...)
	cmd.Dir = d.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if len(out) > 0 {
		return fmt.Errorf("run gofmt -w on\n%s", out)
	}
	return nil
}

// goFiles lists the project's Go files; hidden folders and those of npm are not ours.
func goFiles(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules") {
			return filepath.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(name, ".go") {
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

func (d *dev) checkLint(ctx context.Context) error {
	linter, err := d.tool(ctx, "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", lintVersion)
	if err != nil {
		return err
	}
	cmd := d.shown(ctx, linter, "run", "./...")
	cmd.Env = append(os.Environ(), "GOLANGCI_LINT_CACHE="+d.path(".data", "cache", "golangci-lint"))
	return cmd.Run()
}

// foundVulnerabilities is govulncheck's exit code when the program calls vulnerable code.
const foundVulnerabilities = 3

// checkVulnerabilities fails on a finding. Where the database of vulnerabilities cannot
// be reached there is nothing to compare with, which is said and does not fail.
func (d *dev) checkVulnerabilities(ctx context.Context) error {
	tool, err := d.tool(ctx, "golang.org/x/vuln/cmd/govulncheck", vulnVersion)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	cmd := d.shown(ctx, tool, "./...")
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if unreachable(err, out.String()) {
		d.out.progress("the vulnerability database cannot be reached from here: not checked")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out.String())
	}
	return nil
}

// unreachable tells a database out of reach from a finding and from a program that does
// not compile; govulncheck has no exit code of its own for it.
func unreachable(err error, output string) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() == foundVulnerabilities {
		return false
	}
	return strings.Contains(output, "fetching vulnerabilities") || strings.Contains(output, "HTTP GET")
}

// checkTests runs all tests with the race detector on a database server that is prepared
// for them, and ends that server if it was not running before.
func (d *dev) checkTests(ctx context.Context) (err error) {
	stop, err := d.testServer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if os.Getenv("TRIAGE_CORPUS") == "" {
		d.out.progress("TRIAGE_CORPUS is not set: tests on collected samples only say so")
	}
	return d.shown(ctx, "go", "test", "-race", "-timeout", "20m", "./...").Run()
}

func (d *dev) testServer(ctx context.Context) (stop func() error, err error) {
	stop = func() error { return nil }
	if url := os.Getenv("DATABASE_URL"); url != "" {
		return stop, localpg.Check(ctx, url, localpg.ForTests)
	}
	if _, err := localpg.Prepare(ctx, d.out.progress); err != nil {
		return stop, err
	}
	c, err := localpg.Start(ctx, localpg.Options{Dir: localpg.TestDir(d.root), Fast: true, Progress: d.out.progress})
	if err != nil {
		return stop, err
	}
	if c.StartedHere() {
		stop = func() error { return d.stopCluster(c) }
	}
	return stop, nil
}

// tool builds a tool at a fixed version into a folder of its own and returns its path.
// It stays out of go.mod, where it would bring hundreds of modules.
func (d *dev) tool(ctx context.Context, pkg, version string) (string, error) {
	name := filepath.Base(pkg)
	dir := d.path(".data", "tools", name+"@"+version)
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	began := d.out.now()
	d.out.progress("building " + name + " " + version + ", once …")
	cmd := exec.CommandContext(ctx, "go", "install", pkg+"@"+version)
	cmd.Dir = os.TempDir() // outside the module, whose go.mod is none of its business
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-trimpath")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	d.out.progress(name + " built in " + seconds(d.out.now().Sub(began)))
	return path, nil
}

func (d *dev) command(name string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error { return d.shown(ctx, name, args...).Run() }
}

// shown prepares a command in the root whose output is the user's to see. It is
// interrupted, not killed, so that tests can clean up.
func (d *dev) shown(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.root, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}
