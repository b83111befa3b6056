package embeddings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"triage/embeddings"
	"triage/internal/fakellm"
	"triage/llm"
	"triage/triage"
)

func start(t *testing.T, o fakellm.Options) *fakellm.Server {
	t.Helper()
	s := fakellm.Start(o)
	t.Cleanup(s.Close)
	return s
}

func engine(t *testing.T, s *fakellm.Server, model string, dimensions int) *embeddings.LLM {
	t.Helper()
	c, err := llm.New(llm.Config{
		BaseURL: s.URL, APIKey: s.Key, EmbeddingModel: model, EmbeddingDimensions: dimensions,
		Timeout: 30 * time.Second, RetryPause: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return embeddings.NewLLM(c)
}

func length(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

func TestVectorsComeInOrderAndNormalised(t *testing.T) {
	server := start(t, fakellm.Options{})
	e := engine(t, server, "text-embedding-3-small", 256)
	texts := []string{"late again", "", "wann öffnet ihr?", "late again", "👍"}
	vectors, err := e.Embed(t.Context(), texts)
	if err != nil || len(server.Refusals()) > 0 || len(vectors) != len(texts) || e.Dimensions() != 256 {
		t.Fatalf("%v, refused %q, %d vectors", err, server.Refusals(), len(vectors))
	}
	for i, v := range vectors {
		if v.Model != "text-embedding-3-small@256" || len(v.Values) != 256 || math.Abs(length(v.Values)-1) > 1e-5 {
			t.Errorf("vector %d: %s, %d numbers, length %v", i, v.Model, len(v.Values), length(v.Values))
		}
		if texts[i] == "" {
			continue
		}
		want := fakellm.Vector(texts[i], 256) // the server answers in reverse order
		if got := float64(v.Values[0]) * length(want); math.Abs(got-float64(want[0])) > 1e-4 {
			t.Errorf("vector %d is another text's", i)
		}
	}
	if none, err := e.Embed(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("no texts: %v", err)
	}
}

func TestRequestsStayWithinTheEndpointsLimits(t *testing.T) {
	for name, c := range map[string]struct {
		model      string
		dimensions int
		text       string
		texts      int
		calls      int
	}{
		"many short texts":        {"text-embedding-3-small", 256, "ok", 600, 3},
		"many numbers":            {"text-embedding-3-large", 0, "ok", 100, 2},
		"long texts":              {"text-embedding-3-small", 64, strings.Repeat("漢", 4000), 120, 2},
		"a model without choice":  {"text-embedding-ada-002", 0, "ok", 3, 1},
		"a model nobody knows":    {"our-own", 0, "ok", 65, 2},
		"very dense, very long":   {"text-embedding-3-small", 64, strings.Repeat("😀", 50_000), 3, 1},
		"exactly one full batch":  {"text-embedding-3-small", 256, "ok", 256, 1},
		"dimensions never refuse": {"text-embedding-3-large", 3072, "ok", 1, 1},
	} {
		server := start(t, fakellm.Options{EmbeddingModel: c.model})
		texts := make([]string, c.texts)
		for i := range texts {
			texts[i] = c.text
		}
		vectors, err := engine(t, server, c.model, c.dimensions).Embed(t.Context(), texts)
		if err != nil || len(vectors) != c.texts || server.Count() != c.calls {
			t.Errorf("%s: %v, %d vectors in %d calls, want %d; refused %q", name, err, len(vectors), server.Count(), c.calls, server.Refusals())
		}
	}
}

func TestTheFirstAnswerTellsTheSizeOfAnUnknownModel(t *testing.T) {
	server := start(t, fakellm.Options{EmbeddingModel: "our-own", Script: func(n int, _ fakellm.Request) *fakellm.Reply {
		if n == 0 {
			return nil
		}
		return &fakellm.Reply{Body: `{"data":[{"index":0,"embedding":[1,2]}]}`}
	}})
	e := engine(t, server, "our-own", 0)
	if e.Dimensions() != 0 {
		t.Errorf("%d dimensions before any answer", e.Dimensions())
	}
	if _, err := e.Embed(t.Context(), []string{"a"}); err != nil || e.Dimensions() != 384 {
		t.Fatalf("%v, %d dimensions", err, e.Dimensions())
	}
	if _, err := e.Embed(t.Context(), []string{"a"}); llm.OutcomeOf(err) != llm.Unusable {
		t.Errorf("another size was taken: %v", err)
	}
}

func TestNoPrivateDetailLeaves(t *testing.T) {
	server := start(t, fakellm.Options{})
	text := "@jana_k jana@mail.example 0171 2345678 DE89 3704 0044 0532 0130 00 4111 1111 1111 1111"
	if _, err := engine(t, server, "text-embedding-3-small", 8).Embed(t.Context(), []string{text}); err != nil {
		t.Fatal(err)
	}
	if body := server.Requests()[0].Body; !bytes.Contains(body, []byte("[handle] [mail] [phone] [iban] [card]")) {
		t.Errorf("sent %s", body)
	}
}

// numbers writes n numbers as JSON.
func numbers(n int, at func(i int) float64) string {
	values := make([]float64, n)
	for i := range values {
		values[i] = at(i)
	}
	out, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func TestNoBadVectorIsTaken(t *testing.T) {
	good := numbers(4, func(i int) float64 { return float64(i + 1) })
	for name, body := range map[string]string{
		"too few numbers":     `{"data":[{"index":0,"embedding":[1,2,3]}]}`,
		"too many numbers":    `{"data":[{"index":0,"embedding":[1,2,3,4,5]}]}`,
		"all zero":            `{"data":[{"index":0,"embedding":[0,0,0,0]}]}`,
		"not a number":        `{"data":[{"index":0,"embedding":[NaN,1,1,1]}]}`,
		"endless":             `{"data":[{"index":0,"embedding":[1e400,1,1,1]}]}`,
		"too large":           `{"data":[{"index":0,"embedding":[1e39,1,1,1]}]}`,
		"a word":              `{"data":[{"index":0,"embedding":["1",1,1,1]}]}`,
		"none":                `{"data":[]}`,
		"null":                `{"data":null}`,
		"one too many":        fmt.Sprintf(`{"data":[{"index":0,"embedding":%s},{"index":1,"embedding":%s}]}`, good, good),
		"a foreign index":     fmt.Sprintf(`{"data":[{"index":1,"embedding":%s}]}`, good),
		"a negative index":    fmt.Sprintf(`{"data":[{"index":-1,"embedding":%s}]}`, good),
		"no vector in it":     `{"data":[{"index":0}]}`,
		"a page with a sorry": `<html>`,
	} {
		server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &fakellm.Reply{Body: body} }})
		vectors, err := engine(t, server, "text-embedding-3-small", 4).Embed(t.Context(), []string{"a"})
		if err == nil || vectors != nil || triage.KindOf(err) != triage.Unavailable || server.Count() > 2 {
			t.Errorf("%s: %v, %v, %d calls", name, vectors, err, server.Count())
		}
	}
	twice := fmt.Sprintf(`{"data":[{"index":0,"embedding":%s},{"index":0,"embedding":%s}]}`, good, good)
	server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &fakellm.Reply{Body: twice} }})
	if _, err := engine(t, server, "text-embedding-3-small", 4).Embed(t.Context(), []string{"a", "b"}); llm.OutcomeOf(err) != llm.Unusable {
		t.Errorf("one index twice: %v", err)
	}
}

// fill puts vectors of eight numbers into the placeholders.
func fill(body string) string {
	return strings.NewReplacer(
		`"<DIM zeros>"`, numbers(8, func(int) float64 { return 0 }),
		`"<VEC A>"`, numbers(8, func(i int) float64 { return float64(i + 1) }),
		`"<VEC B>"`, numbers(8, func(i int) float64 { return float64(8 - i) }),
	).Replace(body)
}

func TestEveryBadReplyOfTheCorpusEndsWithinTwoCalls(t *testing.T) {
	root := os.Getenv("TRIAGE_CORPUS")
	if root == "" {
		t.Log("the corpora are not here: TRIAGE_CORPUS is not set")
		return
	}
	file, err := os.ReadFile(filepath.Join(root, "hostile", "own", "llm-bad-replies.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := fakellm.ReadCases(bytes.NewReader(file), fill)
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		if c.Reply.Never || c.Reply.Drip > 0 {
			continue // the client's own test has these
		}
		server := start(t, fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply { return &c.Reply }})
		vectors, err := engine(t, server, "text-embedding-3-small", 8).Embed(t.Context(), []string{"a", "b"})
		if server.Count() < 1 || server.Count() > 2 {
			t.Errorf("%s: %d calls", c.Name, server.Count())
		}
		if c.Name != "emb_swapped_index" {
			if err == nil || triage.KindOf(err) != triage.Unavailable {
				t.Errorf("%s was taken: %v", c.Name, err)
			}
			continue
		}
		if err != nil || vectors[0].Values[0] > vectors[0].Values[7] || vectors[1].Values[0] < vectors[1].Values[7] {
			t.Errorf("%s: %v, %v", c.Name, err, vectors)
		}
	}
}
