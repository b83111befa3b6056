// Package insight answers what a brand may want to know of the engine that reads its
// comments: what corrections have taught it, what to ask people next, and whether what comes
// in drifts away from what it knows. It reads, and writes nothing but the figures of weeks;
// it knows no HTTP.
package insight

import (
	"context"
	"fmt"
	"sync"

	"triage/classifier"
	"triage/embeddings"
	"triage/evaluation"
	"triage/postgres"
	"triage/triage"
)

// Insights answers for all brands. It is safe for concurrent use.
type Insights struct {
	store *postgres.Store
	tools func() (*tools, error)
	fixed func() ([]reading, error)
}

// New returns the insights over a store. The built-in engine is loaded when it is first
// needed.
func New(store *postgres.Store) *Insights {
	in := &Insights{store: store, tools: sync.OnceValues(loadTools)}
	in.fixed = sync.OnceValues(in.readOwn)
	return in
}

// tools are the built-in engines, which read comments here as they do in judging.
type tools struct {
	engine *classifier.Builtin
	near   *embeddings.Builtin
}

func loadTools() (*tools, error) {
	engine, err := classifier.NewBuiltin()
	if err != nil {
		return nil, err
	}
	near, err := embeddings.NewBuiltin()
	if err != nil {
		return nil, err
	}
	return &tools{engine, near}, nil
}

// reading is a comment of which it is known what is right, as the engine alone reads it.
type reading struct {
	asked postgres.Asked
	copy  string
	said  triage.Classification
	right triage.Intent
}

// read lets the engine read comments. ids may be nil.
func (t *tools) read(ctx context.Context, texts []string) ([]reading, error) {
	inputs := make([]triage.Input, len(texts))
	for n, text := range texts {
		inputs[n] = triage.Input{Text: text}
	}
	said, err := t.engine.Classify(ctx, inputs)
	if err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	vectors, err := t.near.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	out := make([]reading, len(texts))
	for n := range out {
		out[n].said = said[n]
		out[n].asked = postgres.Asked{ID: nobody, Vector: vectors[n].Values, Intent: said[n].Intent}
	}
	return out, nil
}

// nobody is the id of no engagement.
const nobody = triage.ID("00000000-0000-0000-0000-000000000000")

// readOwn reads the project's own evaluation set. It is the same for all brands.
func (in *Insights) readOwn() ([]reading, error) {
	comments, err := evaluation.Own()
	if err != nil {
		return nil, err
	}
	t, err := in.tools()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(comments))
	for n, c := range comments {
		texts[n] = c.Text
	}
	read, err := t.read(context.Background(), texts) // once for all who ask
	if err != nil {
		return nil, err
	}
	for n, c := range comments {
		read[n].right = c.Intent
	}
	return read, nil
}

// nearby is the search that judging does.
func (t *tools) nearby() postgres.Nearby {
	return postgres.Nearby{Model: t.near.Model(), Most: classifier.MostNeighbours, OtherReading: classifier.OtherReading}
}
