// Package history reads files of what was written before we listened: CSV as spreadsheets
// and platforms export it, and one JSON object per line. It finds out how a file is written,
// says of every line what it is or why it cannot be used, and guesses nothing in silence.
// It knows no database and does not keep what it reads.
package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
)

// Format is how lines hold their fields.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// FormatOf returns the format that a file's name ends with, empty for others.
func FormatOf(name string) Format {
	name = strings.ToLower(name)
	for ending, format := range map[string]Format{
		".csv": CSV, ".tsv": CSV, ".txt": CSV, ".jsonl": JSONL, ".ndjson": JSONL,
	} {
		if strings.HasSuffix(name, ending) {
			return format
		}
	}
	return ""
}

// Options say how a file is to be read.
type Options struct {
	Format   Format
	Encoding Encoding
	Columns  map[Field]string // where a field stands, for those under no usual name
	Zone     *time.Location   // of times that say none; nil: such times cannot be used
	Account  string           // the platform's id of the account that was spoken to
	Own      []string         // further ids, handles and names of the brand itself
	Now      time.Time
}

// Line is what one line of a file says. Exactly one of Event, Own and Reject tells of it.
type Line struct {
	Number int // of the line in the file that it begins in, from 1
	Event  *connector.Event
	Own    bool // written by the brand itself
	Reject *Reject
}

// Reject says why a line cannot be used.
type Reject struct {
	Field Field // the field at fault, empty for the whole line
	Code  Code
	Value string // what stands there, as it was read, cut
}

// File is a file that is being read.
type File struct {
	options Options
	records *records
	header  []Field // of each column, "" for those that say nothing to us
	names   []string
}

// MissingColumnError says that a field that every line needs stands under no name that we know.
type MissingColumnError struct {
	Field Field
	Found []string // the names that there are
}

func (e *MissingColumnError) Error() string {
	return fmt.Sprintf("no column for %s among: %s", e.Field, strings.Join(e.Found, ", "))
}

// ErrEmpty says that there is no line to read.
var ErrEmpty = errors.New("the file is empty")

// Open begins to read a file. Of CSV it reads the header; its errors are ErrEmpty,
// *MissingColumnError and those of r.
func Open(r io.Reader, o Options) (*File, error) {
	decoded := bufio.NewReaderSize(o.Encoding.reader(r), 64<<10)
	if o.Format == JSONL {
		return &File{options: o, records: newRecords(decoded, 0)}, nil
	}
	f := &File{options: o, records: newRecords(decoded, separator(decoded))}
	err := f.readHeader()
	return f, err
}

func (f *File) readHeader() error {
	for {
		r, err := f.records.next()
		if errors.Is(err, io.EOF) {
			return ErrEmpty
		}
		if err != nil {
			return err
		}
		cells, ok := r.cells(f.records.separator)
		if !ok || blank(cells) || sepLine(r.text) {
			continue
		}
		f.names = cells
		f.header, err = headerOf(cells, f.options.Columns)
		return err
	}
}

// Separator returns the character between the columns of CSV, 0 for other formats.
func (f *File) Separator() rune { return f.records.separator }

// Columns returns which column holds which field, in the order of the file.
func (f *File) Columns() []string {
	var told []string
	for i, field := range f.header {
		if field != "" {
			told = append(told, fmt.Sprintf("%s=%s", field, strings.TrimSpace(f.names[i])))
		}
	}
	return told
}

// Next returns the next line that is not blank, or io.EOF. Reading the same file again
// gives the same lines.
func (f *File) Next() (Line, error) {
	for {
		r, err := f.records.next()
		if err != nil {
			return Line{}, err
		}
		line := Line{Number: r.number}
		item, reject, empty := f.item(r)
		if empty {
			continue
		}
		if reject == nil {
			line.Event, line.Own, reject = f.options.read(item)
		}
		if line.Reject = reject; reject != nil {
			line.Event, line.Own = nil, false
		}
		return line, nil
	}
}

// item returns what a record holds as one document.
func (f *File) item(r record) (item wire.Value, reject *Reject, empty bool) {
	switch {
	case r.overlong:
		return item, &Reject{Code: Overlong}, false
	case !r.valid:
		return item, &Reject{Code: NotText, Value: cut(r.text)}, false
	case f.options.Format == JSONL:
		return jsonItem(r.text)
	}
	cells, ok := r.cells(f.records.separator)
	if !ok || r.open {
		return item, &Reject{Code: Quotes, Value: cut(r.text)}, false
	}
	if blank(cells) {
		return item, nil, true
	}
	if len(cells) != len(f.header) {
		return item, &Reject{Code: Columns, Value: cut(r.text)}, false
	}
	return csvItem(f.header, cells), nil, false
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
