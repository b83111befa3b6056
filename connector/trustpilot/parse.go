package trustpilot

import (
	"errors"
	"fmt"
	"net/url"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errEnvelope says that a delivery is no object with events.
var errEnvelope = errors.New("no events")

// actions are what the events about service reviews mean to us.
var actions = map[string]triage.Action{
	"service-review-created": triage.Created, "service-review-updated": triage.Edited, "service-review-deleted": triage.Deleted,
}

// Parse reads {events}, each judged alone. It names no account: one endpoint is for one
// business unit.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	events := doc.Get("events")
	if events.Kind != wire.Array {
		return out, errEnvelope
	}
	if events.Len() > wire.MaxItems {
		return out, wire.ErrLimits
	}
	for i, v := range events.Elements() {
		reason := connector.TooDeep
		if !v.TooDeep() {
			reason = read(&out, v)
		}
		if reason != "" {
			out.Refuse(fmt.Sprintf("/events/%d", i), reason)
		}
	}
	if doc.TooDeep() && !events.TooDeep() {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

func read(out *connector.Parsed, event wire.Value) string {
	v := event.Get("eventData")
	action, known := actions[event.Get("eventName").Word()]
	switch {
	case event.Kind != wire.Object, known && v.Kind != wire.Object:
		return connector.Malformed
	case !known:
		out.Ignore("other_event", 1)
		return ""
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Form: triage.FormReview, Action: action, Author: triage.Author{Followers: -1}}
	if action != triage.Deleted {
		review(&e, v)
	}
	out.Take(connector.Event{Engagement: e})
	return ""
}

// review reads the words of a review, its rating and title before them.
func review(e *triage.Engagement, v wire.Value) {
	e.VersionAt = v.Get("createdAt").Time()
	if e.Action == triage.Created {
		e.PostedAt = e.VersionAt
	}
	if at := v.Get("updatedAt").Time(); at.After(e.VersionAt) {
		e.VersionAt = at
	}
	e.Author.ExternalID, e.Author.Name = v.At("consumer", "id").OptionalID(), v.At("consumer", "name").Name()
	e.Language = v.Get("language").Name()
	e.Permalink = "https://www.trustpilot.com/reviews/" + url.PathEscape(e.ExternalID)
	text, altered := v.Get("text").Body()
	title, retitled := v.Get("title").Body()
	if title != "" && text != "" {
		title += "\n"
	}
	e.Text, e.TextAltered = connector.Rated(int(min(v.Get("stars").Count(), 6)), title+text), altered || retitled
}
