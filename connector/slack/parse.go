package slack

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errEnvelope says that a delivery is no envelope of the Events API.
var errEnvelope = errors.New("no type or event")

// verification is the type of the delivery that confirms an address.
const verification = "url_verification"

// written are the subtypes of messages that somebody wrote; all others are the channel's own.
var written = map[string]bool{"": true, "thread_broadcast": true, "bot_message": true, "file_share": true, "me_message": true}

// Parse reads one envelope.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	switch doc.Get("type").Word() {
	case "event_callback":
	case verification:
		out.Ignore("handshake", 1)
		return out, nil
	case "app_rate_limited":
		out.Ignore("rate_limited", 1)
		return out, nil
	case "":
		return out, errEnvelope
	default:
		out.Ignore("unknown", 1)
		return out, nil
	}
	event := doc.Get("event")
	if event.Kind != wire.Object {
		return out, errEnvelope
	}
	reason := connector.TooDeep
	if !event.TooDeep() {
		reason = envelope{out: &out, app: doc.Get("api_app_id").OptionalID(), bot: bot(doc), sent: doc.Get("event_time").Time()}.event(event)
	}
	if reason != "" {
		out.Refuse("/event", reason)
	}
	return out, nil
}

// bot returns the user that our app is in the workspace, empty when it is not told.
func bot(doc wire.Value) string {
	for _, a := range doc.Get("authorizations").Elements() {
		if a.Get("is_bot").True() {
			return a.Get("user_id").OptionalID()
		}
	}
	return ""
}

type envelope struct {
	out *connector.Parsed
	app string // our app's id
	bot string // our app's user

	sent time.Time // of the event
}

func (n envelope) event(v wire.Value) (reason string) {
	switch v.Get("type").Word() {
	case "message", "app_mention":
	case "tokens_revoked", "app_uninstalled":
		n.revoked(v)
		return ""
	default:
		n.out.Ignore("other_event", 1)
		return ""
	}
	if kind := v.Get("channel_type").Word(); kind == "im" || kind == "mpim" || kind == "app_home" {
		n.out.Ignore("message", 1)
		return ""
	}
	account, ok := v.Get("channel").ID()
	if !ok {
		return connector.AccountMissing
	}
	switch subtype := v.Get("subtype").Word(); {
	case subtype == "message_changed":
		return n.changed(account, v)
	case subtype == "message_deleted":
		return n.deleted(account, v.First("deleted_ts", "previous_message"), v)
	case !written[subtype]:
		n.out.Ignore("channel_event", 1)
		return ""
	}
	return n.created(account, v)
}

// revoked reads that the app was removed, or tokens of it were: without a bot's among them
// only people took back what was theirs.
func (n envelope) revoked(v wire.Value) {
	if v.Get("type").Word() == "tokens_revoked" && v.At("tokens", "bot").Len() == 0 {
		n.out.Ignore("access_revoked", 1)
		return
	}
	event := connector.AccessEnded("", n.sent)
	event.Everywhere = true
	n.out.Take(event)
}

func (n envelope) created(account string, v wire.Value) (reason string) {
	id, ok := v.Get("ts").ID()
	if !ok {
		return connector.IDMissing
	}
	if n.own(v) {
		n.out.Ignore("own_echo", 1)
		return ""
	}
	e := n.engagement(v, id, triage.Created)
	e.PostedAt = at(id)
	e.VersionAt = e.PostedAt
	n.out.Take(connector.Event{Account: account, Engagement: e})
	return ""
}

// changed is an edit when somebody edited; links that unfold and threads that grow change
// a message too. A parent that is deleted under its replies becomes a tombstone.
func (n envelope) changed(account string, v wire.Value) (reason string) {
	message := v.Get("message")
	id := message.Get("ts")
	if !id.Present() {
		id = v.At("previous_message", "ts")
	}
	if message.Get("subtype").Word() == "tombstone" {
		return n.deleted(account, id, v)
	}
	edited := at(message.At("edited", "ts").OptionalID())
	if edited.IsZero() {
		n.out.Ignore("unfolded", 1)
		return ""
	}
	name, ok := id.ID()
	if !ok {
		return connector.IDMissing
	}
	e := n.engagement(message, name, triage.Edited)
	e.VersionAt = edited
	n.out.Take(connector.Event{Account: account, Engagement: e, Own: n.own(message)})
	return ""
}

// deleted reads nothing of the old text, which Slack sends once more.
func (n envelope) deleted(account string, id, v wire.Value) (reason string) {
	if id.Kind == wire.Object {
		id = id.Get("ts")
	}
	name, ok := id.ID()
	if !ok {
		return connector.IDMissing
	}
	n.out.Take(connector.Event{Account: account, Engagement: triage.Engagement{
		ExternalID: name, Form: triage.FormComment, Action: triage.Deleted, Author: triage.Author{Followers: -1},
		VersionAt: at(v.First("event_ts", "ts").OptionalID()),
	}})
	return ""
}

// own reports whether our app wrote a message.
func (n envelope) own(v wire.Value) bool {
	user, app := v.Get("user").OptionalID(), v.Get("app_id").OptionalID()
	if app == "" {
		app = v.At("bot_profile", "app_id").OptionalID()
	}
	return user != "" && user == n.bot || app != "" && app == n.app && v.Get("bot_id").Present()
}

func (n envelope) engagement(v wire.Value, id string, action triage.Action) triage.Engagement {
	e := triage.Engagement{ExternalID: id, Form: triage.FormComment, Action: action, Author: author(v)}
	raw, altered := v.Get("text").Text()
	e.Text, e.TextAltered = wire.Cut(plain(raw), wire.MaxText)
	e.TextAltered = e.TextAltered || altered
	e.HasMedia = v.Get("files").Len() > 0
	e.Thread.ExternalID = id // so that who answers it later stands below it
	if thread := v.Get("thread_ts").OptionalID(); thread != "" {
		e.Thread.ExternalID = thread
		if thread != id {
			e.Form, e.ParentExternalID = triage.FormReply, thread
			began := author(v.Get("root"))
			e.Thread.Author = triage.Publisher{ExternalID: began.ExternalID, Handle: began.Handle, Name: began.Name}
			if began.ExternalID == "" {
				e.Thread.Author.ExternalID = v.Get("parent_user_id").OptionalID()
			}
		}
		if root, _ := v.At("root", "text").Text(); root != "" {
			e.Thread.Text, _ = wire.Cut(plain(root), wire.MaxText)
		}
	}
	// The same message comes as message and as app_mention: both must be read alike.
	if v.Get("type").Word() == "app_mention" || n.bot != "" && strings.Contains(raw, "<@"+n.bot+">") {
		e.Form = triage.FormMention
	}
	return e
}

// author is a person, known by id alone unless Slack adds a profile, or another app.
func author(v wire.Value) triage.Author {
	a := triage.Author{ExternalID: v.First("user", "bot_id").OptionalID(), Followers: -1}
	profile := v.Get("user_profile")
	a.Handle = profile.Get("name").Name()
	a.Name = profile.First("display_name", "real_name").Name()
	if a.Name == "" {
		a.Name = v.Get("username").Name()
	}
	return a
}

// at reads Slack's timestamps, seconds and microseconds with a dot between, without
// passing through a fraction. It returns the zero time for all else.
func at(stamp string) time.Time {
	whole, fraction, _ := strings.Cut(stamp, ".")
	seconds, err := strconv.ParseUint(whole, 10, 40)
	if err != nil || seconds == 0 || len(fraction) > 6 {
		return time.Time{}
	}
	micros, err := strconv.ParseUint((fraction + "000000")[:6], 10, 32)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(seconds), int64(micros)*1_000).UTC()
}
