package trustpilot

import (
	"net/http"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "shown-secret-that-we-made-up-7"

const review1 = `{"events":[{"eventName":"service-review-created","version":"1.0","eventData":{"id":"r1","language":"de","stars":2,
	"title":"Zu langsam","text":"Drei Wochen gewartet","createdAt":"2026-05-04T11:00:00Z","consumer":{"id":"c1","name":"Robin"}}}]}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Shown: true, Body: []byte(review1),
		Sign: func(secret string, _ time.Time, _ []byte) http.Header { return Sign(secret) },
	})
}

func TestEveryFieldOfAReviewIsRead(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, []byte(review1)).Events[0]
	at := time.Date(2026, 5, 4, 11, 0, 0, 0, time.UTC)
	want := connector.Event{Engagement: triage.Engagement{
		ExternalID: "r1", Form: triage.FormReview, Action: triage.Created, Language: "de",
		Author: triage.Author{ExternalID: "c1", Name: "Robin", Followers: -1}, Permalink: "https://www.trustpilot.com/reviews/r1",
		Text: "★★☆☆☆\nZu langsam\nDrei Wochen gewartet", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatHappensToAReview(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, []byte(`{"events":[
		{"eventName":"service-review-updated","eventData":{"id":"r1","stars":5,"text":"","createdAt":"2026-05-04T11:00:00Z","updatedAt":"2026-05-05T11:00:00Z"}},
		{"eventName":"service-review-deleted","eventData":{"id":"r1","text":"is not read"}},
		{"eventName":"service-review-reported","eventData":{"id":"r1"}}, {"eventName":"service-review-created","eventData":{}}, 7]}`))
	if len(got.Events) != 2 || got.Ignored["other_event"] != 1 || len(got.Rejects) != 2 {
		t.Fatalf("%+v", got)
	}
	edit, gone := got.Events[0].Engagement, got.Events[1].Engagement
	if edit.Action != triage.Edited || edit.Text != "★★★★★" || edit.VersionAt.Day() != 5 {
		t.Errorf("edit %+v", edit)
	}
	if gone.Action != triage.Deleted || gone.Text != "" {
		t.Errorf("deletion %+v", gone)
	}
}
