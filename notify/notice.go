package notify

import (
	"time"

	"triage/triage"
)

// Subject is what a notice tells of: an item with its engagement, as they stand now.
type Subject struct {
	ItemID triage.ID
	Brand  string // the brand's name

	Queue         triage.Queue
	Priority      triage.Priority
	DueAt         time.Time
	Judged        bool // false when nobody but a rule looked at it
	Unsure        bool
	Intent        triage.Intent
	Sentiment     triage.Sentiment
	Urgency       triage.Urgency
	Risks         []triage.Risk
	ReplyExpected bool
	Reasons       []triage.Reason

	Platform triage.Platform
	Form     triage.Form
	Author   triage.Author
	Text     string
	HasMedia bool

	Status  triage.Status
	Holder  string // the name of whoever has it, closed it or put it away; empty for nobody
	Outcome triage.Outcome
	BackAt  time.Time // of what is put away

	Why   Why   // why it is told here
	Level Level // of its kind, at the place

	Also              []Subject // what is told in the same message, most weighty first; not all of it
	AlsoOpen, AlsoAll int       // how many there are

	Token string // what a click on a button of the notice names; empty: it has no buttons
}

// Closed reports whether there is nothing left to do about the item.
func (s Subject) Closed() bool {
	return s.Status == triage.StatusResolved || s.Status == triage.StatusDismissed
}

// Notice is one message, free of any messenger's markup. Name, Handle and Quote come
// from outside and may be hostile; everything else are our words and the team's.
type Notice struct {
	Headline string
	State    string // who has it, or how it ended; empty while it is anybody's
	Name     string // the author's display name
	Handle   string // without a leading @
	About    string // reach, platform, form, brand
	Quote    string // the comment; empty when it is covered or there is none
	Line     string // one neutral sentence instead of, or above, the rest
	Facts    []Fact
	Why      []string // why the item was placed as it is
	Entries  []Entry  // the items of a digest
	Came     string   // why the notice came, and came here
	Link     Link
	Buttons  []Button
}

// Fact is one named value of a notice. With At, Value says that time on the team's clock,
// for messengers that cannot say it on the reader's.
type Fact struct {
	Label, Value string
	At           time.Time
	Note         string // said after the value
}

// Entry is one item of a digest. It holds no word of an author, so that a digest never
// has to be changed when a comment is erased.
type Entry struct {
	Link  Link
	Facts string
}

// Link is a text that leads to an address of ours; without URL it is only a text.
type Link struct{ Text, URL string }

// Voice is how we speak to a team: its language ("de", anything else is English), its
// clock, and the address under which it reaches us (empty when there is none).
type Voice struct {
	Language  string
	Location  *time.Location
	PublicURL string
}
