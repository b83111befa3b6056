package history

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxRecord bounds one line, in bytes, with room for a text of the longest kind.
const maxRecord = 512 << 10

// record is one line of a file. In CSV it may go over several, inside quotes.
type record struct {
	text     string
	number   int  // of the line that it begins in, from 1
	valid    bool // it is UTF-8
	open     bool // a quote in it never closes
	overlong bool // it was longer than maxRecord, and is not here
}

// records cuts a file into records. A quote that never closes costs the line that it stands
// in, not what follows.
type records struct {
	scanner   *bufio.Scanner
	separator rune // 0: lines have no columns, and quotes mean nothing

	line     int    // lines before the record that is looked for
	found    record // by the last split
	skipping bool   // the record is too long: until the end of the line
}

func newRecords(r io.Reader, separator rune) *records {
	rs := &records{separator: separator, scanner: bufio.NewScanner(r)}
	rs.scanner.Buffer(make([]byte, 0, 64<<10), 2*maxRecord)
	rs.scanner.Split(rs.split)
	return rs
}

func (rs *records) next() (record, error) {
	if !rs.scanner.Scan() {
		if err := rs.scanner.Err(); err != nil {
			return record{}, err
		}
		return record{}, io.EOF
	}
	r := rs.found
	r.text = strings.TrimRight(rs.scanner.Text(), "\r\n")
	r.valid = utf8.ValidString(r.text)
	return r, nil
}

// split is a bufio.SplitFunc that finds the end of a record.
func (rs *records) split(data []byte, atEOF bool) (int, []byte, error) {
	if len(data) == 0 {
		return 0, nil, nil
	}
	end, open := rs.end(data), false
	switch {
	case end >= 0:
	case atEOF && !rs.skipping || len(data) >= maxRecord && !rs.skipping && bytes.IndexByte(data, '\n') >= 0:
		if end = bytes.IndexByte(data, '\n') + 1; end == 0 {
			end = len(data)
		}
		open = rs.separator != 0 && rs.opens(data)
	case atEOF:
		end = len(data)
	case len(data) >= maxRecord:
		rs.skipping = true
		return len(data), nil, nil
	default:
		return 0, nil, nil
	}
	rs.found = record{number: rs.line + 1, open: open, overlong: rs.skipping || end > maxRecord}
	rs.skipping = false
	rs.line += max(1, bytes.Count(data[:end], []byte("\n")))
	return end, data[:end], nil
}

// end returns where the first record ends, behind its line end, or -1.
func (rs *records) end(data []byte) int {
	if rs.separator == 0 || rs.skipping {
		if at := bytes.IndexByte(data, '\n'); at >= 0 {
			return at + 1
		}
		return -1
	}
	at, _ := rs.walk(data)
	return at
}

// opens reports whether data ends inside quotes.
func (rs *records) opens(data []byte) bool {
	_, open := rs.walk(data)
	return open
}

// walk goes through the fields of the first record (RFC 4180): a quote opens at the
// beginning of a field only, and two in a row inside are one.
func (rs *records) walk(data []byte) (end int, open bool) {
	separator := byte(rs.separator)
	begins, quoted := true, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case quoted && c == '"' && i+1 < len(data) && data[i+1] == '"':
			i++
		case quoted:
			quoted = c != '"'
		case c == '\n':
			return i + 1, false
		case c == '"' && begins:
			quoted = true
		}
		begins = !quoted && c == separator
	}
	return -1, quoted
}

// cells returns the columns of a record. It reports false when its quotes make no sense.
func (r record) cells(separator rune) ([]string, bool) {
	in := csv.NewReader(strings.NewReader(r.text))
	in.Comma, in.FieldsPerRecord = separator, -1
	cells, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, true
	}
	return cells, err == nil
}

// separators are what stands between columns: in a spreadsheet that speaks German it is the
// semicolon.
const separators = ",;\t|"

// separator returns the separator of CSV: the one that its first line names (sep=;), else
// the one that stands in it most often outside quotes.
func separator(r *bufio.Reader) rune {
	head, _ := r.Peek(64 << 10)
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		if text := strings.TrimSpace(string(line)); sepLine(text) {
			return rune(text[len(text)-1])
		} else if text != "" {
			return mostly(text)
		}
		head = rest
	}
	return ','
}

// sepLine reports whether a line only names the separator, as Excel writes it.
func sepLine(text string) bool {
	name, value, ok := strings.Cut(strings.TrimSpace(text), "=")
	return ok && strings.EqualFold(name, "sep") && len(value) == 1 && strings.Contains(separators, value)
}

func mostly(line string) rune {
	counts, quoted := map[rune]int{}, false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range separators {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}
