package llm_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"triage/internal/fakellm"
	"triage/llm"
)

func TestOnePartysManyQuestionsDoNotKeepAnothersFewWaiting(t *testing.T) {
	const latency = 20 * time.Millisecond
	var mu sync.Mutex
	var order []string
	server := start(t, fakellm.Options{Latency: latency})
	c := client(t, server.URL, func(c *llm.Config) { c.MaxConcurrent = 2 })
	ask := func(ctx context.Context, party string) {
		_, err := c.Chat(llm.For(ctx, party), question)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			order = append(order, party)
		}
	}
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() { ask(t.Context(), "many") })
	}
	for range 60 { // who gives up waiting takes no slot along
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*latency)
			defer cancel()
			ask(ctx, "impatient")
		})
	}
	for server.Count() < 2 { // both slots are taken
		time.Sleep(time.Millisecond)
	}
	all.Go(func() { ask(t.Context(), "few") })
	all.Wait()
	many, place := 0, -1
	for i, party := range order {
		switch party {
		case "many":
			many++
		case "few":
			place = i
		}
	}
	if many != 60 || place < 0 || place > 20 {
		t.Errorf("%d of 60 were answered; the other party was number %d", many, place)
	}
}
