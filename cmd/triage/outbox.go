package main

import (
	"fmt"
	"time"
	_ "time/tzdata" // the image has no time zones of its own

	"triage/jobs"
	"triage/notify"
	"triage/notify/slack"
)

// where is the place whose clock notices speak of.
const where = "Europe/Berlin"

// slackOutbox makes what tells teams in Slack, or nil when no token is set: notices then
// stay in the outbox.
func (s *service) slackOutbox() (*jobs.Outbox, error) {
	if s.config.SlackToken == "" {
		return nil, nil
	}
	client, err := slack.New(slack.Config{Token: s.config.SlackToken.Reveal(), BaseURL: s.config.SlackURL})
	if err != nil {
		return nil, err
	}
	location, err := time.LoadLocation(where)
	if err != nil {
		return nil, fmt.Errorf("time zone %s: %w", where, err)
	}
	return &jobs.Outbox{
		Store: s.store, Poster: client, Log: s.log,
		Voice: notify.Voice{Language: "en", Location: location, PublicURL: s.config.Address()},
	}, nil
}
