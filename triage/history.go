package triage

import (
	"bytes"
	"crypto/sha256"
	"time"
)

// Held is what we hold of one engagement between two platform events.
type Held struct {
	Exists       bool
	Version      Version
	Incomplete   bool // known from an edit, a hide or a partial creation only; a whole one may still come
	Hidden       bool
	VisibilityAt time.Time // version of the last hide or unhide
	Deleted      bool      // a tombstone: final
}

// Version orders what a platform said about one engagement. The order is total, so that
// any order of arrival ends in the same state.
type Version struct {
	At     time.Time
	Edited bool
	Hash   [16]byte // of the content; breaks ties
}

// VersionOf returns the version that e carries.
func VersionOf(e Engagement) Version {
	return Version{At: e.VersionAt, Edited: e.Action == Edited, Hash: ContentHash(e)}
}

// ContentHash returns the first 16 bytes of the SHA-256 of what a judgement depends on.
func ContentHash(e Engagement) [16]byte {
	h := sha256.New()
	h.Write([]byte(e.Text))
	if e.HasMedia {
		h.Write([]byte{0})
	}
	return [16]byte(h.Sum(nil)[:16])
}

// After reports whether v supersedes w: by time, then an edit over a creation, then hash.
func (v Version) After(w Version) bool {
	if !v.At.Equal(w.At) {
		return v.At.After(w.At)
	}
	if v.Edited != w.Edited {
		return v.Edited
	}
	return bytes.Compare(v.Hash[:], w.Hash[:]) > 0
}

// Effect is what an event does to what we hold.
type Effect int

// The effects. Each event has exactly one.
const (
	Nothing   Effect = iota // a duplicate, an older version, or news of something that is gone
	Insert                  // first news of this engagement: store it and judge it
	Tombstone               // first news is the deletion: keep the key only
	Supersede               // a newer content: store it, keep the old version, judge again; may show or hide too
	Touch                   // a newer version of the same content: only its version moves
	Complete                // the creation behind an edit that came first: fill in what is missing
	Show                    // hidden or shown again on the platform
	Erase                   // deleted: erase text, author and everything derived from them
)

// Next returns what we hold after e, and what e does. own says that e was written by the
// brand's own account: then it never creates, but still changes what we hold.
func (h Held) Next(e Engagement, own bool) (Held, Effect) {
	switch {
	case h.Deleted, own && !h.Exists:
		return h, Nothing
	case e.Action == Deleted:
		effect := Erase
		if !h.Exists {
			effect = Tombstone
		}
		return Held{Exists: true, Deleted: true, Version: VersionOf(e)}, effect
	case e.Action == Hidden, e.Action == Unhidden:
		return h.show(e)
	case !h.Exists:
		return Held{Exists: true, Version: VersionOf(e), Incomplete: e.Action == Edited || e.Partial}, Insert
	}
	return h.replace(e)
}

// show hides or shows. While only hides and unhides are known, the text they carry stands in
// for the one that a creation or an edit will bring; of several the greatest hash stays.
func (h Held) show(e Engagement) (Held, Effect) {
	hidden := e.Action == Hidden
	stand := standIn(e)
	if !h.Exists {
		return Held{Exists: true, Incomplete: true, Version: stand, Hidden: hidden, VisibilityAt: e.VersionAt}, Insert
	}
	effect := Nothing
	// Of two at the same time, hidden wins: it is the careful reading.
	if e.VersionAt.After(h.VisibilityAt) || (e.VersionAt.Equal(h.VisibilityAt) && hidden && !h.Hidden) {
		h.Hidden, h.VisibilityAt, effect = hidden, e.VersionAt, Show
	}
	if stand.After(h.Version) {
		h.Version, effect = stand, Supersede
	}
	return h, effect
}

// standIn is the version of a text that came with a hide or an unhide: older than any other,
// and nothing at all when it carries no content.
func standIn(e Engagement) Version {
	if !says(e) {
		return Version{}
	}
	return Version{Hash: ContentHash(e)}
}

// says reports whether e carries any content.
func says(e Engagement) bool { return e.Text != "" || e.HasMedia }

func (h Held) replace(e Engagement) (Held, Effect) {
	v := VersionOf(e)
	fills := h.Incomplete && e.Action == Created && (!e.Partial || h.Version.Edited || !h.VisibilityAt.IsZero())
	whole := fills && !e.Partial
	switch {
	case e.Partial && !says(e): // it knows when and where, never what
		if fills {
			return h, Complete
		}
		return h, Nothing
	case v.After(h.Version) && v.Hash != h.Version.Hash:
		h.Version, h.Incomplete = v, h.Incomplete && !whole
		return h, Supersede
	case fills:
		if v.After(h.Version) {
			h.Version = v
		}
		h.Incomplete = !whole
		return h, Complete
	case v.After(h.Version):
		h.Version = v
		return h, Touch
	}
	return h, Nothing
}
