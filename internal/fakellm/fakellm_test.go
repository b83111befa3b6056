package fakellm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/internal/fakellm"
	"triage/triage"
)

type request struct {
	method, path, key, kind, body string
}

// send makes one request and returns the status and the answer's error, if any.
func send(t *testing.T, s *fakellm.Server, r request) (status int, message, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, strings.TrimSuffix(s.URL, "/v1")+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", r.key)
	req.Header.Set("Content-Type", r.kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Error struct{ Message string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return resp.StatusCode, answer.Error.Message, string(raw)
}

const (
	chatPath  = "/v1/chat/completions"
	embedPath = "/v1/embeddings"
	messages  = `"model":"gpt-4o-mini","messages":[{"role":"user","content":"json please"}]`
)

func chat(extra string) request {
	return request{"POST", chatPath, "Bearer sk-test", "application/json", "{" + messages + extra + "}"}
}

func embed(extra string) request {
	return request{"POST", embedPath, "Bearer sk-test", "application/json", `{"model":"text-embedding-3-small"` + extra + "}"}
}

func schema(s string) request {
	return chat(`,"response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":` + s + `}}`)
}

func TestTheServerRefusesWhatTheOriginalRefuses(t *testing.T) {
	s := fakellm.Start(fakellm.Options{})
	t.Cleanup(s.Close)
	wrap := func(body string) request {
		return request{"POST", chatPath, "Bearer sk-test", "application/json", body}
	}
	nested := `{"type":"string"}`
	for range 12 {
		nested = `{"type":"object","properties":{"a":` + nested + `},"required":["a"],"additionalProperties":false}`
	}
	for name, c := range map[string]struct {
		request request
		status  int
		says    string
	}{
		"no key":                          {request{"POST", chatPath, "", "application/json", "{}"}, 401, "API key"},
		"a wrong key":                     {request{"POST", chatPath, "Bearer x", "application/json", "{}"}, 401, "Incorrect"},
		"another method":                  {request{"GET", chatPath, "Bearer sk-test", "application/json", ""}, 405, "GET"},
		"another address":                 {request{"POST", "/v1/chat", "Bearer sk-test", "application/json", "{}"}, 404, "Unknown"},
		"no JSON type":                    {request{"POST", chatPath, "Bearer sk-test", "text/plain", "{}"}, 415, "content type"},
		"no JSON":                         {wrap("{"), 400, "parse"},
		"two objects":                     {wrap("{" + messages + "}{}"), 400, "parse"},
		"no model":                        {wrap(`{"messages":[]}`), 400, "model parameter"},
		"a foreign model":                 {wrap(`{"model":"x","messages":[]}`), 404, "does not exist"},
		"no messages":                     {wrap(`{"model":"gpt-4o-mini","messages":[]}`), 400, "messages"},
		"an unknown role":                 {wrap(`{"model":"gpt-4o-mini","messages":[{"role":"boss","content":"x"}]}`), 400, "role"},
		"no content":                      {wrap(`{"model":"gpt-4o-mini","messages":[{"role":"user","content":null}]}`), 400, "content"},
		"an unknown parameter":            {chat(`,"queue":1`), 400, "Unrecognized"},
		"a hot temperature":               {chat(`,"temperature":3`), 400, "temperature"},
		"no answer at all":                {chat(`,"max_tokens":0`), 400, "max_tokens"},
		"two limits":                      {chat(`,"max_tokens":5,"max_completion_tokens":5`), 400, "same time"},
		"an unknown format":               {chat(`,"response_format":{"type":"xml"}`), 400, "Invalid value"},
		"JSON mode, silently":             {wrap(`{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}`), 400, "word 'json'"},
		"too long a text":                 {wrap(`{"model":"gpt-4o-mini","messages":[{"role":"user","content":"` + strings.Repeat("abc", 130_000) + `"}]}`), 400, "context length"},
		"a schema without type":           {schema(`{}`), 400, "type 'object'"},
		"a list as schema":                {schema(`{"type":"array","items":{"type":"string"}}`), 400, "type 'object'"},
		"additional properties":           {schema(`{"type":"object","properties":{},"required":[]}`), 400, "additionalProperties"},
		"an optional property":            {schema(`{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}`), 400, "required"},
		"a foreign keyword":               {schema(`{"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"],"additionalProperties":false}`), 400, "maxLength"},
		"a property without type":         {schema(`{"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false}`), 400, "'type' key"},
		"an open object inside":           {schema(`{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{},"required":[]}}},"required":["a"],"additionalProperties":false}`), 400, "additionalProperties"},
		"words in a number":               {schema(`{"type":"object","properties":{"a":{"type":"number","enum":["x"]}},"required":["a"],"additionalProperties":false}`), 400, "enum"},
		"an array of anything":            {schema(`{"type":"object","properties":{"a":{"type":"array"}},"required":["a"],"additionalProperties":false}`), 400, "items"},
		"many long words":                 {schema(`{"type":"object","properties":{"a":{"type":"string","enum":[` + longWords(260, 60) + `]}},"required":["a"],"additionalProperties":false}`), 400, "too long"},
		"a number as a truth":             {chat(`,"store":1`), 400, "boolean"},
		"an effort where no model thinks": {chat(`,"reasoning_effort":"low"`), 400, "not supported"},
		"deep nesting":                    {schema(nested), 400, "deeply"},
		"a bad schema name":               {chat(`,"response_format":{"type":"json_schema","json_schema":{"name":"a b","strict":true,"schema":{}}}`), 400, "name"},
		"no text to embed":                {embed(``), 400, "input"},
		"an empty text":                   {embed(`,"input":["a",""]`), 400, "input[1]"},
		"too many texts":                  {embed(`,"input":[` + strings.Repeat(`"a",`, 2048) + `"a"]`), 400, "2048"},
		"too long an input":               {embed(`,"input":"` + strings.Repeat("abc", 9000) + `"`), 400, "8192"},
		"too much at once":                {embed(`,"input":[` + strings.Repeat(`"`+strings.Repeat("abc", 8000)+`",`, 40) + `"a"]`), 400, "per request"},
		"too many dimensions":             {embed(`,"input":"a","dimensions":1537`), 400, "dimensions"},
		"half a dimension":                {embed(`,"input":"a","dimensions":1.5`), 400, "dimensions"},
		"an unknown encoding":             {embed(`,"input":"a","encoding_format":"hex"`), 400, "encoding_format"},
		"an unknown embedding key":        {embed(`,"input":"a","normalize":true`), 400, "Unrecognized"},
	} {
		status, message, _ := send(t, s, c.request)
		if status != c.status || !strings.Contains(message, c.says) {
			t.Errorf("%s: %d %q, want %d and %q", name, status, message, c.status, c.says)
		}
	}
}

// longWords are n different words of a length, quoted and with commas between.
func longWords(n, length int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("%q", fmt.Sprintf("%0*d", length, i))
	}
	return strings.Join(words, ",")
}

func TestEachKindOfServerRefusesInItsOwnWay(t *testing.T) {
	for kind, c := range map[fakellm.Kind]struct {
		path, body string
		status     int
		says       string
	}{
		fakellm.Azure:    {"/v1/chat/completions", `{}`, 404, "unknown_url"},
		fakellm.Ollama:   {embedPath, `{"model":"x","input":"a"}`, 404, "does not exist"},
		fakellm.VLLM:     {embedPath, `{"model":"text-embedding-3-small","input":"a","dimensions":8}`, 400, `"object":"error"`},
		fakellm.LMStudio: {chatPath, "{" + messages + `,"response_format":{"type":"json_object"}}`, 400, `{"error":"'response_format.type'`},
		fakellm.LlamaCPP: {embedPath, `{"model":"text-embedding-3-small","input":"a"}`, 501, "--embeddings"},
	} {
		s := fakellm.Start(fakellm.Options{Kind: kind})
		status, body := sendPlain(t, strings.TrimSuffix(s.URL, "/v1")+c.path, c.body)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", kind, status, body)
		}
		s.Close()
	}
}

// sendPlain posts without a key and returns the answer as it is.
func sendPlain(t *testing.T, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func TestTheServerTakesWhatTheOriginalTakes(t *testing.T) {
	s := fakellm.Start(fakellm.Options{})
	t.Cleanup(s.Close)
	for name, r := range map[string]request{
		"a plain question":  chat(`,"stream":false,"temperature":1e-45,"max_tokens":5`),
		"JSON mode":         chat(`,"response_format":{"type":"json_object"}`),
		"a strict schema":   schema(`{"type":"object","properties":{"a":{"type":["string","null"],"enum":["x",null]}},"required":["a"],"additionalProperties":false}`),
		"one text":          embed(`,"input":"a"`),
		"fewer dimensions":  embed(`,"input":["a"],"dimensions":1,"encoding_format":"float"`),
		"coded in base64":   embed(`,"input":["a"],"dimensions":2,"encoding_format":"base64"`),
		"all texts allowed": embed(`,"dimensions":1,"input":[` + strings.Repeat(`"a",`, 2047) + `"a"]`),
	} {
		if status, message, _ := send(t, s, r); status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, message)
		}
	}
}

func TestTheServerIsRightAsOftenAsTold(t *testing.T) {
	s := fakellm.Start(fakellm.Options{
		Accuracy: 0.8,
		Truth: func(comment string) (fakellm.Verdict, bool) {
			return fakellm.Verdict{Intent: triage.UGC, Sentiment: triage.Neutral, Urgency: triage.UrgencyLow}, true
		},
	})
	t.Cleanup(s.Close)
	right := 0
	for i := range 500 {
		question := fmt.Sprintf(`{"comment_abc":"comment number %d","context":{}}`, i)
		quoted, err := json.Marshal(question)
		if err != nil {
			t.Fatal(err)
		}
		r := chat("")
		r.body = `{"model":"gpt-4o-mini","messages":[{"role":"user","content":` + string(quoted) + `}]}`
		if _, _, body := send(t, s, r); strings.Contains(body, `\"intent\":\"ugc\"`) {
			right++
		}
	}
	if right < 370 || right > 430 {
		t.Errorf("right %d times of 500, want about 400", right)
	}
}

func TestClosingFreesThoseWhoWait(t *testing.T) {
	s := fakellm.Start(fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &fakellm.Reply{Never: true} }})
	done := make(chan error)
	go func() {
		req, err := http.NewRequest("POST", s.URL+"/chat/completions", strings.NewReader(chat("").body))
		if err != nil {
			done <- err
			return
		}
		req.Header.Set("Authorization", "Bearer sk-test")
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		done <- err
	}()
	for s.Count() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Close()
	if err := <-done; err == nil {
		t.Error("a silent server answered")
	}
}
