package main

import (
	"context"
	"fmt"
	"time"

	"triage/builtin"
	"triage/embeddings"
	"triage/jobs"
	"triage/llm"
)

// How long the start waits for an endpoint to tell what it can, and how often a process looks
// which space is in force.
const (
	probeFor  = 3 * time.Second
	lookEvery = 2 * time.Second
)

// readsWith lets judge read meanings with the engine that is in force, and fill the space of
// wanted beside it. Spaces of other models at the same endpoint can be opened by their names.
func (s *service) readsWith(judge *jobs.Judge, wanted embeddings.Engine, client *llm.Client) {
	s.wanted = wanted
	s.space = embeddings.NewCurrent(wanted, lookEvery, s.store.SpaceInForce, func(space string) (embeddings.Engine, error) {
		return s.openSpace(space, judge.Near, client)
	})
	judge.Embedder = s.space
}

func (s *service) openSpace(space string, near embeddings.Engine, client *llm.Client) (embeddings.Engine, error) {
	if space == builtin.VectorModel {
		return near, nil
	}
	if space == s.wanted.Model() {
		return s.wanted, nil
	}
	if client == nil {
		return nil, fmt.Errorf("vectors of %s: no endpoint is configured that gives them", space)
	}
	config := s.config
	config.EmbeddingModel, config.EmbeddingDimensions = embeddings.ParseSpace(space)
	older, err := config.EmbeddingClient(nil)
	if err == nil && older == nil {
		older, err = config.ModelClient()
	}
	if err != nil {
		return nil, err
	}
	return embeddings.NewLLM(older), nil
}

// wantSpace tells the database which model shall read meanings, and makes its index. What the
// endpoint can is asked first; while it is away, what the configuration says is believed.
func (s *service) wantSpace(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	if s.chat != nil {
		if a, err := s.chat.ProbeChat(limited); err != nil {
			s.log.WarnContext(ctx, "the language model could not be probed", "err", err)
		} else {
			s.log.InfoContext(ctx, "language model", "model", a.Model, "format", a.Format, "kept", a.Kept, "no_store", a.NoStore)
		}
	}
	if reader, ok := s.wanted.(*embeddings.LLM); ok {
		if a, err := reader.Probe(limited); err != nil {
			s.log.WarnContext(ctx, "the embedding model could not be probed", "err", err)
		} else {
			s.log.InfoContext(ctx, "embedding model", "model", a.Model, "dimensions", a.Dimensions, "cut", a.Cut)
		}
	}
	if s.wanted.Dimensions() == 0 {
		return nil // nobody knows its size yet; the next start does
	}
	if err := s.store.WantSpace(ctx, s.wanted.Model(), s.wanted.Dimensions()); err != nil {
		return err
	}
	if err := s.store.EnsureVectorIndex(ctx, s.wanted.Model(), s.wanted.Dimensions()); err != nil {
		return err
	}
	if err := s.space.Look(ctx); err != nil {
		s.log.WarnContext(ctx, "searches use another model than before", "err", err)
	}
	return nil
}
