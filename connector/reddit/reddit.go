// Package reddit asks Reddit for the comments of subreddits and for the mentions of and
// answers to an account, and looks again at what it has taken in, since Reddit tells nobody
// of edits, removals and deletions. Private messages are never taken in. Source: Reddit API
// documentation ("listings", "messages", "GET /api/info"), wiki pages "OAuth2" and "API".
package reddit

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// The addresses of the API and of what gives tokens for it.
const (
	api    = "https://oauth.reddit.com"
	tokens = "https://www.reddit.com"
)

// Connector asks Reddit.
type Connector struct {
	Client *http.Client  // nil is http.DefaultClient
	Every  time.Duration // between polls when there is nothing new; 0 is 1 min
	First  time.Duration // at least between two looks at a comment; 0 is 1 h
}

// Name returns reddit.
func (Connector) Name() triage.Platform { return triage.Reddit }

// DefaultAddress returns the address of the API. Any other also gives the tokens.
func (Connector) DefaultAddress() string { return api }

// Verify refuses every delivery: Reddit does not call us.
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
const minSecret = 40

// CheckSecret checks the form of client id, client secret and refresh token, which are
// joined by colons.
func (Connector) CheckSecret(secret string) error {
	if _, ok := keyOf(secret); !ok {
		return triage.Errorf(triage.Invalid, "The secret of a Reddit app is its client id, its client secret and a refresh token, joined by colons.")
	}
	return connector.CheckShared("The secret", secret, minSecret)
}

// account is what an external id says: the name of our user, and the subreddits that are
// read whole, as in "kiosk" and "kiosk/r/berlin+spaetis".
var account = regexp.MustCompile(`^([A-Za-z0-9_-]{3,20})(?:/r/([A-Za-z0-9_+]+))?$`)

// Open returns a conversation about an account.
func (c Connector) Open(s connector.Source) connector.Poller {
	if c.Every == 0 {
		c.Every = time.Minute
	}
	if c.First == 0 {
		c.First = time.Hour
	}
	found := &conversation{Connector: c, Source: s, posts: map[string]post{}}
	if parts := account.FindStringSubmatch(s.Account); parts != nil {
		found.user, found.subreddits = parts[1], parts[2]
	}
	return found
}
