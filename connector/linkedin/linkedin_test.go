package linkedin

import (
	"crypto/sha256"
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

const secret = "WPL_AP1.0123456789abcdef"

func notified(list string) []byte {
	return []byte(`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[` + list + `]}`)
}

const reply = `{"notificationId":5603453700,"action":"COMMENT","organizationalEntity":"urn:li:organization:900","subscriber":"urn:li:person:s",
	"lastModifiedAt":1777895990000,"sourcePost":"urn:li:activity:7","decoratedSourcePost":{"owner":"urn:li:organization:900","text":"Our new tent","entity":"urn:li:share:6"},
	"decoratedGeneratedActivity":{"comment":{"owner":"urn:li:person:p","text":"Wirklich \ud83d\udc4f","entity":"urn:li:comment:(urn:li:activity:7,9)","object":"urn:li:activity:7"}},
	"generatedActivity":"urn:li:comment:(urn:li:comment:(urn:li:activity:7,8),9)"}`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Body: notified(reply),
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{Header: {Sign(secret, body)}}
		},
	})
}

func TestRecordedDeliveries(t *testing.T) { connectortest.Golden(t, Connector{}) }

func TestEveryFieldOfAReplyIsRead(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, notified(reply)).Events[0]
	at := time.Unix(1777895990, 0).UTC()
	want := connector.Event{Account: "900", Engagement: triage.Engagement{
		ExternalID: "urn:li:comment:(urn:li:activity:7,9)", ParentExternalID: "urn:li:comment:(urn:li:activity:7,8)",
		Form: triage.FormReply, Action: triage.Created, Author: triage.Author{ExternalID: "urn:li:person:p", Followers: -1},
		Thread: triage.Thread{
			ExternalID: "urn:li:activity:7", Text: "Our new tent", Permalink: "https://www.linkedin.com/feed/update/urn:li:activity:7",
			Author: triage.Publisher{ExternalID: "urn:li:organization:900"},
		},
		Text: "Wirklich 👏", PostedAt: at, VersionAt: at,
	}}
	if got != want {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsAnEngagement(t *testing.T) {
	told := func(action, rest string) []byte {
		return notified(`{"action":"` + action + `","organizationalEntity":"urn:li:organization:900","lastModifiedAt":1777895990000,` + rest + `}`)
	}
	const urn = `"generatedActivity":"urn:li:comment:(activity:7,9)"`
	by := func(owner string) string {
		return urn + `,"decoratedGeneratedActivity":{"comment":{"owner":"` + owner + `"},"share":{"entity":"urn:li:share:5"}}`
	}
	for _, c := range []struct {
		rule    string
		body    []byte
		form    triage.Form // empty: ignored
		action  triage.Action
		own     bool
		ignored string
	}{
		{"a comment", told("COMMENT", by("urn:li:person:p")), triage.FormComment, triage.Created, false, ""},
		{"a comment without author or text", told("COMMENT", urn), triage.FormComment, triage.Created, false, ""},
		{"an edit", told("COMMENT_EDIT", by("urn:li:person:p")), triage.FormComment, triage.Edited, false, ""},
		{"an edit of our own", told("COMMENT_EDIT", by("urn:li:organization:900")), triage.FormComment, triage.Edited, true, ""},
		{"a deletion", told("COMMENT_DELETE", urn), triage.FormComment, triage.Deleted, false, ""},
		{"a mention", told("SHARE_MENTION", by("urn:li:person:p")), triage.FormMention, triage.Created, false, ""},
		{"our own comment", told("ADMIN_COMMENT", by("urn:li:person:p")), "", "", false, "own_echo"},
		{"a comment by the organisation", told("COMMENT", by("urn:li:organization:900")), "", "", false, "own_echo"},
		{"a like", told("LIKE", urn), "", "", false, "reaction"},
		{"a share", told("SHARE", urn), "", "", false, "reaction"},
		{"an action of the future", told("SPARKLE", urn), "", "", false, "unknown"},
		{"another type", []byte(`{"type":"OTHER","notifications":[{}]}`), "", "", false, "other_type"},
	} {
		got := connectortest.Parse(t, Connector{}, c.body)
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
		if e := got.Events[0]; e.Engagement.Form != c.form || e.Engagement.Action != c.action || e.Own != c.own || e.Account != "900" {
			t.Errorf("%s was read as %+v", c.rule, e)
		}
	}
}

func TestAllSpellingsOfACommentAreOne(t *testing.T) {
	for urn, want := range map[string]string{
		"urn:li:comment:(activity:7,9)":                          "urn:li:comment:(urn:li:activity:7,9)",
		"urn:li:comment:(urn:li:activity:7,9)":                   "urn:li:comment:(urn:li:activity:7,9)",
		"urn:li:comment:(urn:li:comment:(activity:7,8),9)":       "urn:li:comment:(urn:li:activity:7,9)",
		"urn:li:comment:(urn:li:comment:(urn:li:ugcPost:7,8),9)": "urn:li:comment:(urn:li:ugcPost:7,9)",
		"urn:li:comment:(activity:7)":                            "",
		"urn:li:comment:(,9)":                                    "",
		"urn:li:comment:(activity:7,)":                           "",
		"urn:li:comment:(urn:li:comment:(8),9)":                  "",
		"urn:li:like:(urn:li:person:p,urn:li:activity:7)":        "",
		"urn:li:comment:(activity:7,9":                           "",
		"":                                                       "",
	} {
		c, ok := parseComment(urn)
		if ok != (want != "") || ok && c.id() != want {
			t.Errorf("%s became %+v, %v", urn, c, ok)
		}
	}
}

func TestOneBadNotificationCostsOnlyItself(t *testing.T) {
	got := connectortest.Parse(t, Connector{}, notified(`{"action":"COMMENT"},{"action":"COMMENT","organizationalEntity":"urn:li:organization:900"},7,`+reply))
	if len(got.Events) != 1 || len(got.Rejects) != 3 || got.Rejects[0] != (connector.Reject{Pointer: "/notifications/0", Reason: connector.AccountMissing}) ||
		got.Rejects[1].Reason != connector.IDMissing || got.Rejects[2].Reason != connector.Malformed {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheDocumentedFormsOfTheHeaderPass(t *testing.T) {
	body := notified("")
	good := Sign(secret, body)
	for _, c := range []struct {
		form   string
		header []string
		want   error
	}{
		{"as documented", []string{good}, nil},
		{"with the word before it", []string{prefix + good}, nil},
		{"with the word twice", []string{prefix + prefix + good}, connector.ErrSignatureInvalid},
		{"over the bare body", []string{connector.SignHex(secret, sha256.New, body)}, connector.ErrSignatureInvalid},
		{"twice", []string{good, good}, connector.ErrSignatureInvalid},
		{"a byte less", []string{good[2:]}, connector.ErrSignatureInvalid},
		{"not hex", []string{strings.Repeat("zz", 32)}, connector.ErrSignatureInvalid},
		{"none", nil, connector.ErrSignatureMissing},
	} {
		d := connector.Delivery{Header: http.Header{Header: c.header}, Body: body}
		if err := (Connector{}).Verify(d, []string{"", secret}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.form, err, c.want)
		}
	}
}

func TestTheChallengeIsSignedWithoutAPrefix(t *testing.T) {
	answer, err := Connector{}.Challenge(url.Values{"challengeCode": {"890e-4665"}, "applicationId": {"1"}}, secret)
	want := `{"challengeCode":"890e-4665","challengeResponse":"` + connector.SignHex(secret, sha256.New, []byte("890e-4665")) + `"}`
	if err != nil || answer != want {
		t.Errorf("%s, %v", answer, err)
	}
}
