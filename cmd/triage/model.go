package main

import (
	"cmp"
	"fmt"

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
	settings.AzureAPIVersion, settings.Timeout = c.AzureAPIVersion, c.LLMTimeout
	client, err := llm.New(settings)
	if err != nil {
		return nil, fmt.Errorf("language model: %w", err)
	}
	return client, nil
}
