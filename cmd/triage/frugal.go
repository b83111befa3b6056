package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"triage/classifier"
	"triage/jobs"
	"triage/llm"
	"triage/postgres"
)

// frugal returns the model behind client, asked as little as brands want and as fast as all
// processes together may, and lets judge try again what it missed.
func (s *service) frugal(judge *jobs.Judge, client *llm.Client) (classifier.Engine, error) {
	model := classifier.NewLLM(client)
	if err := s.config.calibrate(model); err != nil {
		return nil, err
	}
	pace := jobs.ModelPace{Pace: postgres.Pace{
		Store: s.store, Endpoint: s.config.endpoint(),
		Trouble: func(ctx context.Context, err error) {
			s.log.WarnContext(ctx, "asked without the others' pace", "err", err)
		},
	}}
	client.Share(pace)
	judge.Ready = func(ctx context.Context) int {
		if pace.Wait(ctx) > 0 {
			return 0
		}
		return client.Ready()
	}
	return classifier.NewFrugal(model, judge.Purse(),
		jobs.Memory{Store: s.store, Near: judge.Near, Log: s.log}), nil
}

// endpoint names the chat endpoint and its key for those who share its pace.
func (c Config) endpoint() string {
	sum := sha256.Sum256([]byte(c.OpenAIBaseURL + "\x00" + c.OpenAIKey.Reveal()))
	return hex.EncodeToString(sum[:12])
}
