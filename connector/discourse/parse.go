package discourse

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errBody says that a delivery is about nothing that a forum has.
var errBody = errors.New("no post and no other subject")

// The types of posts, and the archetype of topics that are nobody else's.
const (
	regular = "1"
	private = "private_message"
)

// Parse reads {"post":{…}} or {"user":{…}}. What happened stands in a header; a stored
// delivery has none, and its post tells it.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	r := reader{out: &out, event: d.Header.Get(Event), instance: instance(d.Header.Get(Instance))}
	post, user := doc.Get("post"), doc.Get("user")
	reason := ""
	switch {
	case post.Kind == wire.Deep || user.Kind == wire.Deep || post.TooDeep() || user.TooDeep():
		reason = connector.TooDeep
	case post.Kind == wire.Object:
		reason = r.post(post)
	case user.Kind == wire.Object:
		reason = r.user(user)
	case doc.Get("ping").Kind == wire.String:
		out.Ignore("ping", 1)
	case other(doc, r.event):
		out.Ignore("other_event", 1)
	default:
		return out, errBody
	}
	if reason != "" {
		out.Refuse("", reason)
	}
	return out, nil
}

// other reports whether the body is about something that its event names, such as a topic.
func other(doc wire.Value, event string) bool {
	subject, _, ok := strings.Cut(event, "_")
	return ok && subject != "post" && subject != "user" && doc.Get(subject).Kind == wire.Object
}

type reader struct {
	out      *connector.Parsed
	event    string // what happened; empty when no header told it
	instance string // the forum's address without a slash at its end; may be empty
}

// instance takes a forum's address, and nothing that leads elsewhere.
func instance(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return ""
	}
	return strings.TrimSuffix(u.String(), "/")
}

func (r reader) post(v wire.Value) (reason string) {
	switch {
	case v.Get("topic_archetype").Word() == private:
		r.out.Ignore("message", 1)
		return ""
	case v.Get("post_type").Present() && v.Get("post_type").OptionalID() != regular:
		r.out.Ignore("other_post", 1)
		return ""
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	action, known := r.action(v)
	if !known {
		r.out.Ignore("other_event", 1)
		return ""
	}
	r.out.Take(connector.Event{Engagement: r.engagement(v, id, action)})
	return ""
}

// action tells what happened. The post's own signs of its end count whatever the header
// says, which is not signed; without a header the version tells an edit.
func (r reader) action(v wire.Value) (action triage.Action, known bool) {
	switch {
	case r.event == "post_recovered":
		return "", false // a deletion is final, and its words are gone
	case r.event == "post_destroyed", v.Get("deleted_at").Present(), v.Get("user_deleted").True():
		return triage.Deleted, true
	case r.event == "post_created":
		return triage.Created, true
	case r.event == "post_edited":
		return triage.Edited, true
	case r.event != "":
		return "", false
	case v.Get("version").Count() > 1:
		return triage.Edited, true
	}
	return triage.Created, true
}

// engagement reads a post. Of a deletion only what identifies it is read.
func (r reader) engagement(v wire.Value, id string, action triage.Action) triage.Engagement {
	e := triage.Engagement{
		ExternalID: id, Form: triage.FormComment, Action: action, Author: triage.Author{Followers: -1},
		Thread: triage.Thread{ExternalID: v.Get("topic_id").OptionalID()},
	}
	if action == triage.Deleted {
		e.VersionAt = first(v.Get("deleted_at").Time(), v.Get("updated_at").Time())
		return e
	}
	e.Thread.Text, _ = v.Get("topic_title").Body()
	if v.Get("reply_to_post_number").Count() > 1 {
		e.Form = triage.FormReply // to which post is told by its number alone, not by its id
	}
	e.Author = author(v)
	if v.Get("post_number").Count() == 1 { // it opens the topic
		e.Thread.Author = triage.Publisher{ExternalID: e.Author.ExternalID, Handle: e.Author.Handle, Name: e.Author.Name}
	}
	e.Text, e.TextAltered = v.Get("raw").Body()
	e.PostedAt = v.Get("created_at").Time()
	e.VersionAt = first(v.Get("updated_at").Time(), e.PostedAt)
	e.Thread.Permalink = r.link(v)
	if number := v.Get("post_number").OptionalID(); e.Thread.Permalink != "" && digits(number) {
		e.Permalink = e.Thread.Permalink + "/" + number
	}
	return e
}

func author(v wire.Value) triage.Author {
	return triage.Author{
		ExternalID: v.Get("user_id").OptionalID(), Handle: v.Get("username").Name(), Name: v.Get("name").Name(), Followers: -1,
	}
}

// link is the address of a post's topic.
func (r reader) link(v wire.Value) string {
	slug, topic := v.Get("topic_slug").Name(), v.Get("topic_id").OptionalID()
	if r.instance == "" || slug == "" || !digits(topic) {
		return ""
	}
	return r.instance + "/t/" + url.PathEscape(slug) + "/" + topic
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// user reads the end of an account: all of its words must go. Other news of accounts hold
// mail addresses, and nothing of them is read.
func (r reader) user(v wire.Value) (reason string) {
	if r.event != "user_destroyed" {
		r.out.Ignore("account", 1)
		return ""
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	r.out.Take(connector.Event{Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: id, Followers: -1},
	}})
	return ""
}

func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
