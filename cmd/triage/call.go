package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"triage/postgres"
)

// call is one invocation of a subcommand: its flags, and how it answers.
type call struct {
	Program
	command command
	flags   *flag.FlagSet
	args    []string
	details string // shown by --help below the summary
	json    *bool  // set by jsonFlag
}

func newCall(p Program, chosen command, args []string) *call {
	flags := flag.NewFlagSet(chosen.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the call itself says what is wrong, in one voice
	return &call{Program: p, command: chosen, flags: flags, args: args}
}

// explain adds a paragraph to the command's help.
func (c *call) explain(text string) { c.details = text }

// jsonFlag lets the command answer programs too.
func (c *call) jsonFlag() { c.json = c.flags.Bool("json", false, "answer in JSON, for programs") }

// parse reads the flags. It prints help when asked for and then returns errHelp; a flag
// of required that was not given is a usage error, as is everything unknown.
func (c *call) parse(required ...string) error {
	switch err := c.flags.Parse(c.args); {
	case errors.Is(err, flag.ErrHelp):
		c.help(c.Stdout)
		return errHelp
	case err != nil:
		return c.badFlag(err)
	}
	if c.flags.NArg() > 0 {
		return usagef("unexpected argument %q: everything is said by flags", c.flags.Arg(0))
	}
	given := c.given()
	for _, name := range required {
		if !given[name] {
			return usagef("--%s is missing", name)
		}
	}
	return nil
}

// given returns the names of the flags that the call set.
func (c *call) given() map[string]bool {
	names := map[string]bool{}
	c.flags.Visit(func(f *flag.Flag) { names[f.Name] = true })
	return names
}

// badFlag says in our words what the flag package found. It never repeats a value, which
// could be a secret.
func (c *call) badFlag(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		name = strings.TrimPrefix(name, "-")
		var known []string
		c.flags.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
		if like := closest(name, known); like != "" {
			return usagef("unknown flag --%s; did you mean --%s?", name, like)
		}
		return usagef("unknown flag --%s; known are --%s", name, strings.Join(known, ", --"))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usagef("--%s needs a value", name)
	}
	if _, rest, ok := strings.Cut(text, " for flag -"); ok {
		name, _, _ := strings.Cut(rest, ":")
		return usagef("the value of --%s cannot be used: it takes %s", name, kindOf(c.flags.Lookup(name)))
	}
	return usagef("a flag cannot be understood: write --name value or --name=value")
}

func kindOf(f *flag.Flag) string {
	if f == nil {
		return "something else"
	}
	placeholder, _ := flag.UnquoteUsage(f)
	switch placeholder {
	case "float":
		return "a number"
	case "int":
		return "a whole number"
	case "duration":
		return "a duration such as 30s or 24h"
	case "":
		return "true or false"
	}
	return "a " + placeholder
}

// help prints the usage, what the command does and each of its flags.
func (c *call) help(w io.Writer) {
	usage := strings.TrimSpace(c.command.spoken() + " " + c.command.args)
	say(w, "Usage: %s [flags]\n\n", usage)
	summary := c.command.summary
	say(w, "%s%s.\n", strings.ToUpper(summary[:1]), summary[1:])
	if c.details != "" {
		say(w, "\n%s\n", strings.TrimSpace(c.details))
	}
	say(w, "\nFlags:\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	c.flags.VisitAll(func(f *flag.Flag) {
		placeholder, what := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			what += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		say(table, "  %s\t%s\n", strings.TrimSpace("--"+f.Name+" "+placeholder), what)
	})
	say(table, "  --help\tprint this\n")
	_ = table.Flush()
}

// config reads the configuration from the call's environment.
func (c *call) config() (Config, error) { return ReadConfig(c.Env) }

// open opens the store for a command that does one thing and ends.
func (c *call) open(ctx context.Context) (*postgres.Store, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return openStore(ctx, config, 2)
}

// inTx opens the store, does work in one transaction and closes the store.
func (c *call) inTx(ctx context.Context, work func(*postgres.Tx) error) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.InTx(ctx, work)
}

// openStore opens the database of config with at most conns connections.
func openStore(ctx context.Context, config Config, conns int) (*postgres.Store, error) {
	if config.DatabaseURL == "" {
		return nil, errNoDatabase
	}
	store, err := postgres.Open(ctx, config.DatabaseURL.Reveal(), conns)
	if err != nil {
		// A database without our schema fails in ways that do not say so.
		if f, _ := postgres.Examine(ctx, config.DatabaseURL.Reveal()); f.Version > 0 && f.Migration < f.NewestMigration {
			return nil, fmt.Errorf("the database is not migrated: run 'triage migrate'")
		}
		return nil, err
	}
	return store, nil
}

// answer prints value for programs, or else lines for people.
func (c *call) answer(value any, lines ...string) error {
	if c.json == nil || !*c.json {
		for _, line := range lines {
			say(c.Stdout, "%s\n", line)
		}
		return nil
	}
	out := json.NewEncoder(c.Stdout)
	out.SetEscapeHTML(false)
	return out.Encode(value)
}

// table lays rows out under a heading; cells are separated by tabs.
func table(heading string, rows []string) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	say(w, "%s\n", heading)
	for _, row := range rows {
		say(w, "%s\n", row)
	}
	_ = w.Flush() // a buffer takes everything
	return strings.TrimRight(b.String(), "\n")
}
