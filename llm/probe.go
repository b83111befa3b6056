package llm

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
)

// ChatAbility is what an endpoint's chat model turned out to understand.
type ChatAbility struct {
	Model       string
	Format      string // how answers are asked for from now on: json_schema, json_object or text
	Kept        bool   // the answer had exactly the form that was asked for
	TokenField  string // max_tokens or max_completion_tokens
	Temperature bool
	NoStore     bool // it took the wish to keep nothing
	Latency     time.Duration
	Usage       Usage
}

// EmbeddingAbility is what an endpoint's embedding model turned out to give.
type EmbeddingAbility struct {
	Model      string
	Dimensions int
	Asked      int  // dimensions that were asked for, 0 for none
	Cut        bool // it gave as many as were asked for
	Normalised bool // vectors come with length 1
	Latency    time.Duration
	Usage      Usage
}

// probed is a question whose right answer is known. It holds nobody's words.
var probed = Question{
	System: "The user sends a JSON object. Copy the word in its member word into the member echo, and set the member sure to true. " +
		"Answer in JSON.",
	User:       []string{`{"word":"lantern"}`},
	SchemaName: "probe",
	Schema: []byte(`{"type":"object","properties":{"echo":{"type":"string","enum":["lantern","anchor","ladder"]},` +
		`"sure":{"type":"boolean"}},"required":["echo","sure"],"additionalProperties":false}`),
	MaxTokens: 64,
}

// ProbeChat asks the chat model a question whose answer is known, first with a strict schema,
// then in JSON mode, then in words alone, until the form is kept, and remembers what the
// endpoint understands. Some servers pass over a schema without complaint: only the answer
// tells. It makes a few short calls.
func (c *Client) ProbeChat(ctx context.Context) (ChatAbility, error) {
	if c.config.ChatModel == "" {
		return ChatAbility{}, &Error{Outcome: Invalid, Code: "no_chat_model"}
	}
	for {
		began := time.Now()
		answer, err := c.Chat(ctx, probed)
		spoken := c.dialect.Load()
		e := (*Error)(nil)
		unusable := errors.As(err, &e) && e.Outcome == Unusable
		if err != nil && !unusable {
			return ChatAbility{}, err
		}
		kept := err == nil && keptForm(answer.Content)
		if !kept {
			if simpler, ok := spoken.without(paramFormat); ok {
				c.dialect.CompareAndSwap(spoken, simpler)
				continue
			}
		}
		a := ChatAbility{
			Model: modelName(answer.Model, c.config.ChatModel), Format: string(spoken.format), Kept: kept,
			TokenField: "max_tokens", Temperature: spoken.temperature, NoStore: spoken.noStore,
			Latency: time.Since(began), Usage: answer.Usage,
		}
		if spoken.newTokenField || !spoken.temperature {
			a.TokenField = "max_completion_tokens"
		}
		return a, nil
	}
}

// keptForm reports whether content is one object of the probe's schema. The word itself is
// not looked at: this asks for form, not for wit.
func keptForm(content string) bool {
	var got struct {
		Echo *string `json:"echo"`
		Sure *bool   `json:"sure"`
	}
	d := json.NewDecoder(strings.NewReader(strings.TrimSpace(content)))
	d.DisallowUnknownFields()
	if d.Decode(&got) != nil || d.More() || got.Echo == nil || got.Sure == nil {
		return false
	}
	return *got.Echo == "lantern" || *got.Echo == "anchor" || *got.Echo == "ladder"
}

// ProbeEmbedding asks for two vectors and remembers when the endpoint gives another size than
// it was asked for: from then on its own size is taken. It makes at most two calls.
func (c *Client) ProbeEmbedding(ctx context.Context) (EmbeddingAbility, error) {
	began := time.Now()
	asked := c.config.EmbeddingDimensions
	vectors, usage, err := c.Embed(ctx, []string{"lantern", "Laterne"})
	if err != nil {
		return EmbeddingAbility{}, err
	}
	a := EmbeddingAbility{Model: c.config.EmbeddingModel, Dimensions: len(vectors[0]), Asked: asked, Normalised: true,
		Latency: time.Since(began), Usage: usage}
	for _, v := range vectors {
		sum := 0.0
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		if len(v) != a.Dimensions || math.IsNaN(sum) || math.IsInf(sum, 0) || sum < 1e-18 {
			return EmbeddingAbility{}, NewUnusable("vector_number")
		}
		a.Normalised = a.Normalised && math.Abs(math.Sqrt(sum)-1) < 0.01
	}
	a.Cut = asked > 0 && a.Dimensions == asked
	if asked > 0 && !a.Cut {
		c.fullSize.Store(true)
	}
	return a, nil
}

// OwnSize reports whether the endpoint gives vectors of its model's own size, whatever it is
// asked for.
func (c *Client) OwnSize() bool { return c.fullSize.Load() }
