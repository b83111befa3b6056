package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"triage/llm"
)

// ModelClient returns a client for the configured chat model, and for the embedding model
// where both are at one endpoint.
func (c Config) ModelClient() (*llm.Client, error) {
	return c.client(llm.Config{
		BaseURL: c.OpenAIBaseURL, APIKey: c.OpenAIKey.Reveal(), ChatModel: c.ChatModel,
		EmbeddingModel: c.embeddingModelAt(c.OpenAIBaseURL), EmbeddingDimensions: c.EmbeddingDimensions,
	})
}

// EmbeddingClient returns a client for the configured embedding model: chat's, unless
// TRIAGE_EMBEDDING_BASE_URL names another endpoint.
func (c Config) EmbeddingClient(chat *llm.Client) (*llm.Client, error) {
	if c.EmbeddingBaseURL == "" {
		return chat, nil
	}
	return c.client(llm.Config{
		BaseURL: c.EmbeddingBaseURL, APIKey: cmp.Or(c.EmbeddingKey, c.keyFor(c.EmbeddingBaseURL)).Reveal(),
		EmbeddingModel: c.EmbeddingModel, EmbeddingDimensions: c.EmbeddingDimensions,
	})
}

// keyFor returns the chat endpoint's key for the same address only: a key never goes to a
// host that it was not given for.
func (c Config) keyFor(address string) hidden {
	if address == c.OpenAIBaseURL {
		return c.OpenAIKey
	}
	return ""
}

func (c Config) embeddingModelAt(address string) string {
	if c.EmbedsBuiltin() || c.EmbeddingBaseURL != "" && c.EmbeddingBaseURL != address {
		return ""
	}
	return c.EmbeddingModel
}

// EmbedsBuiltin reports whether the built-in engine reads meanings.
func (c Config) EmbedsBuiltin() bool {
	return c.Judges() == EngineBuiltin || c.EmbeddingModel == EngineBuiltin
}

func (c Config) client(settings llm.Config) (*llm.Client, error) {
	prices, err := c.prices()
	if err != nil {
		return nil, err
	}
	settings.AzureAPIVersion, settings.Timeout, settings.Prices = c.AzureAPIVersion, c.LLMTimeout, prices
	client, err := llm.New(settings)
	if err != nil {
		return nil, fmt.Errorf("language model: %w", err)
	}
	return client, nil
}

// prices returns what models cost: what the program knows, and over it the file of
// TRIAGE_PRICES.
func (c Config) prices() (llm.PriceList, error) {
	if c.PriceFile == "" {
		return llm.Prices(nil), nil
	}
	raw, err := os.ReadFile(c.PriceFile)
	if err != nil {
		return llm.PriceList{}, fmt.Errorf("TRIAGE_PRICES: %w", err)
	}
	own, err := llm.ReadPrices(raw)
	if err != nil {
		return llm.PriceList{}, fmt.Errorf("TRIAGE_PRICES: %w", err)
	}
	return llm.Prices(&own), nil
}

// checkPrices tells whether it is known what the models cost. Brands with a budget do without
// those of which nobody knows.
func checkPrices(_ context.Context, config Config) []finding {
	const check = "prices"
	if config.Judges() == EngineBuiltin {
		return nil
	}
	prices, err := config.prices()
	if err != nil {
		return []finding{failed(check, short(err), "mend the file, or leave TRIAGE_PRICES empty")}
	}
	chat, err := config.ModelClient()
	if err != nil {
		return nil // which another check tells
	}
	var unknown []string
	if _, known := chat.CostOf(1, 1); !known {
		unknown = append(unknown, config.ChatModel)
	}
	if reader, err := config.EmbeddingClient(chat); err == nil && !config.EmbedsBuiltin() {
		if _, known := reader.CostOfEmbedding(1); !known {
			unknown = append(unknown, config.EmbeddingModel)
		}
	}
	if len(unknown) > 0 {
		return []finding{warning(check, "nobody knows what "+strings.Join(unknown, " and ")+" costs, so brands with a budget do without",
			"name its price in a file and set TRIAGE_PRICES; docs/models.md shows how")}
	}
	return []finding{ok(check, "known as of "+prices.AsOf)}
}
