package llm_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"triage/internal/fakellm"
	"triage/llm"
)

const secret = "sk-very-Secret-0123456789"

// schema is the smallest that keeps the strict rules.
const schema = `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`

var question = llm.Question{
	System: "Answer in JSON.", User: []string{`{"comment_x":"private words"}`},
	SchemaName: "s", Schema: []byte(schema), MaxTokens: 300,
}

func start(t *testing.T, o fakellm.Options) *fakellm.Server {
	t.Helper()
	o.Key = secret
	s := fakellm.Start(o)
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, url string, change func(*llm.Config)) *llm.Client {
	t.Helper()
	c := llm.Config{
		BaseURL: url, APIKey: secret, ChatModel: "gpt-4o-mini", EmbeddingModel: "text-embedding-3-small",
		RetryPause: time.Millisecond, Random: func() float64 { return 0 },
	}
	if change != nil {
		change(&c)
	}
	out, err := llm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestChatSendsWhatTheOriginalAcceptsAndPricesTheAnswer(t *testing.T) {
	server := start(t, fakellm.Options{})
	c := client(t, server.URL, nil)
	answer, err := c.Chat(t.Context(), question)
	if err != nil || len(server.Refusals()) > 0 {
		t.Fatalf("%v, refusals %q", err, server.Refusals())
	}
	if answer.Model != "gpt-4o-mini-2024-07-18" || !answer.Usage.Priced || answer.Usage.MicroUSD < 1 {
		t.Errorf("answer of %s used %+v", answer.Model, answer.Usage)
	}
	answer.Usage.Exact = 0 // which the totals do not hold
	if total := c.Totals(); total.Calls != 1 || total.Usage != answer.Usage || total.UnpricedCalls != 0 {
		t.Errorf("totals %+v, answer %+v", total, answer.Usage)
	}
}

func TestAnUnknownModelCostsNothingAndIsCounted(t *testing.T) {
	server := start(t, fakellm.Options{ChatModel: "our-own"})
	c := client(t, server.URL, func(c *llm.Config) { c.ChatModel = "our-own" })
	answer, err := c.Chat(t.Context(), question)
	if err != nil || answer.Usage.Priced || answer.Usage.MicroUSD != 0 || c.Totals().UnpricedCalls != 1 {
		t.Errorf("%v, usage %+v, totals %+v", err, answer.Usage, c.Totals())
	}
}

func TestWhatAModelCostsIsReadFromFileAndKnownOfServersWithoutAKey(t *testing.T) {
	own, err := llm.ReadPrices([]byte(`{"as_of":"2026-11-01","usd_per_million_tokens":{"our-own":{"input":2,"cached":1,"output":4}}}`))
	if err != nil {
		t.Fatal(err)
	}
	prices := llm.Prices(&own)
	if _, ok := prices.Of("gpt-4o-mini-2024-07-18"); !ok || prices.AsOf != "2026-11-01" {
		t.Errorf("own prices of %s leave out the program's", prices.AsOf)
	}
	for name, c := range map[string]struct {
		change func(*llm.Config)
		cost   int64
		known  bool
	}{
		"in nobody's list":          {func(*llm.Config) {}, 0, false},
		"in a list of one's own":    {func(c *llm.Config) { c.Prices = prices }, 2*1000 + 4*100, true},
		"on a server without a key": {func(c *llm.Config) { c.APIKey = "" }, 0, true},
	} {
		cost, known := client(t, "http://127.0.0.1:1/v1", func(o *llm.Config) { o.ChatModel = "our-own"; c.change(o) }).CostOf(1000, 100)
		if cost != c.cost || known != c.known {
			t.Errorf("a model %s costs %d, known %v", name, cost, known)
		}
	}
	for _, bad := range []string{`{}`, `{"as_of":"soon"}`, `[]`, `{"as_of":"2026-11-01","usd_per_million_tokens":{"x":{"input":-1}}}`} {
		if _, err := llm.ReadPrices([]byte(bad)); err == nil {
			t.Errorf("%s was taken for a price list", bad)
		}
	}
}

func TestPriceCountsCachedTokensByTheirOwnPrice(t *testing.T) {
	server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
		return &fakellm.Reply{Body: `{"model":"gpt-4o-mini","choices":[{"finish_reason":"stop","message":{"content":"x"}}],
			"usage":{"prompt_tokens":2000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":1000}}}`}
	}})
	answer, err := client(t, server.URL, nil).Chat(t.Context(), question)
	// 1000 × 0.15 + 1000 × 0.075 + 100 × 0.60 dollars per million
	if err != nil || answer.Usage.MicroUSD != 285 {
		t.Errorf("%v, %d micro-dollars, want 285", err, answer.Usage.MicroUSD)
	}
}

func TestAWeakerEndpointIsAskedInSimplerFormsAndThatIsRemembered(t *testing.T) {
	for name, c := range map[string]struct {
		refuse []string
		model  string
		format string
		calls  int
	}{
		"it has no strict schemas":         {[]string{"json_schema"}, "gpt-4o-mini", "json_object", 2},
		"it has no JSON mode either":       {[]string{"json_schema", "json_object"}, "gpt-4o-mini", "text", 3},
		"it wants the newer token limit":   {[]string{"max_tokens"}, "gpt-4o-mini", "json_schema", 2},
		"it fixes the temperature":         {[]string{"temperature"}, "gpt-4o-mini", "json_schema", 2},
		"its reasoning models are guessed": {[]string{"temperature", "max_tokens"}, "gpt-5-mini", "json_schema", 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, fakellm.Options{Refuse: c.refuse, ChatModel: c.model})
			client := client(t, server.URL, func(o *llm.Config) { o.ChatModel = c.model })
			for range 2 {
				if _, err := client.Chat(t.Context(), question); err != nil {
					t.Fatalf("%v, refusals %q", err, server.Refusals())
				}
			}
			if got := server.Count(); got != c.calls+1 || client.Format() != c.format {
				t.Errorf("%d calls for two answers, want %d; format %s, want %s", got, c.calls+1, client.Format(), c.format)
			}
			last := server.Requests()[server.Count()-1].Body
			if c.format != "json_schema" && !strings.Contains(string(last), `additionalProperties\":false`) {
				t.Errorf("the schema is not in the instructions: %s", last)
			}
			if client.State() != "closed" {
				t.Errorf("state %s", client.State())
			}
		})
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	envelope := `{"error":{"message":"` + secret + ` private words","type":"%","code":%}}`
	body := func(kind, code string) string {
		return strings.Replace(strings.Replace(envelope, "%", kind, 1), "%", code, 1)
	}
	for name, c := range map[string]struct {
		reply fakellm.Reply
		want  llm.Outcome
		wait  time.Duration
		state string
	}{
		"rate limit":             {fakellm.Reply{Status: 429, Body: body("requests", `"rate_limit_exceeded"`), Header: map[string]string{"Retry-After": "7"}}, llm.Wait, 7 * time.Second, "held"},
		"rate limit, no header":  {fakellm.Reply{Status: 429, Body: "slow down"}, llm.Wait, time.Second, "held"},
		"rate limit, no message": {fakellm.Reply{Status: 429, Body: `{"error":{"type":"rate_limit_exceeded"}}`, Header: map[string]string{"Retry-After": "5"}}, llm.Wait, 5 * time.Second, "held"},
		"quota, no message":      {fakellm.Reply{Status: 429, Body: `{"error":{"code":"insufficient_quota"}}`}, llm.Refused, 0, "held"},
		"quota by code":          {fakellm.Reply{Status: 429, Body: body("x", `"insufficient_quota"`)}, llm.Refused, 0, "held"},
		"quota by type":          {fakellm.Reply{Status: 429, Body: body("insufficient_quota", "null")}, llm.Refused, 0, "held"},
		"wrong key":              {fakellm.Reply{Status: 401, Body: body("invalid_request_error", `"`+secret+`"`)}, llm.Refused, 0, "held"},
		"no such model":          {fakellm.Reply{Status: 404, Body: body("x", `"model_not_found"`)}, llm.Refused, 0, "held"},
		"context length":         {fakellm.Reply{Status: 400, Body: body("x", `"context_length_exceeded"`)}, llm.Invalid, 0, "closed"},
		"filtered prompt":        {fakellm.Reply{Status: 400, Body: body("x", `"content_filter"`)}, llm.Declined, 0, "closed"},
		"server error":           {fakellm.Reply{Status: 500, Body: body("server_error", "null")}, llm.Retry, 0, "closed"},
		"gateway page":           {fakellm.Reply{Status: 502, Body: "<html>" + secret}, llm.Retry, 0, "closed"},
		"overloaded, with time":  {fakellm.Reply{Status: 503, Body: "{}", Header: map[string]string{"Retry-After": "9"}}, llm.Wait, 9 * time.Second, "held"},
		"page with status 200":   {fakellm.Reply{Body: "<html>" + secret}, llm.Retry, 0, "closed"},
		"cut connection":         {fakellm.Reply{CloseAfter: 20}, llm.Retry, 0, "closed"},
		"more than one choice":   {fakellm.Reply{Body: `{"choices":[{},{}]}`}, llm.Unusable, 0, "closed"},
		"answer over a mebibyte": {fakellm.Reply{Body: `{"choices":[{"message":{"content":"` + strings.Repeat("a", 1<<20)}, llm.Retry, 0, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &c.reply }})
			client := client(t, server.URL, nil)
			_, err := client.Chat(t.Context(), question)
			if llm.OutcomeOf(err) != c.want || llm.RetryAfter(err) != c.wait || client.State() != c.state {
				t.Errorf("%v: outcome %s, wait %v, state %s", err, llm.OutcomeOf(err), llm.RetryAfter(err), client.State())
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "private") || len(err.Error()) > 120 {
				t.Errorf("the error tells too much: %v", err)
			}
			if server.Count() != 1 {
				t.Errorf("%d calls", server.Count())
			}
		})
	}
}

func TestARedirectReachesNoSecondHost(t *testing.T) {
	var reached atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
			return &fakellm.Reply{Status: status, Header: map[string]string{"Location": other.URL + "/v1/chat/completions"}}
		}})
		client := client(t, server.URL, nil)
		err := client.Twice(t.Context(), func(error) error {
			_, err := client.Chat(t.Context(), question)
			return err
		})
		if llm.OutcomeOf(err) != llm.Refused || server.Count() != 1 || client.State() != "held" {
			t.Errorf("status %d: %v after %d calls, state %s", status, err, server.Count(), client.State())
		}
	}
	if reached.Load() != 0 {
		t.Errorf("the second host got %d requests", reached.Load())
	}
}

func TestSilentAndEndlessEndpointsEndInTime(t *testing.T) {
	for name, reply := range map[string]fakellm.Reply{
		"never answers": {Never: true},
		"drips":         {Drip: time.Millisecond, Body: " "},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &reply }})
			client := client(t, server.URL, func(c *llm.Config) { c.Timeout = 50 * time.Millisecond })
			err := client.Twice(t.Context(), func(error) error {
				_, err := client.Chat(t.Context(), question)
				return err
			})
			if llm.OutcomeOf(err) != llm.Retry || server.Count() != 1 {
				t.Errorf("%v after %d calls; a timeout is not tried again", err, server.Count())
			}
		})
	}
}

func TestTheCallersDeadlineEndsACallAndItsError(t *testing.T) {
	server := start(t, fakellm.Options{Latency: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := client(t, server.URL, nil).Chat(ctx, question)
	if !errors.Is(err, context.DeadlineExceeded) || llm.OutcomeOf(err) != llm.Retry {
		t.Errorf("%v", err)
	}
}

func TestNoMoreCallsRunThanAllowed(t *testing.T) {
	var running, most atomic.Int64
	entered, release := make(chan bool, 12), make(chan bool)
	server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		entered <- true
		<-release
		return nil
	}})
	client := client(t, server.URL, func(c *llm.Config) { c.MaxConcurrent = 2 })
	done := make(chan error)
	for range 12 {
		go func() {
			_, err := client.Chat(t.Context(), question)
			done <- err
		}()
	}
	for range 6 { // two at a time, both inside before either may go
		<-entered
		<-entered
		release <- true
		release <- true
	}
	for range 12 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 2 {
		t.Errorf("%d calls ran at the same time, want 2", most.Load())
	}
}

func TestASecondTryFollowsWhereItMayHelp(t *testing.T) {
	server := start(t, fakellm.Options{Script: func(n int, _ fakellm.Request) *fakellm.Reply {
		if n == 0 {
			return &fakellm.Reply{Status: 500}
		}
		return nil
	}})
	client := client(t, server.URL, nil)
	err := client.Twice(t.Context(), func(error) error {
		_, err := client.Chat(t.Context(), question)
		return err
	})
	if err != nil || server.Count() != 2 {
		t.Errorf("%v after %d calls", err, server.Count())
	}
}

func TestNewRefusesAddressesThatWouldLeak(t *testing.T) {
	for name, url := range map[string]string{
		"a password in it": "https://u:p4ss@host/v1", "a query": "https://host/v1?key=p4ss",
		"another scheme": "file:///p4ss", "no host": "https:///v1", "no address": "p4ss",
	} {
		_, err := llm.New(llm.Config{BaseURL: url, ChatModel: "m"})
		if err == nil || strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAzureIsAskedByDeploymentWithItsOwnHeader(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	t.Cleanup(server.Close)
	c := client(t, server.URL, func(c *llm.Config) { c.AzureAPIVersion, c.ChatModel = "2024-10-21", "judge.v2" })
	if _, err := c.Chat(t.Context(), question); err == nil {
		t.Fatal("an empty answer was taken")
	}
	if got.URL.Path != "/openai/deployments/judge.v2/chat/completions" || got.URL.Query().Get("api-version") != "2024-10-21" ||
		got.Header.Get("api-key") != secret || got.Header.Get("Authorization") != "" {
		t.Errorf("%s %v", got.URL, got.Header)
	}
}

func TestADeadEndpointIsLeftAloneAfterFiveCalls(t *testing.T) {
	server := start(t, fakellm.Options{Script: func(n int, _ fakellm.Request) *fakellm.Reply {
		if n < 5 {
			return &fakellm.Reply{Status: 500}
		}
		return nil
	}})
	c := client(t, server.URL, func(c *llm.Config) { c.OpenFor = 300 * time.Millisecond })
	for range 20 {
		if _, err := c.Chat(t.Context(), question); err == nil {
			t.Fatal("a dead endpoint answered")
		}
	}
	if server.Count() != 5 || c.State() != "open" {
		t.Fatalf("%d calls, state %s", server.Count(), c.State())
	}
	for c.State() == "open" {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Chat(t.Context(), question); err != nil || c.State() != "closed" || server.Count() != 6 {
		t.Errorf("after the pause: %v, state %s, %d calls", err, c.State(), server.Count())
	}
}
