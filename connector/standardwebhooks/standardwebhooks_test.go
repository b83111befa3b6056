package standardwebhooks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "whsec_dGhpcyBpcyBhIHRlc3Qgc2VjcmV0IG9mIG91cnM="

const whole = `{"type":"comment.created","timestamp":"2026-05-04T11:59:58Z","data":{
	"account":"shop","id":"c-1","kind":"comment","parent":"c-0",
	"author":{"id":"u-7","handle":"@joerg","name":"Jörg Müller","followers":12000,"verified":true},
	"thread":{"id":"p-3","text":"Unser neuer Rucksack ist da","permalink":"https://forum.example/p/3"},
	"text":"Wann gibt es den in Grün? 💚","language":"de","permalink":"https://forum.example/p/3#c-1",
	"created_at":"2026-05-04T11:59:57+02:00","has_media":true}}`

func sign(secret string, at time.Time, body []byte) http.Header {
	h, err := Sign(secret, "msg_1", at, body)
	if err != nil {
		panic(err)
	}
	return h
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{Platform: Connector{}, Secret: secret, Sign: sign, Body: []byte(whole), Dated: true})
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

func TestEveryFieldIsRead(t *testing.T) {
	got := parse(t, whole).Events[0]
	want := connector.Event{Account: "shop", Engagement: triage.Engagement{
		ExternalID: "c-1", ParentExternalID: "c-0", Form: triage.FormReply, Action: triage.Created,
		Author:   triage.Author{ExternalID: "u-7", Handle: "@joerg", Name: "Jörg Müller", Followers: 12000, Verified: true},
		Thread:   triage.Thread{ExternalID: "p-3", Text: "Unser neuer Rucksack ist da", Permalink: "https://forum.example/p/3"},
		Text:     "Wann gibt es den in Grün? 💚",
		Language: "de", Permalink: "https://forum.example/p/3#c-1", HasMedia: true,
		PostedAt:  time.Date(2026, 5, 4, 9, 59, 57, 0, time.UTC),
		VersionAt: time.Date(2026, 5, 4, 9, 59, 57, 0, time.UTC),
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestEachTypeHasItsAction(t *testing.T) {
	for kind, want := range map[string]triage.Action{
		"comment.created": triage.Created, "mention.created": triage.Created, "review.created": triage.Created,
		"comment.updated": triage.Edited, "comment.deleted": triage.Deleted, "comment.hidden": triage.Hidden,
		"comment.unhidden": triage.Unhidden, "user.deleted": triage.AuthorErased,
	} {
		got := parse(t, `{"type":"`+kind+`","timestamp":"2026-05-04T12:00:00Z","data":{"id":"c-1","text":"x"}}`)
		if len(got.Events) != 1 || got.Events[0].Engagement.Action != want {
			t.Errorf("%s was read as %+v", kind, got)
		}
	}
	if got := parse(t, `{"type":"contact.created","data":{"id":"x"}}`); got.Ignored["other_type"] != 1 || len(got.Events) > 0 {
		t.Errorf("a type that is not ours: %+v", got)
	}
}

func TestADeletionCarriesNoText(t *testing.T) {
	got := parse(t, `{"type":"comment.deleted","timestamp":"2026-05-04T12:00:00Z","data":{"id":"c-1","text":"secret","author":{"id":"u","name":"N"}}}`)
	if e := got.Events[0].Engagement; e.Text != "" || e.Author.Name != "" || e.Author.ExternalID != "" {
		t.Errorf("the deletion still says %+v", e)
	}
}

func TestOneBadPartDoesNotSpoilItsSiblings(t *testing.T) {
	got := parse(t, `{"type":"comment.created","data":[{"id":"a","text":"1"},{"id":true,"text":"2"},{"id":"c"},{"id":4,"text":"\u0000"}]}`)
	if len(got.Events) != 2 || len(got.Rejects) != 2 {
		t.Fatalf("%+v", got)
	}
	if got.Rejects[0] != (connector.Reject{Pointer: "/data/1", Reason: "id_missing"}) || got.Rejects[1].Reason != "text_missing" {
		t.Errorf("rejects %+v", got.Rejects)
	}
	if e := got.Events[1].Engagement; e.ExternalID != "4" || e.Text != "␀" || !e.TextAltered {
		t.Errorf("the mended sibling is %+v", e)
	}
}

func TestOddTimesAreNotBelieved(t *testing.T) {
	for _, at := range []string{`-5`, `"yesterday"`, `"10000-01-01T00:00:00Z"`, `99999999999999999`, `true`, `"0000-01-01T00:00:00Z"`} {
		got := parse(t, `{"type":"comment.created","data":{"id":"a","text":"1","created_at":`+at+`}}`)
		if !got.Events[0].Engagement.PostedAt.IsZero() {
			t.Errorf("%s was read as %s", at, got.Events[0].Engagement.PostedAt)
		}
	}
}

func TestAListHasAtMostAThousandItems(t *testing.T) {
	list := func(n int) []byte {
		item := whole[strings.Index(whole, `"data":`)+len(`"data":`):len(whole)-1] + ","
		return []byte(`{"type":"comment.created","data":[` + strings.TrimSuffix(strings.Repeat(item, n), ",") + `]}`)
	}
	if got := parse(t, string(list(1000))); len(got.Events) != 1000 {
		t.Errorf("a full list: %d events", len(got.Events))
	}
	if got, err := (Connector{}).Parse(connector.Delivery{Body: list(1001)}); err == nil || len(got.Events) > 0 {
		t.Errorf("one more: %d events, %v", len(got.Events), err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("msg_1", "1777896000", "v1,AAAA v1a,BBBB", []byte("{}"))
	f.Add("", "x", ",,,", []byte{})
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		h := http.Header{}
		h.Set(HeaderID, id)
		h.Set(HeaderTimestamp, stamp)
		h.Set(HeaderSignature, signature)
		d := connector.Delivery{Header: h, Body: body, ReceivedAt: time.Unix(1777896000, 0)}
		if (Connector{}).Verify(d, []string{secret}) == nil {
			t.Fatal("a made-up signature was believed")
		}
	})
}
