// Package facebook reads the webhooks of Facebook Pages: comments and replies, posts of
// visitors, mentions and ratings. Source: Meta for Developers, Page webhooks reference.
package facebook

import (
	"net/http"
	"net/url"
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/triage"
)

// Connector reads Facebook's deliveries.
type Connector struct {
	Client *http.Client  // that asks the Graph API; nil is http.DefaultClient
	Every  time.Duration // between polls of an account that has a token; 0 is 5 min
}

// Name returns facebook.
func (Connector) Name() triage.Platform { return triage.Facebook }

// Verify checks Meta's signature.
func (Connector) Verify(d connector.Delivery, secrets []string) error { return meta.Verify(d, secrets) }

// CheckSecret checks the form of an app secret.
func (Connector) CheckSecret(secret string) error { return meta.CheckSecret(secret) }

// Handshake answers Meta's verification request.
func (Connector) Handshake(query url.Values, verifyToken string) (string, error) {
	return meta.Handshake(query, verifyToken)
}

// Withdrawal reads Meta's signed request, by which a person takes back what they allowed.
func (Connector) Withdrawal(form url.Values, secrets []string) (connector.Withdrawal, error) {
	return meta.Withdrawal(form, secrets)
}
