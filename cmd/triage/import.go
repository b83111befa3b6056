package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on every machine

	"triage/history"
	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

// importDone is the answer to programs.
type importDone struct {
	Lines     int    `json:"lines"`
	Accepted  int    `json:"accepted"`
	Duplicate int    `json:"duplicate"`
	Own       int    `json:"own"`
	Rejected  int    `json:"rejected"`
	Report    string `json:"report,omitempty"` // file of the rejected lines
	DryRun    bool   `json:"dry_run,omitempty"`
}

// importing is one call of import.
type importing struct {
	*call
	file    *os.File
	path    string
	content history.Content
	options history.Options
	store   *postgres.Store
	channel postgres.ChannelRow
	newFrom time.Time

	reportPath string
	shownAt    time.Time
	began      time.Time
}

func importHistory(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain(importHelp())
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	account := c.flags.String("channel", "", "the `channel` that it was said to, by id or by the platform's id of the account")
	path := c.flags.String("file", "", "the `file`: .csv, .tsv, .txt, .jsonl or .ndjson")
	said := c.importFlags()
	dry := c.flags.Bool("dry-run", false, "only say what would become of each line")
	report := c.flags.String("report", "", "`file` for the rejected lines (default: the file's name with .rejected.csv)")
	if err := c.parse("brand", "channel", "file"); err != nil {
		return err
	}
	m := &importing{call: c, path: *path, reportPath: *report, began: time.Now()}
	if m.reportPath == "" {
		m.reportPath = *path + ".rejected.csv"
	}
	err := said.read(m)
	if err != nil {
		return err
	}
	if m.file, err = os.Open(m.path); err != nil {
		return fmt.Errorf("the file cannot be read: %w", errors.Unwrap(err))
	}
	defer func() { _ = m.file.Close() }() // it was only read
	if err := m.inspect(); err != nil {
		return err
	}
	if m.store, err = c.open(ctx); err != nil {
		return err
	}
	defer m.store.Close()
	if err := m.store.MakePartitions(ctx, m.began, 1); err != nil {
		return err
	}
	if err := m.find(ctx, *brand, *account); err != nil {
		return err
	}
	return m.run(ctx, *dry)
}

// inspect finds out how the file is written, and what it is.
func (m *importing) inspect() (err error) {
	m.content, err = history.Inspect(m.file)
	if m.options.Encoding != "" {
		err = nil // who calls knows it better
	} else {
		m.options.Encoding = m.content.Encoding
	}
	var unclear *history.EncodingError
	if errors.As(err, &unclear) {
		return usagef("%v (--encoding %s)", err, strings.Join(encodingNames(), ", --encoding "))
	}
	return err
}

// find looks the channel up.
func (m *importing) find(ctx context.Context, brand, account string) error {
	b, err := m.store.Brand(ctx, brand)
	if err != nil {
		return err
	}
	channels, err := m.store.BrandChannels(ctx, b.ID)
	if err != nil {
		return err
	}
	var found []postgres.ChannelRow
	for _, ch := range channels {
		if string(ch.ID) == account || ch.ExternalID == account {
			found = append(found, ch)
		}
	}
	switch len(found) {
	case 0:
		return usagef("the brand has no channel %q; 'triage channel list --brand %s' shows them", account, brand)
	case 1:
		m.channel, m.options.Account = found[0], found[0].ExternalID
		return nil
	}
	return usagef("several platforms have an account %q: name the channel by its id", account)
}

// lines opens the file again from the beginning.
func (m *importing) lines() (*history.File, error) {
	if _, err := m.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	f, err := history.Open(m.file, m.options)
	var missing *history.MissingColumnError
	switch {
	case errors.As(err, &missing):
		return nil, usagef("there is no column for %s; say which it is: --columns %s=NAME. The columns are: %s",
			missing.Field, missing.Field, strings.Join(missing.Found, ", "))
	case errors.Is(err, history.ErrEmpty):
		return nil, usagef("the file is empty")
	}
	return f, err
}

func (m *importing) run(ctx context.Context, dry bool) error {
	f, err := m.lines()
	if err != nil {
		return err
	}
	m.tellHow(f)
	ahead, err := m.look(ctx, f, dry)
	if err != nil || dry {
		return err
	}
	if f, err = m.lines(); err != nil {
		return err
	}
	report := &reporting{path: m.reportPath}
	job := ingest.Import{
		Store: m.store, Channel: m.channel, Actor: byCommand, Key: m.key(), Origin: m.content.SHA256, NewFrom: m.newFrom,
		Rejected: report.add,
		Progress: func(at postgres.ImportRow) { m.progress(at, ahead.Lines) },
	}
	held, err := m.store.Import(ctx, job.Key)
	switch {
	case triage.KindOf(err) == triage.NotFound:
	case err != nil:
		return err
	case !held.FinishedAt.IsZero():
		say(m.Stderr, "This file was taken in before, on %s; nothing is done twice.\n", held.FinishedAt.Local().Format("2 January 2006 at 15:04"))
	case held.Position > 0:
		say(m.Stderr, "Going on behind line %d of %d.\n", held.Position, ahead.Lines)
	}
	at, err := job.Run(ctx, f.Next)
	if failed := report.close(); err == nil {
		err = failed
	}
	if err != nil {
		return m.stopped(ctx, at, err)
	}
	return m.done(at, report)
}

// key names the file and how it is read, so that reading it another way begins anew.
func (m *importing) key() postgres.ImportKey {
	o := m.options
	how := fmt.Sprintf("%x %s %s %v %v %q %s", m.content.SHA256, o.Format, o.Encoding, o.Columns, o.Zone, o.Own, m.newFrom)
	return postgres.ImportKey{BrandID: m.channel.BrandID, ChannelID: m.channel.ID, Digest: sha256.Sum256([]byte(how))}
}

// stopped says how to go on.
func (m *importing) stopped(ctx context.Context, at postgres.ImportRow, err error) error {
	switch {
	case errors.Is(err, postgres.ErrImportElsewhere):
		return fmt.Errorf("%w; this one stops", err)
	case ctx.Err() != nil:
		return fmt.Errorf("stopped behind line %d: the same command goes on there", at.Position)
	}
	return fmt.Errorf("stopped behind line %d (the same command goes on there): %w", at.Position, err)
}

func (m *importing) done(at postgres.ImportRow, report *reporting) error {
	done := importDone{
		Lines: at.Position, Accepted: at.Accepted, Duplicate: at.Duplicate, Own: at.Own, Rejected: at.Rejected, Report: report.made(),
	}
	told := []string{fmt.Sprintf("Took in %d lines: %d new, %d known already, %d of the brand itself, %d rejected.",
		done.Lines, done.Accepted, done.Duplicate, done.Own, done.Rejected)}
	if done.Rejected > 0 {
		told = append(told, "What was rejected, and why: "+done.Report)
	}
	return m.answer(done, told...)
}

// reporting writes the report once there is something to report.
type reporting struct {
	path string
	file *os.File
	out  *history.Report
	err  error
}

func (r *reporting) add(line int, why history.Reject) {
	if r.file == nil && r.err == nil {
		r.begin()
	}
	if r.err == nil {
		r.out.Add(line, why)
	}
}

// begin opens the report. A file that is no report of ours is left alone. What people wrote
// stands in it, so it is for its owner's eyes.
func (r *reporting) begin() {
	old, err := os.Open(r.path)
	if err == nil {
		head, _ := bufio.NewReader(old).Peek(len(history.ReportHeading)) // a shorter file is none of ours
		_ = old.Close()
		if len(head) > 0 && string(head) != history.ReportHeading {
			r.err = fmt.Errorf("%s is there and is no report: name another file with --report", r.path)
			return
		}
	}
	if r.file, r.err = os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); r.err != nil {
		r.err = fmt.Errorf("report: %w", r.err)
		return
	}
	r.out = history.NewReport(r.file)
}

func (r *reporting) close() error {
	if r.file != nil {
		r.err = errors.Join(r.err, r.out.Flush(), r.file.Close())
	}
	return r.err
}

// made returns the path of the report, empty when there was nothing to report.
func (r *reporting) made() string {
	if r.file == nil {
		return ""
	}
	return r.path
}
