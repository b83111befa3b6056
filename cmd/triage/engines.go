package main

import (
	"triage/classifier"
	"triage/embeddings"
	"triage/jobs"
)

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
	judge.Engine, err = classifier.ForMode(classifier.Mode(mode), builtin, model, classifier.Sure(),
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
