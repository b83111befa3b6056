package threads

import (
	"net/http"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/connector/meta"
	"triage/triage"
)

// notified wraps the values as Threads sends them.
func notified(values string) []byte {
	return []byte(`{"app_id":"1","topic":"moderate","target_id":"900","time":1777896005,"subscription_id":"2","has_uid_field":false,"values":` + values + `}`)
}

func changed(field, value string) []byte {
	return notified(`{"field":"` + field + `","value":` + value + `}`)
}

const nested = `{"id":"31","username":"selma.b","text":"G\u00fcle g\u00fcle \ud83d\ude4b","media_type":"IMAGE","is_verified":true,
	"permalink":"https:\/\/www.threads.com\/@selma.b\/post\/Ab1","replied_to":{"id":"30"},
	"root_post":{"id":"20","owner_id":"900","username":"havel"},"shortcode":"Ab1","timestamp":"2026-05-04T11:59:50+0000"}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: "0123456789abcdef0123456789abcdef", Body: changed("replies", nested),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{meta.Header: {meta.Sign(secret, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, changed("replies", nested)).Events[0]
	at := time.Unix(1777895990, 0).UTC()
	want := connector.Event{Account: "900", Engagement: triage.Engagement{
		ExternalID: "31", ParentExternalID: "30", Form: triage.FormReply, Action: triage.Created,
		Author: triage.Author{Handle: "selma.b", Verified: true, Followers: -1},
		Thread: triage.Thread{ExternalID: "20", Author: triage.Publisher{ExternalID: "900", Handle: "havel"}},
		Text:   "Güle güle 🙋", Permalink: "https://www.threads.com/@selma.b/post/Ab1", HasMedia: true, PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	const thread = `"root_post":{"id":"20","owner_id":"900","username":"havel"}`
	for _, c := range []struct {
		rule, field, value string
		form               triage.Form // empty: ignored
		action             triage.Action
		account            string
		own                bool
		ignored            string
	}{
		{"an answer to our post", "replies", `{"id":"31","username":"a","replied_to":{"id":"20"},` + thread + `}`, triage.FormComment, triage.Created, "900", false, ""},
		{"an answer without an author or a text", "replies", `{"id":"31",` + thread + `}`, triage.FormComment, triage.Created, "900", false, ""},
		{"an answer that does not say whose thread it is", "replies", `{"id":"31","text":"x"}`, triage.FormComment, triage.Created, "", false, ""},
		{"a mention", "mentions", `{"id":"31","username":"a"}`, triage.FormMention, triage.Created, "900", false, ""},
		{"a deletion of our own", "delete", `{"id":"31","owner":{"owner_id":"901"},"deleted_at":"2026-05-04T11:59:50+0000"}`, triage.FormComment, triage.Deleted, "901", true, ""},
		{"a deletion without an owner", "delete", `{"id":"31"}`, triage.FormComment, triage.Deleted, "900", true, ""},
		{"our own answer is an echo", "replies", `{"id":"31","username":"havel",` + thread + `}`, "", "", "", false, "own_echo"},
		{"our own post", "publish", `{"id":"31"}`, "", "", "", false, "own_post"},
		{"a field of the future", "sparkles", `7`, "", "", "", false, "other_field"},
	} {
		got := connectortest.Parse(t, Connector{}, changed(c.field, c.value))
		if c.form == "" {
			if len(got.Events) != 0 || got.Ignored[c.ignored] != 1 {
				t.Errorf("%s was read as %+v", c.rule, got)
			}
			continue
		}
		if len(got.Events) != 1 {
			t.Errorf("%s gave %+v", c.rule, got)
			continue
		}
		if e := got.Events[0]; e.Engagement.Form != c.form || e.Engagement.Action != c.action || e.Account != c.account || e.Own != c.own {
			t.Errorf("%s was read as %+v", c.rule, e)
		}
	}
}

func TestAReplyAndItsMentionAreOneEngagement(t *testing.T) {
	reply, mention := connectortest.Parse(t, Connector{}, changed("replies", nested)).Events[0], connectortest.Parse(t, Connector{}, changed("mentions", nested)).Events[0]
	if reply.Account != mention.Account || reply.Engagement.ExternalID != mention.Engagement.ExternalID ||
		reply.Engagement.VersionAt != mention.Engagement.VersionAt || mention.Engagement.Thread != reply.Engagement.Thread {
		t.Errorf("as reply %+v\nas mention %+v", reply, mention)
	}
}

func TestOneBadChangeCostsOnlyItself(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, notified(`[{"field":"replies","value":{"text":"no id"}},{"field":"replies","value":7},3,{"field":"replies","value":`+nested+`}]`))
	if len(got.Events) != 1 || len(got.Rejects) != 3 || got.Rejects[0] != (connector.Reject{Pointer: "/values/0", Reason: connector.IDMissing}) ||
		got.Rejects[1].Reason != connector.Malformed || got.Rejects[2].Pointer != "/values/2" {
		t.Errorf("%+v", got)
	}
}
