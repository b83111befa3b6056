package embeddings_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"triage/embeddings"
	"triage/internal/fakellm"
	"triage/llm"
	"triage/triage"
)

// together lets n callers embed a text of their own each at the same time, and returns what
// all of it used up.
func together(t *testing.T, e embeddings.Engine, n int) (used triage.Tokens) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			text := fmt.Sprintf("parcel %d never came", i)
			vectors, one, err := embeddings.Hiding(t.Context(), e, []string{text}, [][]string{nil})
			if err != nil || len(vectors) != 1 {
				t.Errorf("%s: %v", text, err)
				return
			}
			want := fakellm.Vector(text, len(vectors[0].Values))
			dot := 0.0
			for k, x := range vectors[0].Values {
				dot += float64(x) * float64(want[k]) / length(want)
			}
			if math.Abs(dot-1) > 1e-4 {
				t.Errorf("%s got the vector of another", text)
			}
			mu.Lock()
			defer mu.Unlock()
			used = used.Plus(one)
		})
	}
	all.Wait()
	return used
}

func TestWhatIsAskedAtTheSameTimeGoesInFewRequests(t *testing.T) {
	server := start(t, fakellm.Options{Latency: 30 * time.Millisecond})
	e := engine(t, server, "text-embedding-3-small", 64)
	used := together(t, e, 200)
	// Four may be under way, and the others wait for one of them: the rest goes in a few more.
	if got := server.Count(); got > 20 {
		t.Errorf("%d requests for 200 texts that came together", got)
	}
	if used.Calls != int64(server.Count()) || used.Prompt < 200 || used.MicroUSD == 0 || used.Unpriced != 0 {
		t.Errorf("used %+v in %d requests", used, server.Count())
	}
	// 0.02 dollars per million tokens, of which less than a millionth is owed at the end
	if exact := 0.02 * float64(used.Prompt); math.Abs(exact-float64(used.MicroUSD)) > 1 {
		t.Errorf("%d tokens cost %d, not %.2f", used.Prompt, used.MicroUSD, exact)
	}
}

func TestAStrangersTextThatIsRefusedCostsNobodyElseTheVector(t *testing.T) {
	server := start(t, fakellm.Options{Latency: 20 * time.Millisecond, Script: func(_ int, r fakellm.Request) *fakellm.Reply {
		if contains(r.Body, "cursed") {
			return &fakellm.Reply{Status: 400, Body: `{"error":{"message":"No.","type":"invalid_request_error"}}`}
		}
		return nil
	}})
	e := engine(t, server, "text-embedding-3-small", 64)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := e.Embed(t.Context(), []string{"cursed"}); llm.OutcomeOf(err) != llm.Invalid {
				t.Errorf("the refused text: %v", err)
			}
		})
	}
	together(t, e, 40)
	all.Wait()
}

func TestWhoHangsUpTakesNobodyAlong(t *testing.T) {
	server := start(t, fakellm.Options{Latency: 50 * time.Millisecond})
	e := engine(t, server, "text-embedding-3-small", 64)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond)
			defer cancel()
			_, err := e.Embed(ctx, []string{"gone"})
			if err != nil && triage.KindOf(err) != triage.Unavailable {
				t.Errorf("who hung up got %v", err)
			}
			hung, hangUp := context.WithCancel(t.Context())
			hangUp()
			if _, err := e.Embed(hung, []string{"gone at once"}); err == nil {
				t.Error("who had hung up got an answer")
			}
		})
	}
	together(t, e, 100)
	all.Wait()
}

func contains(body []byte, word string) bool { return bytes.Contains(body, []byte(word)) }
