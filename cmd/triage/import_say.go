package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"triage/history"
	"triage/postgres"
)

// importHelp explains import, with the columns that it knows.
func importHelp() string {
	rows := []string{}
	for _, k := range history.Fields() {
		rows = append(rows, cells("  "+string(k.Field), k.What, strings.Join(k.Names, ", ")))
	}
	return `It takes in what was written before triage listened, so that people's pages, threads and search know it. Each
comment is judged by the built-in engine and placed like any other, then closed at once as history: it rings nobody,
has no target and costs no model's money (docs/import.md). What a webhook or a poll brought already, in this or
another version, is known by its id and not doubled; what was deleted since does not come back.

An import that ends in the middle, even by a crash, goes on where it stopped when the same command is given again:
the file is known by its content. Rejected lines stop nothing; they stand in the report with line, field and reason.

CSV needs a header; the separator (comma, semicolon, tab or |), a line "sep=;", quoted line ends, and UTF-8, UTF-16 or
Windows-1252 are found out. Times are RFC 3339, 2026-05-04 12:00:00, 04.05.2026 12:00, or Unix seconds or milliseconds;
those that name no zone need --zone. 04/05/2026 is refused: it is one day in Berlin and another in Boston.

` + table(cells("  FIELD", "WHAT", "FOUND UNDER (or say --columns FIELD=NAME,FIELD=NAME)"), rows)
}

// importSaid are the flags of import that say how the file is to be read.
type importSaid struct {
	format, columns, zone, encoding, own, newFrom *string
}

func (c *call) importFlags() importSaid {
	return importSaid{
		format:   c.flags.String("format", "", "`csv` or jsonl (default: by the file's name)"),
		columns:  c.flags.String("columns", "", "where fields stand: `FIELD=NAME,FIELD=NAME`; in JSON author.name leads into an object"),
		zone:     c.flags.String("zone", "", "time `zone` of times that name none, such as Europe/Berlin or UTC"),
		encoding: c.flags.String("encoding", "", "`encoding`, where it is not found out: "+strings.Join(encodingNames(), ", ")),
		own:      c.flags.String("own", "", "further `ids`, handles or names of the brand itself, separated by commas: left out"),
		newFrom:  c.flags.String("new-from", "", "what was written from this `time` on (2026-05-04T12:00:00+02:00) is news: open, with targets and notices"),
	}
}

// read checks the flags and makes options of them.
func (s importSaid) read(m *importing) error {
	o := &m.options
	o.Now = m.began
	o.Format = cmp.Or(history.Format(*s.format), history.FormatOf(m.path))
	if o.Format != history.CSV && o.Format != history.JSONL {
		return usagef("say what the file is: --format csv or --format jsonl")
	}
	var err error
	if *s.zone != "" {
		if o.Zone, err = time.LoadLocation(*s.zone); err != nil || strings.EqualFold(*s.zone, "local") {
			return usagef("--zone must be a time zone such as Europe/Berlin")
		}
	}
	if *s.encoding != "" {
		known := false
		if o.Encoding, known = history.EncodingNamed(*s.encoding); !known {
			return usagef("--encoding must be one of %s", strings.Join(encodingNames(), ", "))
		}
	}
	if *s.newFrom != "" {
		if m.newFrom, err = time.Parse(time.RFC3339, *s.newFrom); err != nil {
			return usagef("--new-from must be a time such as 2026-05-04T12:00:00+02:00")
		}
	}
	for one := range strings.SplitSeq(*s.own, ",") {
		if one = strings.TrimSpace(one); one != "" {
			o.Own = append(o.Own, one)
		}
	}
	o.Columns, err = columnsSaid(*s.columns)
	return err
}

func columnsSaid(said string) (map[history.Field]string, error) {
	chosen := map[history.Field]string{}
	for pair := range strings.SplitSeq(said, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, column, ok := strings.Cut(pair, "=")
		field, known := history.FieldNamed(strings.TrimSpace(name))
		if column = strings.TrimSpace(column); !ok || !known || column == "" {
			return nil, usagef("--columns takes FIELD=NAME,FIELD=NAME; %q is none. The fields are listed by --help", strings.TrimSpace(pair))
		}
		chosen[field] = column
	}
	return chosen, nil
}

func encodingNames() []string {
	var names []string
	for _, e := range history.Encodings() {
		names = append(names, string(e))
	}
	return names
}

// tellHow says how the file was understood, before anything is done.
func (m *importing) tellHow(f *history.File) {
	how := string(m.options.Encoding)
	if s := f.Separator(); s != 0 {
		how += fmt.Sprintf(", columns separated by %q: %s", s, strings.Join(f.Columns(), ", "))
	}
	say(m.Stderr, "Reading %s as %s\n", m.path, how)
}

// look reads the whole file without taking anything in. Where no line can be used nothing is
// taken in, and a zone that is missing is told before it costs every line.
func (m *importing) look(ctx context.Context, f *history.File, dry bool) (importDone, error) {
	done := importDone{DryRun: dry}
	codes := map[history.Code]int{}
	report := &reporting{path: m.reportPath}
	counted := m.counter(ctx, dry)
	for {
		line, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return done, fmt.Errorf("read file: %w", err)
		}
		done.Lines++
		switch {
		case line.Reject != nil:
			done.Rejected++
			codes[line.Reject.Code]++
			if dry {
				report.add(line.Number, *line.Reject)
			}
		case line.Own:
			done.Own++
		default:
			if err := counted.add(line.Event.Engagement.ExternalID); err != nil {
				return done, err
			}
		}
	}
	if err := errors.Join(counted.flush(), report.close()); err != nil {
		return done, err
	}
	done.Accepted, done.Duplicate, done.Report = counted.fresh, counted.known, report.made()
	if codes[history.TimeNoZone] > 0 {
		return done, usagef("%d of %d lines have times without a zone: say where the clock stood, such as --zone Europe/Berlin",
			codes[history.TimeNoZone], done.Lines)
	}
	if dry {
		return done, m.wouldBe(done, codes)
	}
	if done.Rejected == done.Lines {
		return done, fmt.Errorf("none of %d lines can be used, nothing was taken in: %s", done.Lines, tally(codes))
	}
	return done, nil
}

func (m *importing) wouldBe(done importDone, codes map[history.Code]int) error {
	told := []string{fmt.Sprintf("Of %d lines %d are new, %d are known already, %d are of the brand itself, %d cannot be used. Nothing was taken in.",
		done.Lines, done.Accepted, done.Duplicate, done.Own, done.Rejected)}
	if done.Rejected > 0 {
		told = append(told, tally(codes), "Which, and why: "+done.Report)
	}
	return m.answer(done, told...)
}

// tally says how often each reason occurs, the most frequent first.
func tally(codes map[history.Code]int) string {
	var parts []string
	for _, code := range slices.SortedFunc(maps.Keys(codes), func(a, b history.Code) int {
		return cmp.Or(cmp.Compare(codes[b], codes[a]), cmp.Compare(a, b))
	}) {
		parts = append(parts, fmt.Sprintf("%s %d", code, codes[code]))
	}
	return strings.Join(parts, ", ")
}

// counter tells which ids are new and which are known, in a dry run.
type counter struct {
	held         func(ids []string) (int, error)
	seen         map[string]bool
	ids          []string
	fresh, known int
}

func (m *importing) counter(ctx context.Context, dry bool) *counter {
	c := &counter{seen: map[string]bool{}}
	if dry {
		c.held = func(ids []string) (int, error) { return m.store.CountHeld(ctx, m.channel.BrandID, m.channel.ID, ids) }
	}
	return c
}

func (c *counter) add(id string) error {
	switch {
	case c.held == nil:
		return nil
	case c.seen[id]:
		c.known++
		return nil
	}
	c.seen[id] = true
	if c.ids = append(c.ids, id); len(c.ids) < 1000 {
		return nil
	}
	return c.flush()
}

func (c *counter) flush() error {
	if len(c.ids) == 0 {
		return nil
	}
	held, err := c.held(c.ids)
	c.known, c.fresh, c.ids = c.known+held, c.fresh+len(c.ids)-held, c.ids[:0]
	return err
}

// progress says once a second how far it is.
func (m *importing) progress(at postgres.ImportRow, lines int) {
	now := time.Now()
	if now.Sub(m.shownAt) < time.Second && at.FinishedAt.IsZero() {
		return
	}
	m.shownAt = now
	say(m.Stderr, "%d of %d lines (%d %%): %d new, %d known already, %d rejected\n",
		at.Position, lines, 100*at.Position/max(1, lines), at.Accepted, at.Duplicate, at.Rejected)
}
