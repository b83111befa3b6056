package triage

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func event(action Action, minute int, text string) Engagement {
	return Engagement{Action: action, VersionAt: noon.Add(time.Duration(minute) * time.Minute), Text: text}
}

func TestNext(t *testing.T) {
	create, edit := event(Created, 1, "one"), event(Edited, 2, "two")
	late, gone := event(Edited, 9, "nine"), event(Deleted, 3, "")
	for _, c := range []struct {
		rule   string
		events []Engagement
		last   Effect
		end    func(Held) bool
	}{
		{"a repeated creation has no second effect", []Engagement{create, create}, Nothing,
			func(h Held) bool { return h.Version == VersionOf(create) }},
		{"an edit supersedes", []Engagement{create, edit}, Supersede,
			func(h Held) bool { return h.Version == VersionOf(edit) }},
		{"a creation behind its edit fills in and keeps the edit's text", []Engagement{edit, create}, Complete,
			func(h Held) bool { return h.Version == VersionOf(edit) && !h.Incomplete }},
		{"an edit alone is stored and marked incomplete", []Engagement{edit}, Insert,
			func(h Held) bool { return h.Incomplete }},
		{"an older edit is dropped", []Engagement{create, late, edit}, Nothing,
			func(h Held) bool { return h.Version == VersionOf(late) }},
		{"a deletion before the creation leaves a tombstone", []Engagement{gone}, Tombstone,
			func(h Held) bool { return h.Deleted }},
		{"a creation after the deletion is not stored", []Engagement{gone, create}, Nothing,
			func(h Held) bool { return h.Deleted }},
		{"a deletion is final even for a newer edit", []Engagement{create, gone, late}, Nothing,
			func(h Held) bool { return h.Deleted }},
		{"an edit without a change of content is not judged again", []Engagement{create, event(Edited, 5, "one")}, Touch,
			func(h Held) bool { return h.Version.At.Equal(noon.Add(5 * time.Minute)) }},
		{"hiding changes no text", []Engagement{create, event(Hidden, 2, "")}, Show,
			func(h Held) bool { return h.Hidden && h.Version == VersionOf(create) }},
		{"an older unhide loses to a newer hide", []Engagement{create, event(Hidden, 3, ""), event(Unhidden, 2, "")}, Nothing,
			func(h Held) bool { return h.Hidden }},
		{"an unhide without text does not empty what a hide said", []Engagement{event(Hidden, 3, "a"), event(Unhidden, 4, "")}, Show,
			func(h Held) bool { return !h.Hidden && h.Version == standIn(event(Hidden, 3, "a")) }},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var h Held
			var effect Effect
			for _, e := range c.events {
				h, effect = h.Next(e, false)
			}
			if effect != c.last || !c.end(h) {
				t.Errorf("ended with effect %d in %+v", effect, h)
			}
		})
	}
}

func TestOwnEchoNeverCreatesButChangesWhatWeHold(t *testing.T) {
	if _, effect := (Held{}).Next(event(Edited, 1, "ours"), true); effect != Nothing {
		t.Errorf("an unknown own edit had effect %d", effect)
	}
	held, _ := (Held{}).Next(event(Created, 1, "theirs"), false)
	if held, effect := held.Next(event(Deleted, 2, ""), true); effect != Erase || !held.Deleted {
		t.Errorf("an own deletion of what we hold had effect %d", effect)
	}
}

// Whatever the order of arrival, and however often each event is repeated, the end is
// the same.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		actions := rapid.SampledFrom([][]Action{
			{Created, Edited, Edited, Hidden, Unhidden, Deleted}, {Hidden, Unhidden}, {Created, Edited, Hidden},
		}).Draw(t, "actions")
		events := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Engagement {
			return event(rapid.SampledFrom(actions).Draw(t, "action"),
				rapid.IntRange(0, 4).Draw(t, "minute"), rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "text"))
		}), 1, 7).Draw(t, "events")
		shuffled := rapid.Permutation(append(events, events[0])).Draw(t, "arrival")
		a, b := fold(events), fold(shuffled)
		if a.Deleted && b.Deleted {
			return
		}
		if a != b {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func fold(events []Engagement) Held {
	var h Held
	for _, e := range events {
		h, _ = h.Next(e, false)
	}
	return h
}
