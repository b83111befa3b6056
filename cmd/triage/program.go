package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"triage/triage"
)

// Program is the triage command with the world that it runs in, so that a test can start
// the real thing.
type Program struct {
	Env            []string // "NAME=value"
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is one subcommand. run reads its flags from the call that it gets.
type command struct {
	name    string // "serve", or "brand add"
	args    string // the flags that it cannot do without, as the usage line shows them
	summary string // one line, lower case
	run     func(ctx context.Context, c *call) error
}

// usageError is a mistake in how the program was called.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// errHelp ends a call that only asked for help, which has been printed.
var errHelp = errors.New("help printed")

// errFailed ends a call that has printed what is wrong.
var errFailed = errors.New("failed")

// Run runs one subcommand and returns the exit code: 0 when it did its work, 1 when it
// could not, 2 when it was called wrongly. Errors go to Stderr.
func (p Program) Run(ctx context.Context, args []string) int {
	chosen, rest, err := p.choose(args)
	if err == nil {
		err = chosen.run(ctx, newCall(p, chosen, rest))
	}
	var usage usageError
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitOK
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &usage):
		say(p.Stderr, "%s: %v\nRun '%s --help' to see how it is used.\n", chosen.spoken(), err, chosen.spoken())
		return exitUsage
	default:
		say(p.Stderr, "%s: %s\n", chosen.spoken(), told(err))
		return exitFailed
	}
}

// say writes to a terminal: there is nobody to tell that telling failed.
func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// told returns what a person at the terminal is told of err: all of it, since whoever
// runs this program may read its log too.
func told(err error) string {
	if hint := hintFor(err); hint != "" {
		return err.Error() + "\n" + hint
	}
	return err.Error()
}

func hintFor(err error) string {
	if triage.KindOf(err) == triage.Unavailable {
		return "Is DATABASE_URL right and the server running? 'triage doctor' tells more."
	}
	return ""
}

func (c command) spoken() string { return strings.TrimSpace("triage " + c.name) }

// choose finds the subcommand that args start with, and returns it with the arguments
// after it. Without one it prints the overview of all, or of the group that was named.
func (p Program) choose(args []string) (command, []string, error) {
	first, second := at(args, 0), at(args, 1)
	for _, c := range commands() {
		switch group, _, grouped := strings.Cut(c.name, " "); {
		case c.name == first:
			return c, args[1:], nil
		case grouped && group == first && c.name == first+" "+second:
			return c, args[2:], nil
		}
	}
	inGroup := func(c command) bool { return strings.HasPrefix(c.name, first+" ") }
	switch {
	case slices.ContainsFunc(commands(), inGroup):
		return p.overviewOr(command{name: first}, second, inGroup)
	default:
		return p.overviewOr(command{}, first, func(command) bool { return true })
	}
}

// overviewOr prints the overview when word asks for help, and else complains about word.
func (p Program) overviewOr(within command, word string, shown func(command) bool) (command, []string, error) {
	switch word {
	case "-h", "-help", "--help", "help":
		p.overview(p.Stdout, within, shown)
		return within, nil, errHelp
	case "":
		p.overview(p.Stderr, within, shown)
		return within, nil, usagef("name a subcommand")
	}
	return within, nil, usagef("there is no subcommand %q", word)
}

func (p Program) overview(w io.Writer, within command, shown func(command) bool) {
	say(w, "Usage: %s SUBCOMMAND [flags]\n\n", within.spoken())
	if within.name == "" {
		say(w, "Triage takes in what people say to a brand and puts each comment into the queue\n"+
			"of the person who should act on it.\n\n")
	}
	say(w, "Subcommands:\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		if shown(c) {
			say(table, "  %s\t%s\n", c.name, c.summary)
		}
	}
	_ = table.Flush() // the terminal is gone, or it is not: nothing to do about it
	say(w, "\n'%s SUBCOMMAND --help' explains one of them.\n", within.spoken())
	if within.name == "" {
		say(w, "Configuration comes from environment variables; .env.example lists them.\n")
	}
}

func at(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

// closest returns the name that is most like word, or "" when none is.
func closest(word string, names []string) string {
	best := slices.MinFunc(append([]string{""}, names...), func(a, b string) int {
		return cmp.Compare(distance(word, a), distance(word, b))
	})
	if distance(word, best) > max(1, len(word)/2) {
		return ""
	}
	return best
}

// distance is the Levenshtein distance of a and b in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
