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

	Stream string   // base address of the stream; empty: where the platform has it
	Rooms  []string // the parts of the account that are listened to; empty: all that it may see

	// Concerns returns which of the given posts and authors we hold something of. A platform
	// whose stream tells of everybody asks before it hands on that something is gone.
	Concerns func(ctx context.Context, posts, authors []string) (heldPosts, heldAuthors []string, err error)
}

// Page is what a platform answered.
type Page struct {
	Body []byte        // for Parse; nil when there was no news
	Next string        // the cursor behind it, at most 2000 bytes
	Wait time.Duration // until there may be more; 0 means that more is waiting

	// Notice is what is wrong although the stream stands, in words of ours.
	Notice string
}

// Subscriber is a Poller whose platform calls us as well and says whether it still does.
type Subscriber interface {
	// Subscribed returns what is missing, in words of ours, empty when nothing is. Its errors
	// are those of Poll.
	Subscribed(ctx context.Context) (missing string, err error)
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
// makes us fast and the polls make us complete. Stream runs beside Poll, in another
// goroutine, and has a cursor of its own.
type Streamer interface {
	// Stream goes on behind cursor where it can. It calls open when messages may have come
	// that it will not tell, for a poll to find them, and take for each in order; a page's
	// Next is kept with it as the cursor, unless it is empty, and a page without a Body only
	// moves the cursor. Stream returns when the connection ends, with the error of Poll or of
	// take. A *Refusal stops the channel; a mere ErrRefused is left to the polls.
	Stream(ctx context.Context, cursor string, open func(), take func(Page) error) error
}
