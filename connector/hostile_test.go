package connector_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"triage/connector"
	"triage/connector/wire"
	"triage/internal/corpus"
)

// envelopes wrap one item between two good ones, as each platform sends a batch.
var envelopes = map[string]struct {
	whole string // with %s for the item in the middle
	item  string // with %s for id, author id, author name and text
}{
	"facebook": {
		`{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[
			{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"first","post_id":"100_7","parent_id":"100_7","message":"good"}},
			%s,
			{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"last","post_id":"100_7","parent_id":"100_7","message":"good"}}]}]}`,
		`{"field":"feed","value":{"item":"comment","verb":"add","comment_id":%s,"post_id":"100_7","parent_id":"100_7","from":{"id":%s,"name":%s},"message":%s}}`,
	},
	"instagram": {
		`{"object":"instagram","entry":[{"id":"178","time":1777896000,"changes":[
			{"field":"comments","value":{"id":"first","text":"good"}}, %s, {"field":"comments","value":{"id":"last","text":"good"}}]}]}`,
		`{"field":"comments","value":{"id":%s,"from":{"id":%s,"username":%s},"text":%s}}`,
	},
	"threads": {
		`{"topic":"moderate","target_id":"900","time":1777896000,"values":[
			{"field":"replies","value":{"id":"first","text":"good"}}, %s, {"field":"replies","value":{"id":"last","text":"good"}}]}`,
		`{"field":"replies","value":{"id":%s,"owner":{"id":%s},"username":%s,"text":%s}}`,
	},
	"telegram": {
		`%s`,
		`{"update_id":1,"message":{"message_id":%s,"chat":{"id":-1001,"type":"supergroup"},"date":1777896000,"from":{"id":%s,"first_name":%s},"text":%s}}`,
	},
	"linkedin": {
		`{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[
			{"action":"SHARE_MENTION","organizationalEntity":"urn:li:organization:900","decoratedGeneratedActivity":{"share":{"entity":"first","text":"good"}}}, %s,
			{"action":"SHARE_MENTION","organizationalEntity":"urn:li:organization:900","decoratedGeneratedActivity":{"share":{"entity":"last","text":"good"}}}]}`,
		`{"action":"SHARE_MENTION","organizationalEntity":"urn:li:organization:900","decoratedGeneratedActivity":{"share":{"entity":%s,"owner":%s,"name":%s,"text":%s}}}`,
	},
	"tiktok": {
		`{"event":"comment.update","user_openid":"900","content":%s}`,
		`{"comment_action":"insert","comment_id":%s,"unique_identifier":%s,"username":%s,"text":%s}`,
	},
	"x": {
		`{"for_user_id":"900","tweet_create_events":[{"id_str":"first","text":"good"}, %s, {"id_str":"last","text":"good"}]}`,
		`{"id_str":%s,"user":{"id_str":%s,"name":%s},"text":%s}`,
	},
	"trustpilot": {
		`{"events":[{"eventName":"service-review-created","eventData":{"id":"first","text":"good"}}, %s,
			{"eventName":"service-review-created","eventData":{"id":"last","text":"good"}}]}`,
		`{"eventName":"service-review-created","eventData":{"id":%s,"consumer":{"id":%s,"name":%s},"text":%s}}`,
	},
	"discourse": {
		`%s`,
		`{"post":{"id":%s,"post_number":2,"post_type":1,"topic_id":8,"user_id":%s,"username":%s,"raw":%s}}`,
	},
	"slack": {
		`%s`,
		`{"type":"event_callback","api_app_id":"A1","event":{"type":"message","channel":"C1","ts":%s,"user":%s,"username":%s,"text":%s}}`,
	},
	"standard_webhooks": {
		`{"type":"comment.created","data":[{"id":"first","text":"good"}, %s, {"id":"last","text":"good"}]}`,
		`{"id":%s,"author":{"id":%s,"name":%s},"text":%s}`,
	},
}

// single are the platforms that send one item at a time, which has no siblings.
var single = map[string]bool{"tiktok": true, "telegram": true, "discourse": true, "slack": true}

// escapes are how platforms write characters of a text that mean something to them.
var escapes = map[string]*strings.Replacer{"slack": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")}

// inString are the platforms whose item is a document in a string.
var inString = map[string]bool{"tiktok": true}

// wrap puts an item into its platform's envelope.
func wrap(name, item string) []byte {
	if inString[name] {
		item = quote([]byte(item))
	}
	return fmt.Appendf(nil, envelopes[name].whole, item)
}

// middle is where the item stands among the events, of which there are parts.
func middle(name string) (at, parts int) {
	if single[name] {
		return 0, 1
	}
	return 1, 3
}

// hostileBodies are all bodies that were made to break parsers.
func hostileBodies(t *testing.T, dir string) map[string][]byte {
	all := map[string][]byte{}
	for _, folder := range []string{"json/parsing", "own/json"} {
		for name, body := range corpus.Files(t, filepath.Join(dir, "hostile", folder), "*.json") {
			all[folder+"/"+name] = body
		}
	}
	return all
}

func TestEveryPlatformIsReadHostileWords(t *testing.T) {
	for name, p := range platforms() {
		if _, ok := envelopes[name]; ok == p.wordless {
			t.Errorf("%s brings words and needs an envelope: %v", name, !p.wordless)
		}
	}
}

func TestHostileBodiesAloneAreKeptFromTheQueues(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	bodies := hostileBodies(t, dir)
	if len(bodies) < 362 {
		t.Errorf("only %d bodies", len(bodies))
	}
	for name, p := range platforms() {
		for file, body := range bodies {
			if got := p.read(t, body); len(got.Events) > 0 || len(got.Rejects) != 1 || len(got.Ignored) > 0 {
				t.Errorf("%s read %s as %+v", name, file, got)
			}
		}
	}
}

func TestHostileBodiesInsideSpareTheirSiblings(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	for file, body := range hostileBodies(t, dir) {
		forms := map[string]string{"quoted": quote(body)}
		if json.Valid(body) { // else the envelope would be none
			forms["raw"] = string(body)
		}
		for form, value := range forms {
			for name := range envelopes {
				for place := range 4 {
					what := fmt.Sprintf("%s: %s %s in place %d", name, form, file, place)
					got := inEnvelope(t, name, place, value)
					checkSiblings(t, name, what, got)
					if form == "quoted" && place == 3 {
						checkText(t, name, what, got, body)
					}
				}
			}
		}
	}
}

func TestHostileBodiesAsItemsSpareTheirSiblings(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	for file, body := range hostileBodies(t, dir) {
		for name := range envelopes {
			if json.Valid(body) {
				checkSiblings(t, name, name+": "+file, platforms()[name].read(t, wrap(name, string(body))))
			}
		}
	}
}

// inEnvelope reads a batch whose middle item has value in one of its four places.
func inEnvelope(t *testing.T, name string, place int, value string) connector.Parsed {
	t.Helper()
	parts := []any{`"middle"`, `"u1"`, `"Zoë"`, `"fine"`}
	if sent := escapes[name]; sent != nil && place == 3 {
		value = sent.Replace(value)
	}
	parts[place] = value
	return platforms()[name].read(t, wrap(name, fmt.Sprintf(envelopes[name].item, parts...)))
}

func checkSiblings(t *testing.T, name, what string, got connector.Parsed) {
	t.Helper()
	good, want := []string{}, "first last"
	if single[name] {
		want = ""
	}
	for _, event := range got.Events {
		e := event.Engagement
		if e.Text == "good" && (e.ExternalID == "first" || e.ExternalID == "last") {
			good = append(good, e.ExternalID)
		}
		if !storable(e.ExternalID, e.Author.ExternalID, e.Author.Name, e.Author.Handle, e.Text) || len(e.ExternalID) > wire.MaxID {
			t.Errorf("%s cannot be stored: %+v", what, e)
		}
	}
	_, expected := middle(name)
	parts := len(got.Events) + len(got.Rejects)
	for _, n := range got.Ignored {
		parts += n
	}
	if strings.Join(good, " ") != want || parts != expected {
		t.Errorf("%s: siblings %v of %+v", what, good, got)
	}
}

// checkText wants the middle item's text to be what was sent, or to say that it is not.
func checkText(t *testing.T, name, what string, got connector.Parsed, sent []byte) {
	t.Helper()
	at, parts := middle(name)
	if len(got.Events) != parts {
		t.Errorf("%s: %d events", what, len(got.Events))
		return
	}
	e := got.Events[at].Engagement
	if (e.Text != string(sent)) != e.TextAltered || e.ExternalID != "middle" {
		t.Errorf("%s: altered %v, text %.80q", what, e.TextAltered, e.Text)
	}
}

func storable(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return false
		}
	}
	return true
}

// quote makes a JSON string of any bytes, and leaves those that are not UTF-8 as they are.
func quote(body []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range body {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < 0x20:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func TestIDsArriveByteForByte(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	lines := strings.Split(strings.TrimSuffix(string(corpus.Read(t, dir, "hostile", "own", "id-edges.txt")), "\n"), "\n")
	for name := range envelopes {
		at, parts := middle(name)
		seen := map[string]bool{}
		for _, id := range lines {
			got := inEnvelope(t, name, 0, quote([]byte(id)))
			if len(id) > wire.MaxID {
				if len(got.Rejects) != 1 || got.Rejects[0].Reason != connector.IDMissing {
					t.Errorf("%s: an id of %d bytes: %+v", name, len(id), got.Rejects)
				}
				continue
			}
			if len(got.Events) != parts || got.Events[at].Engagement.ExternalID != id {
				t.Errorf("%s: id %q was read as %+v", name, id, got)
			}
			seen[id] = true
		}
		if len(seen) < 45 {
			t.Errorf("%s: only %d ids", name, len(seen))
		}
	}
}

func TestNaughtyStringsArriveByteForByte(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	var naughty []string
	if err := json.Unmarshal(corpus.Read(t, dir, "hostile", "strings", "blns.json"), &naughty); err != nil {
		t.Fatal(err)
	}
	for name := range envelopes {
		at, parts := middle(name)
		for _, s := range naughty {
			altered := strings.ContainsRune(s, 0)
			got := inEnvelope(t, name, 3, quote([]byte(s)))
			if len(got.Events) != parts || !altered && got.Events[at].Engagement.Text != s || got.Events[at].Engagement.TextAltered != altered {
				t.Errorf("%s: %q was read as %+v", name, s, got)
			}
		}
	}
}

func TestBrokenBytesAreReplacedAsUnicodeAdvises(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	checked := 0
	for line := range strings.Lines(string(corpus.Read(t, dir, "hostile", "unicode", "utf8tests.txt"))) {
		parts := strings.Split(strings.TrimSpace(line), ":")
		if len(parts) != 5 || parts[1] != "invalid hex" || strings.HasPrefix(parts[0], "#") {
			continue
		}
		sent, want := unhex(t, parts[2]), strings.ReplaceAll(string(unhex(t, parts[4])), "\x00", "␀")
		e := inEnvelope(t, "standard_webhooks", 3, quote(sent)).Events[1].Engagement
		if e.Text != want || !e.TextAltered {
			t.Errorf("%s: % x became % x, not % x", parts[0], sent, e.Text, want)
		}
		checked++
	}
	if checked < 100 {
		t.Errorf("only %d lines were checked", checked)
	}
}

func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
