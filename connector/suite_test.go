package connector_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"triage/connector"
	"triage/connector/bluesky"
	"triage/connector/googlebusiness"
	"triage/connector/mastodon"
	"triage/connector/reddit"
	"triage/internal/corpus"
	"triage/triage"
)

// life is one comment on a platform as it tells of it, and what else it sends. What a
// platform never tells is empty.
type life struct {
	account                  string // ours, as it stands in created
	created, edited, deleted string
	own                      string // our own account wrote it
	strange                  string // a kind that nobody has heard of
	batch                    string // with %s for a part between two good ones, first and last
	wordless                 bool   // created is a good delivery without an engagement
	header                   http.Header
}

// asking are the platforms that bring no signed delivery of comments: they are asked, and
// what a stranger sends in their name is never believed.
var asking = map[triage.Platform]connector.Platform{
	triage.Mastodon: mastodon.Connector{}, triage.Bluesky: bluesky.Connector{}, triage.Reddit: reddit.Connector{},
	triage.GoogleBusiness: googlebusiness.Connector{},
}

func feed(value string) string {
	return `{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[{"field":"feed","value":` + value + `}]}]}`
}

func gram(field, value string) string {
	return `{"object":"instagram","entry":[{"id":"178","time":1777896000,"changes":[{"field":"` + field + `","value":` + value + `}]}]}`
}

func thread(field, value string) string {
	return `{"topic":"moderate","target_id":"900","time":1777896000,"values":{"field":"` + field + `","value":` + value + `}}`
}

func organisation(action, activity string) string {
	return `{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"action":"` + action +
		`","organizationalEntity":"urn:li:organization:900","lastModifiedAt":1777896000000,"decoratedGeneratedActivity":{"comment":` + activity + `}}]}`
}

func tok(action string) string {
	return `{"event":"comment.update","create_time":1777896000,"user_openid":"900","content":` +
		quote([]byte(`{"comment_action":"`+action+`","comment_id":"c1","video_id":"v1","text":"good","timestamp":1777896000,"unique_identifier":"u1"}`)) + `}`
}

func channelMessage(event string) string {
	return `{"type":"event_callback","team_id":"T1","api_app_id":"A1","event_id":"Ev1","event_time":1777896000,"event":` + event + `}`
}

func toot(id, author string) string {
	return `{"id":"n` + id + `","type":"mention","status":{"id":"` + id + `","created_at":"2026-05-04T11:00:00Z","content":"<p>good</p>","account":{"id":"` + author +
		`","acct":"ines"},"mentions":[{"id":"900","acct":"us"}]}}`
}

func skeet(id, author string) string {
	return `{"uri":"at://did:plc:a/app.bsky.feed.post/` + id + `","reason":"mention","author":{"did":"` + author +
		`","handle":"ines.example"},"record":{"text":"good","createdAt":"2026-05-04T11:00:00Z"},"indexedAt":"2026-05-04T11:00:00Z"}`
}

func comment(id, author, edited string) string {
	return `{"kind":"t1","data":{"name":"t1_` + id + `","author":"` + author + `","author_fullname":"t2_` + author +
		`","body":"good","created_utc":1777896000.0,"edited":` + edited + `,"parent_id":"t3_p","link_id":"t3_p"}}`
}

func review(id string) string {
	return `{"reviewId":"` + id + `","reviewer":{"displayName":"I"},"starRating":"TWO","comment":"good","createTime":"2026-05-04T11:00:00Z","updateTime":"2026-05-04T11:00:00Z"}`
}

func rated(what, id, text string) string {
	return `{"events":[{"eventName":"service-review-` + what + `","eventData":{"id":"` + id + `","stars":2,"text":"` + text +
		`","createdAt":"2026-05-04T11:00:00Z","consumer":{"id":"c","name":"I"}}}]}`
}

const urn = `"commentUrn":"urn:li:comment:(urn:li:activity:7,9)","entity":"urn:li:comment:(urn:li:activity:7,9)","object":"urn:li:activity:7"`

func lives() map[triage.Platform]life {
	return map[triage.Platform]life{
		triage.Facebook: {
			account: "100",
			created: feed(`{"item":"comment","verb":"add","comment_id":"7_1","post_id":"100_7","parent_id":"100_7","from":{"id":"55","name":"I"},"message":"good","created_time":1777896000}`),
			edited:  feed(`{"item":"comment","verb":"edited","comment_id":"7_1","post_id":"100_7","parent_id":"100_7","from":{"id":"55","name":"I"},"message":"better","created_time":1777896001}`),
			deleted: feed(`{"item":"comment","verb":"remove","comment_id":"7_1","post_id":"100_7","parent_id":"100_7","from":{"id":"55","name":"I"},"created_time":1777896002}`),
			own:     feed(`{"item":"comment","verb":"add","comment_id":"7_2","post_id":"100_7","parent_id":"100_7","from":{"id":"100","name":"We"},"message":"ours"}`),
			strange: feed(`{"item":"hologram","verb":"beam","comment_id":"7_3"}`), batch: envelopes["facebook"].whole,
		},
		triage.Instagram: {
			account: "178", created: gram("comments", `{"id":"c1","text":"good","from":{"id":"55","username":"i"},"media":{"id":"m"}}`),
			own:     gram("comments", `{"id":"c2","text":"ours","from":{"id":"178","username":"we"},"media":{"id":"m"}}`),
			strange: gram("holograms", `{"id":"c3"}`), batch: envelopes["instagram"].whole,
		},
		triage.Threads: {
			created: thread("replies", `{"id":"c1","username":"i","text":"good","timestamp":"2026-05-04T11:00:00+0000","root_post":{"id":"7","owner_id":"900","username":"we"},"replied_to":{"id":"7"}}`),
			deleted: thread("delete", `{"id":"c1","owner":{"owner_id":"900"},"deleted_at":"2026-05-04T11:10:00+0000"}`),
			own:     thread("replies", `{"id":"c2","username":"we","text":"ours","root_post":{"id":"7","owner_id":"900","username":"we"},"replied_to":{"id":"7"}}`),
			strange: thread("holograms", `{"id":"c3"}`), batch: envelopes["threads"].whole,
		},
		triage.X: {
			account: "900", created: `{"for_user_id":"900","tweet_create_events":[{"id_str":"c1","text":"good","user":{"id_str":"55"}}]}`,
			deleted: `{"for_user_id":"900","tweet_delete_events":[{"status":{"id":"c1","user_id":"55"},"timestamp_ms":"1777896000000"}]}`,
			own:     `{"for_user_id":"900","tweet_create_events":[{"id_str":"c2","text":"ours","user":{"id_str":"900"}}]}`,
			strange: `{"for_user_id":"900","hologram_events":[{"id":"1"}]}`, batch: envelopes["x"].whole,
		},
		triage.LinkedIn: {
			account: "900", created: organisation("COMMENT", `{`+urn+`,"owner":"urn:li:person:p","text":"good"}`),
			edited:  organisation("COMMENT_EDIT", `{`+urn+`,"owner":"urn:li:person:p","text":"better"}`),
			deleted: organisation("COMMENT_DELETE", `{`+urn+`,"owner":"urn:li:person:p"}`),
			own:     organisation("COMMENT", `{`+urn+`,"owner":"urn:li:organization:900","text":"ours"}`),
			strange: organisation("SPARKLE", `{`+urn+`}`), batch: envelopes["linkedin"].whole,
		},
		triage.TikTok: {
			account: "900", created: tok("insert"), deleted: tok("delete"), strange: tok("sparkle"),
		},
		triage.Telegram: {
			account: "-1001", created: `{"update_id":1,"message":{"message_id":5,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,"from":{"id":55,"first_name":"I"},"text":"good"}}`,
			edited:  `{"update_id":2,"edited_message":{"message_id":5,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,"edit_date":1777896010,"from":{"id":55,"first_name":"I"},"text":"better"}}`,
			own:     `{"update_id":3,"message":{"message_id":6,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,"sender_chat":{"id":-1001,"type":"supergroup"},"from":{"id":1087968824,"first_name":"Group"},"text":"ours"}}`,
			strange: `{"update_id":4,"hologram":{"id":1}}`,
		},
		triage.Discourse: {
			created: `{"post":{"id":5,"post_number":2,"post_type":1,"topic_id":8,"user_id":55,"username":"i","raw":"good","version":1,"created_at":"2026-05-04T11:00:00Z","updated_at":"2026-05-04T11:00:00Z"}}`,
			header:  discoursed("post_created"), strange: `{"hologram":{"id":5}}`,
		},
		triage.Slack: {
			created: channelMessage(`{"type":"message","channel":"C1","ts":"1777896000.000100","user":"U1","text":"good"}`),
			edited:  channelMessage(`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1777896010.000100","message":{"type":"message","ts":"1777896000.000100","user":"U1","text":"better","edited":{"user":"U1","ts":"1777896010.000000"}}}`),
			deleted: channelMessage(`{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1777896020.000100","deleted_ts":"1777896000.000100"}`),
			own:     channelMessage(`{"type":"message","subtype":"bot_message","channel":"C1","ts":"1777896000.000200","app_id":"A1","bot_id":"B1","text":"ours"}`),
			strange: channelMessage(`{"type":"hologram","channel":"C1"}`), account: "C1",
		},
		triage.StandardWebhooks: {
			account: "forum", created: `{"type":"comment.created","timestamp":"2026-05-04T11:00:00Z","data":{"account":"forum","id":"c1","text":"good","author":{"id":"55"}}}`,
			edited:  `{"type":"comment.updated","timestamp":"2026-05-04T11:01:00Z","data":{"account":"forum","id":"c1","text":"better","author":{"id":"55"}}}`,
			deleted: `{"type":"comment.deleted","timestamp":"2026-05-04T11:02:00Z","data":{"account":"forum","id":"c1"}}`,
			own:     `{"type":"comment.created","data":{"account":"forum","id":"c2","text":"ours","author":{"id":"forum"}}}`,
			strange: `{"type":"hologram.beamed","data":{"id":"c3"}}`, batch: envelopes["standard_webhooks"].whole,
		},
		triage.YouTube: {created: `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"><entry><yt:videoId>v1</yt:videoId><yt:channelId>UC1</yt:channelId></entry></feed>`, wordless: true},
		triage.Discord: {created: `{"version":1,"application_id":"1","type":0}`, wordless: true, strange: `{"version":1,"application_id":"1","type":1,"event":{"type":"HOLOGRAM"}}`},
		triage.Mastodon: {
			account: "900", created: `{"account":"900","notifications":[` + toot("1", "55") + `]}`,
			deleted: `{"account":"900","event":"delete","payload":"1"}`, own: `{"account":"900","notifications":[` + toot("2", "900") + `]}`,
			strange: `{"account":"900","event":"hologram","payload":"{}"}`, batch: `{"account":"900","notifications":[` + toot("first", "55") + `,%s,` + toot("last", "55") + `]}`,
		},
		triage.Bluesky: {
			account: "did:plc:us", created: `{"account":"did:plc:us","notifications":[` + skeet("1", "did:plc:a") + `]}`,
			deleted: `{"account":"did:plc:us","event":{"did":"did:plc:a","time_us":1777896000000000,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":"1"}}}`,
			own:     `{"account":"did:plc:us","notifications":[` + skeet("2", "did:plc:us") + `]}`,
			strange: `{"account":"did:plc:us","notifications":[{"reason":"hologram"}]}`,
			batch:   `{"account":"did:plc:us","notifications":[` + skeet("first", "did:plc:a") + `,%s,` + skeet("last", "did:plc:a") + `]}`,
		},
		triage.GoogleBusiness: {
			account: "accounts/1/locations/2", created: `{"account":"accounts/1/locations/2","reviews":[` + review("1") + `]}`,
			deleted: `{"account":"accounts/1/locations/2","reviews":[],"gone":["1"]}`,
			batch:   `{"account":"accounts/1/locations/2","reviews":[` + review("first") + `,%s,` + review("last") + `]}`,
		},
		triage.Trustpilot: {
			created: rated("created", "1", "good"), edited: rated("updated", "1", "better"), deleted: rated("deleted", "1", ""), strange: rated("beamed", "1", ""),
			batch: strings.Replace(rated("created", "first", "good"), "]}", `,%s,`+strings.TrimPrefix(rated("created", "last", "good"), `{"events":[`), 1),
		},
		triage.Reddit: {
			account: "kiosk", created: `{"account":"kiosk","user":"kiosk","things":[` + comment("1", "robin", "false") + `]}`,
			edited:  `{"account":"kiosk","user":"kiosk","checked":[{"id":"t1_1","change":"edited","thing":` + comment("1", "robin", "1777896060.0") + `}]}`,
			deleted: `{"account":"kiosk","user":"kiosk","checked":[{"id":"t1_1","change":"deleted"}]}`,
			own:     `{"account":"kiosk","user":"kiosk","things":[` + comment("2", "kiosk", "false") + `]}`,
			strange: `{"account":"kiosk","user":"kiosk","things":[{"kind":"t9","data":{}}]}`,
			batch:   `{"account":"kiosk","user":"kiosk","things":[` + comment("first", "robin", "false") + `,%s,` + comment("last", "robin", "false") + `]}`,
		},
	}
}

// Who adds a platform says here how a comment lives on it.
func TestEveryPlatformOfTheRegistryIsHere(t *testing.T) {
	signed, told := platforms(), lives()
	for _, name := range triage.Platforms() {
		_, signs := signed[string(name)]
		if l, ok := told[name]; !ok || l.created == "" {
			t.Errorf("%s says nothing of how a comment lives on it: add it to lives", name)
		}
		if asks := asking[name] != nil; signs == asks {
			t.Errorf("%s must either sign its deliveries (platforms) or be asked (asking): %v, %v", name, signs, asks)
		}
	}
	if len(told) != len(triage.Platforms()) {
		t.Errorf("%d platforms live here, %d are known", len(told), len(triage.Platforms()))
	}
}

// unheard are the folders of payloads whose platform has no connector.
var unheard []string

func TestEveryFileOfPayloadsIsStated(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	entries, err := os.ReadDir(filepath.Join(dir, "payloads"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range entries {
		name := folder.Name()
		if !folder.IsDir() {
			if name != "SOURCES.md" && name != "signatures.json" {
				t.Errorf("nobody reads %s", name)
			}
			continue
		}
		known := slices.Contains(triage.Platforms(), triage.Platform(name))
		if slices.Contains(unheard, name) == known {
			t.Errorf("%s has a connector: %v", name, known)
		}
		for file := range corpus.Files(t, filepath.Join(dir, "payloads", name), "*") {
			_, told := payloads[name+"/"+file]
			_, answered := asked[name+"/"+file]
			if known && !told && !answered {
				t.Errorf("nobody says what becomes of %s/%s", name, file)
			}
		}
	}
}

// The smallest connector shows what a platform costs: docs/adding-a-platform.md promises it.
func TestAPlatformIsSmall(t *testing.T) {
	smallest, least := "", 1000
	for name := range lives() {
		files, err := filepath.Glob(filepath.Join(strings.ReplaceAll(string(name), "_", ""), "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no folder: %v", name, err)
		}
		lines := 0
		for _, file := range files {
			if body, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			} else if !strings.HasSuffix(file, "_test.go") {
				lines += bytes.Count(body, []byte("\n"))
			}
		}
		if lines < least {
			smallest, least = string(name), lines
		}
	}
	if t.Logf("the smallest is %s with %d lines", smallest, least); least >= 200 {
		t.Errorf("the smallest connector, %s, has %d lines", smallest, least)
	}
}

// each runs a test of each platform, with a way to read a body as a believed delivery.
func each(t *testing.T, test func(t *testing.T, l life, read func(body string) connector.Parsed)) {
	t.Helper()
	signed := platforms()
	for name, l := range lives() {
		t.Run(string(name), func(t *testing.T) {
			test(t, l, func(body string) connector.Parsed {
				t.Helper()
				if p := asking[name]; p != nil {
					parsed, err := p.Parse(connector.Delivery{Body: []byte(body), ReceivedAt: now})
					if err != nil {
						parsed = connector.Parsed{Rejects: []connector.Reject{{Reason: connector.Malformed}}}
					}
					return parsed
				}
				p := signed[string(name)]
				d := connector.Delivery{Header: p.sign(p.secret, []byte(body)), Body: []byte(body), ReceivedAt: now}
				for key, values := range l.header {
					d.Header[key] = values
				}
				parsed, err := connector.Read(p, d, []string{p.secret})
				if err != nil {
					t.Fatal(err)
				}
				return parsed
			})
		})
	}
}

func TestTheLifeOfACommentEndsTheSameInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, l life, read func(string) connector.Parsed) {
		if l.wordless {
			if got := read(l.created); len(got.Events) > 0 || len(got.Rejects) > 0 || len(got.Ignored) == 0 {
				t.Errorf("a good delivery was read as %+v", got)
			}
			return
		}
		var events []triage.Engagement
		for what, body := range map[string]string{"created": l.created, "edited": l.edited, "deleted": l.deleted} {
			if body == "" {
				continue
			}
			got := read(body)
			if len(got.Events) != 1 || string(got.Events[0].Engagement.Action) != what || len(got.Rejects) > 0 {
				t.Fatalf("%s was read as %+v", what, got)
			}
			e := got.Events[0].Engagement
			if e.VersionAt.IsZero() {
				e.VersionAt = now // as the door does
			}
			events = append(events, e, e) // everything is sent twice
		}
		var first *triage.Held
		for order := range orders(len(events)) {
			held := triage.Held{}
			for _, i := range order {
				if events[i].ExternalID != events[0].ExternalID {
					t.Fatalf("%s and %s are one comment", events[i].ExternalID, events[0].ExternalID)
				}
				held, _ = held.Next(events[i], false)
			}
			if held.Deleted {
				held.Version = triage.Version{} // a deletion is final, whichever came first
			}
			if first == nil {
				first = &held
			} else if held != *first {
				t.Fatalf("in the order %v it ends as %+v, else as %+v", order, held, *first)
			}
		}
	})
}

// orders yields every order of n things.
func orders(n int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		var put func(order []int) bool
		put = func(order []int) bool {
			if len(order) == n {
				return yield(order)
			}
			for i := range n {
				if !slices.Contains(order, i) && !put(append(slices.Clone(order), i)) {
					return false
				}
			}
			return true
		}
		put(nil)
	}
}

func TestHalfADeliveryIsNoEngagement(t *testing.T) {
	each(t, func(t *testing.T, l life, read func(string) connector.Parsed) {
		for n := range len(l.created) {
			if got := read(l.created[:n]); len(got.Events) > 0 || len(got.Rejects) != 1 {
				t.Fatalf("cut behind %d bytes it was read as %+v", n, got)
			}
		}
	})
}

func TestWhatIsOursOfOthersOrUnheardOf(t *testing.T) {
	each(t, func(t *testing.T, l life, read func(string) connector.Parsed) {
		if l.own != "" {
			if got := read(l.own); len(got.Events) > 0 || got.Ignored["own_echo"] != 1 {
				t.Errorf("our own words were read as %+v", got)
			}
		}
		if l.strange != "" {
			if got := read(l.strange); len(got.Events) > 0 {
				t.Errorf("a kind that nobody knows was read as %+v", got)
			}
		}
		if l.account == "" || l.wordless {
			return
		}
		other := strings.ReplaceAll(l.account, l.account[len(l.account)-1:], "7")
		for account, body := range map[string]string{l.account: l.created, other: strings.ReplaceAll(l.created, l.account, other)} {
			if got := read(body); len(got.Events) != 1 || got.Events[0].Account != account {
				t.Errorf("said to %s it was read as %+v", account, got)
			}
		}
	})
}

func TestOneBadPartCostsOnlyItself(t *testing.T) {
	each(t, func(t *testing.T, l life, read func(string) connector.Parsed) {
		if l.batch == "" {
			return // it sends one at a time
		}
		for _, bad := range []string{"7", "null", `"x"`, "[]", "{}", `{"value":{"id":{}}}`} {
			var good []string
			for _, e := range read(fmt.Sprintf(l.batch, bad)).Events {
				good = append(good, e.Engagement.ExternalID)
			}
			if len(good) != 2 || !strings.HasSuffix(good[0], "first") || !strings.HasSuffix(good[1], "last") {
				t.Errorf("beside %s there are %v", bad, good)
			}
		}
	})
}

// What signs a time is refused five minutes later; the suite of each platform's package
// tries its secrets, see connectortest.
func TestNobodyIsBelievedWithoutTheSecret(t *testing.T) {
	check := func(name string, p connector.Platform, d connector.Delivery, secrets ...string) {
		t.Helper()
		err := p.Verify(d, secrets)
		if !errors.Is(err, connector.ErrSignatureMissing) && !errors.Is(err, connector.ErrSignatureInvalid) {
			t.Errorf("%s believes it: %v", name, err)
		}
	}
	for name, l := range lives() {
		body := []byte(l.created)
		p, secret, header := asking[name], "0123456789abcdef-secret", http.Header{}
		if p == nil {
			s := platforms()[string(name)]
			p, secret, header = s.Platform, s.secret, s.sign(s.secret, body)
		}
		unsigned := connector.Delivery{Header: http.Header{}, Body: body, ReceivedAt: now}
		check(string(name)+", unsigned", p, unsigned, secret)
		signed := connector.Delivery{Header: header, Body: body, ReceivedAt: now}
		check(string(name)+", with no secret", p, signed)
		check(string(name)+", with an empty secret", p, signed, "")
		if name != triage.Telegram && name != triage.Trustpilot { // they show the secret, and sign nothing
			check(string(name)+", tampered", p, connector.Delivery{Header: header, Body: append(bytes.Clone(body), ' '), ReceivedAt: now}, secret)
		}
		for _, weak := range []string{"", " ", "changeme"} {
			if p.CheckSecret(weak) == nil {
				t.Errorf("%s takes %q for a secret", name, weak)
			}
		}
	}
}
