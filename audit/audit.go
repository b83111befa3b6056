// Package audit turns rows of the audit into what people read: sentences in English and
// German, what was before and after, and tables that can be kept and verified. It is pure:
// it knows no SQL and no HTTP, and holds nothing but ids and words of ours.
package audit

import (
	"encoding/json"
	"strings"
	"time"

	"triage/triage"
)

// Row is one row of the audit of a brand.
type Row struct {
	ID        triage.ID
	At        time.Time
	Person    triage.ID // who did it; empty for the machine
	Name      string    // of that person; empty when unknown
	Action    string    // such as item.claimed
	Subject   string    // what it was done to: item, wave, token, …
	SubjectID triage.ID
	Detail    string // a JSON object, exactly as it was sealed
	Seq       int64  // number in the brand's chain; 0 while it is not sealed
	Hash      []byte // of the chain up to this row; nil while it is not sealed
}

// ActorKind is person or machine.
func (r Row) ActorKind() string {
	if r.Person == "" {
		return "machine"
	}
	return "person"
}

// values returns the detail. What is no object holds nothing.
func (r Row) values() map[string]any {
	values := map[string]any{}
	_ = json.Unmarshal([]byte(r.Detail), &values) // the database holds no other than JSON
	return values
}

// IDs returns the ids that details name, which may be people's.
func IDs(rows []Row) []triage.ID {
	seen := map[triage.ID]bool{}
	var ids []triage.ID
	for _, r := range rows {
		for _, v := range r.values() {
			if id, ok := v.(string); ok && isID(id) && !seen[triage.ID(id)] {
				seen[triage.ID(id)] = true
				ids = append(ids, triage.ID(id))
			}
		}
	}
	return ids
}

// isID reports whether a value has the form of a UUID.
func isID(v string) bool { return len(v) == 36 && strings.Count(v, "-") == 4 }
