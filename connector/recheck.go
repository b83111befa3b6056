package connector

import (
	"context"
	"time"
)

// Rechecker is a Poller whose platform does not tell, or not always, that something was
// edited, removed or deleted. What we hold of the channel is looked up again from time to
// time, often while it is young. Package sources does that between polls, for every Poller
// that has these methods; nothing else is to be done.
type Rechecker interface {
	// Rechecks returns how often and how much may be looked up. It is asked before every
	// Recheck.
	Rechecks() Rechecks
	// Recheck looks up what is held, at most Rechecks().Most. Its errors are those of Poll.
	Recheck(ctx context.Context, held []Held) (Checked, error)
}

// Rechecks says how often and how much is looked up. A thing is looked up again when it has
// become a quarter older, but not within First and not later than Longest after the last time.
type Rechecks struct {
	Most    int // things in one question; 0: none for now
	First   time.Duration
	Longest time.Duration
}

// Held is a thing that we hold of the channel, as far as it is compared.
type Held struct {
	ExternalID string
	Author     string    // the platform's id of its author; empty when unknown
	Thread     string    // what it hangs from; empty when unknown
	VersionAt  time.Time // of the newest version that we hold
	Hidden     bool
	Absent     bool // the platform did not know it any more when it was asked the last time
}

// Checked is what came of a look.
type Checked struct {
	// Body is for Parse, like that of a Page, and tells of the changes only; nil when there
	// are none. Its events are Own, so that they change what we hold and add nothing.
	Body []byte
	// Absent are the ids that the platform does not know. Whatever had been Absent before is
	// told as deleted in Body: one empty answer of a platform in trouble deletes nothing.
	Absent []string
}
