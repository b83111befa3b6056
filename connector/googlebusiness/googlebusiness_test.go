package googlebusiness

import (
	"testing"
	"time"

	"triage/connector"
	"triage/triage"
)

func TestAReviewIsReadWithItsStars(t *testing.T) {
	got, err := Connector{}.Parse(connector.Delivery{Body: []byte(`{"account":"accounts/1/locations/2","reviews":[
		{"reviewId":"a","starRating":"TWO","comment":"Zu voll","createTime":"2026-05-04T11:00:00Z","updateTime":"2026-05-04T11:00:00Z",
		 "reviewer":{"displayName":"Robin","isAnonymous":false},"reviewReply":{"comment":"is ours"}},
		{"reviewId":"b","starRating":"FIVE","createTime":"2026-05-04T11:00:00Z","updateTime":"2026-05-05T11:00:00Z","reviewer":{"displayName":"A Google user","isAnonymous":true}},
		{"starRating":"ONE"}],"gone":["c"]}`)})
	if err != nil || len(got.Events) != 4 || len(got.Rejects) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	at := time.Date(2026, 5, 4, 11, 0, 0, 0, time.UTC)
	want := connector.Event{Account: "accounts/1/locations/2", Engagement: triage.Engagement{
		ExternalID: "a", Form: triage.FormReview, Action: triage.Created, Author: triage.Author{Name: "Robin", Followers: -1},
		Thread: triage.Thread{ExternalID: "accounts/1/locations/2"}, Text: "★★☆☆☆\nZu voll", PostedAt: at, VersionAt: at,
	}}
	if got.Events[0] != want {
		t.Errorf("read\n%+v\nwant\n%+v", got.Events[0], want)
	}
	if e := got.Events[2].Engagement; e.Action != triage.Edited || e.Text != "★★★★★" || e.Author.Name != "" {
		t.Errorf("the change is %+v", e)
	}
	if e := got.Events[3]; e.Engagement.Action != triage.Deleted || !e.Own {
		t.Errorf("what is gone is %+v", e)
	}
}

func TestOnlyWhatWasWrittenIsKept(t *testing.T) {
	for given, want := range map[string]string{
		"Sehr gut": "Sehr gut",
		"Sehr gut (Translated by Google) Very good":                "Sehr gut",
		"(Translated by Google) Very good\n\n(Original)\nSehr gut": "Sehr gut",
		"The (Original) shop":                                      "The (Original) shop",
		"":                                                         "",
	} {
		if got := original(given); got != want {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestASecretHasThreeParts(t *testing.T) {
	const good = "1234-abcdefgh.apps.googleusercontent.com:GOCSPX-abcdefghijklmnop:1//0gabcdefghijklmnopqrst"
	if err := (Connector{}).CheckSecret(good); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "a:b", "a::c", "id:secret:refresh", good + ":more"} {
		if (Connector{}).CheckSecret(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
