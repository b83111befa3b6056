// Command dev is what `make` calls: it prepares a database on the developer's machine,
// runs the service on it with sample traffic, and runs every check that CI runs.
//
// It starts the service's own binary and asks it over HTTP and by its subcommands; it
// knows no table and no rule.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

const usage = `dev prepares, runs and checks the project. Usage: dev COMMAND

  prepare         install PostgreSQL, pgvector, Node.js and a browser if they are missing
  db              prepare and start the private database, print its URL
  run             database, migrations, service and sample traffic, until Ctrl-C
  stop            end what runs in the background; data stays
  clean           end it and delete data and binaries
  console         build the console, which the next build of the program embeds
  screenshots     make the pictures in docs/console anew, from the sample brand
  types           generate the console's types from the contract, for editors
  bench-console   measure the console in a browser: how fast it answers, how soon news shows
  exec -- CMD …   run CMD with DATABASE_URL set, the database started for it if need be
  check [NAME …]  run the checks of CI, or only those named
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		stop()
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(os.Args) > 1 && os.Args[1] == "exec" {
			os.Exit(max(1, exit.ExitCode()))
		}
		fmt.Fprintln(os.Stderr, "dev: "+err.Error())
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	d := &dev{root: root, out: newConsole(os.Stdout)}
	if len(args) == 0 {
		fmt.Print(usage)
		return nil
	}
	switch args[0] {
	case "prepare":
		return d.prepare(ctx)
	case "db":
		return d.db(ctx)
	case "run":
		return d.run(ctx)
	case "stop":
		return d.stop(ctx)
	case "clean":
		return d.clean(ctx)
	case "console":
		return d.buildWeb(ctx)
	case "screenshots":
		return d.screenshots(ctx)
	case "types":
		return d.webTypes(ctx)
	case "bench-console":
		return d.benchConsole(ctx)
	case "exec":
		d.out = newConsole(os.Stderr) // the command's own output stays alone
		return d.exec(ctx, args[1:])
	case "check":
		return d.check(ctx, args[1:])
	default:
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("unknown command %q", args[0])
	}
}

// dev holds what every command needs.
type dev struct {
	root string // folder of go.mod
	out  *console
}

func (d *dev) path(parts ...string) string {
	return filepath.Join(append([]string{d.root}, parts...)...)
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above: run it inside the project")
		}
		dir = parent
	}
}
