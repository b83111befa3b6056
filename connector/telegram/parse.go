package telegram

import (
	"errors"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errUpdate says that a delivery is no update with an id.
var errUpdate = errors.New("no update")

// others are the kinds of updates that are no engagements, and as what they are counted.
var others = []struct{ key, kind string }{
	{"channel_post", "own_post"}, {"edited_channel_post", "own_post"},
	{"message_reaction", "reaction"}, {"message_reaction_count", "reaction"},
	{"my_chat_member", "membership"}, {"chat_member", "membership"}, {"chat_join_request", "membership"},
}

// messages are the kinds of updates that hold what people wrote.
var messages = []struct {
	key    string
	action triage.Action
}{{"message", triage.Created}, {"edited_message", triage.Edited}}

// Parse reads one update. A message in a group is a comment or a reply there.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	if doc.Get("update_id").Kind != wire.Number {
		return out, errUpdate
	}
	if doc.TooDeep() {
		out.Refuse("", connector.TooDeep)
		return out, nil
	}
	for _, m := range messages {
		if v := doc.Get(m.key); v.Present() {
			if reason := message(&out, v, m.action); reason != "" {
				out.Refuse("/"+m.key, reason)
			}
			return out, nil
		}
	}
	for _, other := range others {
		if doc.Get(other.key).Present() {
			out.Ignore(other.kind, 1)
			return out, nil
		}
	}
	out.Ignore("unknown", 1)
	return out, nil
}

func message(out *connector.Parsed, v wire.Value, action triage.Action) (reason string) {
	if v.Kind != wire.Object {
		return connector.Malformed
	}
	chat := v.Get("chat")
	switch chat.Get("type").Word() {
	case "group", "supergroup":
	case "private":
		out.Ignore("message", 1)
		return ""
	default:
		out.Ignore("unknown", 1)
		return ""
	}
	account, ok := chat.Get("id").ID()
	if !ok {
		return connector.AccountMissing
	}
	id, ok := v.Get("message_id").ID()
	if !ok {
		return connector.IDMissing
	}
	own := v.At("sender_chat", "id").OptionalID()
	if v.Get("is_automatic_forward").True() {
		out.Ignore("own_post", 1) // the anchor of a discussion, not a part of it
		return ""
	}
	if !v.First("text", "caption").Present() && !hasMedia(v) {
		out.Ignore("service", 1)
		return ""
	}
	event := connector.Event{Account: account, Own: own != "" && (own == account || own == channelOf(v))}
	if event.Own && action == triage.Created {
		out.Ignore("own_echo", 1)
		return ""
	}
	event.Engagement = engagement(v, id, action)
	out.Take(event)
	return ""
}

// channelOf returns the channel whose post a message answers directly. Deeper in a
// discussion Telegram does not tell it.
func channelOf(v wire.Value) string {
	if answered := v.Get("reply_to_message"); answered.Get("is_automatic_forward").True() {
		return answered.At("sender_chat", "id").OptionalID()
	}
	return ""
}

func engagement(v wire.Value, id string, action triage.Action) triage.Engagement {
	e := triage.Engagement{ExternalID: id, Form: triage.FormComment, Action: action, Author: author(v), HasMedia: hasMedia(v)}
	e.Text, e.TextAltered = v.First("text", "caption").Body()
	e.Thread.ExternalID = v.Get("message_thread_id").OptionalID()
	e.Permalink = permalink(v.Get("chat"), id)
	answered := v.Get("reply_to_message")
	switch parent := answered.Get("message_id").OptionalID(); {
	case answered.Get("is_automatic_forward").True():
		e.Thread.ExternalID, e.Thread.Text, e.Thread.Permalink = parent, textOf(answered), origin(answered)
		channel := author(answered)
		e.Thread.Author = triage.Publisher{ExternalID: channel.ExternalID, Handle: channel.Handle, Name: channel.Name}
	case parent != "" && answered.Get("forum_topic_created").Kind == wire.Absent:
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	e.PostedAt = v.Get("date").Time()
	e.VersionAt = e.PostedAt
	if edited := v.Get("edit_date").Time(); !edited.IsZero() {
		e.VersionAt = edited
	}
	return e
}

func textOf(v wire.Value) string {
	text, _ := v.First("text", "caption").Body()
	return text
}

// origin links the channel's post of which v is the copy in the group.
func origin(v wire.Value) string {
	from := v.Get("forward_origin")
	return permalink(from.Get("chat"), from.Get("message_id").OptionalID())
}

// permalink links a message: by the name of a public chat, by the id of a private one
// without the prefix of supergroups and channels. Groups of the old kind have no links.
func permalink(chat wire.Value, id string) string {
	if !digits(id) {
		return ""
	}
	if name := chat.Get("username").Name(); plain(name) {
		return "https://t.me/" + name + "/" + id
	}
	if short, ok := strings.CutPrefix(chat.Get("id").OptionalID(), "-100"); ok && digits(short) {
		return "https://t.me/c/" + short + "/" + id
	}
	return ""
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// plain reports whether a name is made of what Telegram's names are made of.
func plain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// author is the chat in whose name a message was written, or else the person.
func author(v wire.Value) triage.Author {
	if chat := v.Get("sender_chat"); chat.Present() {
		return triage.Author{
			ExternalID: chat.Get("id").OptionalID(), Handle: chat.Get("username").Name(), Name: chat.Get("title").Name(), Followers: -1,
		}
	}
	from := v.Get("from")
	name := strings.TrimSpace(from.Get("first_name").Name() + " " + from.Get("last_name").Name())
	return triage.Author{ExternalID: from.Get("id").OptionalID(), Handle: from.Get("username").Name(), Name: name, Followers: -1}
}

func hasMedia(v wire.Value) bool {
	return v.First("photo", "video", "animation", "sticker", "voice", "video_note", "audio", "document", "story").Present()
}
