package connector_test

import (
	"fmt"
	"net/http"
	"testing"

	"triage/connector"
	"triage/connector/discourse"
	"triage/triage"
)

// hung are comments of which the platform tells who published what they hang from, and how
// many that reached.
var hung = []struct {
	name     string
	platform triage.Platform
	header   http.Header
	body     string
	want     string // author id, handle, name; audience, views, reactions
}{
	{"a Page's post that was asked for", triage.Facebook, nil,
		`{"account":"100","asked":1777896000000,"graph":"recent_comments","nodes":[{"node":{"id":"7_1","message":"good","from":{"id":"55"}},"post":{"id":"100_7","message":"Our post","from":{"id":"100","name":"Kiosk"}}}]}`,
		"100 . Kiosk 0 0 0"},
	{"media of an account", triage.Instagram, nil,
		`{"account":"178","asked":1777896000000,"graph":"recent_comments","nodes":[{"node":{"id":"c1","text":"good","from":{"id":"55"}},"post":{"id":"m","caption":"Our post","username":"kiosk","like_count":12}}]}`,
		". kiosk . 0 0 12"},
	{"the first post of a thread", triage.Threads, nil,
		thread("replies", `{"id":"c1","username":"i","text":"good","root_post":{"id":"7","owner_id":"900","username":"we"},"replied_to":{"id":"7"}}`),
		"900 we . 0 0 0"},
	{"a post that was answered and is included", triage.X, nil,
		`{"account":"900","mentions":{"data":[{"id":"2","text":"good","author_id":"55","conversation_id":"1","in_reply_to_user_id":"900","referenced_tweets":[{"type":"replied_to","id":"1"}]}],
		  "includes":{"tweets":[{"id":"1","text":"Our post","author_id":"900","public_metrics":{"impression_count":5000,"like_count":30}}],
		  "users":[{"id":"900","username":"kiosk","name":"Kiosk","public_metrics":{"followers_count":700}}]}}}`,
		"900 kiosk Kiosk 700 5000 30"},
	{"a post that was answered and is not included", triage.X, nil,
		`{"data":{"event_type":"post.reply.create","filter":{"user_id":"900"},"payload":{"id":"2","text":"good","author_id":"55","conversation_id":"1","in_reply_to_user_id":"900","referenced_tweets":[{"type":"replied_to","id":"1"}]}}}`,
		"900 . . 0 0 0"},
	{"a tweet that was answered", triage.X, nil,
		`{"for_user_id":"900","tweet_create_events":[{"id_str":"2","text":"good","user":{"id_str":"55"},"in_reply_to_status_id_str":"1","in_reply_to_user_id_str":"900","in_reply_to_screen_name":"kiosk"}]}`,
		"900 kiosk . 0 0 0"},
	{"a tweet that was quoted", triage.X, nil,
		`{"for_user_id":"900","tweet_create_events":[{"id_str":"2","text":"good","user":{"id_str":"55"},"quoted_status_id_str":"1",
		  "quoted_status":{"text":"Our post","favorite_count":8,"user":{"id_str":"900","screen_name":"kiosk","name":"Kiosk","followers_count":700}}}]}`,
		"900 kiosk Kiosk 700 0 8"},
	{"a post of an organisation", triage.LinkedIn, nil,
		`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"action":"COMMENT","organizationalEntity":"urn:li:organization:900","sourcePost":"urn:li:activity:7",
		  "decoratedSourcePost":{"owner":"urn:li:organization:900","text":"Our post"},"decoratedGeneratedActivity":{"comment":{` + urn + `,"owner":"urn:li:person:p","text":"good"}}}]}`,
		"urn:li:organization:900 . . 0 0 0"},
	{"a video of the account", triage.TikTok, nil, tok("insert"), "900 . . 0 0 0"},
	{"a channel's post in its group", triage.Telegram, nil,
		`{"update_id":1,"message":{"message_id":5,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,"from":{"id":55,"first_name":"I"},"text":"good",
		  "reply_to_message":{"message_id":3,"is_automatic_forward":true,"text":"Our post","sender_chat":{"id":-1002,"title":"Kiosk news","username":"kiosk","type":"channel"}}}}`,
		"-1002 kiosk Kiosk news 0 0 0"},
	{"a topic by who opened it", triage.Discourse, http.Header{discourse.Event: {"post_created"}},
		`{"post":{"id":5,"post_number":1,"post_type":1,"topic_id":8,"topic_title":"Hello","user_id":55,"username":"ines","name":"Ines","raw":"good"}}`,
		"55 ines Ines 0 0 0"},
	{"a message below which others talk", triage.Slack, nil,
		channelMessage(`{"type":"message","channel":"C1","ts":"1777896001.000100","thread_ts":"1777896000.000100","parent_user_id":"U9","user":"U1","text":"good"}`),
		"U9 . . 0 0 0"},
	{"a message that is told with an answer", triage.Slack, nil,
		channelMessage(`{"type":"message","subtype":"thread_broadcast","channel":"C1","ts":"1777896001.000100","thread_ts":"1777896000.000100","user":"U1","text":"good","root":{"user":"U9","user_profile":{"name":"ines","display_name":"Ines"},"text":"Hello"}}`),
		"U9 ines Ines 0 0 0"},
	{"an article elsewhere", triage.StandardWebhooks, nil,
		`{"type":"comment.created","data":{"account":"forum","id":"c1","text":"good","thread":{"id":"p","text":"Hello","author":{"id":"7","handle":"ines","name":"Ines","followers":40},"views":900,"reactions":3}}}`,
		"7 ines Ines 40 900 3"},
	{"a video with its figures", triage.YouTube, nil,
		`{"account":"UC1","comments":[{"id":"c1","snippet":{"videoId":"v1","textDisplay":"good","publishedAt":"2026-05-04T11:00:00Z"}}],"videos":{"v1":{"title":"Our video","channelId":"UC1","channelTitle":"Kiosk","views":4000,"likes":90}}}`,
		"UC1 . Kiosk 0 4000 90"},
	{"a post on another server", triage.Mastodon, nil,
		`{"account":"900","notifications":[{"id":"n1","type":"mention","status":{"id":"2","created_at":"2026-05-04T11:00:00Z","content":"<p>good</p>","in_reply_to_id":"1","in_reply_to_account_id":"900","account":{"id":"55","acct":"ines"},"mentions":[{"id":"900","acct":"us"}]}}],
		  "posts":{"1":{"content":"<p>Our post</p>","url":"https://social.example/@us/1","favourites_count":6,"account":{"id":"900","acct":"us","display_name":"Kiosk","followers_count":70}}}}`,
		"900 us Kiosk 70 0 6"},
	{"a post by its repository", triage.Bluesky, nil,
		`{"account":"did:plc:us","notifications":[{"uri":"at://did:plc:a/app.bsky.feed.post/2","reason":"reply","author":{"did":"did:plc:a"},"indexedAt":"2026-05-04T11:00:00Z",
		  "record":{"text":"good","reply":{"root":{"uri":"at://did:plc:us/app.bsky.feed.post/1"},"parent":{"uri":"at://did:plc:us/app.bsky.feed.post/1"}}}}],
		  "posts":{"at://did:plc:us/app.bsky.feed.post/1":{"text":"Our post","likeCount":4,"author":{"did":"did:plc:us","handle":"kiosk.example","displayName":"Kiosk"}}}}`,
		"did:plc:us kiosk.example Kiosk 0 0 4"},
	{"a post with its votes", triage.Reddit, nil,
		`{"account":"kiosk","user":"kiosk","things":[` + comment("1", "robin", "false") + `],"posts":{"t3_p":{"title":"Hello","author":"ines","author_fullname":"t2_i","score":77}}}`,
		"t2_i ines . 0 0 77"},
	{"a post whose author is gone", triage.Reddit, nil,
		`{"account":"kiosk","user":"kiosk","things":[` + comment("1", "robin", "false") + `],"posts":{"t3_p":{"title":"Hello","author":"[deleted]","score":77}}}`,
		". . . 0 0 77"},
}

func TestWhoPublishedWhatACommentHangsFromIsKept(t *testing.T) {
	t.Parallel()
	signed := platforms()
	for _, c := range hung {
		p := asking[c.platform]
		if p == nil {
			p = signed[string(c.platform)].Platform
		}
		parsed, err := p.Parse(connector.Delivery{Header: c.header, Body: []byte(c.body), ReceivedAt: now})
		if err != nil || len(parsed.Events) != 1 {
			t.Errorf("%s: %s was read as %+v, %v", c.platform, c.name, parsed, err)
			continue
		}
		thread := parsed.Events[0].Engagement.Thread
		word := func(s string) string {
			if s == "" {
				return "."
			}
			return s
		}
		got := fmt.Sprintf("%s %s %s %d %d %d", word(thread.Author.ExternalID), word(thread.Author.Handle), word(thread.Author.Name),
			thread.Reach.Audience, thread.Reach.Views, thread.Reach.Reactions)
		if got != c.want || thread.ExternalID == "" {
			t.Errorf("%s: %s is %q below %q, not %q", c.platform, c.name, got, thread.ExternalID, c.want)
		}
	}
}
