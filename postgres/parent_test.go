package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/bluesky"
	"triage/connector/discord"
	"triage/connector/facebook"
	"triage/connector/instagram"
	"triage/connector/linkedin"
	"triage/connector/reddit"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/threads"
	"triage/connector/tiktok"
	"triage/connector/x"
	"triage/connector/youtube"
	"triage/postgres"
	"triage/triage"
)

func enter(object, id, field, value string) string {
	return fmt.Sprintf(`{"object":%q,"entry":[{"id":%q,"time":1777896000,"changes":[{"field":%q,"value":%s}]}]}`, object, id, field, value)
}

func tok(more string) string {
	return fmt.Sprintf(`{"event":"comment.update","create_time":1777896000,"user_openid":"900","content":%q}`,
		`{"comment_action":"insert","video_id":7001,"text":"good","timestamp":1777896000000,"unique_identifier":"u1",`+more+`}`)
}

func linked(comment string) string {
	return `{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"action":"COMMENT","organizationalEntity":"urn:li:organization:900",
		"lastModifiedAt":1777896000000,"sourcePost":"urn:li:activity:7","generatedActivity":"urn:li:comment:(activity:7,` + comment + `)",
		"decoratedGeneratedActivity":{"comment":{"entity":"urn:li:comment:(urn:li:` + map[string]string{"1": "activity:7", "2": "comment:(urn:li:activity:7,1)"}[comment] + `,` + comment + `)","owner":"urn:li:person:p","text":"good"}}}]}`
}

func gate(message string) string {
	return `{"account":"1","me":"2","rooms":{"9":{"name":"talk"}},"frame":{"op":0,"s":1,"t":"MESSAGE_CREATE","d":{"channel_id":"9","guild_id":"1",
		"content":"good","timestamp":"2026-05-04T11:00:00Z","author":{"id":"55","username":"ines"},` + message + `}}}`
}

func hear(more string) string {
	return `{"type":"event_callback","api_app_id":"A1","event_time":1777896000,"event":{"type":"message","channel":"C1","user":"U1","text":"good",` + more + `}}`
}

func sky(id, parent string) string {
	return `{"account":"did:plc:us","notifications":[{"uri":"at://did:plc:a/app.bsky.feed.post/` + id + `","reason":"reply","author":{"did":"did:plc:a"},"indexedAt":"2026-05-04T11:00:00Z",
		"record":{"text":"good","reply":{"root":{"uri":"at://did:plc:us/app.bsky.feed.post/1"},"parent":{"uri":"` + parent + `"}}}}]}`
}

func subreddit(id, parent string) string {
	return `{"account":"kiosk","user":"kiosk","things":[{"kind":"t1","data":{"name":"t1_` + id + `","author":"robin","author_fullname":"t2_r","body":"good","created_utc":1777896000.0,
		"parent_id":"` + parent + `","link_id":"t3_p"}}]}`
}

func watched(comment, more string) string {
	return `{"account":"UC1","comments":[{"id":"` + comment + `","snippet":{"videoId":"v1","textDisplay":"good","publishedAt":"2026-05-04T11:00:00Z"` + more + `}}]}`
}

func group(id, answered string) string {
	return `{"update_id":` + id + `,"message":{"message_id":` + id + `,"message_thread_id":3,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,
		"from":{"id":55,"first_name":"I"},"text":"good","reply_to_message":` + answered + `}}`
}

func mentioned(id, parent string) string {
	return `{"account":"900","mentions":{"data":[{"id":"` + id + `","text":"good","author_id":"55","conversation_id":"100","in_reply_to_user_id":"900",
		"created_at":"2026-05-04T11:00:00Z","referenced_tweets":[{"type":"replied_to","id":"` + parent + `"}]}]}}`
}

// answers are replies as platforms tell of them, and the comments that they answer.
var answers = []struct {
	platform      connector.Platform
	reply, parent string
}{
	{facebook.Connector{},
		enter("page", "100", "feed", `{"item":"comment","verb":"add","comment_id":"7_2","post_id":"100_7","parent_id":"7_1","from":{"id":"55"},"message":"good","created_time":1777896000}`),
		enter("page", "100", "feed", `{"item":"comment","verb":"add","comment_id":"7_1","post_id":"100_7","parent_id":"100_7","from":{"id":"56"},"message":"good","created_time":1777895000}`)},
	{instagram.Connector{},
		enter("instagram", "178", "comments", `{"id":"c2","text":"good","parent_id":"c1","from":{"id":"55","username":"i"},"media":{"id":"m"}}`),
		enter("instagram", "178", "comments", `{"id":"c1","text":"good","from":{"id":"56","username":"k"},"media":{"id":"m"}}`)},
	{threads.Connector{},
		`{"topic":"moderate","time":1777896000,"values":{"field":"replies","value":{"id":"2","username":"i","text":"good","root_post":{"id":"7","owner_id":"900","username":"we"},"replied_to":{"id":"1"}}}}`,
		`{"topic":"moderate","time":1777896000,"values":{"field":"replies","value":{"id":"1","username":"k","text":"good","root_post":{"id":"7","owner_id":"900","username":"we"},"replied_to":{"id":"7"}}}}`},
	{x.Connector{}, mentioned("102", "101"), mentioned("101", "100")},
	{linkedin.Connector{}, linked("2"), linked("1")},
	{tiktok.Connector{}, tok(`"comment_id":2,"parent_comment_id":1,"comment_type":"reply"`), tok(`"comment_id":1,"parent_comment_id":0`)},
	{telegram.Connector{}, group("5", `{"message_id":4}`), group("4", `{"message_id":3,"is_automatic_forward":true,"text":"Our post"}`)},
	{discord.Connector{}, gate(`"id":"12","type":19,"message_reference":{"message_id":"11","channel_id":"9"}`), gate(`"id":"11","type":0`)},
	{slack.Connector{}, hear(`"ts":"1777896002.000100","thread_ts":"1777896001.000100"`), hear(`"ts":"1777896001.000100"`)},
	{bluesky.Connector{}, sky("3", "at://did:plc:a/app.bsky.feed.post/2"), sky("2", "at://did:plc:us/app.bsky.feed.post/1")},
	{reddit.Connector{}, subreddit("2", "t1_1"), subreddit("1", "t3_p")},
	{youtube.Connector{}, watched("c1.r1", `,"parentId":"c1"`), watched("c1", "")},
	{standardwebhooks.Connector{},
		`{"type":"comment.created","data":{"id":"2","text":"good","parent":"1","thread":{"id":"p"}}}`,
		`{"type":"comment.created","data":{"id":"1","text":"good","thread":{"id":"p"}}}`},
}

func TestAParentThatArrivesLaterIsLinked(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for _, c := range answers {
		name := c.platform.Name()
		in.channel = postgres.NewID()
		var last triage.Engagement
		for _, body := range []string{c.reply, c.parent} {
			parsed, err := c.platform.Parse(connector.Delivery{Body: []byte(body), ReceivedAt: in.start})
			if err != nil || len(parsed.Events) != 1 {
				t.Fatalf("%s: %s was read as %+v, %v", name, body, parsed, err)
			}
			last = parsed.Events[0].Engagement
			last.ID, last.BrandID, last.ChannelID, last.Platform = postgres.NewID(), in.brand, in.channel, name
			last.ReceivedAt, last.VersionAt = in.start, in.start.Add(-time.Minute)
			in.settle(in.deliver(last)...)
		}
		var thread triage.ID
		if err := in.Pool().QueryRow(t.Context(), `SELECT id FROM threads WHERE brand_id = $1 AND channel_id = $2 AND external_id = $3`,
			in.brand, in.channel, last.Thread.ExternalID).Scan(&thread); err != nil {
			t.Errorf("%s: the parent hangs from %q: %v", name, last.Thread.ExternalID, err)
			continue
		}
		tree, err := in.Tree(t.Context(), in.brand, thread, postgres.TreePage{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(tree) != 1 || tree[0].Engagement.ExternalID != last.ExternalID || len(tree[0].Replies) != 1 ||
			tree[0].Replies[0].Engagement.ParentExternalID != last.ExternalID {
			t.Errorf("%s: the tree is %+v", name, tree)
		}
	}
}
