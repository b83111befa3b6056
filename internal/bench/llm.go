package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"
)

// away measures the program beside a language model that is slow, dead, or asked for more
// than there is money for.
type away struct {
	bench
	perMinute int
	latency   time.Duration
	steady    time.Duration
	outage    time.Duration
	engine    string

	flood     int
	floodRate int // comments a second
	budget    int64
	quiet     time.Duration

	dir, binary string
	notes       []string // what was run, for the document
}

// runLLM is the subcommand "llm".
func runLLM(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("llm", flag.ContinueOnError)
	a := &away{}
	flags.IntVar(&a.perMinute, "per-minute", 1000, "comments a minute that are sent to each service")
	flags.DurationVar(&a.latency, "latency", 800*time.Millisecond, "how long the model takes for an answer")
	flags.DurationVar(&a.steady, "steady", 3*time.Minute, "how long comments come while the model answers")
	flags.DurationVar(&a.outage, "outage", 10*time.Minute, "how long the model is dead")
	flags.StringVar(&a.engine, "engine", "cascade", "who judges: cascade, or llm about everything")
	flags.IntVar(&a.flood, "flood", 50_000, "comments of the flood")
	flags.IntVar(&a.floodRate, "flood-rate", 500, "comments of the flood a second")
	flags.Int64Var(&a.budget, "budget", 20_000, "what the flooded brand may spend, in millionths of a US dollar")
	flags.DurationVar(&a.quiet, "quiet", time.Minute, "how long the other brand is measured before the flood, and after it")
	only := flags.String("only", "", "one `part`: patient or flood")
	write := flags.String("write", "", "also keep the table in this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	err := a.prepared(ctx, func(dir, binary string) error {
		a.dir, a.binary = dir, binary
		for _, part := range []struct {
			name string
			run  func(context.Context) error
		}{{"patient", a.patient}, {"flood", a.flooded}} {
			if *only != "" && *only != part.name {
				continue
			}
			if err := part.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
		if *write != "" {
			return a.keepTable(*write, a.table())
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Print("\n" + a.table())
	if a.missed() {
		return errors.New("a target was missed")
	}
	return nil
}

// ran notes what was run, since much of it can be set.
func (a *away) ran(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	step("%s", note)
	a.notes = append(a.notes, note)
}

// table returns what was run and what that gave.
func (a *away) table() string {
	return strings.Join(a.notes, " ") + "\n\n" + a.bench.table()
}

// exactly is a target that only one number keeps.
func exactly(want float64) target {
	return target{fmt.Sprintf("%g", want), func(v float64) bool { return v == want }}
}
