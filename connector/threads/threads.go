// Package threads reads the webhooks of Threads: replies, mentions and the deletion of the
// account's own posts. Source: Meta for Developers, Threads webhooks. Threads tells of no
// edits, and of nothing that others delete.
package threads

import (
	"net/url"

	"triage/connector"
	"triage/connector/meta"
	"triage/triage"
)

// Connector reads Threads' deliveries.
type Connector struct{}

// Name returns threads.
func (Connector) Name() triage.Platform { return triage.Threads }

// Verify checks Meta's signature, which is made with the secret of the Threads app, not
// with that of the Meta app around it.
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
