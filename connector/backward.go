package connector

import "time"

// Backward is the place in a list that is newest first and is read backwards, page by page,
// until what is known. It goes into a cursor as JSON.
type Backward struct {
	Known time.Time `json:"known,omitzero"` // all that is older has been taken in
	Top   time.Time `json:"top,omitzero"`   // Known, once the reading on its way is at its end
	Page  string    `json:"page,omitempty"` // the next page of it; empty: it begins
}

// late is how much later than others a thing may appear in a list.
const late = 2 * time.Minute

// Begin notes the time at which a reading begins, by the platform's clock; on its later
// pages it does nothing.
func (b *Backward) Begin(at time.Time) {
	if b.Page == "" {
		b.Top = at.Add(-late)
	}
}

// Turn notes the next page, or that the reading is at its end when there is none or what is
// on it is known. It reports whether there is more to read.
func (b *Backward) Turn(next string, known bool) bool {
	if next != "" && !known {
		b.Page = next
		return true
	}
	if b.Top.After(b.Known) {
		b.Known = b.Top
	}
	b.Page, b.Top = "", time.Time{}
	return false
}

// Seen remembers what has been handed on, so that what a list shows again is not handed on
// again. It is forgotten with the conversation: the database knows better, it only costs
// more. The zero value has seen nothing.
type Seen struct {
	kept, young map[string]string // versions by id
	next        string            // the cursor with which young becomes kept
}

// maxSeen bounds what is remembered.
const maxSeen = 20_000

// From is told the cursor of each question. What was handed on with the answer before is
// taken as stored when the cursor is the one that the answer ended with.
func (s *Seen) From(cursor string) {
	if len(s.kept) >= maxSeen {
		s.kept = nil
	}
	if s.kept == nil {
		s.kept = map[string]string{}
	}
	if cursor != "" && cursor == s.next {
		for id, version := range s.young {
			s.kept[id] = version
		}
	}
	s.young, s.next = map[string]string{}, ""
}

// New reports whether that version of a thing was not handed on yet, and notes that it is.
func (s *Seen) New(id, version string) bool {
	if was, ok := s.kept[id]; ok && was == version {
		return false
	}
	s.young[id] = version
	return true
}

// Until is told the cursor that the answer ends with, which no other answer does.
func (s *Seen) Until(cursor string) { s.next = cursor }
