package x

import (
	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// ofCompliance are the kinds of compliance events and what they mean to us; nothing, where
// they ask nothing of us. The names of posts' and of users' events never meet.
var ofCompliance = []struct {
	kind   string
	action triage.Action
}{
	{"delete", triage.Deleted}, {"drop", triage.Hidden}, {"undrop", triage.Unhidden}, {"user_delete", triage.AuthorErased},
	{"withheld", ""}, {"tweet_edit", ""}, {"scrub_geo", ""}, {"user_undelete", ""}, {"user_withheld", ""}, {"user_protect", ""},
	{"user_unprotect", ""}, {"user_suspend", ""}, {"user_unsuspend", ""}, {"user_profile_modification", ""},
}

func isCompliance(data wire.Value) bool {
	for _, c := range ofCompliance {
		if data.Get(c.kind).Kind == wire.Object {
			return true
		}
	}
	return false
}

// compliance reads {<kind>: {tweet: {id, author_id} or user: {id}, event_at}}. Unlike the
// other feeds it tells what others delete.
func compliance(out *connector.Parsed, data wire.Value) string {
	for _, c := range ofCompliance {
		v := data.Get(c.kind)
		if v.Kind != wire.Object {
			continue
		}
		e := triage.Engagement{Action: c.action, Author: triage.Author{Followers: -1}, VersionAt: v.Get("event_at").Time()}
		switch c.action {
		case "":
			out.Ignore("other_event", 1)
			return ""
		case triage.AuthorErased:
			e.Author.ExternalID = v.At("user", "id").OptionalID()
		default:
			e.ExternalID, e.Form = v.At("tweet", "id").OptionalID(), triage.FormComment
		}
		if e.ExternalID == "" && e.Author.ExternalID == "" {
			return connector.IDMissing
		}
		out.Take(connector.Event{Engagement: e})
	}
	return ""
}
