// Package sheet writes tables that people open in a spreadsheet: comma-separated values
// after RFC 4180, whose cells no spreadsheet runs as a formula, whoever wrote them. All
// exports of the service go through it. It knows nothing of what the cells mean.
package sheet

import (
	"bufio"
	"io"
	"strings"
	"unicode"
)

// Writer writes rows. The zero value is of no use; NewWriter makes one.
type Writer struct{ w *bufio.Writer }

// NewWriter returns a writer of rows to w. With mark, the table begins with the byte order
// mark by which some spreadsheets recognise UTF-8.
func NewWriter(w io.Writer, mark Mark) *Writer {
	out := &Writer{w: bufio.NewWriter(w)}
	if mark == ByteOrderMark {
		_, _ = out.w.WriteString("\ufeff") // a failure stays, and Flush tells of it
	}
	return out
}

// Mark says whether a table begins with a byte order mark.
type Mark int

// The marks.
const (
	NoMark Mark = iota
	ByteOrderMark
)

// Row writes one row. Every cell is quoted; one that a spreadsheet could take for a formula
// begins with an apostrophe. An error stays and comes back from Flush too.
func (w *Writer) Row(cells ...string) error {
	for n, cell := range cells {
		if n > 0 {
			_ = w.w.WriteByte(',')
		}
		_, _ = w.w.WriteString(Cell(cell))
	}
	_, err := w.w.WriteString("\r\n")
	return err
}

// Flush writes what is still held back.
func (w *Writer) Flush() error { return w.w.Flush() }

// Cell returns a cell, quoted and safe.
func Cell(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "")
	if runs(text) {
		text = "'" + text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// runs reports whether a spreadsheet could run text: its first character that is seen is
// one that formulas begin with, in its usual or its full width (OWASP, "CSV Injection"). A
// tab or a carriage return before it is one too.
func runs(text string) bool {
	for _, r := range text {
		switch r {
		case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '﹣', '−', '﹢', '﹦', '﹫', '|', '%':
			return true
		}
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !unicode.IsControl(r) && !unicode.Is(unicode.Mn, r) && !invisible(r) {
			return false
		}
	}
	return false
}

// invisible reports whether r shows nothing although it counts as a letter.
func invisible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800':
		return true
	}
	return false
}
