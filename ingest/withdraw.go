package ingest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// believed is how long a withdrawal stays believable. Meta repeats it for 36 hours; an older one
// may have been taken back itself.
const believed = 7 * 24 * time.Hour

// Withdraw takes a platform's form by which a person takes back what they allowed: tokens of
// theirs are forgotten, and with forget all that they wrote to any account of the endpoint,
// too. It returns the code by which they can look that up, empty without forget. Its errors
// are NotFound, the connector's signature errors, ErrTimestamp and Unavailable.
func (d *Door) Withdraw(ctx context.Context, platform triage.Platform, endpoint triage.ID, form url.Values, at time.Time, forget bool) (string, error) {
	p, e, err := d.open(ctx, platform, endpoint)
	if err != nil {
		return "", err
	}
	withdrawer, ok := p.(connector.Withdrawer)
	if !ok {
		return "", noSuchEndpoint
	}
	w, err := withdrawer.Withdrawal(form, e.secrets(at))
	if err != nil {
		return "", err
	}
	if w.Person == "" {
		return "", connector.ErrSignatureInvalid
	}
	if age := at.Sub(w.IssuedAt); age > believed || age < -ahead {
		return "", connector.ErrTimestamp
	}
	fresh := ""
	if forget {
		fresh = newCode()
	}
	row, err := d.endpoints.store.Endpoint(ctx, e.id)
	if err != nil {
		return "", err
	}
	var code string
	err = d.endpoints.store.Retrying(ctx, 5, func(tx *postgres.Tx) (err error) {
		code, err = tx.Withdraw(ctx, row, w.Person, w.IssuedAt, fresh, e.withdrawn(w, at, forget))
		return err
	})
	return code, err
}

// withdrawn are the changes that a withdrawal makes in every channel of the endpoint.
func (e *endpoint) withdrawn(w connector.Withdrawal, at time.Time, forget bool) (changes []postgres.Change) {
	actions := []triage.Action{triage.AccessEnded}
	if forget {
		actions = append(actions, triage.AuthorErased)
	}
	for _, c := range e.channels {
		for _, action := range actions {
			changes = append(changes, postgres.Change{Engagement: complete(triage.Engagement{
				Action: action, Author: triage.Author{ExternalID: w.Person, Followers: -1}, VersionAt: at,
			}, e.platform, c, at)})
		}
	}
	return changes
}

func newCode() string {
	var code [16]byte
	_, _ = rand.Read(code[:]) // it never fails
	return hex.EncodeToString(code[:])
}
