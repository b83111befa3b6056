package discourse

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "forum-secret-that-we-made-up-7"

const reply = `{"post":{"id":31,"post_number":4,"post_type":1,"reply_to_post_number":2,"topic_id":8,"topic_slug":"kescher-kaputt",
	"topic_title":"Kescher kaputt","topic_archetype":"regular","user_id":77,"username":"ada","name":"Ada","raw":"Bei mir *auch* 😢",
	"cooked":"<p>Bei mir <em>auch<\/em><\/p>","version":1,"created_at":"2026-05-04T11:59:50.000Z","updated_at":"2026-05-04T11:59:50.000Z","deleted_at":null}}`

func header(event string) http.Header {
	return http.Header{Event: {event}, Instance: {"https://forum.example"}}
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Body: []byte(reply),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			h := header("post_created")
			h.Set(Signature, Sign(secret, body))
			return h
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func parse(t *testing.T, event, body string) connector.Parsed {
	t.Helper()
	d := connector.Delivery{Header: header(event), Body: []byte(body)}
	if event == "" {
		d.Header = nil
	}
	got, err := Connector{}.Parse(d)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := parse(t, "post_created", reply).Events[0]
	at := time.Date(2026, 5, 4, 11, 59, 50, 0, time.UTC)
	want := connector.Event{Engagement: triage.Engagement{
		ExternalID: "31", Form: triage.FormReply, Action: triage.Created,
		Author:    triage.Author{ExternalID: "77", Handle: "ada", Name: "Ada", Followers: -1},
		Thread:    triage.Thread{ExternalID: "8", Text: "Kescher kaputt", Permalink: "https://forum.example/t/kescher-kaputt/8"},
		Text:      "Bei mir *auch* 😢",
		Permalink: "https://forum.example/t/kescher-kaputt/8/4", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatBecomesOfEachEvent(t *testing.T) {
	post := func(says string) string { return strings.Replace(reply, `"id":31,`, says+`,"id":31,`, 1) }
	live := strings.Replace(reply, `"deleted_at":null`, `"x":1`, 1)
	for _, c := range []struct {
		rule, event, body string
		action            triage.Action // empty: ignored
		ignored           string
	}{
		{"a new post", "post_created", reply, triage.Created, ""},
		{"an edit", "post_edited", reply, triage.Edited, ""},
		{"the end of a post", "post_destroyed", reply, triage.Deleted, ""},
		{"a post that its author took back", "post_edited", post(`"user_deleted":true`), triage.Deleted, ""},
		{"a deleted post, whatever the header says", "post_created", strings.Replace(live, `"x":1`, `"deleted_at":"2026-05-04T12:00:00Z"`, 1), triage.Deleted, ""},
		{"a stored new post", "", reply, triage.Created, ""},
		{"a stored edit", "", strings.Replace(reply, `"version":1`, `"version":3`, 1), triage.Edited, ""},
		{"a post that comes back", "post_recovered", reply, "", "other_event"},
		{"a post's event of the future", "post_sparkled", reply, "", "other_event"},
		{"a private message", "post_created", strings.Replace(reply, `"regular"`, `"private_message"`, 1), "", "message"},
		{"a whisper", "post_created", strings.Replace(reply, `"post_type":1`, `"post_type":4`, 1), "", "other_post"},
		{"the end of an account", "user_destroyed", `{"user":{"id":77,"email":"a@example.com"}}`, triage.AuthorErased, ""},
		{"news of an account", "user_updated", `{"user":{"id":77,"email":"a@example.com"}}`, "", "account"},
		{"a stored account", "", `{"user":{"id":77}}`, "", "account"},
		{"a topic", "topic_created", `{"topic":{"id":8}}`, "", "other_event"},
		{"a ping", "ping", `{"ping":"OK"}`, "", "ping"},
	} {
		got := parse(t, c.event, c.body)
		if c.action == "" {
			if len(got.Events) != 0 || got.Ignored[c.ignored] != 1 {
				t.Errorf("%s was read as %+v", c.rule, got)
			}
			continue
		}
		if len(got.Events) != 1 || got.Events[0].Engagement.Action != c.action {
			t.Errorf("%s was read as %+v", c.rule, got)
		}
	}
}

func TestADeletionTellsNoWord(t *testing.T) {
	e := parse(t, "post_destroyed", reply).Events[0].Engagement
	if e.Text != "" || e.Author.Name != "" || e.Thread.Text != "" {
		t.Errorf("%+v", e)
	}
}

func TestALinkNeverLeadsElsewhere(t *testing.T) {
	for _, address := range []string{"", "javascript:alert(1)", "https://", "https://a@forum.example", "//forum.example", "https://forum.example/?x="} {
		d := connector.Delivery{Header: http.Header{Event: {"post_created"}, Instance: {address}}, Body: []byte(reply)}
		got, err := Connector{}.Parse(d)
		if err != nil || got.Events[0].Engagement.Permalink != "" {
			t.Errorf("%q: %+v, %v", address, got, err)
		}
	}
}
