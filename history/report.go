package history

import (
	"io"
	"strconv"

	"triage/sheet"
)

// Report writes which lines cannot be used and why, as a table that no spreadsheet runs,
// whatever stands in it.
type Report struct{ table *sheet.Writer }

// ReportHeading begins every report, so that one can be told from other files.
const ReportHeading = "\ufeff" + `"line","field","code","problem","value"`

// NewReport begins a report on w.
func NewReport(w io.Writer) *Report {
	r := &Report{table: sheet.NewWriter(w, sheet.ByteOrderMark)}
	_ = r.table.Row("line", "field", "code", "problem", "value")
	_ = r.table.Flush() // who is killed leaves what can be told from other files; an error stays
	return r
}

// Add notes a line. An error stays, and comes back from Flush.
func (r *Report) Add(line int, why Reject) {
	_ = r.table.Row(strconv.Itoa(line), string(why.Field), string(why.Code), why.Code.Problem(), why.Value)
}

// Flush writes what is still held back.
func (r *Report) Flush() error { return r.table.Flush() }
