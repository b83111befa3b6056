package discord

import (
	"fmt"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// page is what Parse reads: messages or one frame of the gateway, with what is needed to
// understand them.
type page struct {
	Account  string               `json:"account"`
	Me       string               `json:"me"`
	Rooms    map[string]roomShown `json:"rooms"`
	Messages []rawMessage         `json:"messages,omitempty"`
	Frame    *frame               `json:"frame,omitempty"`
	Checked  *checked             `json:"checked,omitempty"`
}

// checked is what became of messages that were looked up again.
type checked struct {
	Changed []rawMessage `json:"changed,omitempty"`
	Gone    []string     `json:"gone,omitempty"`
}

// roomShown is what is told of the channel or thread that a message stands in.
type roomShown struct {
	Name   string `json:"name"`
	Thread bool   `json:"thread,omitempty"`
}

func readPage(out *connector.Parsed, doc wire.Value) {
	r := reading{out: out, rooms: doc.Get("rooms"), me: doc.Get("me").OptionalID()}
	r.account, _ = doc.Get("account").ID()
	if frame := doc.Get("frame"); frame.Kind == wire.Object {
		out.RefuseFor("/frame", r.frame(frame.Get("t").Word(), frame.Get("d")))
	}
	for i, m := range doc.Get("messages").Elements() {
		out.RefuseFor(fmt.Sprintf("/messages/%d", i), r.message(m, triage.Created))
	}
	r.heldOnly = true
	for i, m := range doc.At("checked", "changed").Elements() {
		out.RefuseFor(fmt.Sprintf("/checked/changed/%d", i), r.message(m, triage.Edited))
	}
	for i, id := range doc.At("checked", "gone").Elements() {
		out.RefuseFor(fmt.Sprintf("/checked/gone/%d", i), r.gone(wire.Value{}, id))
	}
}

// reading is one page on its way.
type reading struct {
	out         *connector.Parsed
	account, me string
	rooms       wire.Value
	heldOnly    bool // it changes what we hold, and adds nothing
}

// frame reads one event of the gateway. What is deleted names nothing but ids.
func (r reading) frame(name string, d wire.Value) string {
	switch name {
	case "MESSAGE_CREATE":
		return r.message(d, triage.Created)
	case "MESSAGE_UPDATE":
		return r.message(d, triage.Edited)
	case "MESSAGE_DELETE":
		return r.gone(d, d.Get("id"))
	case "MESSAGE_DELETE_BULK":
		reason := ""
		for _, id := range d.Get("ids").Elements() {
			if bad := r.gone(d, id); bad != "" {
				reason = bad
			}
		}
		return reason
	}
	r.out.Ignore("other_event", 1)
	return ""
}

func (r reading) gone(d, id wire.Value) string {
	message, ok := id.ID()
	switch {
	case !ok:
		return connector.IDMissing
	case r.elsewhere(d):
		return ""
	}
	r.out.Take(connector.Event{Account: r.account, Own: r.heldOnly, Engagement: triage.Engagement{
		ExternalID: message, Form: triage.FormComment, Action: triage.Deleted, Author: triage.Author{Followers: -1},
	}})
	return ""
}

// elsewhere counts what was said on another server than the account.
func (r reading) elsewhere(d wire.Value) bool {
	guild := d.Get("guild_id").OptionalID()
	if guild == "" || guild == r.account {
		return false
	}
	r.out.Ignore("other_server", 1)
	return true
}

// Types of messages that people write. All others tell of what happens on the server.
const (
	plainMessage = 0
	replyMessage = 19
)

func (r reading) message(m wire.Value, action triage.Action) string {
	id, ok := m.Get("id").ID()
	kind := m.Get("type").Count()
	from := m.Get("author")
	bridged := m.Get("webhook_id").Present()
	own := r.me != "" && from.Get("id").OptionalID() == r.me
	switch {
	case m.TooDeep():
		return connector.TooDeep
	case m.Kind != wire.Object:
		return connector.Malformed
	case !ok:
		return connector.IDMissing
	case r.elsewhere(m):
		return ""
	case action == triage.Edited && !edit(m):
		r.out.Ignore("unfolded", 1) // a link got its preview, or a thread was opened below it
		return ""
	case m.Get("type").Present() && kind != plainMessage && kind != replyMessage:
		r.out.Ignore("service", 1)
		return ""
	case own && action == triage.Created:
		r.out.Ignore("own_echo", 1)
		return ""
	case from.Get("bot").True() && !bridged && !own:
		r.out.Ignore("bot", 1)
		return ""
	}
	e := triage.Engagement{ExternalID: id, Action: action, Author: author(m, bridged), HasMedia: media(m)}
	r.place(&e, m, kind)
	content, altered := m.Get("content").Body()
	e.Text, e.TextAltered = plain(content, m.Get("mentions")), altered
	e.PostedAt = m.Get("timestamp").Time()
	if e.VersionAt = m.Get("edited_timestamp").Time(); e.VersionAt.IsZero() {
		e.VersionAt = e.PostedAt
	}
	r.out.Take(connector.Event{Account: r.account, Engagement: e, Own: own || r.heldOnly})
	return ""
}

// edit reports whether somebody changed the words. An update may lack them, or all that the
// application may not read: that changes nothing of what we hold.
func edit(m wire.Value) bool {
	content := m.Get("content")
	return m.Get("edited_timestamp").Present() && content.Kind == wire.String && (content.Word() != "" || media(m))
}

func media(m wire.Value) bool {
	for _, name := range []string{"attachments", "sticker_items", "embeds", "message_snapshots"} {
		if m.Get(name).Len() > 0 {
			return true
		}
	}
	return m.Get("poll").Present()
}

// author reads who wrote a message. Many people may stand behind one bridge, so that has no
// id of an author.
func author(m wire.Value, bridged bool) triage.Author {
	from := m.Get("author")
	a := triage.Author{Handle: from.Get("username").Name(), Followers: -1}
	for _, name := range []wire.Value{m.At("member", "nick"), from.Get("global_name"), from.Get("username")} {
		if a.Name = name.Name(); a.Name != "" {
			break
		}
	}
	if !bridged {
		a.ExternalID = from.Get("id").OptionalID()
	}
	return a
}

// forward is the type of a reference that shows a message of elsewhere.
const forward = 1

// place says where a message stands and what it answers. A thread has the id of the message
// that it began with.
func (r reading) place(e *triage.Engagement, m wire.Value, kind int64) {
	channel := m.Get("channel_id").OptionalID()
	room := r.rooms.Get(channel)
	inThread := room.Get("thread").True()
	e.Form = triage.FormComment
	e.Thread = triage.Thread{ExternalID: channel, Text: room.Get("name").Name(), Permalink: r.address(channel, "")}
	if e.Thread.Text != "" && !inThread {
		e.Thread.Text = "#" + e.Thread.Text
	}
	e.Permalink = r.address(channel, e.ExternalID)
	switch answered := m.Get("message_reference"); {
	case kind == replyMessage && answered.Get("type").Count() != forward:
		e.Form, e.ParentExternalID = triage.FormReply, answered.Get("message_id").OptionalID()
	case inThread && channel != e.ExternalID:
		e.Form, e.ParentExternalID = triage.FormReply, channel
	}
	for _, mentioned := range m.Get("mentions").Elements() {
		if r.me != "" && mentioned.Get("id").OptionalID() == r.me {
			e.Form = triage.FormMention
		}
	}
}

func (r reading) address(channel, message string) string {
	if channel == "" {
		return ""
	}
	address := "https://discord.com/channels/" + r.account + "/" + channel
	if message != "" {
		address += "/" + message
	}
	return address
}
