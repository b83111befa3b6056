package facebook

import (
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// Parse reads the changes of a delivery about the object "page", and what was asked for.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	if out, ok := meta.Nodes(d.Body, node); ok {
		return out, nil
	}
	return meta.Read(d.Body, "page", read)
}

func read(out *connector.Parsed, p meta.Part) string {
	switch p.Field {
	case "feed", "mention", "ratings":
	case meta.Messaging:
		out.Ignore("message", 1)
		return ""
	default:
		out.Ignore("other_field", 1)
		return ""
	}
	if p.Value.Kind != wire.Object {
		return connector.Malformed
	}
	item := p.Value.Get("item").Word()
	if item == "reaction" || item == "like" { // even when they name a comment
		out.Ignore("reaction", 1)
		return ""
	}
	action, known := actions[p.Value.Get("verb").Word()]
	c := told{Part: p, action: action, author: author(p.Value)}
	switch {
	case !known:
		out.Ignore("unknown", 1)
	case p.Field == "ratings" && item == "rating":
		return c.rating(out)
	case p.Field == "mention":
		return c.mention(out)
	case item == "comment":
		return c.comment(out)
	case p.Field == "feed" && posts[item]:
		return c.visitorPost(out)
	default:
		out.Ignore("unknown", 1)
	}
	return ""
}

// posts are the items by which the feed tells of posts on the Page.
var posts = map[string]bool{"post": true, "status": true, "photo": true, "video": true}

// actions are what the verbs of a life cycle mean to us.
var actions = map[string]triage.Action{
	"add": triage.Created, "edited": triage.Edited, "edit": triage.Edited,
	"remove": triage.Deleted, "hide": triage.Hidden, "unhide": triage.Unhidden,
}

// told is a part whose verb and author are known.
type told struct {
	meta.Part
	action triage.Action
	author triage.Author
}

func (c told) comment(out *connector.Parsed) string {
	id, ok := c.Value.Get("comment_id").ID()
	if !ok {
		return connector.IDMissing
	}
	e := c.engagement(id, triage.FormComment)
	if story := c.Value.Get("open_graph_story_id").OptionalID(); story != "" && e.Thread.ExternalID == "" {
		e.Form, e.ParentExternalID, e.Thread.ExternalID = triage.FormReply, story, story // it answers a review
	}
	if parent := c.Value.Get("parent_id").OptionalID(); parent != "" && parent != e.Thread.ExternalID {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	c.take(out, e)
	return ""
}

// visitorPost is a post by somebody else on the Page: it speaks to the brand. A later
// change that hides its author may be about a post of our own, and so never creates.
func (c told) visitorPost(out *connector.Parsed) string {
	id, ok := c.Value.Get("post_id").ID()
	if !ok {
		return connector.IDMissing
	}
	if c.action == triage.Deleted { // what stood below it is gone with it, and Meta does not say so one by one
		below := c.Event()
		below.Engagement = triage.Engagement{
			Action: triage.ThreadDeleted, Author: triage.Author{Followers: -1}, Thread: triage.Thread{ExternalID: id}, VersionAt: c.Sent,
		}
		out.Take(below)
	}
	if c.Own(c.author.ExternalID) {
		if c.action != triage.Deleted {
			out.Ignore("own_post", 1)
		}
		return ""
	}
	event := c.Event()
	event.Engagement = c.engagement(id, triage.FormMention)
	event.Own = c.author.ExternalID == "" && c.action != triage.Created
	out.Take(event)
	return ""
}

// mention is a post or comment elsewhere that tags the Page. It carries no author.
func (c told) mention(out *connector.Parsed) string {
	id, ok := c.Value.First("comment_id", "post_id").ID()
	if !ok {
		return connector.IDMissing
	}
	c.take(out, c.engagement(id, triage.FormMention))
	return ""
}

// rating is a review of the Page. It is identified by its story or else by its reviewer,
// who has one review per Page.
func (c told) rating(out *connector.Parsed) string {
	if c.author.ExternalID == "" {
		c.author.ExternalID = c.Value.Get("reviewer_id").OptionalID()
		c.author.Name = c.Value.Get("reviewer_name").Name()
	}
	id, ok := c.Value.First("open_graph_story_id", "reviewer_id").ID()
	if !ok {
		if id = c.author.ExternalID; id == "" {
			return connector.IDMissing
		}
	}
	e := c.engagement(id, triage.FormReview)
	if review := c.Value.Get("review_text"); review.Present() && c.action != triage.Deleted {
		e.Text, e.TextAltered = review.Body()
	}
	c.take(out, e)
	return ""
}

// take adds e. What the Page itself creates is an echo; its later changes are passed on,
// since we may hold what they are about.
func (c told) take(out *connector.Parsed, e triage.Engagement) {
	event := c.Event()
	event.Engagement, event.Own = e, c.Own(c.author.ExternalID)
	if event.Own && c.action == triage.Created {
		out.Ignore("own_echo", 1)
		return
	}
	out.Take(event)
}

// engagement reads what all kinds of changes have in common. Of a deletion only what
// identifies it is read.
func (c told) engagement(id string, form triage.Form) triage.Engagement {
	v := c.Value
	e := triage.Engagement{
		ExternalID: id, Form: form, Action: c.action, Author: triage.Author{Followers: -1},
		Thread: triage.Thread{ExternalID: v.Get("post_id").OptionalID(), Permalink: v.At("post", "permalink_url").Link()},
	}
	event := v.Get("created_time").Time()
	e.VersionAt = versionAt(c.action, event, c.Sent)
	if c.action == triage.Deleted {
		return e
	}
	if c.action == triage.Created {
		e.PostedAt = event
	}
	e.Author = c.author
	e.Text, e.TextAltered = v.Get("message").Body()
	e.Permalink = v.Get("permalink_url").Link()
	e.HasMedia = v.First("photo", "photos", "video").Present()
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

// author reads the author in either of the forms that are sent; empty when hidden.
func author(v wire.Value) triage.Author {
	from := v.Get("from")
	a := triage.Author{ExternalID: from.Get("id").OptionalID(), Name: from.Get("name").Name(), Followers: -1}
	if a.ExternalID == "" {
		a.ExternalID, a.Name = v.Get("sender_id").OptionalID(), v.Get("sender_name").Name()
	}
	return a
}
