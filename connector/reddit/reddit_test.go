package reddit

import (
	"testing"

	"triage/connector"
	"triage/triage"
)

func TestWhatALookFindsOnlyChangesWhatIsHeld(t *testing.T) {
	body := `{"account":"kiosk","user":"kiosk","checked":[
		{"id":"t1_a","change":"deleted"}, {"id":"t1_b","change":"removed"}, {"id":"t1_c","change":"restored"},
		{"id":"t1_d","author":"t2_robin","change":"author_deleted"},
		{"id":"t1_e","change":"edited","thing":{"kind":"t1","data":{"name":"t1_e","author":"robin","author_fullname":"t2_robin","body":"new words",
			"created_utc":1735732800.0,"edited":1735732899.5,"parent_id":"t3_p","link_id":"t3_p"}}},
		{"id":"t1_f","change":"unheard of"}, {"change":"deleted"}]}`
	got, err := Connector{}.Parse(connector.Delivery{Body: []byte(body)})
	if err != nil || len(got.Events) != 5 || len(got.Rejects) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []triage.Action{triage.Deleted, triage.Hidden, triage.Unhidden, triage.AuthorErased, triage.Edited} {
		if e := got.Events[i]; e.Engagement.Action != want || !e.Own || e.Account != "kiosk" {
			t.Errorf("%d: %+v, want %s", i, e, want)
		}
	}
	if e := got.Events[3].Engagement; e.Author.ExternalID != "t2_robin" || e.ExternalID != "" {
		t.Errorf("the author who left is %+v", e)
	}
	if e := got.Events[4].Engagement; e.Text != "new words" || e.VersionAt.UnixMilli() != 1735732899500 || e.PostedAt.Unix() != 1735732800 {
		t.Errorf("the edit is %+v", e)
	}
}

func TestWhatRedditShowsOfAThingThatIsGone(t *testing.T) {
	for _, c := range []struct{ rule, author, body, want string }{
		{"a comment", "robin", "words", ""},
		{"a comment about deletions", "robin", "[deleted]", ""},
		{"deleted by its author", "[deleted]", "[deleted]", deleted},
		{"removed by moderators", "[deleted]", "[removed]", removed},
		{"removed by Reddit", "[deleted]", "[ Removed by Reddit ]", removed},
		{"of an account that is gone", "[deleted]", "words", orphaned},
	} {
		var found thing
		found.Data.Author, found.Data.Body = c.author, c.body
		if got := found.gone(); got != c.want {
			t.Errorf("%s: %q, want %q", c.rule, got, c.want)
		}
	}
}

func TestASecretHasThreeParts(t *testing.T) {
	for secret, good := range map[string]bool{
		"abcdefghijklmn:opqrstuvwxyz0123456789abcdef:4711-refreshing": true,
		"abcdefghijklmn:opqrstuvwxyz0123456789abcdef":                 false,
		"abcdefghijklmn::4711-refreshing-0123456789abcdef":            false,
		"abcdefghijklmn:opqrstuvwxyz0123456789abcdef:4711 refreshing": false,
		"aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaaaa":        false,
	} {
		if err := (Connector{}).CheckSecret(secret); (err == nil) != good {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

func TestAccountsAndSubreddits(t *testing.T) {
	for id, want := range map[string][2]string{
		"Kiosk_Berlin": {"Kiosk_Berlin", ""}, "kiosk/r/berlin+spaetis": {"kiosk", "berlin+spaetis"},
		"kiosk/r/": {}, "kiosk/r/../api": {}, "kiosk/r/a?b": {}, "": {},
	} {
		if got := (Connector{}).Open(connector.Source{Account: id}).(*conversation); [2]string{got.user, got.subreddits} != want {
			t.Errorf("%q: %q in %q", id, got.user, got.subreddits)
		}
	}
}
