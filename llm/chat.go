package llm

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	openai "github.com/sashabaranov/go-openai"
)

// Question is one request for a JSON object.
type Question struct {
	System     string
	User       []string // one user message each
	SchemaName string
	Schema     []byte // a JSON schema that keeps OpenAI's strict rules
	MaxTokens  int    // of the answer
}

// Answer is the content that came back, whole and unchecked: it is text from outside.
type Answer struct {
	Content string
	Model   string // as the endpoint names it, else as configured
	Usage   Usage
}

// Chat asks once. The answer has exactly one choice that ended by itself, without a
// refusal or a tool call. It costs whatever the answer's Usage says even when an error
// comes with it. Errors are of type *Error, and Invalid when no chat model is named.
//
// When the endpoint complains about a parameter that compatible endpoints differ about
// (strict schema, JSON mode, token limit, temperature), Chat asks again without it and
// remembers; that happens a few times in a client's life.
func (c *Client) Chat(ctx context.Context, q Question) (Answer, error) {
	if c.config.ChatModel == "" {
		return Answer{}, &Error{Outcome: Invalid, Code: "no_chat_model"}
	}
	for {
		spoken := c.dialect.Load()
		answer, err := c.chatOnce(spoken.keepingNothing(ctx), spoken.request(c.config.ChatModel, q))
		e := (*Error)(nil)
		if !errors.As(err, &e) || e.asksFor == "" {
			return answer, err
		}
		simpler, ok := spoken.without(e.asksFor)
		if !ok {
			return answer, err
		}
		c.dialect.CompareAndSwap(spoken, simpler)
	}
}

// NoStore reports whether the endpoint is told to keep neither questions nor answers.
func (c *Client) NoStore() bool { return c.dialect.Load().noStore }

// Format tells in which form answers are asked for at present: json_schema, json_object
// or text.
func (c *Client) Format() string { return string(c.dialect.Load().format) }

func (c *Client) chatOnce(ctx context.Context, r openai.ChatCompletionRequest) (Answer, error) {
	var resp openai.ChatCompletionResponse
	err := c.call(ctx, func() (http.Header, error) {
		var err error
		resp, err = c.openai.CreateChatCompletion(ctx, r)
		return resp.Header(), err
	})
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Model: modelName(resp.Model, c.config.ChatModel)}
	answer.Usage = c.priced(answer.Model, c.config.ChatModel, usageOf(resp.Usage))
	c.totals.add(answer.Usage)
	answer.Content, err = contentOf(resp.Choices)
	return answer, err
}

func contentOf(choices []openai.ChatCompletionChoice) (string, error) {
	if len(choices) != 1 {
		return "", NewUnusable("not_one_choice")
	}
	choice := choices[0]
	switch {
	case choice.Message.Refusal != "":
		return "", &Error{Outcome: Declined, Code: "refusal"}
	case choice.FinishReason == openai.FinishReasonContentFilter:
		return "", &Error{Outcome: Declined, Code: "content_filter"}
	case len(choice.Message.ToolCalls) > 0 || choice.Message.FunctionCall != nil:
		return "", NewUnusable("tool_call")
	case choice.FinishReason == openai.FinishReasonLength:
		return "", NewUnusable("cut_off")
	case choice.FinishReason != openai.FinishReasonStop:
		return "", NewUnusable("finish_reason")
	case choice.Message.Content == "":
		return "", NewUnusable("empty")
	}
	return choice.Message.Content, nil
}

var plainModelName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$`)

// modelName keeps the endpoint's name of its model, which often adds the version, when
// it looks like one.
func modelName(answered, configured string) string {
	if plainModelName.MatchString(answered) {
		return answered
	}
	return configured
}
