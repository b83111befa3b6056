package routing

import "time"

// Context is what is known around an engagement when it is placed. It is kept with the
// item, so that the receipt, corrections and what-if know what placing knew.
type Context struct {
	Author KnownAuthor `json:"author"`
	Thread KnownThread `json:"thread"`
	Wave   int         `json:"wave,omitempty"` // engagements in its wave, 0 for none
}

// KnownAuthor is the relationship with the author before this engagement.
type KnownAuthor struct {
	Tags     []string  `json:"tags,omitempty"`
	Comments int       `json:"comments"`           // earlier ones, counted up to CountedComments
	Promises int       `json:"promises,omitempty"` // open promises of ours
	Touched  time.Time `json:"touched,omitzero"`   // last human touch, zero for never
}

// KnownThread is what stood in the thread before this engagement.
type KnownThread struct {
	Comments  int `json:"comments"`  // counted up to CountedThread
	Questions int `json:"questions"` // product questions among them
}

// How far the context counts: beyond, more makes no difference.
const (
	CountedComments = 100
	CountedThread   = 200
)
