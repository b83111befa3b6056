// Package embeddings turns a text into a vector. It is the contract that the built-in
// engine and the LLM endpoint both keep; it knows no classification and no database.
package embeddings

import (
	"context"

	"triage/triage"
)

// Engine embeds texts. The result has one L2-normalised, finite vector per text, in
// order, all of Model and Dimensions. An error means that none was embedded.
type Engine interface {
	Embed(ctx context.Context, texts []string) ([]triage.Vector, error)
	Model() string
	Dimensions() int
}
