package llm_test

import (
	"strings"
	"testing"

	"triage/internal/fakellm"
	"triage/llm"
)

// probeOf answers the probe's question like a model that keeps the form.
func probeOf(_ int, r fakellm.Request) *fakellm.Reply {
	if !strings.Contains(string(r.Body), "lantern") || strings.Contains(r.Path, "embeddings") {
		return nil
	}
	return &fakellm.Reply{Body: `{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"{\"echo\":\"lantern\",\"sure\":true}"}}]}`}
}

func clientOf(t *testing.T, s *fakellm.Server, kind fakellm.Kind, dimensions int) *llm.Client {
	t.Helper()
	config := llm.Config{BaseURL: s.URL, APIKey: s.Key, ChatModel: "gpt-4o-mini", EmbeddingModel: "text-embedding-3-small", EmbeddingDimensions: dimensions}
	if kind == fakellm.Azure {
		config.AzureAPIVersion = "2024-10-21"
	}
	c, err := llm.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEachKindOfServerIsProbed(t *testing.T) {
	for kind, want := range map[fakellm.Kind]struct {
		refuse     []string
		format     string
		dimensions int
		cut        bool
	}{
		fakellm.OpenAI:   {nil, "json_schema", 256, true},
		fakellm.Azure:    {nil, "json_schema", 256, true},
		fakellm.Ollama:   {nil, "json_schema", 1536, false},
		fakellm.VLLM:     {nil, "json_schema", 1536, false},
		fakellm.LMStudio: {[]string{"json_schema"}, "text", 1536, false},
		fakellm.LlamaCPP: {[]string{"json_schema"}, "json_object", 0, false},
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := fakellm.Start(fakellm.Options{Kind: kind, Refuse: want.refuse, Script: probeOf})
			t.Cleanup(s.Close)
			c := clientOf(t, s, kind, 256)
			chat, err := c.ProbeChat(t.Context())
			if err != nil || chat.Format != want.format || !chat.Kept || c.Format() != want.format {
				t.Errorf("chat %+v, %v; refused %q", chat, err, s.Refusals())
			}
			e, err := c.ProbeEmbedding(t.Context())
			if want.dimensions == 0 {
				if llm.OutcomeOf(err) != llm.Refused {
					t.Errorf("embeddings %+v, %v", e, err)
				}
				return
			}
			if err != nil || e.Dimensions != want.dimensions || e.Cut != want.cut || c.OwnSize() == want.cut {
				t.Errorf("embeddings %+v, %v; refused %q", e, err, s.Refusals())
			}
		})
	}
}

func TestASchemaThatIsPassedOverIsNoticed(t *testing.T) {
	s := fakellm.Start(fakellm.Options{Kind: fakellm.Ollama, Script: func(int, fakellm.Request) *fakellm.Reply {
		return &fakellm.Reply{Body: `{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Sure: lantern"}}]}`}
	}})
	t.Cleanup(s.Close)
	c := clientOf(t, s, fakellm.Ollama, 0)
	a, err := c.ProbeChat(t.Context())
	if err != nil || a.Kept || a.Format != "text" || s.Count() != 3 {
		t.Errorf("%+v, %v, %d calls", a, err, s.Count())
	}
}
