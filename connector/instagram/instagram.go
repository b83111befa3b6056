// Package instagram reads the webhooks of Instagram accounts: comments, replies, live
// comments, mentions and story mentions. Source: Meta for Developers, Instagram webhooks
// reference. Instagram tells of no edits, and of deletions only for messages.
package instagram

import (
	"net/url"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// Connector reads Instagram's deliveries.
type Connector struct{}

// Name returns instagram.
func (Connector) Name() triage.Platform { return triage.Instagram }

// Verify checks Meta's signature.
func (Connector) Verify(d connector.Delivery, secrets []string) error { return meta.Verify(d, secrets) }

// CheckSecret checks the form of an app secret.
func (Connector) CheckSecret(secret string) error { return meta.CheckSecret(secret) }

// Handshake answers Meta's verification request.
func (Connector) Handshake(query url.Values, verifyToken string) (string, error) {
	return meta.Handshake(query, verifyToken)
}

// Parse reads the changes of a delivery of the object "instagram".
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	err := meta.Changes(d.Body, "instagram", &out, func(c meta.Change) error {
		switch c.Field {
		case "comments", "live_comments":
			return comment(&out, c)
		case "mentions":
			return mention(&out, c)
		case "messaging":
			return message(&out, c)
		}
		meta.Ignore(&out, "other_field", 1)
		return nil
	})
	return out, err
}

// comment reads a comment or reply. Both "id" and "comment_id" are in circulation.
func comment(out *connector.Parsed, c meta.Change) error {
	v := c.Value
	id, ok := v.Get("id").ID()
	if !ok {
		id, ok = v.Get("comment_id").ID()
	}
	if !ok {
		return meta.ErrID
	}
	author := triage.Author{
		ExternalID: v.At("from", "id").OptionalID(), Handle: v.At("from", "username").Name(), Followers: -1,
	}
	if author.ExternalID == c.Account && author.ExternalID != "0" || v.At("from", "self_ig_scoped_id").OptionalID() != "" {
		meta.Ignore(out, "own_echo", 1)
		return nil
	}
	e := created(c, id, triage.FormComment)
	e.Author = author
	e.Text, e.TextAltered = v.Get("text").Body()
	e.Thread.ExternalID = v.At("media", "id").OptionalID()
	if parent := v.Get("parent_id").OptionalID(); parent != "" {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e})
	return nil
}

// mention carries ids only: text and author must be fetched.
func mention(out *connector.Parsed, c meta.Change) error {
	id, ok := c.Value.Get("comment_id").ID()
	if !ok {
		id, ok = c.Value.Get("media_id").ID()
	}
	if !ok {
		return meta.ErrID
	}
	e := created(c, id, triage.FormMention)
	e.Author.Followers = -1
	e.Thread.ExternalID = c.Value.Get("media_id").OptionalID()
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e})
	return nil
}

// message takes story mentions, without their expiring address, and unsent messages. Other
// direct messages are private and are not taken.
func message(out *connector.Parsed, c meta.Change) error {
	m := c.Value.Get("message")
	id, ok := m.Get("mid").ID()
	sender := c.Value.At("sender", "id").OptionalID()
	deleted := m.Get("is_deleted").True()
	switch {
	case m.Kind != wire.Object:
		meta.Ignore(out, "message", 1)
		return nil
	case !ok:
		return meta.ErrID
	case sender == c.Account && !deleted:
		meta.Ignore(out, "own_echo", 1)
		return nil
	case !deleted && !mentionsInStory(m):
		meta.Ignore(out, "message", 1)
		return nil
	}
	e := created(c, id, triage.FormMention)
	e.Author = triage.Author{ExternalID: sender, Followers: -1}
	e.HasMedia = true
	if at := c.Value.Get("timestamp").Time(); !at.IsZero() {
		e.PostedAt, e.VersionAt = at, at
	}
	if deleted {
		// Its event time is that of the message, so it is ordered by when it was sent.
		e.Action, e.Author, e.HasMedia = triage.Deleted, triage.Author{Followers: -1}, false
		e.VersionAt = c.Sent.Time()
	}
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e, Own: sender == c.Account})
	return nil
}

func mentionsInStory(m wire.Value) bool {
	for _, a := range m.Get("attachments").Elements() {
		if a.Get("type").Word() == "story_mention" {
			return true
		}
	}
	return false
}

// created starts an engagement at the entry's send time: Instagram tells no other.
func created(c meta.Change, id string, form triage.Form) triage.Engagement {
	return triage.Engagement{
		ExternalID: id, Form: form, Action: triage.Created, PostedAt: c.Sent.Time(), VersionAt: c.Sent.Time(),
	}
}
