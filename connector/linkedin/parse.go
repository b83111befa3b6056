package linkedin

import (
	"errors"
	"fmt"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errEnvelope says that a delivery is no object with a type and notifications.
var errEnvelope = errors.New("no type or notifications")

// socialActions is the only type of notifications that we read.
const socialActions = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"

// Parse reads {type, notifications}, each notification judged alone.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	list := doc.Get("notifications")
	if doc.Get("type").Kind != wire.String || list.Kind != wire.Array {
		return out, errEnvelope
	}
	if list.Len() > wire.MaxItems {
		return out, wire.ErrLimits
	}
	if doc.Get("type").Word() != socialActions {
		out.Ignore("other_type", max(1, list.Len()))
		return out, nil
	}
	for i, v := range list.Elements() {
		if reason := read(&out, v); reason != "" {
			out.Refuse(fmt.Sprintf("/notifications/%d", i), reason)
		}
	}
	if doc.TooDeep() && !list.TooDeep() {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

func read(out *connector.Parsed, v wire.Value) (reason string) {
	switch {
	case v.TooDeep():
		return connector.TooDeep
	case v.Kind != wire.Object:
		return connector.Malformed
	}
	account, ok := v.Get("organizationalEntity").ID()
	if !ok {
		return connector.AccountMissing
	}
	n := notification{Value: v, organisation: account}
	switch v.Get("action").Word() {
	case "COMMENT":
		return n.comment(out, triage.Created)
	case "COMMENT_EDIT":
		return n.comment(out, triage.Edited)
	case "COMMENT_DELETE":
		return n.comment(out, triage.Deleted)
	case "SHARE_MENTION":
		return n.mention(out)
	case "ADMIN_COMMENT": // written in the name of the organisation
		out.Ignore("own_echo", 1)
	case "LIKE", "SHARE":
		out.Ignore("reaction", 1)
	default:
		out.Ignore("unknown", 1)
	}
	return ""
}

// notification is one social action on a post of an organisation.
type notification struct {
	wire.Value
	organisation string // its URN
}

// account is the organisation's number, as its page's address shows it.
func (n notification) account() string { return strings.TrimPrefix(n.organisation, organisation) }

// comment reads a comment. Its URN stands in two places, of which only one tells the
// comment that a reply answers, and a deletion has no other.
func (n notification) comment(out *connector.Parsed, action triage.Action) string {
	told := n.At("decoratedGeneratedActivity", "comment")
	c, ok := comment{}, false
	for _, urn := range []wire.Value{n.Get("generatedActivity"), told.Get("entity")} {
		id, usable := urn.ID()
		if other, parsed := parseComment(id); usable && parsed && (!ok || c.parent == "" && other.parent != "") {
			c, ok = other, true
		}
	}
	if !ok || len(c.id()) > wire.MaxID {
		return connector.IDMissing
	}
	e := triage.Engagement{
		ExternalID: c.id(), Form: triage.FormComment, Action: action, Author: triage.Author{Followers: -1}, VersionAt: n.Get("lastModifiedAt").Time(),
	}
	if c.parent != "" {
		e.Form, e.ParentExternalID = triage.FormReply, c.parent
	}
	return n.take(out, e, told)
}

// mention reads a share by somebody else that names the organisation.
func (n notification) mention(out *connector.Parsed) string {
	told := n.At("decoratedGeneratedActivity", "share")
	id, ok := told.Get("entity").ID()
	if !ok {
		if id, ok = n.Get("generatedActivity").ID(); !ok {
			return connector.IDMissing
		}
	}
	return n.take(out, triage.Engagement{
		ExternalID: id, Form: triage.FormMention, Action: triage.Created, Permalink: link(id), VersionAt: n.Get("lastModifiedAt").Time(),
	}, told)
}

// take adds what is told of the words and their author. LinkedIn names no author, and no
// post but that of the organisation.
func (n notification) take(out *connector.Parsed, e triage.Engagement, told wire.Value) string {
	event := connector.Event{Account: n.account(), Own: told.Get("owner").Word() == n.organisation}
	if event.Own && e.Action == triage.Created {
		out.Ignore("own_echo", 1)
		return ""
	}
	if e.Action != triage.Deleted {
		e.Author = triage.Author{ExternalID: told.Get("owner").OptionalID(), Followers: -1}
		e.Text, e.TextAltered = told.Get("text").Body()
		e.Thread.ExternalID = n.Get("sourcePost").OptionalID()
		e.Thread.Text, _ = n.At("decoratedSourcePost", "text").Body()
		e.Thread.Permalink = link(e.Thread.ExternalID)
		e.Thread.Author.ExternalID = n.At("decoratedSourcePost", "owner").OptionalID()
	}
	if e.Action == triage.Created {
		e.PostedAt = e.VersionAt
	}
	event.Engagement = e
	out.Take(event)
	return ""
}
