package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/jackc/pgx/v5"

	"triage/internal/localpg"
)

// browserDatabase is made anew for each run of the stories.
const browserDatabase = "triage_browser"

// checkBrowser lets the stories of the console happen.
func (d *dev) checkBrowser(ctx context.Context) error { return d.inBrowser(ctx) }

// screenshots makes the pictures in docs/console anew.
func (d *dev) screenshots(ctx context.Context) error { return d.inBrowser(ctx, "SCREENSHOTS=1") }

// benchConsole measures the console with ten thousand items.
func (d *dev) benchConsole(ctx context.Context) error { return d.inBrowser(ctx, "TRIAGE_BENCH=1") }

// inBrowser lets the console be used: a real browser, the built program, a database of its own.
func (d *dev) inBrowser(ctx context.Context, env ...string) (err error) {
	path, err := d.prepareWeb(ctx)
	if err != nil {
		return err
	}
	browser, err := d.browser(ctx)
	if err != nil {
		return err
	}
	if err := d.buildWeb(ctx); err != nil {
		return err
	}
	binary := d.path("bin", "triage")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/triage")
	build.Dir = d.root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	url, stop, err := d.browserServer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	cmd := d.npm(ctx, path, "run", "--silent", "browser")
	cmd.Env = append(append(cmd.Env, env...), "DATABASE_URL="+url, "TRIAGE_BINARY="+binary, "TRIAGE_BROWSER="+browser)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// browser returns the path of a chromium, which it installs if need be.
func (d *dev) browser(ctx context.Context) (string, error) {
	if path, err := exec.LookPath(browserName); err == nil {
		return path, nil
	}
	if err := localpg.InstallPackages(ctx, d.out.progress, browserName); err != nil {
		return "", err
	}
	return exec.LookPath(browserName)
}

// browserServer returns the address of an empty database on the server of the tests.
func (d *dev) browserServer(ctx context.Context) (url string, stop func() error, err error) {
	stop, err = d.testServer(ctx)
	if err != nil {
		return "", stop, err
	}
	server := os.Getenv("DATABASE_URL")
	if server == "" {
		c, running := localpg.Attach(ctx, localpg.TestDir(d.root))
		if !running {
			return "", stop, errors.New("the server of the tests is gone")
		}
		server = c.URL("postgres")
	}
	url, err = renewDatabase(ctx, server, browserDatabase)
	if err != nil {
		err = errors.Join(err, stop())
	}
	return url, stop, err
}

// renewDatabase drops a database, makes it anew and returns its address.
func renewDatabase(ctx context.Context, server, name string) (string, error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	quoted := pgx.Identifier{name}.Sanitize()
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)", "CREATE DATABASE " + quoted} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", fmt.Errorf("database for the browser: %w", err)
		}
	}
	return localpg.WithDatabase(server, name), nil
}
