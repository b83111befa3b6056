package x

import (
	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// link returns the address that shows a post whatever its author's handle is now, and
// nothing for an id that is none of X's.
func link(id string) string {
	for _, c := range []byte(id) {
		if c < '0' || c > '9' {
			return ""
		}
	}
	if id == "" {
		return ""
	}
	return "https://x.com/i/web/status/" + id
}

// post is a post of API version 2 with the objects it refers to.
type post struct {
	wire.Value
	includes wire.Value
	account  string // empty when the delivery does not say whom it is for
	held     bool   // it only changes what we hold
}

// take adds what a post says. Its identity is the id of its first version: every edit has a
// new id and names all earlier ones, oldest first.
func (p post) take(out *connector.Parsed) string {
	id, ok := p.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Action: triage.Created, Author: p.author(), Permalink: link(id)}
	if first, versions := p.history(); first != "" {
		e.ExternalID = first
		if versions > 1 {
			e.Action = triage.Edited
		}
	}
	if e.Author.ExternalID != "" && e.Author.ExternalID == p.account {
		out.Ignore("own_echo", 1)
		return ""
	}
	if p.reference("retweeted") != "" {
		out.Ignore("reaction", 1)
		return ""
	}
	p.place(&e)
	e.Text, e.TextAltered = p.text().Body()
	e.Language = language(p.Get("lang").Word())
	e.HasMedia = p.At("attachments", "media_keys").Len() > 0
	e.VersionAt = p.Get("created_at").Time()
	if e.Action == triage.Created {
		e.PostedAt = e.VersionAt
	}
	out.Take(connector.Event{Account: p.account, Engagement: e, Own: p.held})
	return ""
}

// text is the whole text: that of a long post stands apart.
func (p post) text() wire.Value {
	if long := p.At("note_tweet", "text"); long.Kind == wire.String {
		return long
	}
	return p.Get("text")
}

// place says what a post hangs from. An answer to the first post of a thread of ours is a
// comment, every other answer to us a reply; what else names or quotes us is a mention.
func (p post) place(e *triage.Engagement) {
	thread := p.Get("conversation_id").OptionalID()
	parent := p.Get("in_reply_to_tweet_id").OptionalID()
	if parent == "" {
		parent = p.reference("replied_to")
	}
	e.Form, e.Thread.ExternalID = triage.FormMention, thread
	switch {
	case parent != "" && p.account != "" && p.Get("in_reply_to_user_id").OptionalID() == p.account:
		if e.Form = triage.FormComment; parent != thread && thread != "" {
			e.Form, e.ParentExternalID = triage.FormReply, parent
		}
		if thread == "" {
			e.Thread.ExternalID = parent
		}
	case parent != "":
		if e.ParentExternalID = parent; parent == thread {
			e.ParentExternalID = ""
		}
	case p.reference("quoted") != "":
		e.Thread.ExternalID = p.reference("quoted")
	}
	if e.Thread.ExternalID != "" && e.Thread.ExternalID != e.ExternalID {
		e.Thread.Permalink = link(e.Thread.ExternalID)
		above := post{Value: included(p.includes.Get("tweets"), e.Thread.ExternalID), includes: p.includes}
		e.Thread.Text, _ = above.text().Body()
		e.Thread.Author, e.Thread.Reach = above.publisher()
		if parent == e.Thread.ExternalID && e.Thread.Author.ExternalID == "" {
			e.Thread.Author.ExternalID = p.Get("in_reply_to_user_id").OptionalID()
		}
	}
}

// history returns the id of the first version and how many versions there are.
func (p post) history() (first string, versions int) {
	for i, id := range p.Get("edit_history_tweet_ids").Elements() {
		if i == 0 {
			first = id.OptionalID()
		}
		versions++
	}
	return first, versions
}

// reference returns the id of the first post that this one refers to in that way.
func (p post) reference(kind string) string {
	for _, r := range p.Get("referenced_tweets").Elements() {
		if r.Get("type").Word() == kind {
			return r.Get("id").OptionalID()
		}
	}
	return ""
}

// author reads the author, whose name and reach stand among the included users.
func (p post) author() triage.Author {
	id := p.Get("author_id").OptionalID()
	user := included(p.includes.Get("users"), id)
	return triage.Author{
		ExternalID: id, Handle: user.Get("username").Name(), Name: user.Get("name").Name(),
		Followers: user.At("public_metrics", "followers_count").Count(), Verified: user.Get("verified").True(),
	}
}

// publisher reads who wrote a post that others answer, and how many that reached.
func (p post) publisher() (triage.Publisher, triage.Reach) {
	who, figures := p.author(), p.Get("public_metrics")
	return triage.Publisher{ExternalID: who.ExternalID, Handle: who.Handle, Name: who.Name}, triage.Reach{
		Audience: max(0, who.Followers), Views: figures.Get("impression_count").Amount(), Reactions: figures.Get("like_count").Amount(),
	}
}

// included returns the object with that id, which some events wrap into data.
func included(list wire.Value, id string) wire.Value {
	for _, v := range list.Elements() {
		if inner := v.Get("data"); inner.Kind == wire.Object {
			v = inner
		}
		if id != "" && v.Get("id").OptionalID() == id {
			return v
		}
	}
	return wire.Value{}
}

// tongueless are X's tags that name no language: posts of mentions, hashtags, media, links
// or nothing at all.
var tongueless = map[string]bool{"und": true, "art": true, "zxx": true, "qam": true, "qct": true, "qht": true, "qme": true, "qst": true}

// maxTag is longer than any tag of X's.
const maxTag = 10

// language takes a BCP 47 tag of letters and hyphens; all else is unknown.
func language(tag string) string {
	if tongueless[tag] || len(tag) > maxTag {
		return ""
	}
	for _, c := range []byte(tag) {
		if c != '-' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return ""
		}
	}
	return tag
}
