package x

import (
	"errors"
	"fmt"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// errShape says that a delivery is none of the documents that X sends.
var errShape = errors.New("no known document of X")

// Parse reads one event of X Activity, a post of a filtered stream, a compliance event, the
// lists of events of Account Activity, or what Poll and Recheck found.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	data := doc.Get("data")
	switch {
	case doc.Get("mentions").Kind == wire.Object, doc.Get("checked").Kind == wire.Array:
		err = answered(&out, doc)
	case doc.Get("for_user_id").Present():
		err = accountActivity(&out, doc)
	case data.Kind == wire.Object && data.Get("event_type").Kind == wire.String:
		refuse(&out, data, "/data", activity)
	case data.Kind == wire.Object && doc.Get("matching_rules").Kind == wire.Array:
		refuse(&out, doc, "/data", filtered)
	case data.Kind == wire.Object && isCompliance(data):
		refuse(&out, data, "/data", compliance)
	case doc.Get("user_event").Kind == wire.Object:
		revoke := doc.At("user_event", "revoke")
		refuse(&out, revoke, "/user_event/revoke", func(out *connector.Parsed, v wire.Value) string {
			return revoked(out, v.At("source", "user_id"), v)
		})
	case doc.Get("replay_job_status").Kind == wire.Object:
		out.Ignore("replay_status", 1)
	default:
		return out, errShape
	}
	if err != nil {
		return connector.Parsed{}, err
	}
	if doc.TooDeep() && len(out.Rejects) == 0 {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

// refuse reads v unless it is too deep, and notes why it cannot be used.
func refuse(out *connector.Parsed, v wire.Value, pointer string, read func(*connector.Parsed, wire.Value) string) {
	reason := connector.TooDeep
	if !v.TooDeep() {
		reason = read(out, v)
	}
	if reason != "" {
		out.Refuse(pointer, reason)
	}
}

// ofPosts are the events of X Activity whose payload is a post that speaks to us.
var ofPosts = map[string]bool{"post.reply.create": true, "post.mention.create": true, "post.quote.create": true}

// activity reads an event about the subscribed user. Several kinds of events may tell of
// one post; its id tells them to be one.
func activity(out *connector.Parsed, data wire.Value) string {
	kind, payload := data.Get("event_type").Word(), data.Get("payload")
	account := data.At("filter", "user_id").OptionalID()
	switch {
	case kind == "oauth.revoke":
		return revoked(out, payload.Get("user_id"), payload)
	case kind == "post.create": // what the user itself writes, replies too
		out.Ignore("own_echo", 1)
	case kind == "post.repost.create" || kind == "like.create":
		out.Ignore("reaction", 1)
	case kind != "post.delete" && !ofPosts[kind]:
		out.Ignore("other_event", 1)
	case account == "":
		return connector.AccountMissing
	case payload.Kind != wire.Object:
		return connector.Malformed
	case kind == "post.delete":
		return deletion(out, account, payload)
	default:
		return post{Value: payload, includes: data.Get("includes"), account: account}.take(out)
	}
	return ""
}

// revoked reads that a user takes back our access to what is theirs.
func revoked(out *connector.Parsed, user, v wire.Value) string {
	id, ok := user.ID()
	if !ok {
		return connector.AccountMissing
	}
	out.Take(connector.AccessEnded(id, v.Get("date_time").Time()))
	return ""
}

// filtered reads a post that matched a rule of ours. It does not say whose rule it was.
func filtered(out *connector.Parsed, doc wire.Value) string {
	return post{Value: doc.Get("data"), includes: doc.Get("includes")}.take(out)
}

// deletion reads {id, author_id} of a post of the subscribed user. X tells nobody what
// others delete, so it counts only where we hold it.
func deletion(out *connector.Parsed, account string, v wire.Value) string {
	id, ok := v.First("id_str", "id").ID()
	if !ok {
		return connector.IDMissing
	}
	author := v.First("author_id", "user_id").OptionalID()
	out.Take(connector.Event{Account: account, Own: author == "" || author == account, Engagement: triage.Engagement{
		ExternalID: id, Form: triage.FormComment, Action: triage.Deleted, Author: triage.Author{Followers: -1},
		VersionAt: v.First("timestamp_ms", "event_at").Time(),
	}})
	return ""
}

// others are the lists of Account Activity that hold no posts, and as what they are counted.
var others = map[string]string{
	"favorite_events": "reaction", "follow_events": "other_event", "block_events": "other_event", "mute_events": "other_event",
	"unfollow_events": "other_event", "direct_message_events": "message", "direct_message_indicate_typing_events": "message",
	"direct_message_mark_read_events": "message",
}

// accountActivity reads the lists of a delivery for one user.
func accountActivity(out *connector.Parsed, doc wire.Value) error {
	account, ok := doc.Get("for_user_id").ID()
	if !ok {
		out.Refuse("", connector.AccountMissing)
		return nil
	}
	posts, deletions, known := doc.Get("tweet_create_events"), doc.Get("tweet_delete_events"), 0
	if posts.Len()+deletions.Len() > wire.MaxItems {
		return wire.ErrLimits
	}
	for i, v := range posts.Elements() {
		known++
		refuse(out, v, fmt.Sprintf("/tweet_create_events/%d", i), func(out *connector.Parsed, v wire.Value) string { return tweet{v, account}.take(out) })
	}
	for i, v := range deletions.Elements() {
		known++
		refuse(out, v, fmt.Sprintf("/tweet_delete_events/%d", i), func(out *connector.Parsed, v wire.Value) string { return deletedTweet(out, account, v) })
	}
	for list, kind := range others {
		if n := doc.Get(list).Len(); n > 0 {
			known++
			out.Ignore(kind, n)
		}
	}
	if known == 0 {
		out.Ignore("unknown", 1)
	}
	return nil
}
