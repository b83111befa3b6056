package tiktok

import (
	"errors"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errEnvelope says that a delivery is no object with an event and an account.
var errEnvelope = errors.New("no event or account")

// accountDeleted is the reason of a withdrawn authorisation that asks for erasure.
const accountDeleted = "2"

// Parse reads one event. Its content is a document of its own within a string.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	event := doc.Get("event")
	if event.Kind != wire.String || !doc.Get("user_openid").Present() {
		return out, errEnvelope
	}
	account, ok := doc.Get("user_openid").ID()
	content, altered := doc.Get("content").Text()
	n := notice{account: account, altered: altered, sent: doc.Get("create_time").Time()}
	reason := ""
	switch {
	case doc.TooDeep():
		reason = connector.TooDeep
	case !ok:
		reason = connector.AccountMissing
	case event.Word() == "comment.update":
		reason = n.read(&out, content, n.comment)
	case event.Word() == "authorization.removed":
		reason = n.read(&out, content, n.farewell)
	default:
		out.Ignore("other_event", 1)
	}
	if reason != "" {
		out.Refuse("/content", reason)
	}
	return out, nil
}

// notice is what a delivery says around its content.
type notice struct {
	account string
	altered bool // the content's bytes had to be mended before it could be read
	sent    time.Time
}

// read decodes the content, which is judged as strictly as a body.
func (n notice) read(out *connector.Parsed, content string, read func(*connector.Parsed, wire.Value) string) string {
	v, err := wire.Parse([]byte(content))
	switch {
	case err != nil || v.Kind != wire.Object:
		return connector.Malformed
	case v.TooDeep():
		return connector.TooDeep
	}
	return read(out, v)
}

// actions are what the actions of a comment mean to us. What only friends may see is
// hidden from the public.
var actions = map[string]triage.Action{
	"insert": triage.Created, "delete": triage.Deleted, "set_to_public": triage.Unhidden,
	"set_to_hidden": triage.Hidden, "set_to_friends_only": triage.Hidden,
}

// comment reads a comment's life. Its text may be missing from a creation, which is no
// deletion.
func (n notice) comment(out *connector.Parsed, v wire.Value) string {
	action, known := actions[v.Get("comment_action").Word()]
	if !known {
		out.Ignore("unknown", 1)
		return ""
	}
	id, ok := v.Get("comment_id").ID()
	if !ok || n.mended(id) {
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Form: triage.FormComment, Action: action, Author: triage.Author{Followers: -1}}
	if e.VersionAt = v.Get("timestamp").Time(); e.VersionAt.IsZero() {
		e.VersionAt = n.sent
	}
	if parent := v.Get("parent_comment_id").OptionalID(); !none[parent] {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	if v.Get("comment_type").Word() == "reply" {
		e.Form = triage.FormReply
	}
	if action != triage.Deleted {
		e.Author.ExternalID = v.Get("unique_identifier").OptionalID()
		e.Thread.ExternalID = v.Get("video_id").OptionalID()
		e.Thread.Author.ExternalID = n.account // comments are told to the owner of the video only
		e.Text, e.TextAltered = v.Get("text").Body()
		e.TextAltered = e.TextAltered || n.altered && n.mended(e.Text)
	}
	if action == triage.Created {
		e.PostedAt = e.VersionAt
	}
	out.Take(connector.Event{Account: n.account, Engagement: e})
	return ""
}

// none are the ways in which TikTok says that a comment answers no other.
var none = map[string]bool{"": true, "0": true}

// mended reports whether s may hold what replaced a byte of the content.
func (n notice) mended(s string) bool { return n.altered && strings.ContainsAny(s, "\u2400\ufffd") }

// farewell is the end of our access to an account. Where the account itself was deleted,
// what it wrote must go, too.
func (n notice) farewell(out *connector.Parsed, v wire.Value) string {
	if v.Get("reason").OptionalID() != accountDeleted {
		out.Take(connector.AccessEnded(n.account, n.sent))
		return ""
	}
	out.Take(connector.Event{Account: n.account, Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: n.account, Followers: -1}, VersionAt: n.sent,
	}})
	out.Take(connector.AccessEnded(n.account, n.sent))
	return ""
}
