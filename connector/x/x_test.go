package x

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

const secret = "consumer-secret-0123456789abcdef0123456789abcdef01"

// event wraps a payload as X Activity sends it.
func event(kind, payload string) []byte {
	return []byte(`{"data":{"event_uuid":"-77","filter":{"user_id":"900"},"event_type":"` + kind + `","tag":"t","payload":` + payload + `,
		"includes":{"users":[{"data":{"id":"55","username":"ines_k","name":"In\u00e9s","verified":true,"public_metrics":{"followers_count":97}}}],
		"tweets":[{"id":"700","text":"Our new tent"}]}}}`)
}

// activities is a delivery of Account Activity.
func activities(list string) []byte { return []byte(`{"for_user_id":"900",` + list + `}`) }

const reply = `{"id":"802","edit_history_tweet_ids":["802"],"conversation_id":"700","in_reply_to_tweet_id":"701","in_reply_to_user_id":"900",
	"referenced_tweets":[{"type":"replied_to","id":"701"}],"text":"Passt das? \ud83c\udfd5\ufe0f","author_id":"55","lang":"de",
	"attachments":{"media_keys":["3_1"]},"created_at":"2026-05-04T11:59:50.000Z"}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Body: event("post.reply.create", reply),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{Header: {Sign(secret, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, event("post.reply.create", reply)).Events[0]
	at := time.Unix(1777895990, 0).UTC()
	want := connector.Event{Account: "900", Engagement: triage.Engagement{
		ExternalID: "802", ParentExternalID: "701", Form: triage.FormReply, Action: triage.Created, Language: "de", HasMedia: true,
		Author: triage.Author{ExternalID: "55", Handle: "ines_k", Name: "Inés", Verified: true, Followers: 97},
		Thread: triage.Thread{ExternalID: "700", Text: "Our new tent", Permalink: "https://x.com/i/web/status/700"},
		Text:   "Passt das? 🏕️", Permalink: "https://x.com/i/web/status/802", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

// reading is what a rule expects of one delivery; of an ignored one, only by what name.
type reading struct {
	rule    string
	body    []byte
	form    triage.Form
	action  triage.Action
	id      string
	parent  string
	thread  string
	own     bool
	ignored string
}

func (c reading) check(t *testing.T) {
	t.Helper()
	got := connectortest.Parse(t, Connector{}, c.body)
	if c.ignored != "" {
		if len(got.Events) != 0 || len(got.Rejects) != 0 || got.Ignored[c.ignored] != 1 {
			t.Errorf("%s was read as %+v", c.rule, got)
		}
		return
	}
	if len(got.Events) != 1 {
		t.Errorf("%s gave %+v", c.rule, got)
		return
	}
	e := got.Events[0].Engagement
	if e.Form != c.form || e.Action != c.action || e.ExternalID != c.id || e.ParentExternalID != c.parent || e.Thread.ExternalID != c.thread || got.Events[0].Own != c.own {
		t.Errorf("%s was read as %+v", c.rule, got.Events[0])
	}
}

func TestWhoTakesOurAccessBackIsTold(t *testing.T) {
	for rule, body := range map[string][]byte{
		"X Activity":       event("oauth.revoke", `{"user_id":"900","date_time":"2026-05-04T12:00:00Z"}`),
		"Account Activity": []byte(`{"user_event":{"revoke":{"date_time":"2026-05-04T12:00:00Z","source":{"user_id":"900"}}}}`),
	} {
		got := connectortest.Parse(t, Connector{}, body).Events
		if len(got) != 1 || got[0].Account != "900" || got[0].Engagement.Action != triage.AccessEnded || got[0].Engagement.VersionAt.Year() != 2026 {
			t.Errorf("%s was read as %+v", rule, got)
		}
	}
	if got := connectortest.Parse(t, Connector{}, []byte(`{"user_event":{"revoke":{}}}`)); len(got.Rejects) != 1 {
		t.Errorf("nobody's access was read as %+v", got)
	}
}

func TestWhatPostsAre(t *testing.T) {
	for _, c := range []reading{
		{"an answer to our post", event("post.reply.create", `{"id":"8","conversation_id":"7","in_reply_to_tweet_id":"7","in_reply_to_user_id":"900"}`), triage.FormComment, triage.Created, "8", "", "7", false, ""},
		{"the same as a mention", event("post.mention.create", `{"id":"8","conversation_id":"7","in_reply_to_tweet_id":"7","in_reply_to_user_id":"900"}`), triage.FormComment, triage.Created, "8", "", "7", false, ""},
		{"a mention", event("post.mention.create", `{"id":"8","conversation_id":"8"}`), triage.FormMention, triage.Created, "8", "", "8", false, ""},
		{"a mention among strangers", event("post.mention.create", `{"id":"8","conversation_id":"5","in_reply_to_tweet_id":"6","in_reply_to_user_id":"1"}`), triage.FormMention, triage.Created, "8", "6", "5", false, ""},
		{"a quote", event("post.quote.create", `{"id":"8","conversation_id":"8","referenced_tweets":[{"type":"quoted","id":"7"}]}`), triage.FormMention, triage.Created, "8", "", "7", false, ""},
		{"an edit", event("post.mention.create", `{"id":"9","edit_history_tweet_ids":["8","9"],"conversation_id":"8"}`), triage.FormMention, triage.Edited, "8", "", "8", false, ""},
		{"a deletion of our own", event("post.delete", `{"id":"8","author_id":"900"}`), triage.FormComment, triage.Deleted, "8", "", "", true, ""},
		{"our own post", event("post.create", `{"id":"8","author_id":"900"}`), "", "", "", "", "", false, "own_echo"},
		{"our own post that names us", event("post.mention.create", `{"id":"8","author_id":"900"}`), "", "", "", "", "", false, "own_echo"},
		{"a repost", event("post.repost.create", `{"id":"8"}`), "", "", "", "", "", false, "reaction"},
		{"a like", event("like.create", `{"id":"8"}`), "", "", "", "", "", false, "reaction"},
		{"an event of the future", event("space.sparkle", `{"id":"8"}`), "", "", "", "", "", false, "other_event"},
		{"a post of a filtered stream", []byte(`{"data":{"id":"8","in_reply_to_user_id":"900","referenced_tweets":[{"type":"replied_to","id":"6"}]},"matching_rules":[]}`), triage.FormMention, triage.Created, "8", "6", "", false, ""},
	} {
		c.check(t)
	}
}

func TestWhatAccountActivityTells(t *testing.T) {
	created := func(tweet string) []byte { return activities(`"tweet_create_events":[` + tweet + `]`) }
	for _, c := range []reading{
		{"an answer to us", created(`{"id":80000000000000000000,"id_str":"8","in_reply_to_status_id_str":"7","in_reply_to_user_id_str":"900"}`), triage.FormComment, triage.Created, "8", "", "7", false, ""},
		{"a mention among strangers", created(`{"id_str":"8","in_reply_to_status_id_str":"7","in_reply_to_user_id_str":"1"}`), triage.FormMention, triage.Created, "8", "7", "", false, ""},
		{"a quote", created(`{"id_str":"8","quoted_status_id_str":"7","quoted_status":{"text":"a"}}`), triage.FormMention, triage.Created, "8", "", "7", false, ""},
		{"our own tweet", created(`{"id_str":"8","user":{"id_str":"900"}}`), "", "", "", "", "", false, "own_echo"},
		{"a retweet", created(`{"id_str":"8","retweeted_status":{}}`), "", "", "", "", "", false, "reaction"},
		{"a deletion", activities(`"tweet_delete_events":[{"status":{"id":"8","user_id":"900"},"timestamp_ms":"1777895990000"}]`), triage.FormComment, triage.Deleted, "8", "", "", true, ""},
		{"a direct message", activities(`"direct_message_events":[{}]`), "", "", "", "", "", false, "message"},
		{"a follow", activities(`"follow_events":[{}]`), "", "", "", "", "", false, "other_event"},
		{"lists of the future", activities(`"sparkle_events":[{}]`), "", "", "", "", "", false, "unknown"},
		{"news of a replay", []byte(`{"replay_job_status":{}}`), "", "", "", "", "", false, "replay_status"},
	} {
		c.check(t)
	}
}

func TestWhatComplianceTells(t *testing.T) {
	told := func(kind, subject string) []byte {
		return []byte(`{"data":{"` + kind + `":{` + subject + `,"event_at":"2026-05-04T11:59:50.000Z"}}}`)
	}
	for _, c := range []reading{
		{"a deletion by others", told("delete", `"tweet":{"id":"8","author_id":"5"}`), triage.FormComment, triage.Deleted, "8", "", "", false, ""},
		{"a post taken down", told("drop", `"tweet":{"id":"8"}`), triage.FormComment, triage.Hidden, "8", "", "", false, ""},
		{"a post back again", told("undrop", `"tweet":{"id":"8"}`), triage.FormComment, triage.Unhidden, "8", "", "", false, ""},
		{"a withheld post", told("withheld", `"tweet":{"id":"8"}`), "", "", "", "", "", false, "other_event"},
	} {
		c.check(t)
	}
	gone := connectortest.Parse(t, Connector{}, told("user_delete", `"user":{"id":"5"}`)).Events
	if len(gone) != 1 || gone[0].Engagement.Action != triage.AuthorErased || gone[0].Engagement.Author.ExternalID != "5" || gone[0].Engagement.VersionAt.Unix() != 1777895990 {
		t.Errorf("a deleted user was read as %+v", gone)
	}
	if got := connectortest.Parse(t, Connector{}, told("delete", `"tweet":{}`)); len(got.Rejects) != 1 || got.Rejects[0].Reason != connector.IDMissing {
		t.Errorf("a deletion of nothing was read as %+v", got)
	}
}

func TestALongPostIsReadWhole(t *testing.T) {
	old := activities(`"tweet_create_events":[{"id_str":"8","truncated":true,"text":"half…","extended_tweet":{"full_text":"half and half"},"created_at":"Mon May 04 11:59:50 +0000 2026"}]`)
	for _, body := range [][]byte{old, event("post.mention.create", `{"id":"8","text":"half…","note_tweet":{"text":"half and half"}}`)} {
		if e := connectortest.Parse(t, Connector{}, body).Events[0].Engagement; e.Text != "half and half" {
			t.Errorf("read as %q", e.Text)
		}
	}
	if at := connectortest.Parse(t, Connector{}, old).Events[0].Engagement.PostedAt; at.Unix() != 1777895990 {
		t.Errorf("posted at %s", at)
	}
}

func TestOneBadTweetCostsOnlyItself(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, activities(`"tweet_create_events":[{"text":"no id"},7,{"id_str":"8","text":"good"}],"tweet_delete_events":[{}]`))
	if len(got.Events) != 1 || len(got.Rejects) != 3 || got.Rejects[0] != (connector.Reject{Pointer: "/tweet_create_events/0", Reason: connector.IDMissing}) ||
		got.Rejects[1].Reason != connector.Malformed || got.Rejects[2].Pointer != "/tweet_delete_events/0" {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheDocumentedFormOfTheHeaderPasses(t *testing.T) {
	body := []byte(`{"for_user_id":"900"}`)
	good := Sign(secret, body)
	digits := strings.TrimPrefix(good, prefix)
	for _, c := range []struct {
		form   string
		header []string
		want   error
	}{
		{"as documented", []string{good}, nil},
		{"no prefix", []string{digits}, connector.ErrSignatureInvalid},
		{"hex", []string{prefix + hex.EncodeToString(connector.MAC(secret, sha256.New, body))}, connector.ErrSignatureInvalid},
		{"twice", []string{good, good}, connector.ErrSignatureInvalid},
		{"without padding", []string{strings.TrimSuffix(good, "=")}, connector.ErrSignatureInvalid},
		{"a spare bit set", []string{good[:len(good)-2] + string(good[len(good)-2]+1) + "="}, connector.ErrSignatureInvalid},
		{"made with an empty secret", []string{Sign("", body)}, connector.ErrSignatureInvalid},
		{"none", nil, connector.ErrSignatureMissing},
	} {
		d := connector.Delivery{Header: http.Header{Header: c.header}, Body: body}
		if err := (Connector{}).Verify(d, []string{"", secret}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.form, err, c.want)
		}
	}
}

func TestTheChallengeIsAnsweredAsDocumented(t *testing.T) {
	answer, err := Connector{}.Challenge(url.Values{"crc_token": {"challenge"}, "nonce": {"x"}}, secret)
	if err != nil || answer != `{"response_token":"`+Sign(secret, []byte("challenge"))+`"}` {
		t.Errorf("%s, %v", answer, err)
	}
}
