// Package googlebusiness asks Google for the reviews of a business's locations, and looks
// again at those it has taken in, since Google tells nobody of deletions. Source: Google
// Business Profile APIs, "Work with review data" (v4); Google Identity, "Refresh an access
// token". What is unconfirmed stands in docs/platforms/google_business.md.
package googlebusiness

import (
	"net/http"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// The addresses of the API and of what gives tokens for it.
const (
	api    = "https://mybusiness.googleapis.com"
	tokens = "https://oauth2.googleapis.com"
)

// Connector asks Google.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 10 min
	First  time.Duration // at least between two looks at a review; 0 is 24 h
}

// Name returns google_business.
func (Connector) Name() triage.Platform { return triage.GoogleBusiness }

// DefaultAddress returns the address of the API. Any other also gives the tokens.
func (Connector) DefaultAddress() string { return api }

// Verify refuses every delivery: Google's push says only that there is something to ask for,
// and we ask anyway.
func (Connector) Verify(connector.Delivery, []string) error { return connector.ErrSignatureMissing }

// key is what a secret holds.
type key struct{ client, secret, refresh string }

func keyOf(secret string) (key, bool) {
	parts := strings.Split(secret, ":")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return key{}, false
	}
	return key{parts[0], parts[1], parts[2]}, true
}

// minSecret is less than the length of the three parts.
const minSecret = 60

// CheckSecret checks the form of client id, client secret and refresh token, which are joined
// by colons.
func (Connector) CheckSecret(secret string) error {
	if _, ok := keyOf(secret); !ok {
		return triage.Errorf(triage.Invalid, "The secret is the client id, the client secret and a refresh token, joined by colons.")
	}
	return connector.CheckShared("The secret", secret, minSecret)
}

// Open returns a conversation about one location.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = 10 * time.Minute
	}
	if c.First == 0 {
		c.First = 24 * time.Hour
	}
	return &conversation{Connector: c, Source: s}
}
