// Package setup opens and closes the doors of a brand: addresses that platforms deliver to,
// accounts that are listened to, and the sample comments of a brand that has no others yet.
// It seals what is secret and owns the transactions of all that. It knows no HTTP and no SQL.
package setup

import (
	"context"

	"github.com/google/uuid"

	"triage/connector"
	"triage/postgres"
	"triage/secret"
	"triage/triage"
)

// retries bounds how often a transaction runs that PostgreSQL broke off.
const retries = 3

// Setup is where doors are opened. It is safe for concurrent use.
type Setup struct {
	store     *postgres.Store
	box       *secret.Box
	platforms []connector.Platform
}

// New returns a setup over store that knows these platforms; box seals what is secret.
func New(store *postgres.Store, box *secret.Box, platforms []connector.Platform) *Setup {
	return &Setup{store: store, box: box, platforms: platforms}
}

// Kind is what somebody must know of a platform to open a door for it.
type Kind struct {
	Name      triage.Platform
	OurSecret bool   // its secret is ours to choose, and is made when none is given
	Verifies  bool   // it confirms an address by a token of ours
	Asked     bool   // it is asked for news, by its secret or by a token of the account
	Address   string // where it is asked, unless another place is named; empty: each account has one of its own
	Tokened   bool   // it calls us, and is asked only with a token of the account
}

// Kinds returns every platform that there is.
func (s *Setup) Kinds() []Kind {
	kinds := make([]Kind, len(s.platforms))
	for n, p := range s.platforms {
		k := Kind{Name: p.Name(), OurSecret: ours[p.Name()]}
		_, k.Verifies = p.(connector.Handshaker)
		_, k.Tokened = p.(connector.Tokened)
		if asked, ok := p.(connector.Asked); ok {
			k.Asked, k.Address = true, asked.DefaultAddress()
		}
		kinds[n] = k
	}
	return kinds
}

func (s *Setup) platform(name triage.Platform) (connector.Platform, error) {
	for _, p := range s.platforms {
		if p.Name() == name {
			return p, nil
		}
	}
	return nil, triage.Errorf(triage.Invalid, "There is no such platform.")
}

var noSuchEndpoint = triage.Errorf(triage.NotFound, "There is no such endpoint.")

// own returns an endpoint of the brand. Another brand's is NotFound, as one that is not there.
func own(ctx context.Context, tx *postgres.Tx, brand, id triage.ID) (postgres.EndpointRow, error) {
	if uuid.Validate(string(id)) != nil {
		return postgres.EndpointRow{}, noSuchEndpoint
	}
	e, err := tx.Endpoint(ctx, id)
	if err == nil && e.BrandID != brand {
		err = noSuchEndpoint
	}
	if triage.KindOf(err) == triage.NotFound {
		err = noSuchEndpoint
	}
	return e, err
}
