package slack

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "5c0ffee5c0ffee0123456789abcdef01"

// callback wraps an event as Slack sends it to an app whose user is U0APP.
func callback(event string) string {
	return `{"type":"event_callback","team_id":"T1","api_app_id":"A1","event_id":"Ev1","event_time":1777896000,
		"event":` + event + `,"authorizations":[{"team_id":"T1","user_id":"U0APP","is_bot":true}]}`
}

const reply = `{"type":"message","channel":"C1","channel_type":"channel","user":"U7","ts":"1777895990.000200","thread_ts":"1777895000.000100",
	"text":"Bei mir auch &amp; bei <@U8> \ud83d\ude22","files":[{"id":"F1"}]}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{Platform: Connector{}, Secret: secret, Body: []byte(callback(reply)), Dated: true, Sign: Sign})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func parse(t *testing.T, body string) connector.Parsed {
	t.Helper()
	got, err := Connector{}.Parse(connector.Delivery{Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := parse(t, callback(reply)).Events[0]
	written := time.Unix(1777895990, 200_000).UTC()
	want := connector.Event{Account: "C1", Engagement: triage.Engagement{
		ExternalID: "1777895990.000200", ParentExternalID: "1777895000.000100", Form: triage.FormReply, Action: triage.Created,
		Author: triage.Author{ExternalID: "U7", Followers: -1}, Thread: triage.Thread{ExternalID: "1777895000.000100"},
		Text: "Bei mir auch & bei @U8 😢", HasMedia: true, PostedAt: written, VersionAt: written,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	message := func(says string) string {
		return `{"type":"message","channel":"C1","ts":"1777895990.000200",` + says + `}`
	}
	changed := func(inner string) string {
		return `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1777896990.000900","message":{"ts":"1777895990.000200",` + inner + `}}`
	}
	for _, c := range []struct {
		rule, event string
		form        triage.Form // empty: ignored
		action      triage.Action
		own         bool
		ignored     string
	}{
		{"a message", message(`"user":"U7","text":"hi"`), triage.FormComment, triage.Created, false, ""},
		{"a parent of a thread", message(`"user":"U7","text":"hi","thread_ts":"1777895990.000200"`), triage.FormComment, triage.Created, false, ""},
		{"a reply shown to all", message(`"user":"U7","subtype":"thread_broadcast","text":"hi","thread_ts":"1777895000.000100"`), triage.FormReply, triage.Created, false, ""},
		{"another app", message(`"subtype":"bot_message","bot_id":"B9","username":"ci","text":"hi"`), triage.FormComment, triage.Created, false, ""},
		{"a mention of our app", `{"type":"app_mention","channel":"C1","ts":"1.0","user":"U7","text":"<@U0APP> hi"}`, triage.FormMention, triage.Created, false, ""},
		{"the same mention as message", message(`"user":"U7","text":"<@U0APP> hi"`), triage.FormMention, triage.Created, false, ""},
		{"an edit", changed(`"user":"U7","text":"ho","edited":{"user":"U7","ts":"1777896990.000000"}`), triage.FormComment, triage.Edited, false, ""},
		{"an own edit is told and marked", changed(`"user":"U0APP","text":"ho","edited":{"ts":"1777896990.000000"}`), triage.FormComment, triage.Edited, true, ""},
		{"a deletion", `{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1777895990.000200","event_ts":"1777896990.0"}`, triage.FormComment, triage.Deleted, false, ""},
		{"a parent deleted under its replies", changed(`"subtype":"tombstone","text":"This message was deleted."`), triage.FormComment, triage.Deleted, false, ""},
		{"a link that unfolds", changed(`"user":"U7","text":"https://a.example"`), "", "", false, "unfolded"},
		{"our own reply", message(`"user":"U0APP","text":"hi"`), "", "", false, "own_echo"},
		{"our own app's post", message(`"bot_id":"B1","app_id":"A1","text":"hi"`), "", "", false, "own_echo"},
		{"a direct message", message(`"user":"U7","text":"hi","channel_type":"im"`), "", "", false, "message"},
		{"a word in a small circle", message(`"user":"U7","text":"hi","channel_type":"mpim"`), "", "", false, "message"},
		{"somebody joining", message(`"user":"U7","subtype":"channel_join","text":"hi"`), "", "", false, "channel_event"},
		{"a reaction", `{"type":"reaction_added","item":{"ts":"1777895990.000200"}}`, "", "", false, "other_event"},
		{"a token taken back", `{"type":"tokens_revoked"}`, "", "", false, "access_revoked"},
	} {
		got := parse(t, callback(c.event))
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

func TestAnEditIsOrderedByItsOwnTimeAndADeletionTellsNoWord(t *testing.T) {
	edit := parse(t, callback(`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1777899999.0",
		"message":{"user":"U7","text":"new","edited":{"ts":"1777896990.000000"}},"previous_message":{"ts":"1777895990.000200","text":"old"}}`)).Events[0].Engagement
	if edit.ExternalID != "1777895990.000200" || edit.VersionAt.Unix() != 1777896990 || edit.Text != "new" {
		t.Errorf("%+v", edit)
	}
	gone := parse(t, callback(`{"type":"message","subtype":"message_deleted","channel":"C1","event_ts":"1777896990.000100",
		"previous_message":{"ts":"1777895990.000200","user":"U7","text":"secret"}}`)).Events[0].Engagement
	if gone.ExternalID != "1777895990.000200" || gone.Text != "" || gone.Author.ExternalID != "" || gone.VersionAt.Unix() != 1777896990 {
		t.Errorf("%+v", gone)
	}
}

func TestTextIsWhatPeopleSee(t *testing.T) {
	for sent, want := range map[string]string{
		"a &lt;b&gt; &amp;amp; c":             "a <b> &amp; c",
		"<@U1> <@U1|ada> <#C1|general> <#C2>": "@U1 @ada #general #C2",
		"<!here> <!subteam^S1|@crew>":         "@here @crew",
		"<!date^1392734382^{date}|today>":     "today",
		"<https://a.example/?x=1&amp;y=2>":    "https://a.example/?x=1&y=2",
		"<https://a.example|our shop>":        "our shop (https://a.example)",
		"<http://a.example|a.example>":        "http://a.example",
		"<mailto:a@a.example|a@a.example>":    "mailto:a@a.example",
	} {
		if got := plain(sent); got != want {
			t.Errorf("%q is shown as %q, want %q", sent, got, want)
		}
	}
	if got := plain("1 < 2 <@U1>"); got != "1 < 2 @U1" {
		t.Errorf("an open bracket spoiled the rest: %q", got)
	}
}

func TestTheAddressIsConfirmedOnlyWithASafeChallenge(t *testing.T) {
	for body, want := range map[string]connector.Response{
		`{"type":"url_verification","challenge":"3eZbrw1a"}`: {Status: 200, Type: "text/plain; charset=utf-8", Body: "3eZbrw1a"},
		`{"type":"url_verification","challenge":"<script>"}`: {Status: 400},
		`{"type":"url_verification"}`:                        {Status: 400},
	} {
		if got, ok := (Connector{}).Respond(connector.Delivery{Body: []byte(body)}, nil); !ok || got != want {
			t.Errorf("%s: %+v", body, got)
		}
		if _, ok := (Connector{}).Respond(connector.Delivery{Body: []byte(body)}, connector.ErrSignatureInvalid); ok {
			t.Error("an unsigned challenge was echoed")
		}
	}
	if _, ok := (Connector{}).Respond(connector.Delivery{Body: []byte(callback(reply))}, nil); ok {
		t.Error("a message got an answer of its own")
	}
}

func TestOnlyTheDocumentedFormOfTheSignaturePasses(t *testing.T) {
	now, body := time.Unix(1777896000, 0), []byte(callback(reply))
	good := Sign(secret, now, body)
	for form, change := range map[string]func(http.Header){
		"no version":      func(h http.Header) { h.Set(Signature, strings.TrimPrefix(h.Get(Signature), "v0=")) },
		"another version": func(h http.Header) { h.Set(Signature, "v1"+h.Get(Signature)[2:]) },
		"twice":           func(h http.Header) { h.Add(Signature, h.Get(Signature)) },
		"a digit less":    func(h http.Header) { h.Set(Signature, h.Get(Signature)[:66]) },
		"another time":    func(h http.Header) { h.Set(Timestamp, "1777896001") },
		"no number":       func(h http.Header) { h.Set(Timestamp, "abc") },
		"two times":       func(h http.Header) { h.Add(Timestamp, h.Get(Timestamp)) },
	} {
		header := good.Clone()
		change(header)
		d := connector.Delivery{Header: header, Body: body, ReceivedAt: now}
		if err := (Connector{}).Verify(d, []string{"", secret}); err == nil {
			t.Errorf("%s was believed", form)
		}
	}
}
