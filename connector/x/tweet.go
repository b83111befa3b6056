package x

import (
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// tweet is a post in the older form of Account Activity. Its numeric ids are rounded: only
// the id_str fields count.
type tweet struct {
	wire.Value
	account string
}

// take adds what a tweet says.
func (t tweet) take(out *connector.Parsed) string {
	if t.Kind != wire.Object {
		return connector.Malformed
	}
	id, ok := t.Get("id_str").ID()
	if !ok {
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Action: triage.Created, Permalink: link(id), Author: t.author()}
	switch {
	case e.Author.ExternalID == t.account:
		out.Ignore("own_echo", 1)
		return ""
	case t.Get("retweeted_status").Present():
		out.Ignore("reaction", 1)
		return ""
	}
	t.place(&e)
	t.words(&e)
	out.Take(connector.Event{Account: t.account, Engagement: e})
	return ""
}

func (t tweet) author() triage.Author {
	user := t.Get("user")
	return triage.Author{
		ExternalID: user.Get("id_str").OptionalID(), Handle: user.Get("screen_name").Name(), Name: user.Get("name").Name(),
		Followers: user.Get("followers_count").Count(), Verified: user.Get("verified").True(),
	}
}

// place says what a tweet hangs from. The older form does not name the thread, so an answer
// to us hangs from the post that it answers.
func (t tweet) place(e *triage.Engagement) {
	parent, quoted := t.Get("in_reply_to_status_id_str").OptionalID(), t.Get("quoted_status")
	switch {
	case parent != "" && t.Get("in_reply_to_user_id_str").OptionalID() == t.account:
		e.Form, e.Thread.ExternalID = triage.FormComment, parent
		e.Thread.Author = triage.Publisher{ExternalID: t.account, Handle: t.Get("in_reply_to_screen_name").Name()}
	case parent != "":
		e.Form, e.ParentExternalID = triage.FormMention, parent
	default:
		e.Form, e.Thread.ExternalID = triage.FormMention, t.Get("quoted_status_id_str").OptionalID()
		e.Thread.Text, _ = tweet{Value: quoted}.text().Body()
		who := tweet{Value: quoted}.author()
		e.Thread.Author = triage.Publisher{ExternalID: who.ExternalID, Handle: who.Handle, Name: who.Name}
		e.Thread.Reach = triage.Reach{Audience: max(0, who.Followers), Reactions: quoted.Get("favorite_count").Amount()}
	}
	e.Thread.Permalink = link(e.Thread.ExternalID)
}

func (t tweet) words(e *triage.Engagement) {
	e.Text, e.TextAltered = t.text().Body()
	e.Language = language(t.Get("lang").Word())
	e.HasMedia = t.At("entities", "media").Len() > 0 || t.At("extended_tweet", "entities", "media").Len() > 0
	e.PostedAt = t.Get("timestamp_ms").Time()
	if at, err := time.Parse(time.RubyDate, t.Get("created_at").Word()); err == nil && e.PostedAt.IsZero() && at.Unix() > 0 {
		e.PostedAt = at.UTC()
	}
	e.VersionAt = e.PostedAt
}

// text is the whole text: that of a long tweet is cut and stands in full elsewhere.
func (t tweet) text() wire.Value {
	if long := t.At("extended_tweet", "full_text"); long.Kind == wire.String {
		return long
	}
	return t.Get("text")
}

// deletedTweet reads {status: {id, user_id}, timestamp_ms}.
func deletedTweet(out *connector.Parsed, account string, v wire.Value) string {
	status := v.Get("status")
	if status.Kind != wire.Object {
		return connector.Malformed
	}
	before := len(out.Events)
	reason := deletion(out, account, status)
	if len(out.Events) > before {
		out.Events[before].Engagement.VersionAt = v.Get("timestamp_ms").Time()
	}
	return reason
}
