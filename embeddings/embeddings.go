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

// discreet is an engine outside the house, which is told which names to leave out.
type discreet interface {
	hiding(ctx context.Context, texts []string, names [][]string) ([]triage.Vector, error)
}

// Leaves reports whether texts leave the house when e embeds them.
func Leaves(e Engine) bool {
	if current, ok := e.(*Current); ok {
		e = current.last()
	}
	_, outside := e.(discreet)
	return outside
}

// Hiding embeds texts like e does. Where they leave the house, the names that are known
// around each text, aligned with texts, are taken out of it before.
func Hiding(ctx context.Context, e Engine, texts []string, names [][]string) ([]triage.Vector, error) {
	if outside, ok := e.(discreet); ok {
		return outside.hiding(ctx, texts, names)
	}
	return e.Embed(ctx, texts)
}
