// Package ingest accepts what a platform delivered, a poll found or a replay repeats: it
// verifies, parses, finds out whose account was spoken to, and stores it together with
// the job that judges it. It knows no web framework and no judgement.
package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// Result counts what became of a delivery's parts. It is what a webhook is answered.
type Result struct {
	Accepted    int `json:"accepted"`
	Duplicate   int `json:"duplicate"`
	Ignored     int `json:"ignored"`
	Quarantined int `json:"quarantined"`
}

// Door is where deliveries come in. It is safe for concurrent use.
type Door struct {
	platforms map[triage.Platform]connector.Platform
	endpoints *Endpoints
	group     *Group
}

// NewDoor returns a door for the given platforms.
func NewDoor(endpoints *Endpoints, group *Group, platforms ...connector.Platform) *Door {
	d := &Door{platforms: map[triage.Platform]connector.Platform{}, endpoints: endpoints, group: group}
	for _, p := range platforms {
		d.platforms[p.Name()] = p
	}
	return d
}

var noSuchEndpoint = triage.Errorf(triage.NotFound, "There is nothing at this address.")

// Receive takes one webhook call in this order: find the endpoint, verify over the raw
// bytes, parse, store. It returns nil only when everything usable is durable. Its errors
// are NotFound, the connector's signature errors, and Unavailable when nothing could be
// stored.
func (d *Door) Receive(ctx context.Context, platform triage.Platform, endpoint triage.ID, in connector.Delivery) (Result, error) {
	p, e, err := d.open(ctx, platform, endpoint)
	if err != nil {
		return Result{}, err
	}
	parsed, err := connector.Read(p, in, e.secrets(in.ReceivedAt))
	if err != nil {
		return Result{}, err
	}
	return d.accept(ctx, e, "webhook", in, parsed)
}

// Replay takes a stored delivery through the same door once more. Its origin was proven
// when it first came in, so only the signature check is left out.
func (d *Door) Replay(ctx context.Context, stored postgres.Delivery) (Result, error) {
	p, e, err := d.open(ctx, stored.Platform, stored.EndpointID)
	if err != nil {
		return Result{}, err
	}
	if stored.Raw == nil {
		return Result{}, triage.Errorf(triage.Gone, "The bytes of this delivery were erased.")
	}
	in := connector.Delivery{Body: stored.Raw, ReceivedAt: stored.ReceivedAt}
	parsed, err := p.Parse(in)
	if err != nil {
		parsed = connector.Parsed{Rejects: []connector.Reject{{Reason: "malformed"}}}
	}
	return d.accept(ctx, e, "replay", in, parsed)
}

// Handshake answers a platform's confirmation request without the database, once the
// endpoint is cached. Its errors are NotFound, Invalid, Forbidden and Unavailable.
func (d *Door) Handshake(ctx context.Context, platform triage.Platform, endpoint triage.ID, query url.Values) (connector.Response, error) {
	p, e, err := d.open(ctx, platform, endpoint)
	if err != nil {
		return connector.Response{}, err
	}
	answer := connector.Response{Status: http.StatusOK, Type: "text/plain; charset=utf-8"}
	switch p := p.(type) {
	case connector.Handshaker:
		answer.Body, err = p.Handshake(query, e.verifyToken)
	case connector.Challenger:
		answer.Type = "application/json"
		if answer.Body, err = p.Challenge(query, e.secret); err == nil {
			d.endpoints.challenged(ctx, e.id, p.ChallengedWithin())
		}
	default:
		err = triage.Errorf(triage.Invalid, "This platform has no handshake.")
	}
	return answer, err
}

// Respond returns what a platform wants to hear to a delivery that Receive took, or did not
// believe. It reports false where the service's own answer will do.
func (d *Door) Respond(platform triage.Platform, in connector.Delivery, refused error) (connector.Response, bool) {
	a, ok := d.platforms[platform].(connector.Responder)
	unbelieved := errors.Is(refused, connector.ErrSignatureMissing) || errors.Is(refused, connector.ErrSignatureInvalid) ||
		errors.Is(refused, connector.ErrTimestamp)
	if !ok || refused != nil && !unbelieved {
		return connector.Response{}, false
	}
	return a.Respond(in, refused)
}

// MediaTypes returns the types of content that a platform's deliveries may have.
func (d *Door) MediaTypes(platform triage.Platform) []string {
	if typed, ok := d.platforms[platform].(connector.MediaTyped); ok {
		return typed.MediaTypes()
	}
	return []string{"application/json"}
}

func (d *Door) open(ctx context.Context, platform triage.Platform, id triage.ID) (connector.Platform, *endpoint, error) {
	p, ok := d.platforms[platform]
	if !ok {
		return nil, nil, noSuchEndpoint
	}
	e, err := d.endpoints.find(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if e.platform != platform {
		return nil, nil, noSuchEndpoint
	}
	return p, e, nil
}

// accept turns what was parsed into changes of known brands and stores them.
func (d *Door) accept(ctx context.Context, e *endpoint, source string, in connector.Delivery, parsed connector.Parsed) (Result, error) {
	row, changes, err := d.prepare(ctx, e, source, in, parsed)
	if err != nil {
		return Result{}, err
	}
	effects, err := d.group.Record(ctx, row, changes)
	if err != nil {
		return Result{}, err
	}
	return counted(row, effects), nil
}

// prepare turns what was parsed into a delivery and changes of known brands.
func (d *Door) prepare(ctx context.Context, e *endpoint, source string, in connector.Delivery, parsed connector.Parsed) (postgres.Delivery, []postgres.Change, error) {
	row := postgres.Delivery{
		ID: postgres.NewID(), EndpointID: e.id, Platform: e.platform, ReceivedAt: in.ReceivedAt, Source: source,
		Raw: in.Body, SHA256: sha256.Sum256(in.Body),
	}
	if source == "replay" {
		row.Raw = nil // they are kept already
	}
	e, err := d.knowing(ctx, e, parsed.Events)
	if err != nil {
		return row, nil, err
	}
	fetcher, _ := d.platforms[e.platform].(connector.Fetcher)
	var changes []postgres.Change
	for _, event := range parsed.Events {
		meant := e.meant(event)
		switch {
		case len(meant) == 0 && event.Engagement.Action == triage.AccessEnded:
			row.Ignored++ // somebody else who uses our app
			continue
		case len(meant) == 0:
			row.Rejects = append(row.Rejects, postgres.Reject{Reason: "unknown_account"})
			continue
		case erases(event.Engagement.Action):
			row.Raw = nil // the body of a deletion is never kept
		case fetcher != nil && source == "webhook" && event.Engagement.Action == triage.Created:
			event.Engagement.Partial = fetcher.Lacks(event.Engagement)
		}
		for _, channel := range meant {
			changes = append(changes, postgres.Change{
				Engagement: complete(event.Engagement, e.platform, channel, in.ReceivedAt),
				DeliveryID: row.ID, Own: event.Own,
			})
		}
	}
	for _, r := range parsed.Rejects {
		row.Rejects = append(row.Rejects, postgres.Reject{Pointer: r.Pointer, Reason: r.Reason})
	}
	for _, n := range parsed.Ignored {
		row.Ignored += n
	}
	row.Accepted, row.Quarantined = len(changes), len(row.Rejects)
	return row, changes, nil
}

func counted(row postgres.Delivery, effects []bool) Result {
	out := Result{Ignored: row.Ignored, Quarantined: row.Quarantined}
	for _, effect := range effects {
		if effect {
			out.Accepted++
		} else {
			out.Duplicate++
		}
	}
	return out
}

// knowing returns the endpoint with the channels that the events speak to, as far as there
// are any.
func (d *Door) knowing(ctx context.Context, e *endpoint, events []connector.Event) (*endpoint, error) {
	unknown := func(event connector.Event) bool { return len(e.meant(event)) == 0 }
	if slices.ContainsFunc(events, unknown) {
		return d.endpoints.again(ctx, e)
	}
	return e, nil
}

func erases(a triage.Action) bool {
	return a == triage.Deleted || a == triage.AuthorErased || a == triage.ThreadDeleted || a == triage.AccessEnded
}

// ahead is how far a platform's clock may be before ours.
const ahead = 5 * time.Minute

// earliest is before any platform existed. It is fixed, so that an old event that is
// delivered twice has the same version both times.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// complete adds what the platform could not know: ids of ours, and times that are missing
// or beyond belief. Order and SLA never depend on the platform's times.
func complete(e triage.Engagement, p triage.Platform, c channel, received time.Time) triage.Engagement {
	e.ID, e.BrandID, e.ChannelID, e.Platform, e.ReceivedAt = postgres.NewID(), c.brand, c.id, p, received
	e.PostedAt = believe(e.PostedAt, received)
	if e.VersionAt = believe(e.VersionAt, received); e.VersionAt.IsZero() {
		e.VersionAt = received
	}
	e.VersionAt = e.VersionAt.UTC().Truncate(time.Microsecond) // as precise as the database keeps it
	return e
}

func believe(t, received time.Time) time.Time {
	switch {
	case t.IsZero():
		return t
	case t.After(received.Add(ahead)):
		return received.Add(ahead)
	case t.Before(earliest):
		return earliest
	}
	return t
}
