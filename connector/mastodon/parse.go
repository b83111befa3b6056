package mastodon

import (
	"fmt"
	"html"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// Parse reads a page of notifications, one event of the stream or what was looked up again,
// as Poll, Stream and Recheck made them. Of an administrators' webhook it says only that it was one: it tells of everybody
// on the server, and the notifications tell of us.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return connector.Parsed{}, err
	}
	var out connector.Parsed
	r := reading{out: &out, posts: doc.Get("posts")}
	r.account, _ = doc.Get("account").ID()
	switch event := doc.Get("event"); {
	case doc.Kind != wire.Object:
		return out, connector.ErrAnswer
	case doc.Get("notifications").Kind == wire.Array:
		for i, n := range doc.Get("notifications").Elements() {
			out.RefuseFor(fmt.Sprintf("/notifications/%d", i), r.notification(n))
		}
	case doc.Get("changed").Kind == wire.Array || doc.Get("gone").Kind == wire.Array:
		for i, status := range doc.Get("changed").Elements() {
			out.RefuseFor(fmt.Sprintf("/changed/%d", i), r.status(status, triage.Edited, true))
		}
		for i, id := range doc.Get("gone").Elements() {
			out.RefuseFor(fmt.Sprintf("/gone/%d", i), r.gone(id, true))
		}
	case event.Kind == wire.String && doc.Get("object").Kind == wire.Object:
		out.Ignore("server_event", 1)
	case event.Kind == wire.String && doc.Get("payload").Kind == wire.String:
		out.RefuseFor("/payload", r.event(event.Word(), doc.Get("payload")))
	default:
		return out, connector.ErrAnswer
	}
	return out, nil
}

// reading is one document on its way.
type reading struct {
	out     *connector.Parsed
	account string
	posts   wire.Value
}

// event reads one event of the stream. A deletion names nothing but the post.
func (r reading) event(name string, payload wire.Value) string {
	if name == "delete" {
		return r.gone(payload, false)
	}
	if name != "notification" && name != "update" && name != "status.update" {
		r.out.Ignore("other_event", 1)
		return ""
	}
	inner, err := wire.Parse([]byte(payload.Word()))
	if err != nil || inner.Kind != wire.Object {
		return connector.Malformed
	}
	switch name {
	case "notification":
		return r.notification(inner)
	case "update":
		if !r.toUs(inner) {
			r.out.Ignore("other_post", 1)
			return ""
		}
		return r.status(inner, triage.Created, false)
	default:
		// An edit may take the mention out: then it still changes what we hold.
		return r.status(inner, triage.Edited, !r.toUs(inner))
	}
}

// gone tells of a post that is deleted.
func (r reading) gone(id wire.Value, heldOnly bool) string {
	post, ok := id.ID()
	if !ok {
		return connector.IDMissing
	}
	r.out.Take(connector.Event{Account: r.account, Own: heldOnly, Engagement: triage.Engagement{
		ExternalID: post, Form: triage.FormMention, Action: triage.Deleted, Author: triage.Author{Followers: -1},
	}})
	return ""
}

func (r reading) notification(n wire.Value) string {
	if n.Kind != wire.Object {
		return connector.Malformed
	}
	switch n.Get("type").Word() {
	case "mention", "quote":
		return r.status(n.Get("status"), triage.Created, false)
	}
	r.out.Ignore("other_notification", 1)
	return ""
}

// toUs reports whether a post answers or mentions the account.
func (r reading) toUs(status wire.Value) bool {
	if status.Get("in_reply_to_account_id").OptionalID() == r.account {
		return true
	}
	for _, m := range status.Get("mentions").Elements() {
		if m.Get("id").OptionalID() == r.account {
			return true
		}
	}
	return false
}

func (r reading) status(s wire.Value, action triage.Action, heldOnly bool) string {
	id, ok := s.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Form: triage.FormMention, Action: action, Author: author(s.Get("account"))}
	switch own := e.Author.ExternalID == r.account; {
	case hushed(s.Get("visibility").Word()):
		r.out.Ignore("private", 1)
		return ""
	case own && action == triage.Created:
		r.out.Ignore("own_echo", 1)
		return ""
	case own:
		heldOnly = true
	}
	r.place(&e, s)
	e.Text, e.TextAltered = text(s)
	e.Language, e.Permalink = s.Get("language").Name(), s.First("url", "uri").Link()
	e.HasMedia = s.Get("media_attachments").Len() > 0
	e.PostedAt = s.Get("created_at").Time()
	if e.VersionAt = s.Get("edited_at").Time(); e.VersionAt.IsZero() {
		e.VersionAt = e.PostedAt
	}
	r.out.Take(connector.Event{Account: r.account, Engagement: e, Own: heldOnly})
	return ""
}

// place says what the post answers. What answers us answers a post of ours; what answers
// somebody else has that as its parent.
func (r reading) place(e *triage.Engagement, s wire.Value) {
	answered := s.Get("in_reply_to_id").OptionalID()
	if answered == "" {
		return
	}
	e.Form, e.Thread.ExternalID = triage.FormReply, answered
	if s.Get("in_reply_to_account_id").OptionalID() != r.account {
		e.ParentExternalID = answered
	}
	if p := r.posts.Get(answered); p.Present() {
		content, _ := p.Get("content").Body()
		e.Thread.Text, e.Thread.Permalink = plain(content), p.Get("url").Link()
		who := author(p.Get("account"))
		e.Thread.Author = triage.Publisher{ExternalID: who.ExternalID, Handle: who.Handle, Name: who.Name}
		e.Thread.Reach = triage.Reach{Audience: max(0, who.Followers), Reactions: p.Get("favourites_count").Amount()}
	}
}

func author(v wire.Value) triage.Author {
	return triage.Author{
		ExternalID: v.Get("id").OptionalID(), Handle: v.Get("acct").Name(), Name: v.Get("display_name").Name(),
		Followers: v.Get("followers_count").Count(),
	}
}

// text returns the words of a post below its warning, if it has one.
func text(s wire.Value) (string, bool) {
	content, altered := s.Get("content").Body()
	words := plain(content)
	if warning, mended := s.Get("spoiler_text").Body(); warning != "" {
		words, altered = strings.TrimSpace(warning+"\n\n"+words), altered || mended
	}
	return words, altered
}

// plain turns the HTML that servers make of a post into text: paragraphs and line breaks
// stay, all other tags go.
func plain(content string) string {
	var b strings.Builder
	for content != "" {
		before, rest, found := strings.Cut(content, "<")
		b.WriteString(before)
		if !found {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			b.WriteString("<" + rest)
			break
		}
		switch name := strings.ToLower(strings.Trim(tag, "/ ")); {
		case name == "br" || strings.HasPrefix(name, "br "):
			b.WriteString("\n")
		case tag == "/p" || tag == "/li" || tag == "/blockquote":
			b.WriteString("\n\n")
		}
		content = after
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}
