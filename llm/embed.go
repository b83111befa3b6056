package llm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	openai "github.com/sashabaranov/go-openai"
)

// Embed asks once for one vector per text, in order of the texts. The vectors are as
// the endpoint gave them: their numbers and lengths are unchecked, except that there is
// exactly one per text, mapped by its index. The endpoint's limits on texts, tokens and
// (see MaxEmbeddingValues) numbers are the caller's duty. Errors are of type *Error.
//
// When the endpoint says that it cannot give as many dimensions as are configured, Embed asks
// again without and remembers; OwnSize tells.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, Usage, error) {
	if c.config.EmbeddingModel == "" {
		return nil, Usage{}, &Error{Outcome: Invalid, Code: "no_embedding_model"}
	}
	vectors, usage, err := c.embedOnce(ctx, texts)
	if e := (*Error)(nil); errors.As(err, &e) && e.asksFor == paramDimensions && c.EmbeddingDimensions() > 0 {
		c.fullSize.Store(true)
		return c.embedOnce(ctx, texts)
	}
	return vectors, usage, err
}

func (c *Client) embedOnce(ctx context.Context, texts []string) ([][]float32, Usage, error) {
	var resp openai.EmbeddingResponse
	badNumber := false
	err := c.call(ctx, func() (http.Header, error) {
		var err error
		resp, err = c.openai.CreateEmbeddings(ctx, openai.EmbeddingRequest{
			Input:          texts,
			Model:          openai.EmbeddingModel(c.config.EmbeddingModel),
			EncodingFormat: openai.EmbeddingEncodingFormatFloat,
			Dimensions:     c.EmbeddingDimensions(),
		})
		// A number that is none, or too large for a vector, is a bad answer of a live endpoint.
		if bad := (*json.UnmarshalTypeError)(nil); errors.As(err, &bad) {
			badNumber = true
			return resp.Header(), nil
		}
		return resp.Header(), err
	})
	if err != nil {
		return nil, Usage{}, err
	}
	usage := c.priced(string(resp.Model), c.config.EmbeddingModel, usageOf(resp.Usage))
	c.totals.add(usage)
	if badNumber {
		return nil, usage, NewUnusable("vector_number")
	}
	vectors, err := byIndex(resp.Data, len(texts))
	return vectors, usage, err
}

// byIndex puts the vectors in the order of their texts; the endpoint owes no order.
func byIndex(data []openai.Embedding, n int) ([][]float32, error) {
	if len(data) != n {
		return nil, NewUnusable("vector_count")
	}
	vectors := make([][]float32, n)
	for _, d := range data {
		if d.Index < 0 || d.Index >= n || vectors[d.Index] != nil || len(d.Embedding) == 0 {
			return nil, NewUnusable("vector_index")
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}
