package facebook

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/connector/meta"
	"triage/triage"
)

// change wraps a value as Meta sends it.
func change(field, value string) []byte {
	return []byte(`{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[{"field":"` + field + `","value":` + value + `}]}]}`)
}

const reply = `{"item":"comment","verb":"add","comment_id":"7_9","post_id":"100_7","parent_id":"7_8",
	"from":{"id":"55","name":"Am\u00e9lie"},"message":"Sch\u00f6n \ud83d\ude0d","created_time":1777895990,
	"photo":"https:\/\/cdn.example\/a.jpg","post":{"id":"100_7","permalink_url":"https:\/\/www.facebook.com\/x\/7"}}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: "0123456789abcdef0123456789abcdef", Body: change("feed", reply),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{meta.Header: {meta.Sign(secret, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, change("feed", reply)).Events[0]
	at := time.Unix(1777895990, 0).UTC()
	want := connector.Event{Account: "100", Engagement: triage.Engagement{
		ExternalID: "7_9", ParentExternalID: "7_8", Form: triage.FormReply, Action: triage.Created,
		Author: triage.Author{ExternalID: "55", Name: "Amélie", Followers: -1},
		Thread: triage.Thread{ExternalID: "100_7", Permalink: "https://www.facebook.com/x/7"},
		Text:   "Schön 😍", HasMedia: true, PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	const ids = `"comment_id":"7_9","post_id":"100_7","parent_id":"100_7"`
	for _, c := range []struct {
		rule, field, value string
		form               triage.Form // empty: ignored
		action             triage.Action
		own                bool
		ignored            string
	}{
		{"a comment", "feed", `{"item":"comment","verb":"add",` + ids + `,"from":{"id":55}}`, triage.FormComment, triage.Created, false, ""},
		{"a comment without an author", "feed", `{"item":"comment","verb":"add",` + ids + `}`, triage.FormComment, triage.Created, false, ""},
		{"an edit", "feed", `{"item":"comment","verb":"edited",` + ids + `,"sender_id":55}`, triage.FormComment, triage.Edited, false, ""},
		{"an own edit is told and marked", "feed", `{"item":"comment","verb":"edited",` + ids + `,"sender_id":100}`, triage.FormComment, triage.Edited, true, ""},
		{"a removal", "feed", `{"item":"comment","verb":"remove",` + ids + `}`, triage.FormComment, triage.Deleted, false, ""},
		{"hiding", "feed", `{"item":"comment","verb":"hide",` + ids + `}`, triage.FormComment, triage.Hidden, false, ""},
		{"a visitor's post", "feed", `{"item":"status","verb":"add","post_id":"100_9","from":{"id":"55"},"message":"hi"}`, triage.FormMention, triage.Created, false, ""},
		{"a mention in a post", "mention", `{"item":"post","verb":"add","post_id":"9_9","message":"hi"}`, triage.FormMention, triage.Created, false, ""},
		{"a review", "ratings", `{"item":"rating","verb":"add","open_graph_story_id":904801129604590,"reviewer_id":7,"review_text":"gut"}`, triage.FormReview, triage.Created, false, ""},
		{"our own reply is an echo", "feed", `{"item":"comment","verb":"add",` + ids + `,"from":{"id":"100"}}`, "", "", false, "own_echo"},
		{"our own post", "feed", `{"item":"status","verb":"edited","post_id":"100_9","from":{"id":"100"}}`, "", "", false, "own_post"},
		{"a like", "feed", `{"item":"like","verb":"add",` + ids + `}`, "", "", false, "reaction"},
		{"a reaction to a comment", "feed", `{"item":"reaction","verb":"add",` + ids + `}`, "", "", false, "reaction"},
		{"a verb of the future", "feed", `{"item":"comment","verb":"sparkle",` + ids + `}`, "", "", false, "unknown"},
		{"another field", "parking", `{}`, "", "", false, "other_field"},
	} {
		got := connectortest.Parse(t, Connector{}, change(c.field, c.value))
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
		if e := got.Events[0]; e.Engagement.Form != c.form || e.Engagement.Action != c.action || e.Own != c.own {
			t.Errorf("%s was read as %+v", c.rule, e)
		}
	}
}

func TestAnEditIsOrderedByTheLaterTime(t *testing.T) {
	body := change("feed", `{"item":"comment","verb":"edited","comment_id":"1_1","created_time":1777000000,"message":"x"}`)
	if at := connectortest.Parse(t, Connector{}, body).Events[0].Engagement.VersionAt; at.Unix() != 1777896000 {
		t.Errorf("ordered at %s", at)
	}
}

func TestACommentWithoutIDIsRejectedAlone(t *testing.T) {
	body := []byte(`{"object":"page","entry":[{"id":"100","time":1,"changes":[
		{"field":"feed","value":{"item":"comment","verb":"add","message":"no id"}},
		{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"7_1","message":"good"}}]}]}`)
	got := connectortest.Parse(t, Connector{}, body)
	if len(got.Events) != 1 || len(got.Rejects) != 1 || got.Rejects[0].Pointer != "/entry/0/changes/0" {
		t.Errorf("%+v", got)
	}
}

func TestAFullBatchIsTakenWhole(t *testing.T) {
	const most = 1000 // what Meta puts into one delivery
	one := `{"field":"feed","value":` + reply + `},`
	body := []byte(`{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[` + strings.TrimSuffix(strings.Repeat(one, most), ",") + `]}]}`)
	if got := connectortest.Parse(t, Connector{}, body); len(got.Events) != most {
		t.Errorf("%d events", len(got.Events))
	}
}
