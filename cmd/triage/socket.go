package main

import (
	"context"
	"time"

	"triage/api"
	"triage/notify/slack"
)

// The pauses between attempts to reach Slack.
const (
	socketPause   = 2 * time.Second
	socketLongest = time.Minute
)

// listenToSlack hears by Socket Mode what people do there, until ctx ends.
func (s *service) listenToSlack(ctx context.Context) {
	pause := socketPause
	for ctx.Err() == nil {
		began := time.Now()
		err := s.ear.Listen(ctx, func(ctx context.Context, call slack.Call, body []byte) error {
			return api.KeepSlackCall(ctx, s.store, call, body)
		})
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > socketLongest {
			pause = socketPause
		}
		s.log.WarnContext(ctx, "the socket to Slack has ended", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, socketLongest)
	}
}
