package connector

import (
	"context"
	"time"
)

// Asked is a platform that does not call us, or not always: it is asked for news. What it
// answers is read by Parse, like a delivery, so that it can be replayed.
type Asked interface {
	Platform
	// DefaultAddress returns the base address of the platform's API, empty when each
	// account has one of its own.
	DefaultAddress() string
	// Open returns a conversation about one account. It sends nothing yet.
	Open(s Source) Poller
}

// Source is one account of ours that a platform is asked about.
type Source struct {
	Account string // the platform's id of it
	Address string // base address of the API, without a slash at the end
	Secret  string // token or password
	Budget  Budget // as it was noted last
	Shared  int    // how many channels are asked with the same token, this one among them
}

// Page is what a platform answered.
type Page struct {
	Body []byte        // for Parse; nil when there was no news
	Next string        // the cursor behind it, at most 2000 bytes
	Wait time.Duration // until there may be more; 0 means that more is waiting
}

// Poller asks for what came after a cursor. It may keep a session between calls and is
// used by one goroutine at a time.
type Poller interface {
	// Poll returns the page behind cursor; the empty cursor is before the newest page.
	// Asking again from the same cursor misses nothing. Its errors are ErrRefused, *Limited,
	// or others that may pass.
	Poll(ctx context.Context, cursor string) (Page, error)
}

// Streamer is a Poller whose platform also sends news over an open connection. The stream
// makes us fast and the polls make us complete, so a page of it has no cursor. Stream runs
// beside Poll, in another goroutine.
type Streamer interface {
	// Stream calls open once the connection stands and take for each message in order. It
	// returns when the connection ends, with the error of Poll or of take.
	Stream(ctx context.Context, open func(), take func(Page) error) error
}
