package instagram

import (
	"net/http"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/connector/meta"
	"triage/triage"
)

func entry(inner string) []byte {
	return []byte(`{"object":"instagram","entry":[{"id":"178","time":1777896000,` + inner + `}]}`)
}

func changed(field, value string) []byte {
	return entry(`"changes":[{"field":"` + field + `","value":` + value + `}]`)
}

const comment1 = `{"id":"17867301270523379","text":"\u0631\u0627\u0626\u0639","from":{"id":"56","username":"layla"},
	"media":{"id":"180","media_product_type":"REELS"},"parent_id":"17867"}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: "0123456789abcdef0123456789abcdef", Body: changed("comments", comment1),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{meta.Header: {meta.Sign(secret, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	at := time.Unix(1777896000, 0).UTC()
	want := connector.Event{Account: "178", Engagement: triage.Engagement{
		ExternalID: "17867301270523379", ParentExternalID: "17867", Form: triage.FormReply, Action: triage.Created,
		Author: triage.Author{ExternalID: "56", Handle: "layla", Followers: -1}, Thread: triage.Thread{ExternalID: "180"},
		Text: "رائع", PostedAt: at, VersionAt: at,
	}}
	if got := connectortest.Parse(t, Connector{}, changed("comments", comment1)).Events[0]; got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	for _, c := range []struct {
		rule    string
		body    []byte
		id      string // empty: ignored
		form    triage.Form
		action  triage.Action
		ignored string
	}{
		{"a comment under the older name of its id", changed("comments", `{"comment_id":5,"text":"x"}`), "5", triage.FormComment, triage.Created, ""},
		{"a live comment", changed("live_comments", `{"id":"5","text":"x"}`), "5", triage.FormComment, triage.Created, ""},
		{"a mention in a comment", changed("mentions", `{"media_id":"1","comment_id":"2"}`), "2", triage.FormMention, triage.Created, ""},
		{"a mention in a caption", changed("mentions", `{"media_id":"1"}`), "1", triage.FormMention, triage.Created, ""},
		{"a story mention", entry(`"messaging":[{"sender":{"id":"5"},"timestamp":1777896000123,"message":{"mid":"m","attachments":[{"type":"story_mention","payload":{"url":"https://cdn.example/x"}}]}}]`), "m", triage.FormMention, triage.Created, ""},
		{"an unsent message", entry(`"messaging":[{"sender":{"id":"5"},"message":{"mid":"m","is_deleted":true}}]`), "m", triage.FormMention, triage.Deleted, ""},
		{"our own reply is an echo", changed("comments", `{"id":"5","text":"x","from":{"id":"178"}}`), "", "", "", "own_echo"},
		{"our own reply under another id is an echo", changed("comments", `{"id":"5","text":"x","from":{"id":"9","self_ig_scoped_id":"77"}}`), "", "", "", "own_echo"},
		{"a private message is not taken", entry(`"messaging":[{"sender":{"id":"5"},"message":{"mid":"m","text":"private"}}]`), "", "", "", "message"},
		{"another field", changed("story_insights", `{}`), "", "", "", "other_field"},
	} {
		got := connectortest.Parse(t, Connector{}, c.body)
		switch {
		case c.id == "" && (len(got.Events) != 0 || got.Ignored[c.ignored] != 1):
			t.Errorf("%s was read as %+v", c.rule, got)
		case c.id != "" && (len(got.Events) != 1 || got.Events[0].Engagement.ExternalID != c.id ||
			got.Events[0].Engagement.Form != c.form || got.Events[0].Engagement.Action != c.action):
			t.Errorf("%s was read as %+v", c.rule, got)
		}
	}
}
