package llm

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"triage/internal/fakellm"
)

// board is a pace in memory, as several clients share it.
type board struct {
	mu      sync.Mutex
	held    time.Duration
	allowed []Allowance
	entered int
}

func (b *board) Enter(context.Context) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entered++
	return b.held
}

func (b *board) Hold(_ context.Context, d time.Duration, _ string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = max(b.held, d)
}

func (b *board) Allow(_ context.Context, a Allowance) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, a)
}

func TestWhatOneProcessIsToldHoldsForAll(t *testing.T) {
	server := fakellm.Start(fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
		return &fakellm.Reply{Status: 429, Header: map[string]string{"Retry-After": "30"}}
	}})
	defer server.Close()
	shared := &board{}
	var clients [2]*Client
	for i := range clients {
		c, err := New(Config{BaseURL: server.URL, APIKey: server.Key, ChatModel: "gpt-4o-mini"})
		if err != nil {
			t.Fatal(err)
		}
		c.Share(shared)
		clients[i] = c
	}
	q := Question{System: "s", User: []string{"u"}, SchemaName: "a", MaxTokens: 10,
		Schema: []byte(`{"type":"object","properties":{},"required":[],"additionalProperties":false}`)}
	if _, err := clients[0].Chat(t.Context(), q); OutcomeOf(err) != Wait {
		t.Fatalf("the first is told %v", err)
	}
	_, err := clients[1].Chat(t.Context(), q)
	if OutcomeOf(err) != Wait || RetryAfter(err) < 30*time.Second || server.Count() != 1 {
		t.Errorf("the other one calls all the same: %v, %d calls", err, server.Count())
	}
}

func TestRateHeadersAreRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		header map[string]string
		want   Allowance
	}{
		{"none", nil, Allowance{}},
		{"plenty is left", map[string]string{"X-Ratelimit-Remaining-Requests": "4999", "X-Ratelimit-Reset-Requests": "12ms"}, Allowance{}},
		{"few requests", map[string]string{"X-Ratelimit-Remaining-Requests": "3", "X-Ratelimit-Reset-Requests": "1m2s"},
			Allowance{Requests: 3, RequestsReset: 62 * time.Second}},
		{"few tokens, in seconds", map[string]string{"X-Ratelimit-Remaining-Tokens": "0", "X-Ratelimit-Reset-Tokens": "7.5"},
			Allowance{TokensReset: 7500 * time.Millisecond}},
		{"longer than anybody waits", map[string]string{"X-Ratelimit-Remaining-Requests": "0", "X-Ratelimit-Reset-Requests": "24h"},
			Allowance{RequestsReset: maxWait}},
		{"nonsense", map[string]string{"X-Ratelimit-Remaining-Requests": "-1", "X-Ratelimit-Reset-Requests": "NaN"}, Allowance{}},
	} {
		header := http.Header{}
		for k, v := range c.header {
			header.Set(k, v)
		}
		if got := allowanceOf(header); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestConcurrencyGivesWayAndComesBack(t *testing.T) {
	s := newSlots(16)
	call := func(result *Error, n int) {
		for range n {
			if err := s.take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for range n {
			s.give(result)
		}
	}
	call(nil, 16)
	call(&Error{Outcome: Wait, Status: 429}, 16)
	if got := s.now(); got != 8 {
		t.Errorf("after calls that were too many together: %d at a time", got)
	}
	for range 20 {
		call(&Error{Outcome: Retry, Code: "timeout"}, 1)
	}
	if got := s.now(); got != 1 {
		t.Errorf("while nothing works: %d at a time", got)
	}
	for range 200 {
		call(nil, 1)
	}
	if got := s.now(); got != 16 {
		t.Errorf("when all works again: %d at a time", got)
	}
}

func TestTokensAreCountedRatherAboveThanBelow(t *testing.T) {
	// Estimates of what tokenizers over bytes make of these at least.
	for text, least := range map[string]int64{
		"":                                      0,
		"hello world":                           2,
		"My order never arrived, please help!":  8,
		"Die Lieferung kommt seit Tagen nicht.": 8,
		"😍😍😍":                                   3,
		"1234567890123456":                      6,
	} {
		if got := CountTokens(text); got < least || got > 4*least+4 {
			t.Errorf("%q: %d tokens, at least %d", text, got, least)
		}
	}
}
