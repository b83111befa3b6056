package tiktok

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "tiktok-app-secret-0123456789abcdef"

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// event wraps a content as TikTok sends it. Its braces are escaped, so that the suite can
// tell those of the envelope.
func event(t *testing.T, kind, content string) []byte {
	t.Helper()
	quoted, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	inner := strings.NewReplacer("{", `\u007b`, "}", `\u007d`).Replace(string(quoted))
	return []byte(`{"client_key":"7","event":"` + kind + `","create_time":1777895995,"user_openid":"-000open","content":` + inner + `}`)
}

const reply = `{"comment_id":7385350567722402999,"video_id":7377694258502880513,"parent_comment_id":7385350567722402578,"comment_type":"reply",
	"comment_action":"insert","timestamp":1777895990074,"unique_identifier":"+ABc/1=","text":"好看 \ud83d\ude02"}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Body: event(t, "comment.update", reply), Dated: true,
		Sign: func(secret string, at time.Time, body []byte) http.Header {
			return http.Header{Header: {Sign(secret, at, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsReadWithAllItsDigits(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, event(t, "comment.update", reply)).Events[0]
	at := time.UnixMilli(1777895990074).UTC()
	want := connector.Event{Account: "-000open", Engagement: triage.Engagement{
		ExternalID: "7385350567722402999", ParentExternalID: "7385350567722402578", Form: triage.FormReply, Action: triage.Created,
		Author: triage.Author{ExternalID: "+ABc/1=", Followers: -1},
		Thread: triage.Thread{ExternalID: "7377694258502880513", Author: triage.Publisher{ExternalID: "-000open"}},
		Text:   "好看 😂", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	const id = `"comment_id":8,`
	for _, c := range []struct {
		rule, event, content string
		form                 triage.Form // empty: ignored
		action               triage.Action
		ignored              string
	}{
		{"a comment with parent 0 and no text", "comment.update", `{` + id + `"comment_action":"insert","parent_comment_id":0}`, triage.FormComment, triage.Created, ""},
		{"a comment with an empty parent", "comment.update", `{` + id + `"comment_action":"insert","parent_comment_id":""}`, triage.FormComment, triage.Created, ""},
		{"a reply without its parent", "comment.update", `{` + id + `"comment_action":"insert","comment_type":"reply"}`, triage.FormReply, triage.Created, ""},
		{"a deletion", "comment.update", `{` + id + `"comment_action":"delete"}`, triage.FormComment, triage.Deleted, ""},
		{"hidden", "comment.update", `{` + id + `"comment_action":"set_to_hidden"}`, triage.FormComment, triage.Hidden, ""},
		{"for friends only", "comment.update", `{` + id + `"comment_action":"set_to_friends_only"}`, triage.FormComment, triage.Hidden, ""},
		{"public again", "comment.update", `{` + id + `"comment_action":"set_to_public"}`, triage.FormComment, triage.Unhidden, ""},
		{"an action of the future", "comment.update", `{` + id + `"comment_action":"sparkle"}`, "", "", "unknown"},
		{"an event of the future", "video.sparkle", `no document`, "", "", "other_event"},
	} {
		got := connectortest.Parse(t, Connector{}, event(t, c.event, c.content))
		if c.form == "" {
			if len(got.Events) != 0 || got.Ignored[c.ignored] != 1 {
				t.Errorf("%s was read as %+v", c.rule, got)
			}
			continue
		}
		if len(got.Events) != 1 || got.Events[0].Engagement.Form != c.form || got.Events[0].Engagement.Action != c.action || got.Events[0].Engagement.ExternalID != "8" {
			t.Errorf("%s was read as %+v", c.rule, got)
		}
	}
}

func TestTheEndOfOurAccessIsTold(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, event(t, "authorization.removed", `{"reason": 1}`)).Events
	if len(got) != 1 || got[0].Account != "-000open" || got[0].Engagement.Action != triage.AccessEnded {
		t.Errorf("read as %+v", got)
	}
}

func TestADeletedAccountIsErased(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, event(t, "authorization.removed", `{"reason": 2}`)).Events
	if len(got) != 2 || got[1].Engagement.Action != triage.AccessEnded || got[0].Account != "-000open" || got[0].Engagement.Action != triage.AuthorErased || got[0].Engagement.Author.ExternalID != "-000open" {
		t.Errorf("read as %+v", got)
	}
}

func TestTheContentIsReadAsStrictlyAsABody(t *testing.T) {
	for content, reason := range map[string]string{
		"": connector.Malformed, "7": connector.Malformed, "{": connector.Malformed, "{}x": connector.Malformed,
		`{"comment_action":"insert"}`:                                     connector.IDMissing,
		`{"comment_action":"insert","comment_id":true}`:                   connector.IDMissing,
		`{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`: connector.TooDeep,
	} {
		got := connectortest.Parse(t, Connector{}, event(t, "comment.update", content))
		if len(got.Events) != 0 || len(got.Rejects) != 1 || got.Rejects[0] != (connector.Reject{Pointer: "/content", Reason: reason}) {
			t.Errorf("%.40s was read as %+v", content, got)
		}
	}
	raw := []byte(`{"event":"comment.update","user_openid":"a","content":"{\"comment_action\":\"insert\",\"comment_id\":\"8` + "\xff" + `\"}"}`)
	if got := connectortest.Parse(t, Connector{}, raw); len(got.Events) != 0 || len(got.Rejects) != 1 || got.Rejects[0].Reason != connector.IDMissing {
		t.Errorf("a damaged id was read as %+v", got)
	}
	raw = []byte(`{"event":"comment.update","user_openid":"a","content":"{\"comment_action\":\"insert\",\"comment_id\":8,\"text\":\"a` + "\xff" + `\"}"}`)
	if e := connectortest.Parse(t, Connector{}, raw).Events[0].Engagement; e.Text != "a\ufffd" || !e.TextAltered {
		t.Errorf("a damaged text was read as %q, altered %v", e.Text, e.TextAltered)
	}
}

func TestOnlyTheDocumentedFormOfTheHeaderPasses(t *testing.T) {
	body := []byte(`{"event":"x"}`)
	good := Sign(secret, now, body)
	stamp, digits, _ := split(good)
	for _, c := range []struct {
		form   string
		header []string
		want   error
	}{
		{"as documented", []string{good}, nil},
		{"in the other order", []string{"s=" + digits + ",t=" + stamp}, nil},
		{"another time", []string{"t=1777896001,s=" + digits}, connector.ErrSignatureInvalid},
		{"no time", []string{"s=" + digits}, connector.ErrSignatureInvalid},
		{"no signature", []string{"t=" + stamp}, connector.ErrSignatureInvalid},
		{"a third part", []string{good + ",s=" + digits}, connector.ErrSignatureInvalid},
		{"two times", []string{"t=" + stamp + ",t=" + stamp}, connector.ErrSignatureInvalid},
		{"a space", []string{"t=" + stamp + ", s=" + digits}, connector.ErrSignatureInvalid},
		{"two headers", []string{good, good}, connector.ErrSignatureInvalid},
		{"a day old", []string{Sign(secret, now.Add(-24*time.Hour), body)}, connector.ErrTimestamp},
		{"none", nil, connector.ErrSignatureMissing},
	} {
		d := connector.Delivery{Header: http.Header{Header: c.header}, Body: body, ReceivedAt: now}
		if err := (Connector{}).Verify(d, []string{"", secret}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.form, err, c.want)
		}
	}
}
