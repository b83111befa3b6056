// Package instagram reads the webhooks of Instagram accounts: comments, replies, live
// comments, mentions and story mentions. Source: Meta for Developers, Instagram webhooks
// reference. Instagram tells of no edits, and of deletions only for messages.
package instagram

import (
	"net/http"
	"net/url"
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/triage"
)

// Connector reads Instagram's deliveries.
type Connector struct {
	Client *http.Client  // that asks the Graph API; nil is http.DefaultClient
	Every  time.Duration // between polls of an account that has a token; 0 is 5 min
	First  time.Duration // at least between two looks at a comment; 0 is 6 h
}

// Name returns instagram.
func (Connector) Name() triage.Platform { return triage.Instagram }

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
