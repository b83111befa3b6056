// Package connector is the contract between the service and a platform: how a
// delivery is believed (Verify), what it says (Parse) and which extra capabilities a
// platform has. It knows no database and no web framework; each platform lives in a
// folder of its own below.
package connector

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"triage/triage"
)

// The ways in which a delivery fails to prove its origin. Their texts may be shown.
var (
	ErrSignatureMissing = errors.New("signature missing")
	ErrSignatureInvalid = errors.New("signature invalid")
	ErrTimestamp        = errors.New("timestamp out of range")
)

// Delivery is one webhook call as it arrived, before we believe it. Header and Body
// are copies that outlive the request; Body holds the raw, still encoded bytes.
type Delivery struct {
	Header     http.Header
	Body       []byte
	ReceivedAt time.Time
}

// Event is one thing that a delivery says about an account of ours.
type Event struct {
	// Account is the platform's id of the account that was spoken to. Empty when the
	// platform's payload has none: the endpoint's only channel is meant.
	Account string
	// Engagement carries no ids of ours, no brand and no channel; ingest adds them.
	Engagement triage.Engagement
	// Own says that our own account wrote it: it never creates an engagement, but still
	// edits or deletes one that we hold.
	Own bool
	// Sample says that the platform sent it to try the endpoint and names no real account:
	// where no channel has its Account, the endpoint's only channel is meant.
	Sample bool
	// Everywhere says that all accounts of the endpoint are meant.
	Everywhere bool
}

// AccessEnded returns the event that our access to an account ended.
func AccessEnded(account string, at time.Time) Event {
	return Event{Account: account, Engagement: triage.Engagement{
		Action: triage.AccessEnded, Author: triage.Author{Followers: -1}, VersionAt: at,
	}}
}

// Reject is a part of a signed delivery that cannot be used.
type Reject struct {
	Pointer string // JSON pointer to the part
	Reason  string // one of the words below
}

// Parsed is what a verified delivery says. Ignored counts parts that are understood
// and are no engagements (likes, own echoes, unknown kinds), by kind.
type Parsed struct {
	Events  []Event
	Ignored map[string]int
	Rejects []Reject
}

// The reasons of rejects, as they are stored and shown.
const (
	Malformed      = "malformed"       // not the shape that the platform documents
	AccountMissing = "account_missing" // no usable id of an account
	IDMissing      = "id_missing"      // no usable id of an engagement
	TextMissing    = "text_missing"
	TooDeep        = "too_deep"
)

// Take adds an event.
func (p *Parsed) Take(e Event) { p.Events = append(p.Events, e) }

// Ignore counts n parts that are understood and are no engagements. Kinds come from a
// closed set of the platform's, never from the payload.
func (p *Parsed) Ignore(kind string, n int) {
	if p.Ignored == nil {
		p.Ignored = map[string]int{}
	}
	p.Ignored[kind] += n
}

// Refuse notes a part that cannot be used.
func (p *Parsed) Refuse(pointer, reason string) {
	p.Rejects = append(p.Rejects, Reject{Pointer: pointer, Reason: reason})
}

// RefuseFor is Refuse, unless the reason is empty.
func (p *Parsed) RefuseFor(pointer, reason string) {
	if reason != "" {
		p.Refuse(pointer, reason)
	}
}

// Platform reads the deliveries of one platform.
type Platform interface {
	// Name returns the platform's name as it stands in the webhook's path.
	Name() triage.Platform
	// Verify checks the delivery's signature over its raw bytes against each secret and
	// returns nil, ErrSignatureMissing, ErrSignatureInvalid or ErrTimestamp. Empty
	// secrets never verify. It compares in constant time.
	Verify(d Delivery, secrets []string) error
	// Parse reads a verified delivery. An error means that nothing of it can be used.
	// Parsing the same delivery twice gives the same result.
	Parse(d Delivery) (Parsed, error)
	// CheckSecret returns an error that names the problem, never the secret, when the
	// secret is too weak or malformed to be used.
	CheckSecret(secret string) error
}

// Handshaker answers the GET request by which a platform confirms an endpoint.
type Handshaker interface {
	// Handshake returns the text/plain answer, or a triage error: Invalid for missing or
	// unsafe parameters, Forbidden for a wrong token.
	Handshake(query url.Values, verifyToken string) (string, error)
}

// Challenger answers the GET request by which a platform lets an endpoint prove that it
// holds the secret. No word of ours is asked, so anybody may send the request: Challenge
// signs only what can never be a delivery, or else it would forge signatures for strangers.
type Challenger interface {
	// Challenge returns the JSON answer, or an Invalid triage error for missing or unsafe
	// parameters and an empty secret.
	Challenge(query url.Values, secret string) (string, error)
	// ChallengedWithin returns after how long without a challenge the platform has given up an
	// endpoint that it knew.
	ChallengedWithin() time.Duration
}

// Read believes and reads a delivery: Verify over the raw bytes first, then Parse.
// A delivery that verifies but cannot be parsed comes back as one reject.
func Read(p Platform, d Delivery, secrets []string) (Parsed, error) {
	if err := p.Verify(d, secrets); err != nil {
		return Parsed{}, err
	}
	parsed, err := p.Parse(d)
	if err != nil {
		return Parsed{Rejects: []Reject{{Pointer: "", Reason: Malformed}}}, nil
	}
	return parsed, nil
}
