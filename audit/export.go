package audit

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"triage/sheet"
	"triage/triage"
)

// Format is a form in which the audit leaves the service.
type Format string

// The formats.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

// Tail is the last line of an export. Whoever keeps it can show later that nothing up to
// the head was changed or cut off.
type Tail struct {
	Seq      int64  // of the brand's chain when the export ended
	Hash     []byte // of the chain at that number
	Rows     int64  // in the export
	Unsealed int64  // rows that were not part of the chain yet, and so are not in the export
}

// Exporter writes rows in one format.
type Exporter struct {
	format Format
	brand  triage.ID
	lines  io.Writer
	sheet  *sheet.Writer
	rows   int64
}

// NewExporter begins an export of a brand's audit. An unknown format is Invalid.
func NewExporter(w io.Writer, format Format, brand triage.ID) (*Exporter, error) {
	e := &Exporter{format: format, brand: brand, lines: w}
	switch format {
	case JSONLines:
		return e, nil
	case CSV:
		e.sheet = sheet.NewWriter(w, sheet.NoMark)
		return e, e.sheet.Row("seq", "hash", "brand_id", "id", "at", "actor_kind", "actor_id", "actor", "action", "subject", "subject_id", "detail")
	}
	return nil, triage.Errorf(triage.Invalid, "The formats are jsonl and csv.")
}

// line is a row as JSON. Sealed is the detail exactly as its hash covers it.
type line struct {
	Seq       int64           `json:"seq"`
	Hash      string          `json:"hash"`
	BrandID   triage.ID       `json:"brand_id"`
	ID        triage.ID       `json:"id"`
	At        string          `json:"at"`
	ActorKind string          `json:"actor_kind"`
	ActorID   triage.ID       `json:"actor_id"`
	Actor     string          `json:"actor"`
	Action    string          `json:"action"`
	Subject   string          `json:"subject"`
	SubjectID triage.ID       `json:"subject_id"`
	Detail    json.RawMessage `json:"detail"`
	Sealed    string          `json:"sealed"`
}

// Row writes one sealed row.
func (e *Exporter) Row(r Row) error {
	e.rows++
	l := line{
		r.Seq, hex.EncodeToString(r.Hash), e.brand, r.ID, Stamp(r.At), r.ActorKind(), r.Person, r.Name, r.Action, r.Subject,
		r.SubjectID, json.RawMessage(r.Detail), r.Detail,
	}
	if e.format == CSV {
		return e.sheet.Row(strconv.FormatInt(l.Seq, 10), l.Hash, string(l.BrandID), string(l.ID), l.At, l.ActorKind, string(l.ActorID), l.Actor,
			l.Action, l.Subject, string(l.SubjectID), l.Sealed)
	}
	return e.line(l)
}

// End writes the last line.
func (e *Exporter) End(t Tail) error {
	t.Rows = e.rows
	head := hex.EncodeToString(t.Hash)
	if e.format == CSV {
		counts := fmt.Sprintf(`{"rows": %d, "unsealed": %d}`, t.Rows, t.Unsealed)
		if err := e.sheet.Row(strconv.FormatInt(t.Seq, 10), head, string(e.brand), "", "", "", "", "", "chain.head", "", "", counts); err != nil {
			return err
		}
		return e.sheet.Flush()
	}
	return e.line(map[string]any{
		"chain_head": map[string]any{"brand_id": e.brand, "seq": t.Seq, "hash": head}, "rows": t.Rows, "unsealed": t.Unsealed,
	})
}

func (e *Exporter) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err = e.lines.Write(append(text, '\n'))
	return err
}

// Stamp writes a time as the hash covers it: RFC 3339 in UTC, with no trailing zeros.
func Stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
