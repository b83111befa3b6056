package fakellm

import (
	"net/http"
	"slices"
	"strings"
)

// Kind is the server that is played. They share the requests and answers of OpenAI and
// differ in what they take, what they refuse, and how they say so.
type Kind string

// The kinds.
const (
	OpenAI   Kind = "openai" // the default
	Azure    Kind = "azure"
	Ollama   Kind = "ollama"
	VLLM     Kind = "vllm"
	LMStudio Kind = "lmstudio"
	LlamaCPP Kind = "llamacpp"
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{OpenAI, Azure, Ollama, VLLM, LMStudio, LlamaCPP} }

// keyed reports whether requests need a key. The others run on one's own machine.
func (k Kind) keyed() bool { return k == OpenAI || k == Azure }

// lenient reports whether members that nobody knows are passed over.
func (k Kind) lenient() bool { return !k.keyed() }

// refuses lists what the kind does not take, in the words of Options.Refuse: LM Studio has
// no JSON mode (its bug tracker, issue 189), vLLM cuts vectors only for models that are made
// for it (vllm pull request 16331), llama.cpp embeds only when it is told to at its start.
func (k Kind) refuses() []string {
	switch k {
	case LMStudio:
		return []string{"json_object"}
	case VLLM:
		return []string{"dimensions"}
	case LlamaCPP:
		return []string{"embeddings"}
	case OpenAI, Azure, Ollama:
	}
	return nil
}

// fullSize reports whether the wish for shorter vectors is passed over.
func (k Kind) fullSize() bool { return k == Ollama || k == LMStudio }

// form writes a refusal as the kind does: in OpenAI's envelope, as a bare text (LM Studio),
// or with its members at the top (vLLM before version 0.10).
func (k Kind) form(r *refusal) any {
	switch k {
	case LMStudio:
		return map[string]any{"error": r.Message}
	case VLLM:
		return map[string]any{"object": "error", "message": r.Message, "type": "BadRequestError", "param": nil, "code": r.status}
	case OpenAI, Azure, Ollama, LlamaCPP:
	}
	return map[string]any{"error": r}
}

// route returns what the path asks for: chat, embeddings, models, or nothing. Azure has one
// path for each deployment, and lists models only elsewhere.
func (s *Server) route(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	if s.options.Kind == Azure {
		deployment, ok := strings.CutPrefix(r.URL.Path, "/openai/deployments/")
		if !ok || r.URL.Query().Get("api-version") == "" {
			return ""
		}
		name, rest, _ := strings.Cut(deployment, "/")
		if name != s.options.ChatModel && name != s.options.EmbeddingModel {
			return "deployment"
		}
		path = rest
	}
	switch path {
	case "chat/completions":
		return "chat"
	case "embeddings", "models":
		return path
	}
	return ""
}

// key returns the key of a request: Azure has a header of its own.
func (s *Server) key(r Request) string {
	if s.options.Kind == Azure {
		return r.APIKey
	}
	return strings.TrimPrefix(r.Authorization, "Bearer ")
}

func (s *Server) refuses(name string) bool {
	return slices.Contains(s.options.Refuse, name) || slices.Contains(s.options.Kind.refuses(), name)
}

// models lists what the server has. Ollama names tags.
func (s *Server) models() any {
	tag := ""
	if s.options.Kind == Ollama {
		tag = ":latest"
	}
	return map[string]any{"object": "list", "data": []any{
		map[string]any{"id": s.options.ChatModel + tag, "object": "model"},
		map[string]any{"id": s.options.EmbeddingModel + tag, "object": "model"},
	}}
}
