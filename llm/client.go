// Package llm speaks to one OpenAI-compatible endpoint: chat answers and embeddings,
// with time limits, a response cap, a fixed host, a breaker and a price for each call.
// It is the only importer of go-openai. It must not know intents, queues or the
// database, and it never logs: what it sends is people's words.
package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Config describes one endpoint. Zero values mean the defaults named beside them.
type Config struct {
	BaseURL string // with its version, such as https://api.openai.com/v1 (default)
	APIKey  string // may be empty for a local server

	ChatModel           string
	EmbeddingModel      string
	EmbeddingDimensions int // asked for in each request; 0 leaves it to the model

	// AzureAPIVersion switches to Azure's addresses and key header; the models are then
	// names of deployments.
	AzureAPIVersion string

	Timeout       time.Duration // of one call, body included; default 12 s
	MaxConcurrent int           // calls at the same time; default 16
	OpenFor       time.Duration // how long an open breaker lets nothing through; default 30 s
	RefusedFor    time.Duration // pause after a wrong key or a used-up quota; default 1 min
	RetryPause    time.Duration // before the one quick retry; default 200 ms

	// Prices are what models cost; default is the list that the program has.
	Prices PriceList

	// Random returns numbers in [0, 1) for jitter; default math/rand.
	Random func() float64
}

// Client is one endpoint with its breaker. It is safe for concurrent use.
type Client struct {
	config  Config
	openai  *openai.Client
	gate    *gate
	slots   *slots
	pace    Pace // nil: this process knows its own only
	dialect atomic.Pointer[dialect]
	totals  totals

	fullSize atomic.Bool // the embedding model's own size is taken, whatever is configured
}

// New returns a client for the endpoint, or an error of kind invalid that names the
// setting at fault. It makes no call.
func New(c Config) (*Client, error) {
	c = c.withDefaults()
	base, err := parseBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.ChatModel == "" && c.EmbeddingModel == "" {
		return nil, errors.New("llm: neither a chat model nor an embedding model is named")
	}
	settings := openai.DefaultConfig(c.APIKey)
	if c.AzureAPIVersion != "" {
		settings = openai.DefaultAzureConfig(c.APIKey, c.BaseURL)
		settings.APIVersion = c.AzureAPIVersion
		settings.AzureModelMapperFunc = func(model string) string { return model }
	}
	settings.BaseURL = strings.TrimRight(base.String(), "/")
	settings.HTTPClient = newHTTPClient(base, c.Timeout, c.MaxConcurrent)
	client := &Client{
		config: c,
		openai: openai.NewClientWithConfig(settings),
		gate:   newGate(c.OpenFor, c.RefusedFor),
		slots:  newSlots(c.MaxConcurrent),
	}
	client.dialect.Store(firstDialect(c.ChatModel, base.Hostname()))
	return client, nil
}

func (c Config) withDefaults() Config {
	if c.BaseURL == "" {
		c.BaseURL = "https://api.openai.com/v1"
	}
	if c.Timeout <= 0 {
		c.Timeout = 12 * time.Second
	}
	if c.MaxConcurrent <= 0 {
		c.MaxConcurrent = 16
	}
	if c.OpenFor <= 0 {
		c.OpenFor = 30 * time.Second
	}
	if c.RefusedFor <= 0 {
		c.RefusedFor = time.Minute
	}
	if c.RetryPause <= 0 {
		c.RetryPause = 200 * time.Millisecond
	}
	if c.Prices.Models == nil {
		c.Prices = Prices(nil)
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return c
}

// parseBaseURL refuses what would leak the key or be ambiguous. The address itself is
// left out of the error: a password may stand in it.
func parseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("llm: the base URL cannot be read")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("llm: the base URL must start with https:// or http://")
	case u.Host == "":
		return nil, errors.New("llm: the base URL names no host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("llm: the base URL must hold no user, query or fragment")
	}
	return u, nil
}

// ChatModel returns the configured chat model.
func (c *Client) ChatModel() string { return c.config.ChatModel }

// EmbeddingModel returns the configured embedding model.
func (c *Client) EmbeddingModel() string { return c.config.EmbeddingModel }

// EmbeddingDimensions returns the dimensions that each embedding request asks for, 0
// when they are left to the model.
func (c *Client) EmbeddingDimensions() int {
	if c.fullSize.Load() {
		return 0
	}
	return c.config.EmbeddingDimensions
}

// MaxConcurrent returns how many calls may run at the same time.
func (c *Client) MaxConcurrent() int { return c.config.MaxConcurrent }

// State tells how the endpoint stands: closed (calls go through), half-open (one probe
// goes through), open (none does: it failed too often) or held (none does: it told us
// to wait, or refused us).
func (c *Client) State() string { return c.gate.state() }

// Share lets the client keep a pace together with other processes. Set it before the client
// is used.
func (c *Client) Share(p Pace) { c.pace = p }

// Ready returns how many questions that were put off may be asked now: none while calls are
// held back, one where a probe must go first, else what keeps the endpoint busy for a while.
func (c *Client) Ready() int {
	switch all, one := c.gate.ready(time.Now()); {
	case all:
		return 4 * c.config.MaxConcurrent
	case one:
		return 1
	}
	return 0
}

// call runs one request to the endpoint within a slot and past the gate. The error of
// do is translated; nothing of its text survives.
func (c *Client) call(ctx context.Context, do func() (http.Header, error)) error {
	if err := c.slots.take(ctx); err != nil {
		return &Error{Outcome: Retry, Code: "no_free_slot", cause: err}
	}
	var result *Error
	defer func() { c.slots.give(result) }()
	if wait := c.paced(ctx); wait > 0 {
		return &Error{Outcome: Wait, Code: "paced", RetryAfter: min(max(wait, minWait), maxWait)}
	}
	leave, err := c.gate.enter()
	if err != nil {
		return err
	}
	// A panic below must still close the pass, or a half-open gate stays shut for ever.
	result = &Error{Outcome: Retry, Code: "panic"}
	defer func() { leave(result) }()
	header, err := do()
	result = translate(ctx, err, header)
	c.totals.calls.Add(1)
	if result != nil && result.Outcome == Wait {
		result.RetryAfter = c.jitter(result.RetryAfter)
	}
	c.tell(ctx, header, result)
	if result == nil {
		return nil
	}
	return result
}

// jitter lengthens d by up to a tenth, so that those who wait do not return together.
func (c *Client) jitter(d time.Duration) time.Duration {
	return min(maxWait, d+time.Duration(c.config.Random()*float64(d)/10))
}

// Twice runs try, and once more when its error says that asking again at once may
// help and ctx leaves time for it. It is the only retry of this package: a caller makes
// at most two calls, whatever the endpoint does. The second try gets the first error.
func (c *Client) Twice(ctx context.Context, try func(before error) error) error {
	err := try(nil)
	outcome := OutcomeOf(err)
	if err == nil || outcome != Retry && outcome != Unusable || isTimeout(err) {
		return err
	}
	pause := time.NewTimer(c.jitter(c.config.RetryPause))
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return err
	case <-pause.C:
	}
	if again := try(err); again != nil {
		return fmt.Errorf("second try: %w", again)
	}
	return nil
}
