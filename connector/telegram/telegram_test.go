package telegram

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "Tg_token-that-we-made-up-0042"

const group = `"chat":{"id":-1002000000001,"title":"Room","username":"havelroom","type":"supergroup"}`

const anchor = `{"message_id":70,"sender_chat":{"id":-1001000000001,"type":"channel"},` + group + `,
	"forward_origin":{"type":"channel","chat":{"id":-1001000000001,"username":"havelnews"},"message_id":7},
	"is_automatic_forward":true,"date":1777895000,"text":"We ship again"}`

const comment = `{"update_id":9,"message":{"message_id":71,"message_thread_id":70,` + group + `,
	"from":{"id":5000000007,"first_name":"Zo\u00eb","last_name":"K","username":"zoe_k","language_code":"de"},
	"date":1777895990,"reply_to_message":` + anchor + `,"text":"Endlich \ud83c\udf89"}}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Shown: true, Body: []byte(comment),
		Sign: func(secret string, _ time.Time, _ []byte) http.Header { return http.Header{Header: {secret}} },
	})
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

func TestEveryFieldOfACommentIsRead(t *testing.T) {
	got := parse(t, comment).Events[0]
	at := time.Unix(1777895990, 0).UTC()
	want := connector.Event{Account: "-1002000000001", Engagement: triage.Engagement{
		ExternalID: "71", Form: triage.FormComment, Action: triage.Created,
		Author: triage.Author{ExternalID: "5000000007", Handle: "zoe_k", Name: "Zoë K", Followers: -1},
		Thread: triage.Thread{
			ExternalID: "70", Text: "We ship again", Permalink: "https://t.me/havelnews/7", Author: triage.Publisher{ExternalID: "-1001000000001"},
		},
		Text: "Endlich 🎉", Permalink: "https://t.me/havelroom/71", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

// update wraps a message of the group; what it says comes in front of its id and chat.
func update(kind, says string) string {
	return `{"update_id":1,"` + kind + `":{` + says + `,"message_id":72,"date":1777895990,` + group + `}}`
}

func TestWhatIsAnEngagement(t *testing.T) {
	const person = `"from":{"id":55,"first_name":"Ada"}`
	for _, c := range []struct {
		rule, body string
		form       triage.Form // empty: ignored
		action     triage.Action
		own        bool
		ignored    string
	}{
		{"a message in the group", update("message", person+`,"text":"hi"`), triage.FormComment, triage.Created, false, ""},
		{"a reply to a person", update("message", person+`,"text":"hi","reply_to_message":{"message_id":71}`), triage.FormReply, triage.Created, false, ""},
		{"a sticker alone", update("message", person+`,"sticker":{"file_id":"x"}`), triage.FormComment, triage.Created, false, ""},
		{"an edit", update("edited_message", person+`,"text":"ho","edit_date":1777896990`), triage.FormComment, triage.Edited, false, ""},
		{"a channel of somebody else", update("message", `"sender_chat":{"id":-1009},"text":"hi"`), triage.FormComment, triage.Created, false, ""},
		{"an own edit is told and marked", update("edited_message", `"sender_chat":{"id":-1002000000001},"text":"ho"`), triage.FormComment, triage.Edited, true, ""},
		{"a nameless administrator", update("message", `"sender_chat":{"id":-1002000000001},"text":"hi"`), "", "", false, "own_echo"},
		{"the channel below its own post", update("message", `"sender_chat":{"id":-1001000000001},"text":"hi","reply_to_message":`+anchor), "", "", false, "own_echo"},
		{"the anchor of a discussion", `{"update_id":1,"message":` + anchor + `}`, "", "", false, "own_post"},
		{"somebody joining", update("message", person+`,"new_chat_members":[]`), "", "", false, "service"},
		{"a word to the bot alone", `{"update_id":1,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":"secret"}}`, "", "", false, "message"},
		{"a kind of the future", `{"update_id":1,"parking":{}}`, "", "", false, "unknown"},
	} {
		got := parse(t, c.body)
		if c.form == "" {
			if len(got.Events) != 0 || len(got.Rejects) != 0 || got.Ignored[c.ignored] != 1 {
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

func TestAnEditIsOrderedByItsOwnTime(t *testing.T) {
	e := parse(t, update("edited_message", `"text":"ho","edit_date":1777896990`)).Events[0].Engagement
	if e.VersionAt.Unix() != 1777896990 || e.PostedAt.Unix() != 1777895990 {
		t.Errorf("ordered at %s, posted at %s", e.VersionAt, e.PostedAt)
	}
}

func TestLinksAreMadeOnlyWhereTelegramHasThem(t *testing.T) {
	for chat, want := range map[string]string{
		`{"id":-1002000000001,"type":"supergroup"}`:                   "https://t.me/c/2000000001/72",
		`{"id":-7,"type":"group"}`:                                    "",
		`{"id":-7,"type":"group","username":"a/../b"}`:                "",
		`{"id":-1002000000001,"type":"supergroup","username":"room"}`: "https://t.me/room/72",
	} {
		e := parse(t, `{"update_id":1,"message":{"message_id":72,"text":"x","chat":`+chat+`}}`).Events[0].Engagement
		if e.Permalink != want {
			t.Errorf("%s: %q, want %q", chat, e.Permalink, want)
		}
	}
}

func TestTheSecretTokenIsOneThatTelegramTakes(t *testing.T) {
	for candidate, good := range map[string]bool{
		secret: true, strings.Repeat("aB3_-x", 42): true, strings.Repeat("aB3_-x", 43): false, secret + "!": false, "short_1": false,
	} {
		if err := (Connector{}).CheckSecret(candidate); (err == nil) != good {
			t.Errorf("%q: %v", candidate, err)
		}
	}
}

func TestTheAnswerIsNoCallOfAMethod(t *testing.T) {
	if got, ok := (Connector{}).Respond(connector.Delivery{}, nil); !ok || got != (connector.Response{Status: 200}) {
		t.Errorf("answered %+v", got)
	}
	if _, ok := (Connector{}).Respond(connector.Delivery{}, connector.ErrSignatureInvalid); ok {
		t.Error("a stranger was answered like Telegram")
	}
}
