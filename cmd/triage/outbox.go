package main

import (
	"fmt"
	"time"
	_ "time/tzdata" // the image has no time zones of its own

	"triage/chat"
	"triage/jobs"
	"triage/notify"
	"triage/notify/slack"
	"triage/queue"
)

// where is the place whose clock notices speak of.
const where = "Europe/Berlin"

// prepareSlack makes what tells teams in Slack, and what works on what they do there.
// Without a token there is neither: notices then stay in the outbox.
func (s *service) prepareSlack() error {
	if s.config.SlackToken == "" {
		return nil
	}
	client, err := slack.New(slack.Config{
		Token: s.config.SlackToken.Reveal(), AppToken: s.config.SlackAppToken.Reveal(), BaseURL: s.config.SlackURL,
	})
	if err != nil {
		return err
	}
	location, err := time.LoadLocation(where)
	if err != nil {
		return fmt.Errorf("time zone %s: %w", where, err)
	}
	voice := notify.Voice{Language: "en", Location: location, PublicURL: s.config.Address()}
	s.outbox = &jobs.Outbox{Store: s.store, Poster: client, Log: s.log, Voice: voice}
	s.clerk = &chat.Clerk{Store: s.store, Desk: queue.NewDesk(s.store), Slack: client, Voice: voice, Log: s.log}
	if s.config.SlackAppToken != "" {
		s.ear = client
	}
	return nil
}
