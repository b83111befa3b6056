package instagram

import (
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// Parse reads the changes and messages of a delivery about the object "instagram", and what
// was asked for.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	if out, ok := meta.Nodes(d.Body, node); ok {
		return out, nil
	}
	return meta.Read(d.Body, "instagram", read)
}

func read(out *connector.Parsed, p meta.Part) string {
	var take func(*connector.Parsed, meta.Part) string
	switch p.Field {
	case "comments", "live_comments":
		take = comment
	case "mentions":
		take = mention
	case meta.Messaging:
		take = message
	default:
		out.Ignore("other_field", 1)
		return ""
	}
	if p.Value.Kind != wire.Object {
		return connector.Malformed
	}
	return take(out, p)
}

// comment reads a comment or reply. Both "id" and "comment_id" are in circulation.
func comment(out *connector.Parsed, p meta.Part) string {
	v, from := p.Value, p.Value.Get("from")
	id, ok := v.First("id", "comment_id").ID()
	if !ok {
		return connector.IDMissing
	}
	author := triage.Author{ExternalID: from.Get("id").OptionalID(), Handle: from.Get("username").Name(), Followers: -1}
	if p.Own(author.ExternalID) || from.Get("self_ig_scoped_id").Present() {
		out.Ignore("own_echo", 1)
		return ""
	}
	event := created(p, id, triage.FormComment)
	e := &event.Engagement
	e.Author = author
	e.Text, e.TextAltered = v.Get("text").Body()
	e.Thread.ExternalID = v.At("media", "id").OptionalID()
	if e.ParentExternalID = v.Get("parent_id").OptionalID(); e.ParentExternalID != "" {
		e.Form = triage.FormReply
	}
	out.Take(event)
	return ""
}

// mention carries ids only: text and author must be fetched.
func mention(out *connector.Parsed, p meta.Part) string {
	id, ok := p.Value.First("comment_id", "media_id").ID()
	if !ok {
		return connector.IDMissing
	}
	event := created(p, id, triage.FormMention)
	event.Engagement.Thread.ExternalID = p.Value.Get("media_id").OptionalID()
	out.Take(event)
	return ""
}

// message takes story mentions, without the expiring address of the picture, and unsent
// messages. Other direct messages are private and are not taken.
func message(out *connector.Parsed, p meta.Part) string {
	m, sender := p.Value.Get("message"), p.Value.At("sender", "id").OptionalID()
	deleted := m.Get("is_deleted").True()
	if !deleted && !mentionsInStory(m) {
		out.Ignore("message", 1)
		return ""
	}
	id, ok := m.Get("mid").ID()
	if !ok {
		return connector.IDMissing
	}
	own := p.Own(sender) || m.Get("is_echo").True()
	if own && !deleted {
		out.Ignore("own_echo", 1)
		return ""
	}
	event := created(p, id, triage.FormMention)
	event.Own = own
	e := &event.Engagement
	if deleted { // its event time is that of the message, so it is ordered by when it was sent
		e.Action, e.PostedAt = triage.Deleted, time.Time{}
		out.Take(event)
		return ""
	}
	e.Author.ExternalID, e.HasMedia = sender, true
	if at := p.Value.Get("timestamp").Time(); !at.IsZero() {
		e.PostedAt, e.VersionAt = at, at
	}
	out.Take(event)
	return ""
}

func mentionsInStory(message wire.Value) bool {
	for _, a := range message.Get("attachments").Elements() {
		if a.Get("type").Word() == "story_mention" {
			return true
		}
	}
	return false
}

// created starts an event at the entry's send time: Instagram tells no other.
func created(p meta.Part, id string, form triage.Form) connector.Event {
	event := p.Event()
	event.Engagement = triage.Engagement{
		ExternalID: id, Form: form, Action: triage.Created, Author: triage.Author{Followers: -1},
		PostedAt: p.Sent, VersionAt: p.Sent,
	}
	return event
}
