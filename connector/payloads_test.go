package connector_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/discord"
	"triage/connector/discourse"
	"triage/connector/facebook"
	"triage/connector/instagram"
	"triage/connector/linkedin"
	"triage/connector/meta"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/threads"
	"triage/connector/tiktok"
	"triage/connector/trustpilot"
	"triage/connector/x"
	"triage/connector/youtube"
	"triage/internal/corpus"
)

// now is when the deliveries of these tests arrive.
var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// platform is a connector with a way to sign for it.
type platform struct {
	connector.Platform
	secret string
	sign   func(secret string, body []byte) http.Header

	wordless bool // its deliveries hold nothing that people wrote
}

func signMeta(secret string, body []byte) http.Header {
	return http.Header{meta.Header: {meta.Sign(secret, body)}}
}

func signStandard(secret string, body []byte) http.Header {
	header, err := standardwebhooks.Sign(secret, "msg_1", now, body)
	if err != nil {
		panic(err)
	}
	return header
}

func signTelegram(secret string, _ []byte) http.Header { return http.Header{telegram.Header: {secret}} }

func signLinkedIn(secret string, body []byte) http.Header {
	return http.Header{linkedin.Header: {linkedin.Sign(secret, body)}}
}

func signTikTok(secret string, body []byte) http.Header {
	return http.Header{tiktok.Header: {tiktok.Sign(secret, now, body)}}
}

func signX(secret string, body []byte) http.Header {
	return http.Header{x.Header: {x.Sign(secret, body)}}
}

func signDiscourse(secret string, body []byte) http.Header {
	return http.Header{discourse.Signature: {discourse.Sign(secret, body)}}
}

func signSlack(secret string, body []byte) http.Header { return slack.Sign(secret, now, body) }

func signYouTube(secret string, body []byte) http.Header {
	return http.Header{youtube.Signature: {youtube.Sign(secret, body)}}
}

func signTrustpilot(secret string, _ []byte) http.Header { return trustpilot.Sign(secret) }

// discordApp is the key pair of an application that we made up.
var discordApp = ed25519.NewKeyFromSeed([]byte("thirty-two bytes of a known seed"))

var discordKey = hex.EncodeToString(discordApp.Public().(ed25519.PublicKey))

// signDiscord signs as the application, or as another whose key follows from its name.
func signDiscord(key string, body []byte) http.Header {
	private := discordApp
	if key != discordKey {
		seed := sha256.Sum256([]byte(key))
		private = ed25519.NewKeyFromSeed(seed[:])
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	signed := ed25519.Sign(private, append([]byte(stamp), body...))
	return http.Header{discord.Timestamp: {stamp}, discord.Signature: {hex.EncodeToString(signed)}}
}

func platforms() map[string]platform {
	return map[string]platform{
		"facebook":          {Platform: facebook.Connector{}, secret: "0123456789abcdef0123456789abcdef", sign: signMeta},
		"instagram":         {Platform: instagram.Connector{}, secret: "0123456789abcdef0123456789abcdef", sign: signMeta},
		"threads":           {Platform: threads.Connector{}, secret: "0123456789abcdef0123456789abcdef", sign: signMeta},
		"tiktok":            {Platform: tiktok.Connector{}, secret: "tiktok-app-secret-0123456789abcdef", sign: signTikTok},
		"linkedin":          {Platform: linkedin.Connector{}, secret: "WPL_AP1.0123456789abcdef", sign: signLinkedIn},
		"x":                 {Platform: x.Connector{}, secret: "consumer-secret-0123456789abcdef", sign: signX},
		"standard_webhooks": {Platform: standardwebhooks.Connector{}, secret: "whsec_dGhpcyBpcyBhIHRlc3Qgc2VjcmV0IG9mIG91cnM=", sign: signStandard},
		"telegram":          {Platform: telegram.Connector{}, secret: "Tg_token-that-we-made-up-0042", sign: signTelegram},
		"discourse":         {Platform: discourse.Connector{}, secret: "forum-secret-that-we-made-up-7", sign: signDiscourse},
		"slack":             {Platform: slack.Connector{}, secret: "5c0ffee5c0ffee0123456789abcdef01", sign: signSlack},
		"youtube":           {Platform: youtube.Connector{}, secret: "hub-secret-that-we-made-up-0815", sign: signYouTube, wordless: true},
		"trustpilot":        {Platform: trustpilot.Connector{}, secret: "shown-secret-that-we-made-up-7", sign: signTrustpilot},
		"discord":           {Platform: discord.Connector{}, secret: discordKey, sign: signDiscord, wordless: true},
	}
}

// read signs body and takes it as a delivery.
func (p platform) read(t *testing.T, body []byte) connector.Parsed {
	t.Helper()
	d := connector.Delivery{Header: p.sign(p.secret, body), Body: body, ReceivedAt: now}
	parsed, err := connector.Read(p, d, []string{p.secret})
	if err != nil {
		t.Fatalf("a signed delivery of %d bytes: %v", len(body), err)
	}
	return parsed
}

// told is what must come of one file.
type told struct {
	events   string      // "form action id" of each, separated by commas
	ignored  string      // "kind n" of each, sorted, separated by commas
	stranger bool        // the file was made anonymous: its author is the account itself, and gets another id
	answer   bool        // an answer of the platform's API, not a delivery
	framed   bool        // a frame of Discord's gateway, to a bot of the account below
	header   http.Header // of the delivery, beside its signature
	special  bool        // not a body at all: TestPayloadsThatAreNoBodies has it
}

// discoursed is the header in which a forum tells what happened.
func discoursed(event string) http.Header { return http.Header{discourse.Event: {event}} }

// payloads says for every file of the three platforms what must come of it.
var payloads = map[string]told{
	"facebook/batch_mixed_entries.json": {
		events:  "comment created 501_1, comment deleted 601_9, mention created 888_999",
		ignored: "other_field 1, own_echo 1, reaction 1",
	},
	"facebook/batch_two_entries.json":         {ignored: "other_field 2"},
	"facebook/comment_add.json":               {stranger: true, events: "comment created 901097836652708_903438993085259"},
	"facebook/comment_add_legacy_sender.json": {stranger: true, events: "comment created 901097836652708_903438993085259"},
	"facebook/comment_add_no_author.json":     {events: "comment created 901097836652708_903438993085777"},
	"facebook/comment_add_photo.json":         {stranger: true, events: "comment created 901097836652708_903438993085259"},
	"facebook/comment_edited.json":            {stranger: true, events: "comment edited 900728623356296_900744590021366"},
	"facebook/comment_hide.json":              {stranger: true, events: "comment hidden 900728623356296_900744590021366"},
	"facebook/comment_remove.json":            {stranger: true, events: "comment deleted 905578656204626_905579239537901"},
	"facebook/comment_reply_nested.json":      {events: "reply created 712750021053074_1063824911537852"},
	"facebook/data_deletion_callback.json":    {special: true},
	"facebook/mention_comment_add.json":       {events: "mention created 7363534231324_3754798971271444"},
	"facebook/mention_post_add.json":          {events: "mention created 1234567890321_98722536423179"},
	"facebook/post_remove.json":               {stranger: true, events: " thread_deleted , mention deleted 1234567890321_901097836652708"},
	"facebook/rating_add.json":                {events: "review created 904801129604590"},
	"facebook/reaction_add_on_reply.json":     {ignored: "reaction 1"},
	"facebook/verification_get.json":          {special: true},

	"instagram/comment_batch_multilingual.json": {
		events:  "comment created 17867301270523379, comment created 17900000000000002, mention created 17900000000000003",
		ignored: "own_echo 1",
	},
	"instagram/comment_minimal.json":           {events: "comment created 123456789"},
	"instagram/comment_node.json":              {answer: true},
	"instagram/comment_node_missing_user.json": {answer: true},
	"instagram/comment_reply.json":             {events: "reply created 123456789"},
	"instagram/media_comments_page.json":       {answer: true},
	"instagram/mention_comment.json":           {events: "mention created 17887498072083520"},
	"instagram/mentioned_media_node.json":      {answer: true},
	"instagram/message_deleted.json":           {events: "mention deleted aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOmV4YW1wbGU"},
	"instagram/story_mention_message.json":     {events: "mention created aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOmV4YW1wbGU"},

	"threads/delete.json":             {events: "comment deleted 8901234"},
	"threads/mention.json":            {events: "mention created 8901234"},
	"threads/publish.json":            {ignored: "own_post 1"},
	"threads/replies_list.json":       {answer: true},
	"threads/reply.json":              {events: "reply created 8901234"},
	"threads/reply_values_array.json": {events: "reply created 2000000000000002"},

	"x/aaa_replay_job_status.json":       {ignored: "replay_status 1"},
	"x/aaa_tweet_create_longform.json":   {events: "mention created 1924465506158878979"},
	"x/aaa_tweet_create_reply.json":      {events: "comment created 1924465506158878979"},
	"x/aaa_tweet_delete.json":            {events: "comment deleted 1045405559317569537"},
	"x/aaa_user_revoke.json":             {events: " access_ended "},
	"x/crc_get.json":                     {special: true},
	"x/filtered_stream_edited_post.json": {events: "mention edited 1234567890"},
	"x/filtered_stream_webhook.json":     {events: "mention created 1346889436626259968"},
	"x/mentions_poll_page.json":          {answer: true},
	"x/xaa_like_create.json":             {ignored: "reaction 1"},
	"x/xaa_oauth_revoke.json":            {events: " access_ended "},
	"x/xaa_post_create.json":             {ignored: "own_echo 1"},
	"x/xaa_post_delete.json":             {events: "comment deleted 2080761269309813134"},
	"x/xaa_post_mention_create.json":     {events: "mention created 2080765813578191303"},
	"x/xaa_post_reply_create.json":       {events: "comment created 2090000000000000001"},

	"linkedin/batch_mixed.json": {
		events: "comment created urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792), " +
			"comment created urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792), " + // sent twice
			"mention created urn:li:share:7094977717598999999, " +
			"reply created urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598700000), " +
			"comment deleted urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)",
		ignored: "own_echo 1, reaction 1",
	},
	"linkedin/challenge_get.json":  {special: true},
	"linkedin/comment.json":        {events: "comment created urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)"},
	"linkedin/comment_delete.json": {events: "comment deleted urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)"},
	"linkedin/comment_edit.json":   {events: "comment edited urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)"},

	"tiktok/authorization_removed.json":     {events: " access_ended "},
	"tiktok/comment_delete.json":            {events: "reply deleted 7385350567722402999"},
	"tiktok/comment_insert.json":            {events: "comment created 7385350567722402578"},
	"tiktok/comment_insert_no_parent.json":  {events: "comment created 7385350567722402999"},
	"tiktok/comment_list_response.json":     {answer: true},
	"tiktok/comment_reply_insert_text.json": {events: "reply created 7385350567722402999"},
	"tiktok/comment_set_to_hidden.json":     {events: "comment hidden 7385350567722402999"},
	"tiktok/error_rate_limited.json":        {answer: true},

	"standard_webhooks/comment_created.json": {events: "comment created c_123"},
	"standard_webhooks/comment_deleted.json": {events: "comment deleted c_123"},
	"standard_webhooks/contact_created.json": {ignored: "other_type 1"},

	"discord/interaction_ping.json":                 {ignored: "ping 1"},
	"discord/message_create.json":                   {framed: true, events: "comment created 334385199974967042"},
	"discord/message_create_no_content_intent.json": {framed: true, events: "comment created 1100000000000000003"},
	"discord/message_create_reply_mention.json":     {framed: true, events: "mention created 1100000000000000002"},
	"discord/message_create_webhook_author.json":    {framed: true, events: "comment created 1100000000000000004"},
	"discord/message_delete.json":                   {framed: true, events: "comment deleted 1100000000000000002"},
	"discord/message_delete_bulk.json":              {framed: true, events: "comment deleted 1100000000000000002, comment deleted 1100000000000000003"},
	"discord/message_update.json":                   {framed: true, events: "mention edited 1100000000000000002"},
	"discord/message_update_embed_only.json":        {framed: true, ignored: "unfolded 1"},
	"discord/rate_limited.json":                     {answer: true},
	"discord/webhook_event_deauthorized.json":       {events: " author_erased "},
	"discord/webhook_event_ping.json":               {ignored: "ping 1"},

	"trustpilot/service_review_batch.json": {events: "review created 507f191e810c19729de860ea, review deleted 507f191e810c19729de860ec"},

	"youtube/comment_thread_with_reply.json":   {answer: true},
	"youtube/comment_threads_all_related.json": {answer: true},
	"youtube/comments_by_parent_page1.json":    {answer: true},
	"youtube/error_comments_disabled.json":     {answer: true},
	"youtube/websub_deleted.xml":               {ignored: "video_removed 1"},
	"youtube/websub_upload.xml":                {ignored: "video 1"},

	"discourse/ping.json":                         {ignored: "ping 1"},
	"discourse/post_created_nested_reply.json":    {header: discoursed("post_created"), events: "reply created 18"},
	"discourse/post_created_private_message.json": {header: discoursed("post_created"), ignored: "message 1"},
	"discourse/post_created_reply.json":           {header: discoursed("post_created"), events: "comment created 15"},
	"discourse/post_created_topic.json":           {header: discoursed("post_created"), events: "comment created 14"},
	"discourse/post_destroyed.json":               {header: discoursed("post_destroyed"), events: "comment deleted 18"},
	"discourse/post_edited.json":                  {header: discoursed("post_edited"), events: "reply edited 18"},
	"discourse/user_destroyed.json":               {header: discoursed("user_destroyed"), events: " author_erased "},

	"slack/app_mention.json":               {events: "mention created 1531431954.000073"},
	"slack/app_rate_limited.json":          {ignored: "rate_limited 1"},
	"slack/bot_message.json":               {events: "comment created 1673464900.000100"},
	"slack/message.json":                   {events: "comment created 1596183880.004200"},
	"slack/message_changed.json":           {events: "comment edited 1665102338.901939"},
	"slack/message_deleted.json":           {events: "comment deleted 1665368619.804829"},
	"slack/thread_broadcast.json":          {events: "reply created 1673464745.620769"},
	"slack/thread_reply_multilingual.json": {events: "mention created 1673464800.000200"},
	"slack/tokens_revoked.json":            {events: " access_ended "},
	"slack/url_verification.json":          {ignored: "handshake 1"},

	"telegram/bot_removed.json":             {ignored: "membership 1"},
	"telegram/channel_post.json":            {ignored: "own_post 1"},
	"telegram/discussion_auto_forward.json": {ignored: "own_post 1"},
	"telegram/discussion_comment.json":      {events: "comment created 5002"},
	"telegram/discussion_nested_reply.json": {ignored: "own_echo 1"}, // a nameless administrator of the group
	"telegram/edited_message.json":          {ignored: "message 1"},  // a private chat with the bot
	"telegram/message_reaction.json":        {ignored: "reaction 1"},
	"telegram/message_reply.json":           {ignored: "message 1"},
	"telegram/message_text.json":            {ignored: "message 1"},
	"telegram/migrate_to_supergroup.json":   {ignored: "service 1"},
	"telegram/photo_caption_album.json":     {events: "comment created 5004"},
	"telegram/too_many_requests.json":       {answer: true},
}

func TestEveryPayloadComesToWhatTheTableSays(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	seen := 0
	for name, p := range platforms() {
		for file, body := range corpus.Files(t, filepath.Join(dir, "payloads", name), "*.*") {
			want, known := payloads[name+"/"+file]
			if !known {
				t.Errorf("%s/%s is not in the table", name, file)
				continue
			}
			seen++
			if want.stranger {
				body = withStranger(t, body)
			}
			if !want.special {
				p.check(t, name+"/"+file, body, want)
			}
		}
	}
	if seen != len(payloads) {
		t.Errorf("%d of %d files of the table were there", seen, len(payloads))
	}
}

func (p platform) check(t *testing.T, file string, body []byte, want told) {
	t.Helper()
	sign := p.sign
	p.sign = func(secret string, body []byte) http.Header {
		header := sign(secret, body)
		maps.Copy(header, want.header)
		return header
	}
	if want.framed {
		body = fmt.Appendf(nil, `{"account":"290926798626357999","me":"1234560123453231555","rooms":{},"frame":%s}`, body)
	}
	got := p.read(t, body)
	if want.answer {
		if len(got.Events) > 0 || len(got.Rejects) != 1 {
			t.Errorf("%s is an answer, and was read as %+v", file, got)
		}
		return
	}
	if events, ignored := summary(got); events != want.events || ignored != want.ignored || len(got.Rejects) > 0 {
		t.Errorf("%s: events %q, ignored %q, rejects %v", file, events, ignored, got.Rejects)
	}
	d := connector.Delivery{Header: p.sign("YW5vdGhlciBzZWNyZXQgb2YgZW5vdWdoIGJ5dGVz", body), Body: body, ReceivedAt: now}
	if _, err := connector.Read(p, d, []string{p.secret}); !errors.Is(err, connector.ErrSignatureInvalid) {
		t.Errorf("%s with a wrong signature: %v", file, err)
	}
}

func summary(p connector.Parsed) (events, ignored string) {
	var all, kinds []string
	for _, event := range p.Events {
		e := event.Engagement
		all = append(all, fmt.Sprintf("%s %s %s", e.Form, e.Action, e.ExternalID))
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Ignored)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, p.Ignored[kind]))
	}
	return strings.Join(all, ", "), strings.Join(kinds, ", ")
}

// withStranger gives what the account itself seems to have written to somebody else.
func withStranger(t *testing.T, body []byte) []byte {
	t.Helper()
	type object = map[string]any
	var doc struct {
		Object string `json:"object"`
		Entry  []struct {
			ID      any   `json:"id"`
			Time    int64 `json:"time"`
			Changes []struct {
				Field string `json:"field"`
				Value object `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	for _, entry := range doc.Entry {
		for _, change := range entry.Changes {
			if from, ok := change.Value["from"].(object); ok {
				from["id"] = "5500"
			} else {
				change.Value["sender_id"] = 5500
			}
		}
	}
	changed, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestChallengesAreAnswered(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	for file, want := range map[string]string{"x/crc_get.json": "response_token", "linkedin/challenge_get.json": "challengeResponse"} {
		name, _, _ := strings.Cut(file, "/")
		p := platforms()[name]
		challenger, ok := p.Platform.(connector.Challenger)
		if !ok {
			t.Fatalf("%s answers no challenge", name)
		}
		var get struct{ Query map[string]string }
		if err := json.Unmarshal(corpus.Read(t, dir, "payloads", file), &get); err != nil {
			t.Fatal(err)
		}
		query := url.Values{}
		for name, value := range get.Query {
			query.Set(name, value)
		}
		answer, err := challenger.Challenge(query, p.secret)
		var said map[string]string
		if err != nil || json.Unmarshal([]byte(answer), &said) != nil || said[want] == "" {
			t.Errorf("%s is answered %q, %v", file, answer, err)
		}
	}
}

func TestPayloadsThatAreNoBodies(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	var get struct {
		Query    map[string]string
		Expected string `json:"expected_body"`
	}
	if err := json.Unmarshal(corpus.Read(t, dir, "payloads", "facebook", "verification_get.json"), &get); err != nil {
		t.Fatal(err)
	}
	query := url.Values{}
	for name, value := range get.Query {
		query.Set(name, value)
	}
	if answer, err := (facebook.Connector{}).Handshake(query, get.Query["hub.verify_token"]); err != nil || answer != get.Expected {
		t.Errorf("the handshake answers %q, %v", answer, err)
	}
	var callback struct {
		Decoded json.RawMessage `json:"decoded_signed_request"`
	}
	if err := json.Unmarshal(corpus.Read(t, dir, "payloads", "facebook", "data_deletion_callback.json"), &callback); err != nil {
		t.Fatal(err)
	}
	const secret = "0123456789abcdef0123456789abcdef"
	request, err := meta.ParseSignedRequest(secret, signedRequest(secret, callback.Decoded))
	if err != nil || request.UserID != "218471" || request.IssuedAt.Unix() != 1291836800 || request.Expires.Unix() != 1291840400 {
		t.Errorf("the callback was read as %+v, %v", request, err)
	}
}

// signedRequest makes the form of a deletion callback.
func signedRequest(secret string, payload []byte) url.Values {
	encoded := base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(encoded))
	return url.Values{"signed_request": {base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + "." + encoded}}
}
