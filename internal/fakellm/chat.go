package fakellm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const contextTokens = 128_000

var chatMembers = []string{
	"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stream",
	"stop", "presence_penalty", "frequency_penalty", "response_format", "seed", "logit_bias", "logprobs",
	"top_logprobs", "user", "tools", "tool_choice", "parallel_tool_calls", "store", "metadata",
	"reasoning_effort", "service_tier", "verbosity", "safety_identifier", "prompt_cache_key", "stream_options",
}

// question is a valid chat request as far as answering needs it.
type question struct {
	model    string
	messages []message
	tokens   int // of all messages, estimated
	limit    int // of the answer
}

type message struct{ Role, Content string }

func (s *Server) checkChat(body []byte) (func() any, *refusal) {
	m, bad := s.known(body, chatMembers...)
	if bad != nil {
		return nil, bad
	}
	if bad := checkModel(m, s.options.ChatModel); bad != nil {
		return nil, bad
	}
	q := question{model: s.options.ChatModel}
	if q.messages, bad = checkMessages(m["messages"]); bad != nil {
		return nil, bad
	}
	if bad := s.checkSampling(m, &q); bad != nil {
		return nil, bad
	}
	if bad := s.checkFormat(m["response_format"], q.messages); bad != nil {
		return nil, bad
	}
	for _, msg := range q.messages {
		q.tokens += tokensOf(msg.Content) + 4
	}
	if q.tokens+q.limit > contextTokens {
		return nil, invalid("messages", "This model's maximum context length is %d tokens.", contextTokens).
			with(http.StatusBadRequest, "context_length_exceeded")
	}
	return func() any { return s.completion(q) }, nil
}

func checkMessages(raw json.RawMessage) ([]message, *refusal) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, invalid("messages", "Invalid 'messages': expected a non-empty array.")
	}
	messages := make([]message, 0, len(list))
	for i, item := range list {
		where := fmt.Sprintf("messages[%d]", i)
		m, bad := members(item, " in "+where, "role", "content", "name", "refusal", "tool_calls", "tool_call_id")
		if bad != nil {
			return nil, bad
		}
		var msg message
		if json.Unmarshal(m["role"], &msg.Role) != nil ||
			!slices.Contains([]string{"system", "developer", "user", "assistant", "tool"}, msg.Role) {
			return nil, invalid(where+".role", "Invalid value for '%s.role'.", where)
		}
		var content *string
		if json.Unmarshal(m["content"], &content) != nil || content == nil {
			return nil, invalid(where+".content", "Invalid value for '%s.content': expected a string.", where)
		}
		msg.Content = *content
		messages = append(messages, msg)
	}
	return messages, nil
}

// checkSampling checks the numbers of a chat request and what this endpoint is told not
// to know.
func (s *Server) checkSampling(m map[string]json.RawMessage, q *question) *refusal {
	for name := range m {
		if s.refuses(name) {
			return invalid(name, "Unsupported parameter: '%s' is not supported with this model.", name).
				with(http.StatusBadRequest, "unsupported_parameter")
		}
	}
	if bad := s.checkModelParameters(m); bad != nil {
		return bad
	}
	if m["max_tokens"] != nil && m["max_completion_tokens"] != nil {
		return invalid("max_tokens", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	}
	for _, bound := range []struct {
		name      string
		low, high float64
	}{
		{"temperature", 0, 2}, {"top_p", 0, 1}, {"n", 1, 128},
		{"presence_penalty", -2, 2}, {"frequency_penalty", -2, 2},
		{"max_tokens", 1, 16384}, {"max_completion_tokens", 1, 16384},
	} {
		n, bad := number(m, bound.name, bound.low, bound.high)
		if bad != nil {
			return bad
		}
		if strings.HasPrefix(bound.name, "max_") {
			q.limit = max(q.limit, int(n))
		}
	}
	return nil
}

// reasoning are the prefixes of models that think before they answer. The original takes
// neither max_tokens nor a temperature for them, and a thinking effort for no other.
var reasoning = []string{"o1", "o3", "o4", "gpt-5"}

func (s *Server) checkModelParameters(m map[string]json.RawMessage) *refusal {
	for _, name := range []string{"stream", "store", "logprobs", "parallel_tool_calls"} {
		var truth *bool
		if json.Unmarshal(m[name], &truth) != nil && m[name] != nil {
			return invalid(name, "Invalid type for '%s': expected a boolean.", name)
		}
	}
	if !s.options.Kind.keyed() {
		return nil
	}
	thinks := slices.ContainsFunc(reasoning, func(p string) bool { return strings.HasPrefix(s.options.ChatModel, p) })
	refused := []string{"reasoning_effort"}
	if thinks {
		refused = []string{"max_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs"}
	}
	for _, name := range refused {
		if m[name] != nil {
			return invalid(name, "Unsupported parameter: '%s' is not supported with this model.", name).
				with(http.StatusBadRequest, "unsupported_parameter")
		}
	}
	return nil
}

func (s *Server) checkFormat(raw json.RawMessage, messages []message) *refusal {
	if raw == nil {
		return nil
	}
	m, bad := members(raw, " in response_format", "type", "json_schema")
	if bad != nil {
		return bad
	}
	var kind string
	_ = json.Unmarshal(m["type"], &kind) // what cannot be read is refused below
	if s.refuses(kind) && s.options.Kind == LMStudio {
		return invalid("", "'response_format.type' must be 'json_schema' or 'text'")
	}
	if s.refuses(kind) {
		return invalid("response_format",
			"Invalid parameter: 'response_format' of type '%s' is not supported with this model.", kind)
	}
	switch kind {
	case "text":
		return nil
	case "json_object":
		for _, msg := range messages {
			if strings.Contains(strings.ToLower(msg.Content), "json") {
				return nil
			}
		}
		return invalid("messages", "'messages' must contain the word 'json' in some form, "+
			"to use 'response_format' of type 'json_object'.")
	case "json_schema":
		return checkNamedSchema(m["json_schema"])
	}
	return invalid("response_format.type", "Invalid value: '%s'.", kind)
}

// completion answers a valid question in the original's envelope.
func (s *Server) completion(q question) any {
	content := s.judge(q)
	finish, out := "stop", tokensOf(content)
	if q.limit > 0 && out > q.limit {
		finish, out, content = "length", q.limit, content[:q.limit*3]
	}
	return map[string]any{
		"id": "chatcmpl-fake", "object": "chat.completion", "created": 1, "model": q.model + "-2024-07-18",
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": finish,
			"message": map[string]any{"role": "assistant", "content": content, "refusal": nil},
		}},
		"usage": map[string]any{
			"prompt_tokens": q.tokens, "completion_tokens": out, "total_tokens": q.tokens + out,
			"prompt_tokens_details": map[string]any{"cached_tokens": 0},
		},
	}
}
