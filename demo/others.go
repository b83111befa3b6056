package demo

import (
	"fmt"
	"strconv"
	"time"

	"triage/connector/discourse"
	"triage/triage"
)

// object is a JSON object whose keys stand in the order of the alphabet.
type object map[string]any

// others make the body of a delivery for the platforms that send one event at a time, each
// in the shape that the platform documents.
var others = map[triage.Platform]func(Run, Line) any{
	triage.StandardWebhooks: func(r Run, l Line) any { return r.generic(l) },
	triage.X:                Run.x,
	triage.LinkedIn:         Run.linkedin,
	triage.TikTok:           Run.tiktok,
	triage.Threads:          Run.threads,
	triage.Telegram:         Run.telegram,
	triage.Discourse:        Run.discourse,
	triage.Slack:            Run.slack,
}

// followers returns what is known of the author's reach.
func (l Line) followers() int64 {
	if l.Followers == nil {
		return 0
	}
	return *l.Followers
}

// x is a post that mentions us, as Account Activity sends it.
func (r Run) x(l Line) any {
	id := r.commentNumber(l.ID)
	return object{"for_user_id": accountOn(l.Platform).id, "tweet_create_events": []any{object{
		"created_at": r.since(l).Format("Mon Jan 02 15:04:05 -0700 2006"), "id_str": id, "text": l.Text, "lang": l.Lang,
		"timestamp_ms": strconv.FormatInt(r.since(l).UnixMilli(), 10),
		"entities":     object{"user_mentions": []any{object{"id_str": accountOn(l.Platform).id, "screen_name": Slug}}},
		"user": object{
			"id_str": number(l.By), "screen_name": l.By, "name": l.By, "followers_count": l.followers(), "verified": l.Verified,
		},
	}}}
}

// linkedin is a comment on a post of our organisation. LinkedIn names people by urn only.
func (r Run) linkedin(l Line) any {
	activity := "urn:li:activity:" + posts[l.Post].id
	comment := fmt.Sprintf("urn:li:comment:(%s,%s)", activity, r.commentNumber(l.ID))
	return object{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": []any{object{
		"notificationId": r.commentNumber("notice " + l.ID), "organizationalEntity": "urn:li:organization:" + accountOn(l.Platform).id,
		"action": "COMMENT", "sourcePost": "urn:li:share:" + posts[l.Post].id, "lastModifiedAt": r.since(l).UnixMilli(),
		"decoratedGeneratedActivity": object{"comment": object{
			"commentUrn": comment, "entity": comment, "object": activity, "owner": "urn:li:person:" + number(l.By), "text": l.Text,
		}},
	}}}
}

// tiktok is a comment below a video: a document in a string.
func (r Run) tiktok(l Line) any {
	content, err := encode(object{
		"comment_id": r.commentNumber(l.ID), "video_id": posts[l.Post].id,
		"comment_type": "comment", "comment_action": "insert", "timestamp": r.since(l).UnixMilli(),
		"unique_identifier": number(l.By), "text": l.Text,
	})
	if err != nil {
		return err // it holds only texts and numbers
	}
	return object{
		"client_key": "awhavelfalter", "event": "comment.update", "create_time": r.since(l).Unix(),
		"user_openid": accountOn(l.Platform).id, "content": string(content),
	}
}

// threads is a reply below a post of ours.
func (r Run) threads(l Line) any {
	account, post := accountOn(l.Platform), posts[l.Post]
	return object{"app_id": "117", "topic": "moderate", "target_id": post.id, "time": r.since(l).Unix(), "subscription_id": "9", "values": object{
		"field": "replies", "value": object{
			"id": r.commentNumber(l.ID), "username": l.By, "text": l.Text, "media_type": "TEXT_POST",
			"timestamp": r.since(l).Format("2006-01-02T15:04:05-0700"),
			"root_post": object{"id": post.id, "owner_id": account.id, "username": Slug}, "replied_to": object{"id": post.id},
		},
	}}
}

// telegram is a comment below a post of our channel, in the group that is linked to it.
func (r Run) telegram(l Line) any {
	group := object{"id": raw(accountOn(l.Platform).id), "type": "supergroup", "title": "Havelfalter Plausch"}
	return object{"update_id": raw(r.commentNumber("update " + l.ID)[:9]), "message": object{
		"message_id": raw(r.commentNumber(l.ID)[:9]), "message_thread_id": raw(posts[l.Post].id), "chat": group, "date": r.since(l).Unix(),
		"from": object{"id": raw(number(l.By)[:10]), "is_bot": false, "first_name": l.By, "language_code": l.Lang}, "text": l.Text,
		"reply_to_message": object{
			"message_id": raw(posts[l.Post].id), "chat": group, "date": r.Start.Unix(), "is_automatic_forward": true,
			"sender_chat": object{"id": raw("-1001170000001"), "type": "channel", "title": Name}, "text": posts[l.Post].text,
		},
	}}
}

// raw is a number with every digit of its text.
func raw(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // they are digits
	return n
}

// discourse is a post in a topic of the forum.
func (r Run) discourse(l Line) any {
	at := r.since(l).Format(time.RFC3339)
	return object{"post": object{
		"id": raw(r.commentNumber(l.ID)[:9]), "post_number": 2, "post_type": 1, "topic_id": raw(posts[l.Post].id),
		"topic_slug": "fahren", "topic_title": posts[l.Post].text, "topic_archetype": "regular", "user_id": raw(number(l.By)[:6]),
		"username": l.By, "raw": l.Text, "cooked": "", "version": 1, "created_at": at, "updated_at": at, "trust_level": 1,
	}}
}

// discoursed are the headers beside a forum's signature.
func discoursed(id string) map[string]string {
	return map[string]string{
		discourse.Event: "post_created", "X-Discourse-Event-Type": "post", "X-Discourse-Event-Id": number(id),
		discourse.Instance: "https://forum.havelfalter.example",
	}
}

// slack is a message in a channel of the community's workspace.
func (r Run) slack(l Line) any {
	ts := fmt.Sprintf("%d.%s", r.since(l).Unix(), r.commentNumber(l.ID)[:6])
	return object{
		"type": "event_callback", "team_id": "T0HAVEL", "api_app_id": "A0HAVEL", "event_id": "Ev" + r.commentNumber(l.ID),
		"event_time": r.since(l).Unix(), "authorizations": []any{object{"team_id": "T0HAVEL", "user_id": "U0BOT", "is_bot": true}},
		"event": object{"type": "message", "channel": accountOn(l.Platform).id, "channel_type": "channel", "user": "U" + number(l.By), "text": l.Text, "ts": ts},
	}
}
