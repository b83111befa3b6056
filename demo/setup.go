package demo

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Person is who the demo's token belongs to.
const Person = "Demo Lead"

// tokenLife bounds how long a token that was printed somewhere opens the demo brand.
const tokenLife = 30 * 24 * time.Hour

// box seals and opens secrets at rest.
type box interface {
	Seal(owner, plain string) []byte
	Open(owner string, sealed []byte) (string, error)
}

// Place is the demo brand as it stands in a database, and what opens it.
type Place struct {
	BrandID   triage.ID
	MadeAt    time.Time // when the brand was made
	Token     string
	Endpoints map[triage.Platform]Endpoint
}

// Endpoint is one webhook address of the demo brand.
type Endpoint struct {
	ID     triage.ID
	Secret string
}

// Path returns where its deliveries are posted.
func (e Endpoint) Path(platform triage.Platform) string {
	return fmt.Sprintf("/webhooks/%s/%s", platform, e.ID)
}

// Setup makes the brand, its endpoints and its channels where they are missing, and a
// fresh token. Running it again makes no second brand; a secret that cannot be opened any
// more is replaced.
func Setup(ctx context.Context, store *postgres.Store, b box) (Place, error) {
	var p Place
	err := store.InTx(ctx, func(tx *postgres.Tx) error {
		p = Place{Endpoints: map[triage.Platform]Endpoint{}}
		if err := p.brand(ctx, tx); err != nil {
			return err
		}
		held, err := tx.BrandEndpoints(ctx, p.BrandID)
		if err != nil {
			return err
		}
		for _, a := range accounts() {
			if p.Endpoints[a.platform], err = endpoint(ctx, tx, b, p.BrandID, a, held); err != nil {
				return err
			}
		}
		p.Token, err = token(ctx, tx, p.BrandID)
		return err
	})
	return p, err
}

func (p *Place) brand(ctx context.Context, tx *postgres.Tx) error {
	row, err := tx.Brand(ctx, Slug)
	if triage.KindOf(err) == triage.NotFound {
		_, err = tx.AddBrand(ctx, postgres.Actor{}, postgres.BrandRow{Slug: Slug, Name: Name, Context: Context, Goal: 0.5})
		if err == nil {
			row, err = tx.Brand(ctx, Slug)
		}
	}
	p.BrandID, p.MadeAt = row.ID, row.CreatedAt
	return err
}

// endpoint returns the endpoint of an account: the one that listens to it, or a new one.
func endpoint(
	ctx context.Context, tx *postgres.Tx, b box, brand triage.ID, a account, held []postgres.EndpointRow,
) (Endpoint, error) {
	for _, row := range held {
		if row.BrandID == brand && row.Platform == a.platform && !row.Disabled() && listens(row, a) {
			return opened(ctx, tx, b, row)
		}
	}
	e := Endpoint{ID: postgres.NewID(), Secret: newSecret(a.platform)}
	row := postgres.EndpointRow{
		ID: e.ID, BrandID: brand, Platform: a.platform,
		Secret: b.Seal(string(e.ID), e.Secret),
	}
	if a.platform != triage.StandardWebhooks {
		row.VerifyToken = b.Seal(string(e.ID), rand.Text())
	}
	if err := tx.AddEndpoint(ctx, postgres.Actor{}, row); err != nil {
		return Endpoint{}, err
	}
	_, err := tx.AddChannel(ctx, postgres.Actor{}, postgres.ChannelRow{
		BrandID: brand, EndpointID: e.ID, ExternalID: a.id, Name: a.name,
	})
	return e, err
}

func listens(row postgres.EndpointRow, a account) bool {
	for _, c := range row.Channels {
		if c.ExternalID == a.id {
			return true
		}
	}
	return false
}

func opened(ctx context.Context, tx *postgres.Tx, b box, row postgres.EndpointRow) (Endpoint, error) {
	secret, err := b.Open(string(row.ID), row.Secret)
	if err == nil {
		return Endpoint{ID: row.ID, Secret: secret}, nil
	}
	e := Endpoint{ID: row.ID, Secret: newSecret(row.Platform)}
	return e, tx.RotateSecret(ctx, postgres.Actor{}, row.ID, b.Seal(string(row.ID), e.Secret), tx.Now)
}

// newSecret makes a secret as the platform would give one.
func newSecret(platform triage.Platform) string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	if platform == triage.StandardWebhooks {
		return "whsec_" + base64.StdEncoding.EncodeToString(raw)
	}
	return hex.EncodeToString(raw[:16])
}

// token makes a token for the demo's person.
func token(ctx context.Context, tx *postgres.Tx, brand triage.ID) (string, error) {
	members, err := tx.Members(ctx, brand)
	if err != nil {
		return "", err
	}
	var person triage.ID
	for _, m := range members {
		if m.Name == Person {
			person = m.ID
		}
	}
	if person == "" {
		if person, err = tx.AddPerson(ctx, postgres.PersonRow{Name: Person}); err != nil {
			return "", err
		}
		if err := tx.AddMember(ctx, postgres.Actor{}, brand, person, triage.RoleLead); err != nil {
			return "", err
		}
	}
	_, made, err := tx.AddToken(ctx, postgres.Actor{}, postgres.NewToken{
		BrandID: brand, PersonID: person, Role: triage.RoleLead, ExpiresAt: tx.Now.Add(tokenLife),
	})
	return made, err
}
