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

// outside is an engine outside the house, which is told which names to leave out, and costs
// money.
type outside interface {
	hiding(ctx context.Context, texts []string, names [][]string) ([]triage.Vector, triage.Tokens, error)
	estimate(texts []string) (microUSD int64, known bool)
}

// Leaves reports whether texts leave the house when e embeds them.
func Leaves(e Engine) bool {
	_, away := away(e)
	return away
}

func away(e Engine) (outside, bool) {
	if current, ok := e.(*Current); ok {
		e = current.last()
	}
	o, ok := e.(outside)
	return o, ok
}

// Hiding embeds texts like e does. Where they leave the house, the names that are known
// around each text, aligned with texts, are taken out of it before. It tells what was used up,
// also with an error; what the engine in the house does costs nothing.
func Hiding(ctx context.Context, e Engine, texts []string, names [][]string) ([]triage.Vector, triage.Tokens, error) {
	if current, ok := e.(*Current); ok {
		e = current.now(ctx)
	}
	if o, ok := e.(outside); ok {
		return o.hiding(ctx, texts, names)
	}
	vectors, err := e.Embed(ctx, texts)
	return vectors, triage.Tokens{}, err
}

// Estimate returns what embedding texts with e may cost, in millionths of a US dollar, rather
// above than below, and whether that is known.
func Estimate(e Engine, texts []string) (microUSD int64, known bool) {
	if o, ok := away(e); ok {
		return o.estimate(texts)
	}
	return 0, true
}
