package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"triage/internal/localpg"
)

const (
	nodeLeast   = 20         // what Vite needs, with nodeMinor
	nodeMinor   = 19         //
	nodeVersion = "20.20.2"  // what is fetched where the distribution's is older
	browserName = "chromium" // package and program
)

// nodePath returns PATH with a Node.js in it that is new enough, which it installs if need
// be: the distribution's, or through the distribution's npm one beside it.
func (d *dev) nodePath(ctx context.Context) (string, error) {
	own := d.path(".data", "tools", "node", "node_modules", "node", "bin")
	path := own + string(os.PathListSeparator) + os.Getenv("PATH")
	if nodeIsNew(ctx, path) && findIn(path, "npm") {
		return path, nil
	}
	if !findIn(path, "npm") {
		if err := localpg.InstallPackages(ctx, d.out.progress, "nodejs", "npm"); err != nil {
			return "", fmt.Errorf("the console needs Node.js %d.%d or later with npm: %w", nodeLeast, nodeMinor, err)
		}
	}
	if nodeIsNew(ctx, path) {
		return path, nil
	}
	d.out.progress("fetching Node.js " + nodeVersion + " …")
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--prefix", d.path(".data", "tools", "node"), "node@"+nodeVersion)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("Node.js: %w\n%s", err, out) //nolint:staticcheck // a name
	}
	return path, nil
}

func findIn(path, name string) bool {
	for _, dir := range filepath.SplitList(path) {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

func nodeIsNew(ctx context.Context, path string) bool {
	cmd := exec.CommandContext(ctx, "env", "PATH="+path, "node", "--version")
	out, err := cmd.Output()
	return err == nil && newEnough(strings.TrimSpace(string(out)))
}

// newEnough reads what `node --version` prints, such as v20.19.1.
func newEnough(version string) bool {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err == nil && err2 == nil && (major > nodeLeast || major == nodeLeast && minor >= nodeMinor)
}

// prepareWeb installs the packages of the lock file, unless they are there, and returns the
// PATH to build with.
func (d *dev) prepareWeb(ctx context.Context) (string, error) {
	path, err := d.nodePath(ctx)
	if err != nil {
		return "", err
	}
	lock, err := os.ReadFile(d.path("web", "package-lock.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	mark := d.path("web", "node_modules", ".installed")
	if old, err := os.ReadFile(mark); err == nil && string(old) == hex.EncodeToString(sum[:]) {
		return path, nil
	}
	d.out.progress("installing the console's packages …")
	if out, err := d.npm(ctx, path, "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return path, os.WriteFile(mark, []byte(hex.EncodeToString(sum[:])), 0o644)
}

// npm prepares a command in the console's folder.
func (d *dev) npm(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "env", append([]string{"npm"}, args...)...) // env looks npm up in PATH below
	cmd.Dir = d.path("web")
	cmd.Env = append(os.Environ(), "PATH="+path)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}

// buildWeb builds the console, unless it is newer than its sources.
func (d *dev) buildWeb(ctx context.Context) error {
	fresh, err := d.webIsFresh()
	if err != nil || fresh {
		return err
	}
	return d.out.step(func() (string, error) {
		path, err := d.prepareWeb(ctx)
		if err != nil {
			return "", err
		}
		if out, err := d.npm(ctx, path, "run", "--silent", "build").CombinedOutput(); err != nil {
			return "", fmt.Errorf("console: %w\n%s", err, out)
		}
		return "console built", nil
	})
}

// webIsFresh reports whether the built page is newer than everything it is made of.
func (d *dev) webIsFresh() (bool, error) {
	page, err := os.Stat(d.path("web", "build", "dist", "index.html"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	fresh := true
	for _, source := range []string{"src", "public", "index.html", "package-lock.json", "vite.config.ts"} {
		err := filepath.WalkDir(d.path("web", source), func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.Name() == "schema.ts" { // only the compiler reads it
				return err
			}
			info, err := entry.Info()
			if err == nil && info.ModTime().After(page.ModTime()) {
				fresh = false
				return filepath.SkipAll
			}
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return fresh, nil
}

// types generates the console's view of the contract from the running code.
func (d *dev) types(ctx context.Context, path string) error {
	contract := exec.CommandContext(ctx, "go", "run", "./cmd/triage", "openapi")
	contract.Dir = d.root
	document, err := contract.Output()
	if err != nil {
		return fmt.Errorf("contract: %w", err)
	}
	cmd := d.npm(ctx, path, "run", "--silent", "types")
	cmd.Stdin = bytes.NewReader(document)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("types: %w\n%s", err, out)
	}
	return nil
}

// webTypes is `dev types`: for editors, and after the contract has changed.
func (d *dev) webTypes(ctx context.Context) error {
	path, err := d.prepareWeb(ctx)
	if err != nil {
		return err
	}
	return d.types(ctx, path)
}

// checkConsole holds the console's sources against the contract, runs its tests, builds it
// and weighs what the first page loads.
func (d *dev) checkConsole(ctx context.Context) error {
	path, err := d.prepareWeb(ctx)
	if err != nil {
		return err
	}
	if err := d.types(ctx, path); err != nil {
		return err
	}
	for _, script := range []string{"check", "test", "build", "weigh"} {
		cmd := d.npm(ctx, path, "run", "--silent", script)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("npm run %s: %w", script, err)
		}
	}
	return nil
}
