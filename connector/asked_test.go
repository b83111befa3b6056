package connector_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"triage/connector"
	"triage/connector/bluesky"
	"triage/connector/googlebusiness"
	"triage/connector/mastodon"
	"triage/connector/reddit"
	"triage/connector/x"
	"triage/connector/youtube"
	"triage/internal/corpus"
)

// asked says for every file of the platforms that are asked what must come of it, once it
// stands in the page that Poll or Stream makes around it: account is ours, as is around.
var asked = map[string]struct{ account, around, events, ignored string }{
	"mastodon/admin_status_created.json":        {"14715", "server", "", "server_event 1"},
	"mastodon/notification_mention.json":        {"14715", "notification", "mention created 108914343542683797", ""},
	"mastodon/stream_delete.json":               {"14715", "frame", "mention deleted 108914343542683797", ""},
	"mastodon/stream_notification_mention.json": {"14715", "frame", "mention created 108914343542683797", ""},
	"mastodon/stream_status_update.json":        {"14715", "status.update", "mention edited 109348677773283527", ""},
	"mastodon/stream_update_reply.json":         {"107946650784398271", "update", "reply created 108914327388663283", ""},
	"mastodon/webpush_decrypted.json":           {"14715", "refused", "", ""}, // holds a token: never taken in

	"bluesky/jetstream_account_active.json":      {"did:plc:x", "event", "", "account 1"},
	"bluesky/jetstream_account_deleted.json":     {"did:plc:x", "event", " author_erased ", ""},
	"bluesky/jetstream_like_create.json":         {"did:plc:x", "event", "", "other_record 1"},
	"bluesky/jetstream_post_delete.json":         {"did:plc:x", "event", "mention deleted at://did:plc:4smmjsqf6l5jkzczvw6vsrqc/app.bsky.feed.post/3mpt73z3ejc2p", ""},
	"bluesky/jetstream_post_empty_text.json":     {"did:plc:ippiobxpsddnkzd6ms2dbpcy", "event", "reply created at://did:plc:ajg5c7huhiibhwandhdscpdq/app.bsky.feed.post/3mptbyproxc2q", ""},
	"bluesky/jetstream_post_japanese_emoji.json": {"did:plc:x", "event", "", "other_post 1"},
	"bluesky/jetstream_reply_create.json":        {"did:plc:j76trmiofvaxxpvx2vnb2vwf", "event", "reply created at://did:plc:q235v55g5unth4zjjdpacfdr/app.bsky.feed.post/3mmoojp4cd223", ""},
	"bluesky/jetstream_reply_korean.json":        {"did:plc:x", "event", "", "other_post 1"},
	"bluesky/jetstream_v2_frame.json":            {"did:plc:examplebrand0000000000", "event", "mention created at://did:plc:q235v55g5unth4zjjdpacfdr/app.bsky.feed.post/3l3qo2vuowo2b", ""},
	"bluesky/list_notifications.json": {"did:plc:brand", "list",
		"reply created at://did:plc:aaaa/app.bsky.feed.post/3kaaaaaaaaa2a, mention created at://did:plc:bbbb/app.bsky.feed.post/3kcccccccc2a", "other_reason 2"},

	"youtube/comment_thread_with_reply.json": {"UCbrand", "threads",
		"comment created UgydxWWoeA7F1OdqypJ4AaABAg, reply created UgydxWWoeA7F1OdqypJ4AaABAg.8wWQ3tdHcFx8xcDheui-qb", ""},
	"youtube/comment_threads_all_related.json": {"UCa-vrCLQHviTOVnEKDOdetQ", "threads",
		"comment created UgyWeTdgc4sc1xgmbld4AaABAg, comment created Ugw5zYU6n9pmIgAZWvN4AaABAg, " +
			"comment created Ugy0FhSzKMNMT9qs6zt4AaABAg, comment created UgwSRpgkjCe6OHHe3IJ4AaABAg", ""},
	"youtube/comments_by_parent_page1.json": {"UCbrand", "comments",
		"reply created Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za6voUoRh, reply created Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za5eJxzs1", ""},
	"youtube/error_comments_disabled.json": {"UCbrand", "refused", "", ""},

	"x/mentions_poll_page.json": {"2244994945", "mentions",
		"mention created 1364398068313903104, mention created 1364377794327633925, mention created 1364377404156772352, " +
			"mention created 1364373969852366849, mention created 1364367885582352386", ""},
	"google_business/pubsub_push_new_review.json": {"accounts/111/locations/222", "refused", "", ""}, // we ask instead
	"google_business/review.json":                 {"accounts/111/locations/222", "review", "review created AbCdEf", ""},

	"reddit/comment_more_children.json":      {"kiosk", "children", "reply created t1_def, reply created t1_ghi, reply created t1_jkl", ""},
	"reddit/comment_submit_or_edit.json":     {"reddit_username", "comment", "", "own_echo 1"}, // how Reddit answers to our own comment
	"reddit/inbox_mentions.json":             {"kiosk", "listing", "mention created t1_ekftbox, mention created t1_ekftage", ""},
	"reddit/info_deleted_comment.json":       {"kiosk", "listing", "comment deleted t1_d7ltvl0", ""},
	"reddit/subreddit_comments_listing.json": {"kiosk", "listing", "reply created t1_kx3", "removed 1"},
}

func TestEveryAnswerComesToWhatTheTableSays(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	seen := 0
	for name, p := range map[string]connector.Platform{"mastodon": mastodon.Connector{}, "bluesky": bluesky.Connector{}, "reddit": reddit.Connector{},
		"google_business": googlebusiness.Connector{}, "x": x.Connector{}, "youtube": youtube.Connector{}} {
		_, called := platforms()[name] // then the other files are deliveries
		for file, body := range corpus.Files(t, filepath.Join(dir, "payloads", name), "*.json") {
			want, known := asked[name+"/"+file]
			if !known && called {
				continue
			}
			if !known {
				t.Errorf("%s/%s is not in the table", name, file)
				continue
			}
			seen++
			got, err := p.Parse(connector.Delivery{Body: surround(t, want.account, want.around, body), ReceivedAt: now})
			if (err != nil) != (want.around == "refused") {
				t.Errorf("%s/%s: %v", name, file, err)
			}
			if events, ignored := summary(got); events != want.events || ignored != want.ignored || len(got.Rejects) > 0 {
				t.Errorf("%s/%s: events %q, ignored %q, rejects %v", name, file, events, ignored, got.Rejects)
			}
		}
	}
	if seen != len(asked) {
		t.Errorf("%d of %d files of the table were there", seen, len(asked))
	}
}

// surround makes the page that Poll or Stream would.
func surround(t *testing.T, account, around string, body []byte) []byte {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatal(err)
	}
	page := map[string]any{"account": account, "user": account}
	switch around {
	case "threads":
		page["comments"] = ofThreads(document)
	case "comments":
		page["comments"] = document["items"]
	case "mentions":
		page["mentions"] = document
	case "listing":
		page["things"] = under(document, "data")["children"]
	case "children":
		page["things"] = under(document, "json", "data")["things"]
	case "comment":
		page["things"] = []any{map[string]any{"kind": "t1", "data": document}}
	case "frame":
		page["event"], page["payload"] = document["event"], document["payload"]
	case "status.update", "update":
		page["event"], page["payload"] = around, string(body)
	case "event":
		page["event"] = document
	case "notification":
		page["notifications"] = []any{document}
	case "review":
		page["reviews"] = []any{document}
	case "list":
		page["notifications"] = document["notifications"]
	case "refused", "server":
		return body
	}
	made, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// ofThreads returns the comments in a list of threads or in one.
func ofThreads(document map[string]any) (comments []any) {
	threads, ok := document["items"].([]any)
	if !ok {
		threads = []any{document}
	}
	for _, t := range threads {
		thread, _ := t.(map[string]any)
		answers, _ := under(thread, "replies")["comments"].([]any)
		comments = append(append(comments, under(thread, "snippet")["topLevelComment"]), answers...)
	}
	return comments
}

// under follows keys to an object.
func under(document map[string]any, path ...string) map[string]any {
	for _, key := range path {
		document, _ = document[key].(map[string]any)
	}
	return document
}

func TestWhatIsAskedBelievesNoDeliveryOfStrangers(t *testing.T) {
	body := []byte(`{"event":"status.created","object":{"id":"1"}}`)
	for _, c := range []struct {
		rule     string
		platform connector.Platform
		header   string
		want     error
	}{
		{"Mastodon, unsigned", mastodon.Connector{}, "", connector.ErrSignatureMissing},
		{"Mastodon, of another secret", mastodon.Connector{}, "sha256=" + strings.Repeat("ab", 32), connector.ErrSignatureInvalid},
		{"Mastodon, no digits", mastodon.Connector{}, "sha256=zz", connector.ErrSignatureInvalid},
		{"Bluesky", bluesky.Connector{}, "sha256=" + strings.Repeat("ab", 32), connector.ErrSignatureMissing},
		{"Reddit", reddit.Connector{}, "sha256=" + strings.Repeat("ab", 32), connector.ErrSignatureMissing},
	} {
		d := connector.Delivery{Header: http.Header{"X-Hub-Signature": {c.header}}, Body: body, ReceivedAt: now}
		for _, secrets := range [][]string{nil, {""}, {"0123456789abcdef-secret"}} {
			if err := c.platform.Verify(d, secrets); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.rule, err, c.want)
			}
		}
		for _, weak := range []string{"", " ", "changeme", strings.Repeat("x", 30)} {
			if c.platform.CheckSecret(weak) == nil {
				t.Errorf("%s: %q was taken for a secret", c.rule, weak)
			}
		}
	}
}
