package reddit

import (
	"fmt"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

const web = "https://www.reddit.com"

// Parse reads a page of things, or what was looked up, as Poll and Recheck made them.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	r := reading{out: &out, posts: doc.Get("posts")}
	r.account, _ = doc.Get("account").ID()
	r.user = doc.Get("user").Name()
	things, checked := doc.Get("things"), doc.Get("checked")
	if r.account == "" || things.Kind != wire.Array && checked.Kind != wire.Array {
		return out, connector.ErrAnswer
	}
	for i, v := range things.Elements() {
		r.refused(fmt.Sprintf("/things/%d", i), v, r.thing)
	}
	for i, v := range checked.Elements() {
		r.refused(fmt.Sprintf("/checked/%d", i), v, r.look)
	}
	return out, nil
}

// reading is one document on its way.
type reading struct {
	out           *connector.Parsed
	account, user string
	posts         wire.Value
}

func (r reading) refused(pointer string, v wire.Value, read func(wire.Value) string) {
	reason := connector.TooDeep
	if !v.TooDeep() {
		reason = read(v)
	}
	if reason != "" {
		r.out.Refuse(pointer, reason)
	}
}

// thing reads a comment of a list. Posts and messages are none.
func (r reading) thing(v wire.Value) string {
	switch data := v.Get("data"); {
	case data.Kind != wire.Object:
		return connector.Malformed
	case v.Get("kind").Word() == "t4":
		r.out.Ignore("message", 1)
	case v.Get("kind").Word() != "t1":
		r.out.Ignore("other_thing", 1)
	default:
		return r.comment(data)
	}
	return ""
}

func (r reading) comment(v wire.Value) string {
	id, ok := v.Get("name").ID()
	if !ok {
		return connector.IDMissing
	}
	author := v.Get("author").Name()
	was := thing{}
	was.Data.Author, was.Data.Body = author, v.Get("body").Word()
	switch gone := was.gone(); {
	case gone == deleted:
		r.gone(id, triage.Deleted)
	case gone != "": // looking again finds out what it means to us
		r.out.Ignore(gone, 1)
	case strings.EqualFold(author, r.user):
		r.out.Ignore("own_echo", 1)
	default:
		r.take(v, id, triage.Created, false)
	}
	return ""
}

// look reads what was found when we looked again. It only changes what is held.
func (r reading) look(v wire.Value) string {
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	data := v.At("thing", "data")
	switch v.Get("change").Word() {
	case deleted:
		r.gone(id, triage.Deleted)
	case removed:
		r.gone(id, triage.Hidden)
	case restored:
		r.gone(id, triage.Unhidden)
	case orphaned:
		r.out.Take(connector.Event{Account: r.account, Own: true, Engagement: triage.Engagement{
			Action: triage.AuthorErased, Author: triage.Author{ExternalID: v.Get("author").OptionalID(), Followers: -1},
		}})
	case edited:
		if data.Kind != wire.Object {
			return connector.Malformed
		}
		r.take(data, id, triage.Edited, true)
	default:
		return connector.Malformed
	}
	return ""
}

func (r reading) gone(id string, action triage.Action) {
	r.out.Take(connector.Event{Account: r.account, Own: true, Engagement: triage.Engagement{
		ExternalID: id, Form: triage.FormComment, Action: action, Author: triage.Author{Followers: -1},
	}})
}

func (r reading) take(v wire.Value, id string, action triage.Action, own bool) {
	e := triage.Engagement{ExternalID: id, Action: action, Author: triage.Author{
		ExternalID: v.Get("author_fullname").OptionalID(), Handle: v.Get("author").Name(), Followers: -1,
	}}
	e.Text, e.TextAltered = v.Get("body").Body()
	e.PostedAt = v.Get("created_utc").Time()
	if e.VersionAt = v.Get("edited").Time(); e.VersionAt.IsZero() {
		e.VersionAt = e.PostedAt
	}
	r.place(&e, v)
	r.out.Take(connector.Event{Account: r.account, Engagement: e, Own: own})
}

// place says where a comment stands. In the inbox it has no permalink, but a context.
func (r reading) place(e *triage.Engagement, v wire.Value) {
	path, _, _ := strings.Cut(v.First("permalink", "context").Word(), "?")
	e.Permalink = link(path)
	e.Form = triage.FormComment
	if parent := v.Get("parent_id").OptionalID(); strings.HasPrefix(parent, "t1_") {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	if v.Get("type").Word() == "username_mention" {
		e.Form = triage.FormMention
	}
	if e.Thread.ExternalID = v.Get("link_id").OptionalID(); e.Thread.ExternalID == "" {
		e.Thread.ExternalID = postIn(path)
	}
	e.Thread.Text, e.Thread.Permalink = v.Get("link_title").Name(), v.Get("link_permalink").Link()
	e.Thread.Author.Handle = named(v.Get("link_author"))
	if p := r.posts.Get(e.Thread.ExternalID); p.Present() {
		text, _ := p.Get("selftext").Body()
		e.Thread.Text = strings.TrimSpace(p.Get("title").Name() + "\n\n" + text)
		e.Thread.Permalink = link(p.Get("permalink").Word())
		e.Thread.Author = triage.Publisher{ExternalID: p.Get("author_fullname").OptionalID(), Handle: named(p.Get("author"))}
		e.Thread.Reach.Reactions = p.Get("score").Amount()
	}
}

// named reads an author's name, which is a mark where the account is gone.
func named(v wire.Value) string {
	if name := v.Name(); name != nobody {
		return name
	}
	return ""
}

// link makes an address of a path, if it is one.
func link(path string) string {
	if len(path) > wire.MaxName || !strings.HasPrefix(path, "/r/") && !strings.HasPrefix(path, "/user/") ||
		strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return ""
	}
	return web + path
}
