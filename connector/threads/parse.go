package threads

import (
	"errors"
	"fmt"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errEnvelope says that a delivery is no object with a topic and values.
var errEnvelope = errors.New("no topic or values")

// Parse reads Threads' flat envelope {topic, target_id, time, values}, where values is one
// change or a list of them, each judged alone.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	values := doc.Get("values")
	if doc.Get("topic").Kind != wire.String || values.Kind != wire.Object && values.Kind != wire.Array {
		return out, errEnvelope
	}
	if values.Len() > wire.MaxItems {
		return out, wire.ErrLimits
	}
	n := notice{out: &out, target: doc.Get("target_id").OptionalID(), sent: doc.Get("time").Time()}
	if values.Kind == wire.Object {
		n.refuse("/values", n.change(values))
	}
	for i, change := range values.Elements() {
		n.refuse(fmt.Sprintf("/values/%d", i), n.change(change))
	}
	if doc.TooDeep() && !values.TooDeep() {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

// notice is what all changes of a delivery share.
type notice struct {
	out    *connector.Parsed
	target string // whom or what the subscription is about, by field
	sent   time.Time
}

func (n notice) refuse(pointer, reason string) {
	if reason != "" {
		n.out.Refuse(pointer, reason)
	}
}

func (n notice) change(change wire.Value) (reason string) {
	v := change.Get("value")
	if change.TooDeep() {
		return connector.TooDeep
	}
	if change.Kind != wire.Object {
		return connector.Malformed
	}
	read := map[string]func(wire.Value, string) string{"replies": n.reply, "mentions": n.mention, "delete": n.deletion}[change.Get("field").Word()]
	switch {
	case change.Get("field").Word() == "publish": // our own posts and replies
		n.out.Ignore("own_post", 1)
		return ""
	case read == nil:
		n.out.Ignore("other_field", 1)
		return ""
	case v.Kind != wire.Object:
		return connector.Malformed
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	return read(v, id)
}

// reply is an answer in a thread of ours: target_id is the post, so the account is the
// owner of the thread's first one.
func (n notice) reply(v wire.Value, id string) string {
	root := v.Get("root_post")
	e := n.engagement(v, id)
	if ours := root.Get("username").Name(); ours != "" && ours == e.Author.Handle {
		n.out.Ignore("own_echo", 1)
		return ""
	}
	e.Form, e.Thread.ExternalID = triage.FormComment, root.Get("id").OptionalID()
	if parent := v.At("replied_to", "id").OptionalID(); parent != "" && parent != e.Thread.ExternalID {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	e.Thread.Author = publisher(root)
	n.out.Take(connector.Event{Account: root.Get("owner_id").OptionalID(), Engagement: e})
	return ""
}

// mention is a post elsewhere that names the account target_id. A reply to us that names us
// comes as a reply, too, and has the same id.
func (n notice) mention(v wire.Value, id string) string {
	e := n.engagement(v, id)
	e.Form, e.Thread.ExternalID = triage.FormMention, v.At("root_post", "id").OptionalID()
	if parent := v.At("replied_to", "id").OptionalID(); parent != e.Thread.ExternalID {
		e.ParentExternalID = parent
	}
	e.Thread.Author = publisher(v.Get("root_post"))
	n.out.Take(connector.Event{Account: n.target, Engagement: e})
	return ""
}

// publisher reads who wrote the first post of a thread.
func publisher(root wire.Value) triage.Publisher {
	return triage.Publisher{ExternalID: root.Get("owner_id").OptionalID(), Handle: root.Get("username").Name()}
}

// deletion is told of the account's own posts only. It counts where we hold the post.
func (n notice) deletion(v wire.Value, id string) string {
	account := v.At("owner", "owner_id").OptionalID()
	if account == "" {
		account = n.target
	}
	at := v.Get("deleted_at").Time()
	if at.IsZero() {
		at = n.sent
	}
	n.out.Take(connector.Event{Account: account, Own: true, Engagement: triage.Engagement{
		ExternalID: id, Form: triage.FormComment, Action: triage.Deleted, Author: triage.Author{Followers: -1}, VersionAt: at,
	}})
	return ""
}

// wordless are the kinds of media that show nothing but the text.
var wordless = map[string]bool{"": true, "TEXT": true, "TEXT_POST": true, "REPOST_FACADE": true}

// engagement reads what replies and mentions have in common. Threads tells an author's
// handle only, never an id.
func (n notice) engagement(v wire.Value, id string) triage.Engagement {
	e := triage.Engagement{
		ExternalID: id, Action: triage.Created,
		Author:    triage.Author{Handle: v.Get("username").Name(), Verified: v.Get("is_verified").True(), Followers: -1},
		Permalink: v.Get("permalink").Link(), HasMedia: !wordless[v.Get("media_type").Word()], PostedAt: v.Get("timestamp").Time(),
	}
	e.Text, e.TextAltered = v.Get("text").Body()
	if e.VersionAt = e.PostedAt; e.VersionAt.IsZero() {
		e.VersionAt = n.sent
	}
	return e
}
