package facebook

import (
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// Parse reads the changes of a delivery of the object "page".
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	err := meta.Changes(d.Body, "page", &out, func(c meta.Change) error {
		switch c.Field {
		case "feed":
			return feed(&out, c)
		case "mention":
			return mention(&out, c)
		case "ratings":
			return rating(&out, c)
		}
		meta.Ignore(&out, "other_field", 1)
		return nil
	})
	return out, err
}

// actions are what the verbs of a life cycle mean to us.
var actions = map[string]triage.Action{
	"add": triage.Created, "edited": triage.Edited, "edit": triage.Edited,
	"remove": triage.Deleted, "hide": triage.Hidden, "unhide": triage.Unhidden,
}

// postItems are the items by which the feed tells of posts.
var postItems = map[string]bool{
	"post": true, "status": true, "photo": true, "video": true, "share": true, "album": true, "event": true,
}

func feed(out *connector.Parsed, c meta.Change) error {
	v, item := c.Value, c.Value.Get("item").Word()
	action, known := actions[v.Get("verb").Word()]
	author := authorOf(v)
	own := author.ExternalID == c.Account
	switch {
	case item == "reaction" || item == "like":
		meta.Ignore(out, "reaction", 1)
	case !known || item != "comment" && !postItems[item]:
		meta.Ignore(out, "unknown", 1)
	case own && action == triage.Created:
		meta.Ignore(out, "own_echo", 1)
	case item != "comment" && own:
		meta.Ignore(out, "own_post", 1)
	case item == "comment":
		return comment(out, c, author, action, own)
	default:
		return visitorPost(out, c, author, action)
	}
	return nil
}

func comment(out *connector.Parsed, c meta.Change, author triage.Author, action triage.Action, own bool) error {
	id, ok := c.Value.Get("comment_id").ID()
	if !ok {
		return meta.ErrID
	}
	e := engagement(c, id, author, action)
	e.Form = triage.FormComment
	parent := c.Value.Get("parent_id").OptionalID()
	if parent != "" && parent != e.Thread.ExternalID {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e, Own: own})
	return nil
}

// visitorPost is a post by somebody else on the Page: it speaks to the brand.
func visitorPost(out *connector.Parsed, c meta.Change, author triage.Author, action triage.Action) error {
	id, ok := c.Value.Get("post_id").ID()
	if !ok {
		return meta.ErrID
	}
	e := engagement(c, id, author, action)
	e.Form = triage.FormMention
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e})
	return nil
}

// mention is a post or comment elsewhere that tags the Page; it carries no author.
func mention(out *connector.Parsed, c meta.Change) error {
	action, known := actions[c.Value.Get("verb").Word()]
	if !known {
		meta.Ignore(out, "unknown", 1)
		return nil
	}
	id, ok := c.Value.Get("comment_id").ID()
	if !ok {
		id, ok = c.Value.Get("post_id").ID()
	}
	if !ok {
		return meta.ErrID
	}
	e := engagement(c, id, authorOf(c.Value), action)
	e.Form = triage.FormMention
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e})
	return nil
}

// rating is a review of the Page. It is identified by its story, or by its reviewer, who
// has one review per Page.
func rating(out *connector.Parsed, c meta.Change) error {
	v := c.Value
	item := v.Get("item").Word()
	action, known := actions[v.Get("verb").Word()]
	if item == "reaction" || item == "like" {
		meta.Ignore(out, "reaction", 1)
		return nil
	}
	if !known || item != "rating" && item != "comment" {
		meta.Ignore(out, "unknown", 1)
		return nil
	}
	author := authorOf(v)
	if author.ExternalID == "" {
		author.ExternalID, author.Name = v.Get("reviewer_id").OptionalID(), v.Get("reviewer_name").Name()
	}
	id := v.Get("open_graph_story_id").OptionalID()
	if item == "comment" {
		id = v.Get("comment_id").OptionalID()
	}
	if id == "" && item == "rating" && author.ExternalID != "" {
		id = "rating_" + author.ExternalID
	}
	if id == "" {
		return meta.ErrID
	}
	e := engagement(c, id, author, action)
	e.Form = triage.FormReview
	if text, altered := v.Get("review_text").Body(); text != "" {
		e.Text, e.TextAltered = text, altered
	}
	out.Events = append(out.Events, connector.Event{Account: c.Account, Engagement: e})
	return nil
}

// engagement reads what all kinds of changes have in common.
func engagement(c meta.Change, id string, author triage.Author, action triage.Action) triage.Engagement {
	v := c.Value
	e := triage.Engagement{ExternalID: id, Action: action, Author: author}
	e.Text, e.TextAltered = v.Get("message").Body()
	e.HasMedia = v.Get("photo").Kind == wire.String || v.Get("video").Kind == wire.String
	e.Thread = triage.Thread{
		ExternalID: v.Get("post_id").OptionalID(),
		Permalink:  v.At("post", "permalink_url").Name(),
	}
	e.Permalink = v.Get("permalink_url").Name()
	event, sent := v.Get("created_time").Time(), c.Sent.Time()
	if action == triage.Created {
		e.PostedAt = event
	}
	e.VersionAt = versionAt(action, event, sent)
	if action == triage.Deleted {
		e.Text, e.TextAltered, e.Author = "", false, triage.Author{Followers: -1}
	}
	return e
}

// versionAt orders what was said: a creation by its event time; everything later by the
// later of event and send time, since created_time may still be the comment's own.
func versionAt(action triage.Action, event, sent time.Time) time.Time {
	if event.IsZero() || action != triage.Created && sent.After(event) {
		return sent
	}
	return event
}

// authorOf reads the author in either of the forms that are sent; empty when hidden.
func authorOf(v wire.Value) triage.Author {
	a := triage.Author{ExternalID: v.At("from", "id").OptionalID(), Name: v.At("from", "name").Name(), Followers: -1}
	if a.ExternalID == "" {
		a.ExternalID, a.Name = v.Get("sender_id").OptionalID(), v.Get("sender_name").Name()
	}
	return a
}
