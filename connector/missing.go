package connector

import (
	"context"
	"errors"

	"triage/triage"
)

// Tokened is a platform that calls us and can be asked as well, by a token of each account
// that is not the secret of its deliveries. An account without a token is not asked.
type Tokened interface {
	Asked
	// CheckToken returns an error that names the problem, never the token, when the token
	// is too weak or malformed to be used.
	CheckToken(token string) error
}

// Fetcher is a platform that tells of things without saying what they are, and can be asked
// for the rest.
type Fetcher interface {
	Tokened
	// Lacks reports whether a creation came without words or author that Fetch may bring.
	Lacks(e triage.Engagement) bool
	// Fetch asks for an engagement and returns an answer for Parse, which reads it as a
	// creation. Its errors are those of Poll, and ErrAbsent.
	Fetch(ctx context.Context, s Source, w Wanted) ([]byte, error)
}

// Wanted names an engagement that a platform told too little of.
type Wanted struct {
	ExternalID, Parent, Thread string
	Author                     string // the platform's id of who wrote it, where it told that
	Form                       triage.Form
}

// ErrAbsent says that the platform does not show us a thing, now or ever: it is too new, not
// public, or gone. It does not say that it was deleted.
var ErrAbsent = errors.New("not shown to us")
