package main

import (
	"slices"
	"strings"

	"triage/connector"
	"triage/connector/bluesky"
	"triage/connector/discord"
	"triage/connector/discourse"
	"triage/connector/facebook"
	"triage/connector/googlebusiness"
	"triage/connector/instagram"
	"triage/connector/linkedin"
	"triage/connector/mastodon"
	"triage/connector/reddit"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/threads"
	"triage/connector/tiktok"
	"triage/connector/trustpilot"
	"triage/connector/x"
	"triage/connector/youtube"
	"triage/triage"
)

// platforms returns every platform that the service can listen to.
func platforms() []connector.Platform {
	return []connector.Platform{
		standardwebhooks.Connector{}, facebook.Connector{}, instagram.Connector{},
		threads.Connector{}, x.Connector{}, linkedin.Connector{}, tiktok.Connector{},
		telegram.Connector{}, discourse.Connector{}, slack.Connector{}, youtube.Connector{}, discord.Connector{},
		mastodon.Connector{}, bluesky.Connector{}, reddit.Connector{}, googlebusiness.Connector{}, trustpilot.Connector{},
	}
}

// platformNamed returns the platform with that name, or a usage error that names them all.
func platformNamed(name string) (connector.Platform, error) {
	var known []string
	for _, p := range platforms() {
		if p.Name() == triage.Platform(name) {
			return p, nil
		}
		known = append(known, string(p.Name()))
	}
	slices.Sort(known)
	return nil, usagef("there is no platform %q; known are %s", name, strings.Join(known, ", "))
}
