package standardwebhooks

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errRoot says that a delivery is no object with a type and data.
var errRoot = errors.New("no type or data")

// forms are the kinds of engagement: the type's first word, or an item's own kind.
var forms = map[string]triage.Form{
	"comment": triage.FormComment, "reply": triage.FormReply, "mention": triage.FormMention,
	"review": triage.FormReview, "message": triage.FormMessage,
}

// actions are the type's second word, or an item's own action.
var actions = map[string]triage.Action{
	"created": triage.Created, "updated": triage.Edited, "deleted": triage.Deleted,
	"hidden": triage.Hidden, "unhidden": triage.Unhidden,
}

// Types without a form and an action of their own.
const (
	userDeleted = "user.deleted" // data names authors, all of whose words must go
	batch       = "batch"        // each item says its own kind and action
)

// Parse reads {type, timestamp, data}, where data is one item or a list of them, each
// judged alone. Types that are not ours are ignored.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	data, kind := doc.Get("data"), doc.Get("type").Word()
	if kind == "" || data.Kind != wire.Object && data.Kind != wire.Array {
		return out, errRoot
	}
	if data.Len() > wire.MaxItems {
		return out, wire.ErrLimits
	}
	m := message{out: &out, erases: kind == userDeleted, event: doc.Get("timestamp").Time(), sent: sentAt(d)}
	subject, verb, _ := strings.Cut(kind, ".")
	m.form, m.action = forms[subject], actions[verb]
	if !m.erases && kind != batch && (m.form == "" || m.action == "") {
		out.Ignore("other_type", max(1, data.Len()))
		return out, nil
	}
	if data.Kind == wire.Object {
		m.read(data, -1)
	}
	for i, item := range data.Elements() {
		m.read(item, i)
	}
	if doc.TooDeep() && !data.TooDeep() {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

// sentAt is when the delivery was sent, as signed; zero for a stored one.
func sentAt(d connector.Delivery) time.Time {
	if at, ok := seconds(d.Header.Get(HeaderTimestamp)); ok {
		return at
	}
	return time.Time{}
}

// message is what all items of a delivery share.
type message struct {
	out         *connector.Parsed
	form        triage.Form
	action      triage.Action
	erases      bool
	event, sent time.Time
}

// read takes the item at index i of the list, or the only one when i is negative.
func (m message) read(v wire.Value, i int) {
	reason := connector.Malformed
	switch {
	case v.TooDeep():
		reason = connector.TooDeep
	case v.Kind == wire.Object && m.erases:
		reason = m.erasure(v)
	case v.Kind == wire.Object:
		reason = m.item(v)
	}
	switch {
	case reason == "":
	case i < 0:
		m.out.Refuse("/data", reason)
	default:
		m.out.Refuse(fmt.Sprintf("/data/%d", i), reason)
	}
}

// erasure reads the author whose words must go; it names no engagement.
func (m message) erasure(v wire.Value) (reason string) {
	author := v.At("author", "id")
	if !author.Present() {
		author = v.Get("id")
	}
	id, ok := author.ID()
	if !ok {
		return connector.IDMissing
	}
	m.out.Take(connector.Event{Account: v.Get("account").OptionalID(), Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: id, Followers: -1},
		VersionAt: first(v.Get("deleted_at").Time(), m.event, m.sent),
	}})
	return ""
}

func (m message) item(v wire.Value) (reason string) {
	if kind := v.Get("kind"); kind.Present() {
		m.form = forms[kind.Word()]
	}
	if action := v.Get("action"); action.Present() {
		m.action = actions[action.Word()]
	}
	if m.form == "" || m.action == "" {
		m.out.Ignore("other_type", 1)
		return ""
	}
	var event connector.Event
	if account := v.Get("account"); account.Present() {
		var ok bool
		if event.Account, ok = account.ID(); !ok {
			return connector.AccountMissing
		}
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	if m.lacksText(v) {
		return connector.TextMissing
	}
	author := author(v.Get("author"))
	event.Own = v.Get("own").True() || author.ExternalID != "" && author.ExternalID == event.Account
	if event.Own && m.action == triage.Created {
		m.out.Ignore("own_echo", 1)
		return ""
	}
	event.Engagement = m.engagement(v, id, author)
	m.out.Take(event)
	return ""
}

// lacksText reports whether the words are missing that the item should have: an edit
// always says the new ones, and a new comment may be a picture alone. Text of any other
// kind than a string is not text.
func (m message) lacksText(v wire.Value) bool {
	if m.action != triage.Created && m.action != triage.Edited {
		return false
	}
	text := v.Get("text")
	if text.Kind == wire.String {
		return false
	}
	written := m.form == triage.FormComment || m.form == triage.FormReply
	return text.Present() || m.action == triage.Edited || written && !hasMedia(v)
}

func hasMedia(v wire.Value) bool { return v.Get("has_media").True() || v.Get("media").Len() > 0 }

// engagement reads an item. Of a deletion only what identifies it is read.
func (m message) engagement(v wire.Value, id string, by triage.Author) triage.Engagement {
	e := triage.Engagement{
		ExternalID: id, Form: m.form, Action: m.action, Author: triage.Author{Followers: -1}, VersionAt: m.versionAt(v),
	}
	if m.action == triage.Deleted {
		return e
	}
	e.Author = by
	e.ParentExternalID = idOf(v, "parent", "parent_id")
	if e.ParentExternalID != "" && e.Form == triage.FormComment {
		e.Form = triage.FormReply
	}
	thread := v.Get("thread")
	e.Thread = triage.Thread{ExternalID: idOf(v, "thread", "thread_id"), Permalink: thread.Get("permalink").Link()}
	e.Thread.Text, _ = thread.Get("text").Body()
	above := author(thread.Get("author"))
	e.Thread.Author = triage.Publisher{ExternalID: above.ExternalID, Handle: above.Handle, Name: above.Name}
	e.Thread.Reach = triage.Reach{
		Audience: max(0, above.Followers), Views: thread.Get("views").Amount(), Reactions: thread.Get("reactions").Amount(),
	}
	e.Text, e.TextAltered = v.Get("text").Body()
	e.Language = language(v.Get("language").Word())
	e.Permalink = v.First("permalink", "url").Link()
	e.HasMedia = hasMedia(v)
	e.PostedAt = v.Get("created_at").Time()
	return e
}

// versionAt orders what was said: by the edit time, else the event's, else the send time.
// The edit time of a text says nothing about when it was hidden or deleted.
func (m message) versionAt(v wire.Value) time.Time {
	switch m.action {
	case triage.Created:
		return first(v.Get("updated_at").Time(), v.Get("created_at").Time(), m.event, m.sent)
	case triage.Edited:
		return first(v.Get("updated_at").Time(), m.event, m.sent)
	case triage.Deleted:
		return first(v.Get("deleted_at").Time(), m.event, m.sent)
	case triage.Hidden, triage.Unhidden, triage.AuthorErased, triage.ThreadDeleted, triage.AccessEnded:
	}
	return first(m.event, m.sent)
}

// idOf reads an id that is given as an object with an id, or as it is under either key.
func idOf(v wire.Value, object, plain string) string {
	if nested := v.Get(object); nested.Kind == wire.Object {
		return nested.Get("id").OptionalID()
	}
	return v.First(object, plain).OptionalID()
}

func author(v wire.Value) triage.Author {
	return triage.Author{
		ExternalID: v.Get("id").OptionalID(), Handle: v.Get("handle").Name(), Name: v.Get("name").Name(),
		Followers: v.Get("followers").Count(), Verified: v.Get("verified").True(),
	}
}

func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// maxTag is longer than any BCP 47 tag in use.
const maxTag = 35

// language takes a BCP 47 tag of letters, digits and hyphens; all else is unknown.
func language(tag string) string {
	if len(tag) > maxTag {
		return ""
	}
	for _, c := range tag {
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return ""
		}
	}
	return tag
}
