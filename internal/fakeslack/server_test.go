package fakeslack_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"triage/internal/fakeslack"
)

// call sends a form to a method and returns the error word of the answer.
func call(t *testing.T, s *fakeslack.Server, method string, form url.Values) string {
	t.Helper()
	resp, err := http.PostForm(s.URL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	var answer struct {
		OK    bool
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.OK != (answer.Error == "") {
		t.Fatalf("answer %+v, %v", answer, err)
	}
	return answer.Error
}

func section(text string) string {
	raw, _ := json.Marshal(text) // a string always becomes JSON
	return `[{"type":"section","text":{"type":"mrkdwn","text":` + string(raw) + `}}]`
}

func TestItRefusesWhatSlackRefusesAndWhatCouldRing(t *testing.T) {
	s, err := fakeslack.Start(fakeslack.Options{Channels: []string{"C1"}, LinkPrefix: "https://ours.example/"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fifty := "[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 50), ",") + "]"
	for _, c := range []struct {
		name   string
		change url.Values
		want   string
	}{
		{"a good message", nil, ""},
		{"no token", url.Values{"token": {""}}, "not_authed"},
		{"another token", url.Values{"token": {"xoxb-other"}}, "invalid_auth"},
		{"another channel", url.Values{"channel": {"C2"}}, "channel_not_found"},
		{"an argument that the method lacks", url.Values{"ts": {"1"}}, "fake_unknown_argument_ts"},
		{"names linked", url.Values{"link_names": {"true"}}, "fake_text_would_be_parsed"},
		{"text parsed", url.Values{"parse": {"full"}}, "fake_text_would_be_parsed"},
		{"links unfurled", url.Values{"unfurl_links": {"true"}}, "fake_links_would_unfurl"},
		{"text that rings", url.Values{"text": {"<!channel>"}}, "fake_unescaped_text"},
		{"a bare ampersand", url.Values{"text": {"a & b"}}, "fake_unescaped_text"},
		{"escaped text", url.Values{"text": {"a &amp; b &lt;!channel&gt;"}}, ""},
		{"a block that rings", url.Values{"blocks": {section("<@U1>")}}, "fake_unescaped_mrkdwn"},
		{"a link elsewhere", url.Values{"blocks": {section("<https://evil.example|ours>")}}, "fake_unescaped_mrkdwn"},
		{"a link to us", url.Values{"blocks": {section("<https://ours.example/1|open>")}}, ""},
		{"3,000 characters", url.Values{"blocks": {section(strings.Repeat("a", 3000))}}, ""},
		{"3,001 characters", url.Values{"blocks": {section(strings.Repeat("a", 3001))}}, "invalid_blocks"},
		{"an emoji counts twice", url.Values{"blocks": {section(strings.Repeat("😀", 1501))}}, "invalid_blocks"},
		{"an empty text", url.Values{"blocks": {section("")}}, "invalid_blocks"},
		{"a header of mrkdwn", url.Values{"blocks": {`[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`}}, "invalid_blocks"},
		{"an unknown field", url.Values{"blocks": {`[{"type":"divider","colour":"red"}]`}}, "invalid_blocks_format"},
		{"50 blocks", url.Values{"blocks": {fifty}}, ""},
		{"51 blocks", url.Values{"blocks": {`[{"type":"divider"},` + fifty[1:]}}, "invalid_blocks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{"token": {"xoxb-fake"}, "channel": {"C1"}, "text": {"hello"}, "parse": {"none"},
				"unfurl_links": {"false"}, "unfurl_media": {"false"}}
			for name, value := range c.change {
				form[name] = value
			}
			if got := call(t, s, "chat.postMessage", form); got != c.want {
				t.Errorf("answer %q, want %q", got, c.want)
			}
		})
	}
	for _, kept := range s.Calls() {
		if kept.Form.Has("token") {
			t.Fatal("a token is kept")
		}
	}
}
