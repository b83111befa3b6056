package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"triage/audit"
	"triage/postgres"
)

func auditExport(ctx context.Context, c *call) error {
	c.explain("It writes the sealed rows, oldest first. The last line carries the head of the chain: keep it,\n" +
		"and 'triage doctor --audit --head' shows later that nothing was changed or cut off.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	format := c.flags.String("format", string(audit.JSONLines), "the `form`: jsonl or csv")
	from := c.flags.String("from", "", "only rows at or after this `day`, such as 2026-11-25")
	to := c.flags.String("to", "", "only rows before this `day`")
	out := c.flags.String("out", "", "the `file` to write; - or nothing is the terminal")
	if err := c.parse("brand"); err != nil {
		return err
	}
	if *format != string(audit.JSONLines) && *format != string(audit.CSV) {
		return usagef("--format is jsonl or csv")
	}
	var filter postgres.AuditFilter
	for _, day := range []struct {
		name, text string
		into       *time.Time
	}{{"from", *from, &filter.From}, {"to", *to, &filter.To}} {
		if day.text == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return usagef("the value of --%s is no day such as 2026-11-25", day.name)
		}
		*day.into = at
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := store.Brand(ctx, *brand)
	if err != nil {
		return err
	}
	return c.writeTo(*out, func(w io.Writer) error {
		exporter, err := audit.NewExporter(w, audit.Format(*format), b.ID)
		if err != nil {
			return err
		}
		return store.ExportAudit(ctx, b.ID, filter, exporter)
	})
}

// writeTo lets work write a file, which only its owner may read, or the terminal.
func (c *call) writeTo(name string, work func(io.Writer) error) error {
	if name == "" || name == "-" {
		return work(c.Stdout)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return errors.Join(work(file), file.Close())
}
