package llm

import (
	"encoding/json"
	"math"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// parameter is one that compatible endpoints differ about.
type parameter string

const (
	paramFormat      parameter = "response_format"
	paramMaxTokens   parameter = "max_tokens"
	paramTemperature parameter = "temperature"
	paramEffort      parameter = "reasoning_effort"
	paramStore       parameter = "store"
	paramDimensions  parameter = "dimensions"
)

// dialect is what one endpoint understands. It is guessed from the model's name and
// corrected by the endpoint's own complaints; a client remembers it.
type dialect struct {
	format        openai.ChatCompletionResponseFormatType
	newTokenField bool // max_completion_tokens instead of max_tokens
	temperature   bool
	effort        bool // reasoning_effort
	noStore       bool // store: false
}

// firstDialect guesses: OpenAI's reasoning models take neither max_tokens nor a
// temperature, and everybody else's servers know max_tokens best.
func firstDialect(model, host string) *dialect {
	reasoning := false
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		reasoning = reasoning || strings.HasPrefix(model, prefix)
	}
	return &dialect{
		format:        openai.ChatCompletionResponseFormatTypeJSONSchema,
		newTokenField: reasoning || host == "api.openai.com",
		temperature:   !reasoning,
		effort:        reasoning,
		noStore:       true, // servers that keep nothing ignore it
	}
}

// without returns the dialect to speak after the endpoint complained about p, and false
// when there is nothing left to try.
func (d dialect) without(p parameter) (*dialect, bool) {
	switch {
	case p == paramFormat && d.format == openai.ChatCompletionResponseFormatTypeJSONSchema:
		d.format = openai.ChatCompletionResponseFormatTypeJSONObject
	case p == paramFormat && d.format == openai.ChatCompletionResponseFormatTypeJSONObject:
		d.format = openai.ChatCompletionResponseFormatTypeText
	case p == paramMaxTokens && !d.newTokenField:
		d.newTokenField = true
	case p == paramTemperature && d.temperature:
		d.temperature = false
	case p == paramEffort && d.effort:
		d.effort = false
	case p == paramStore && d.noStore:
		d.noStore = false
	default:
		return nil, false
	}
	return &d, true
}

// complaint returns the parameter that a status 400 is about, "" when it names none.
// Only OpenAI fills in param; the others say it in their message.
func complaint(api *openai.APIError) parameter {
	if api == nil {
		return ""
	}
	text := strings.ToLower(api.Message)
	if api.Param != nil {
		text = strings.ToLower(*api.Param) + " " + text
	}
	for _, p := range []struct {
		word  string
		param parameter
	}{
		{"response_format", paramFormat}, {"response format", paramFormat},
		{"json_schema", paramFormat}, {"json_object", paramFormat},
		{"reasoning_effort", paramEffort},
		{"max_tokens", paramMaxTokens},
		{"temperature", paramTemperature},
		{"matryoshka", paramDimensions}, {"dimensions", paramDimensions},
		{"'store'", paramStore}, {"`store`", paramStore}, {`"store"`, paramStore}, {"store ", paramStore}, {": store", paramStore},
	} {
		if strings.Contains(text, p.word) {
			return p.param
		}
	}
	return ""
}

// request writes q in the dialect. Where the endpoint cannot be held to the schema, the
// schema stands in the instructions instead.
func (d dialect) request(model string, q Question) openai.ChatCompletionRequest {
	system := q.System
	if d.format != openai.ChatCompletionResponseFormatTypeJSONSchema {
		system += "\n\nAnswer with exactly one JSON object, nothing before or after it, that fits this JSON schema:\n" +
			string(q.Schema)
	}
	messages := []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleSystem, Content: system}}
	for _, text := range q.User {
		messages = append(messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: text})
	}
	r := openai.ChatCompletionRequest{Model: model, Messages: messages}
	if d.format != openai.ChatCompletionResponseFormatTypeText {
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: d.format}
	}
	if d.format == openai.ChatCompletionResponseFormatTypeJSONSchema {
		r.ResponseFormat.JSONSchema = &openai.ChatCompletionResponseFormatJSONSchema{
			Name: q.SchemaName, Schema: json.RawMessage(q.Schema), Strict: true,
		}
	}
	d.limit(&r, q.MaxTokens)
	return r
}

// reasoningTokens is room for what a reasoning model thinks before it answers.
const reasoningTokens = 2000

func (d dialect) limit(r *openai.ChatCompletionRequest, tokens int) {
	if d.effort {
		r.ReasoningEffort = openai.ReasoningEffortLow
	}
	switch {
	case !d.temperature:
		r.MaxCompletionTokens = tokens + reasoningTokens
	case d.newTokenField:
		r.MaxCompletionTokens = tokens
	default:
		r.MaxTokens = tokens //nolint:staticcheck // deprecated by OpenAI only; most compatible servers know no other
	}
	if d.temperature {
		// go-openai leaves a plain zero out of the body, and the server's default is 1.
		r.Temperature = math.SmallestNonzeroFloat32
	}
}
