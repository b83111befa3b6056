// Package bluesky asks the AT Protocol for the notifications of an account: what mentions,
// answers and quotes it. It also listens to Jetstream, which tells of the same at once, of
// deletions and of accounts that are gone, and looks up again what it may have missed. Source:
// lexicons app.bsky.notification.listNotifications, app.bsky.feed.getPosts,
// app.bsky.actor.getProfiles, com.atproto.server.createSession and app.bsky.richtext.facet;
// Jetstream's README.
package bluesky

import (
	"net/http"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// Connector asks Bluesky.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 30 s
	First  time.Duration // until what is held is looked up again; 0 is 15 min
}

// Name returns bluesky.
func (Connector) Name() triage.Platform { return triage.Bluesky }

// DefaultAddress returns the server that most accounts are reached by.
func (Connector) DefaultAddress() string { return "https://bsky.social" }

// Verify refuses every delivery: Bluesky does not call us.
func (Connector) Verify(connector.Delivery, []string) error {
	return connector.ErrSignatureMissing
}

// minSecret is the length of an app password: four groups of four and three dashes.
const minSecret = 19

// CheckSecret checks the form of an app password.
func (Connector) CheckSecret(secret string) error {
	if len(secret) < minSecret || strings.TrimSpace(secret) != secret || connector.Guessable(secret) {
		return triage.Errorf(triage.Invalid, "This is no app password: make one under Settings, Privacy and security, App passwords.")
	}
	return nil
}

// Open returns a conversation about the account, which is named by its DID.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = 30 * time.Second
	}
	if c.First == 0 {
		c.First = 15 * time.Minute
	}
	return &conversation{Connector: c, Source: s, posts: map[string]post{}, profiles: map[string]profile{}}
}
