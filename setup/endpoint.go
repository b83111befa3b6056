package setup

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// ours are the platforms that take a secret of our choice; all others have given one to
// whoever made an app or an account there.
var ours = map[triage.Platform]bool{
	triage.StandardWebhooks: true, triage.Telegram: true, triage.Discourse: true, triage.YouTube: true, triage.Trustpilot: true,
}

// newSecret returns a secret that nobody can guess, in the platform's form.
func newSecret(p triage.Platform) string {
	if p != triage.StandardWebhooks {
		return rand.Text() + rand.Text()
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// Opened is an endpoint that was just made, with what is shown this once. What somebody gave
// themselves is not given back.
type Opened struct {
	Endpoint    postgres.EndpointRow
	Secret      string
	VerifyToken string
}

// AddEndpoint makes an address for a platform. Where the secret is ours to choose and none is
// given, one is made; so is the token by which a platform confirms the address.
func (s *Setup) AddEndpoint(ctx context.Context, who postgres.Caller, name triage.Platform, given, verify string) (Opened, error) {
	platform, err := s.platform(name)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Endpoint: postgres.EndpointRow{ID: postgres.NewID(), BrandID: who.BrandID, Platform: name}}
	if given == "" && ours[name] {
		o.Secret = newSecret(name)
		given = o.Secret
	}
	if err := platform.CheckSecret(given); err != nil {
		return Opened{}, err
	}
	o.Endpoint.Secret = s.box.Seal(string(o.Endpoint.ID), given)
	if _, shakes := platform.(connector.Handshaker); shakes {
		if verify == "" {
			o.VerifyToken = rand.Text()
			verify = o.VerifyToken
		}
		o.Endpoint.VerifyToken = s.box.Seal(string(o.Endpoint.ID), verify)
	}
	err = s.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		return tx.AddEndpoint(ctx, who.Actor(), o.Endpoint)
	})
	return o, err
}

// Rotate gives an endpoint of the brand another secret; the one before stays valid for keep.
// It returns the secret where one was made.
func (s *Setup) Rotate(ctx context.Context, who postgres.Caller, id triage.ID, given string, keep time.Duration) (made string, err error) {
	err = s.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		e, err := own(ctx, tx, who.BrandID, id)
		if err != nil {
			return err
		}
		platform, err := s.platform(e.Platform)
		if err != nil {
			return err
		}
		next := given
		if next == "" && ours[e.Platform] {
			made = newSecret(e.Platform)
			next = made
		}
		if err := platform.CheckSecret(next); err != nil {
			return err
		}
		return tx.RotateSecret(ctx, who.Actor(), e.ID, s.box.Seal(string(e.ID), next), tx.Now.Add(keep))
	})
	return made, err
}

// SetDisabled stops an endpoint of the brand from taking deliveries, or lets it take them again.
func (s *Setup) SetDisabled(ctx context.Context, who postgres.Caller, id triage.ID, disabled bool) error {
	return s.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		e, err := own(ctx, tx, who.BrandID, id)
		if err != nil {
			return err
		}
		return tx.SetEndpointDisabled(ctx, who.Actor(), e.ID, disabled)
	})
}
