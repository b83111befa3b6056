package setup

import (
	"context"
	"net/http"
	"time"

	"triage/connector"
	"triage/demo"
	"triage/postgres"
	"triage/triage"
)

// Door takes a delivery as if a platform had sent it.
type Door func(context.Context, triage.Platform, triage.ID, connector.Delivery) error

// Sample reports how many sample comments of the brand are there.
func (s *Setup) Sample(ctx context.Context, brand triage.ID) (int, error) {
	said, err := s.store.SaidAt(ctx, brand, demo.SampleAccount())
	return len(said), err
}

// ShowSample lets an invented community speak to the brand, through an endpoint of its own and
// the real door, so that everything happens as it will with a platform.
func (s *Setup) ShowSample(ctx context.Context, who postgres.Caller, door Door) error {
	var e postgres.EndpointRow
	var key string
	err := s.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		e, key, err = s.sampleEndpoint(ctx, tx, who)
		return err
	})
	if err != nil {
		return err
	}
	deliveries, err := demo.Sample(s.store.Now())
	if err != nil {
		return err
	}
	return s.deliver(ctx, e.ID, key, deliveries, door)
}

// HideSample takes back what the invented community said, through the same door, and closes
// its endpoint.
func (s *Setup) HideSample(ctx context.Context, who postgres.Caller, door Door) error {
	said, err := s.store.SaidAt(ctx, who.BrandID, demo.SampleAccount())
	if err != nil || len(said) == 0 {
		return err
	}
	var e postgres.EndpointRow
	var key string
	err = s.store.Retrying(ctx, retries, func(tx *postgres.Tx) (err error) {
		e, key, err = s.sampleEndpoint(ctx, tx, who)
		return err
	})
	if err != nil {
		return err
	}
	deliveries, err := demo.TakenBack(said, s.store.Now())
	if err != nil {
		return err
	}
	if err := s.deliver(ctx, e.ID, key, deliveries, door); err != nil {
		return err
	}
	return s.SetDisabled(ctx, who, e.ID, true)
}

// sampleEndpoint returns the endpoint of the sample comments, open and with its secret. It
// makes one where there is none, or where the key of the installation has changed.
func (s *Setup) sampleEndpoint(ctx context.Context, tx *postgres.Tx, who postgres.Caller) (e postgres.EndpointRow, key string, err error) {
	all, err := tx.BrandEndpoints(ctx, who.BrandID)
	if err != nil {
		return e, "", err
	}
	for _, e := range all {
		if e.BrandID != who.BrandID || len(e.Channels) != 1 || e.Channels[0].ExternalID != demo.SampleAccount() {
			continue
		}
		if key, err = s.box.Open(string(e.ID), e.Secret); err != nil {
			return e, "", triage.Errorf(triage.Conflict, "The secret of the sample's endpoint cannot be opened any more: give it another one.")
		}
		if e.Disabled() {
			err = tx.SetEndpointDisabled(ctx, who.Actor(), e.ID, false)
		}
		return e, key, err
	}
	e = postgres.EndpointRow{ID: postgres.NewID(), BrandID: who.BrandID, Platform: triage.StandardWebhooks}
	key = newSecret(e.Platform)
	e.Secret = s.box.Seal(string(e.ID), key)
	if err := tx.AddEndpoint(ctx, who.Actor(), e); err != nil {
		return e, "", err
	}
	_, err = tx.AddChannel(ctx, who.Actor(), postgres.ChannelRow{
		BrandID: who.BrandID, EndpointID: e.ID, Platform: e.Platform, ExternalID: demo.SampleAccount(), Name: "Sample comments",
	})
	return e, key, err
}

func (s *Setup) deliver(ctx context.Context, endpoint triage.ID, key string, deliveries []demo.Delivery, door Door) error {
	for _, d := range deliveries {
		at := time.Now()
		signed, err := d.Sign(key, at)
		if err != nil {
			return err
		}
		header := http.Header{}
		for name, value := range signed {
			header.Set(name, value)
		}
		if err := door(ctx, d.Platform, endpoint, connector.Delivery{Header: header, Body: d.Body, ReceivedAt: at.UTC()}); err != nil {
			return err
		}
	}
	return nil
}
