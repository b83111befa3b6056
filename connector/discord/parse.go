package discord

import (
	"errors"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errType says that a delivery is of neither of the two addresses, and no page of ours.
var errType = errors.New("no application or type")

// kind is what a delivery is. Both addresses number their types, each in its own way.
type kind int

const (
	neither kind = iota
	eventPing
	event
	interactionPing
	interaction
	asked // a page that Poll or Stream made
)

// kindOf tells them apart: only an interaction has an id and a token.
func kindOf(doc wire.Value) kind {
	number := doc.Get("type")
	_, named := doc.Get("application_id").ID()
	switch {
	case doc.Get("messages").Kind == wire.Array || doc.Get("frame").Kind == wire.Object || doc.Get("checked").Kind == wire.Object:
		return asked
	case !named || number.Kind != wire.Number:
		return neither
	case doc.Get("token").Kind == wire.String && number.Count() == 1:
		return interactionPing
	case doc.Get("token").Kind == wire.String:
		return interaction
	case number.Count() == 0:
		return eventPing
	}
	return event
}

// Parse reads the pages of Poll and Stream, pings, interactions and webhook events. Who takes
// the application's access back asks for the erasure of what it holds.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	switch kindOf(doc) {
	case eventPing, interactionPing:
		out.Ignore("ping", 1)
	case interaction:
		out.Ignore("interaction", 1)
	case asked:
		readPage(&out, doc)
	case event:
		if reason := read(&out, doc.Get("event")); reason != "" {
			out.Refuse("/event", reason)
		}
	case neither:
		return out, errType
	}
	return out, nil
}

func read(out *connector.Parsed, v wire.Value) (reason string) {
	switch {
	case v.TooDeep():
		return connector.TooDeep
	case v.Kind != wire.Object:
		return connector.Malformed
	case v.Get("type").Word() != "APPLICATION_DEAUTHORIZED":
		out.Ignore("other_event", 1)
		return ""
	}
	id, ok := v.At("data", "user", "id").ID()
	if !ok {
		return connector.IDMissing
	}
	out.Take(connector.Event{Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: id, Followers: -1}, VersionAt: v.Get("timestamp").Time(),
	}})
	return ""
}
