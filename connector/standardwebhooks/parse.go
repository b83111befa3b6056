package standardwebhooks

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errRoot says that a delivery is no object with a type and data.
var errRoot = errors.New("no type or data")

// forms are the kinds of engagement, as the type's first word and as data.kind.
var forms = map[string]triage.Form{
	"comment": triage.FormComment, "reply": triage.FormReply, "mention": triage.FormMention,
	"review": triage.FormReview, "message": triage.FormMessage,
}

// actions are the type's second word.
var actions = map[string]triage.Action{
	"created": triage.Created, "updated": triage.Edited, "deleted": triage.Deleted,
	"hidden": triage.Hidden, "unhidden": triage.Unhidden,
}

// Parse reads {type, timestamp, data}, where data is one engagement or a list of them.
// Types that are not ours are ignored.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	data, kind := doc.Get("data"), doc.Get("type").Word()
	if doc.Kind != wire.Object || kind == "" || data.Kind != wire.Object && data.Kind != wire.Array {
		return out, errRoot
	}
	m := message{out: &out, event: doc.Get("timestamp").Time(), sent: sentAt(d)}
	subject, verb, _ := strings.Cut(kind, ".")
	m.form, m.action = forms[subject], actions[verb]
	m.erases = kind == "user.deleted"
	if !m.erases && (m.form == "" || m.action == "") {
		out.Ignored = map[string]int{"other_type": max(1, len(data.Elements()))}
		return out, nil
	}
	if data.Kind == wire.Object {
		m.read(data, "/data")
		return out, nil
	}
	for i, one := range data.Elements() {
		m.read(one, fmt.Sprintf("/data/%d", i))
	}
	return out, nil
}

func sentAt(d connector.Delivery) time.Time {
	if n, err := strconv.ParseInt(d.Header.Get(HeaderTimestamp), 10, 64); err == nil && n > 0 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// message is what all parts of a delivery share.
type message struct {
	out         *connector.Parsed
	form        triage.Form
	action      triage.Action
	erases      bool
	event, sent time.Time
}

func (m message) read(v wire.Value, pointer string) {
	e, reason := m.engagement(v)
	if reason != "" {
		m.out.Rejects = append(m.out.Rejects, connector.Reject{Pointer: pointer, Reason: reason})
		return
	}
	m.out.Events = append(m.out.Events, connector.Event{
		Account: v.Get("account").OptionalID(), Engagement: e, Own: v.At("author", "own").True(),
	})
}

// engagement reads one part; reason names why it cannot be used.
func (m message) engagement(v wire.Value) (e triage.Engagement, reason string) {
	id, ok := v.Get("id").ID()
	if !ok {
		return e, "id_missing"
	}
	e = triage.Engagement{ExternalID: id, Form: m.form, Action: m.action, Author: author(v.Get("author"))}
	if m.erases {
		return triage.Engagement{
			Action: triage.AuthorErased, Author: triage.Author{ExternalID: id, Followers: -1},
			VersionAt: first(v.Get("deleted_at").Time(), m.event, m.sent),
		}, ""
	}
	if form, ok := forms[v.Get("kind").Word()]; ok {
		e.Form = form
	}
	if e.ParentExternalID = either(v, "parent", "parent_id").OptionalID(); e.ParentExternalID != "" && e.Form == triage.FormComment {
		e.Form = triage.FormReply
	}
	if m.action == triage.Deleted {
		e.Author, e.ParentExternalID = triage.Author{Followers: -1}, ""
		e.VersionAt = first(v.Get("deleted_at").Time(), m.event, m.sent)
		return e, ""
	}
	if text := v.Get("text"); m.action == triage.Created || m.action == triage.Edited {
		if text.Kind != wire.String {
			return e, "text_missing"
		}
	}
	m.content(v, &e)
	return e, ""
}

func (m message) content(v wire.Value, e *triage.Engagement) {
	e.Text, e.TextAltered = v.Get("text").Body()
	thread := v.Get("thread")
	e.Thread = triage.Thread{ExternalID: thread.Get("id").OptionalID(), Permalink: thread.Get("permalink").Name()}
	e.Thread.Text, _ = thread.Get("text").Body()
	if e.Thread.ExternalID == "" {
		e.Thread.ExternalID = v.Get("thread_id").OptionalID()
	}
	e.Language = language(v.Get("language").Word())
	e.Permalink = either(v, "permalink", "url").Name()
	e.HasMedia = v.Get("has_media").True() || len(v.Get("media").Elements()) > 0
	e.PostedAt = v.Get("created_at").Time()
	switch m.action {
	case triage.Created:
		e.VersionAt = first(v.Get("updated_at").Time(), e.PostedAt, m.event, m.sent)
	case triage.Edited:
		e.VersionAt = first(v.Get("updated_at").Time(), m.event, m.sent)
	case triage.Hidden, triage.Unhidden, triage.Deleted, triage.AuthorErased:
		e.VersionAt = first(m.event, m.sent)
	}
}

func author(v wire.Value) triage.Author {
	return triage.Author{
		ExternalID: v.Get("id").OptionalID(), Handle: v.Get("handle").Name(), Name: v.Get("name").Name(),
		Followers: v.Get("followers").Count(), Verified: v.Get("verified").True(),
	}
}

// either returns the value of the first key that is there and not null.
func either(v wire.Value, keys ...string) wire.Value {
	for _, key := range keys {
		if one := v.Get(key); one.Kind != wire.Absent && one.Kind != wire.Null {
			return one
		}
	}
	return wire.Value{}
}

func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// language takes a BCP 47 tag of letters, digits and hyphens; all else is unknown.
func language(tag string) string {
	if len(tag) > 35 {
		return ""
	}
	for _, c := range tag {
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return ""
		}
	}
	return tag
}
