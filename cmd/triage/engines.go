package main

import (
	"triage/classifier"
	"triage/embeddings"
	"triage/jobs"
)

// sure is the confidence, of queue and intent, from which the cascade takes the built-in
// engine's word. A model that is right 95 times in 100 is then asked about 67 % of comments and
// gives 0.961 right queues, beside 0.974 when it is asked about all: docs/evaluation/cascade.md.
const sure = 0.7

// judge makes the worker with the engines that the configuration names.
func (s *service) judge() (*jobs.Judge, error) {
	builtin, err := classifier.NewBuiltin()
	if err != nil {
		return nil, err
	}
	vectors, err := embeddings.NewBuiltin()
	if err != nil {
		return nil, err
	}
	prices, err := s.config.prices()
	if err != nil {
		return nil, err
	}
	judge := &jobs.Judge{
		Store: s.store, Engine: builtin, Builtin: builtin, Embedder: vectors, Near: vectors, Log: s.log, Tally: &jobs.Tally{},
		Prices: prices,
	}
	mode := s.config.Judges()
	s.readsWith(judge, vectors, nil)
	if mode == EngineBuiltin {
		return judge, nil
	}
	client, err := s.config.ModelClient()
	if err != nil {
		return nil, err
	}
	s.chat = client
	model, err := s.frugal(judge, client)
	if err != nil {
		return nil, err
	}
	judge.Engine, err = classifier.ForMode(classifier.Mode(mode), builtin, model, sure,
		jobs.Teacher{Store: s.store, Near: vectors, Log: s.log})
	if err != nil {
		return nil, err
	}
	if s.config.EmbedsBuiltin() {
		return judge, nil
	}
	reader, err := s.config.EmbeddingClient(client)
	if err != nil {
		return nil, err
	}
	s.readsWith(judge, embeddings.NewLLM(reader), reader)
	return judge, nil
}
