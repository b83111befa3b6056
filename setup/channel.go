package setup

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"strings"

	"triage/connector"
	"triage/postgres"
	"triage/secret"
	"triage/triage"
)

// AddChannel lets an account be listened to under an endpoint of the brand. The row says
// endpoint, account and name, and an address where the account has one of its own; token is
// the account's, where the platform is asked by one.
func (s *Setup) AddChannel(ctx context.Context, who postgres.Caller, row postgres.ChannelRow, token string) (postgres.ChannelRow, error) {
	row.ID, row.BrandID = postgres.NewID(), who.BrandID
	if row.Address != "" && !public(row.Address) {
		return row, triage.Errorf(triage.Invalid, "The address must be one of the public internet, with https and without user and password.")
	}
	err := s.store.Retrying(ctx, retries, func(tx *postgres.Tx) error {
		e, err := own(ctx, tx, who.BrandID, row.EndpointID)
		if err != nil {
			return err
		}
		row.Platform = e.Platform
		platform, err := s.platform(e.Platform)
		if err != nil {
			return err
		}
		if err := Ask(platform, func() (*secret.Box, error) { return s.box, nil }, &row, token); err != nil {
			return err
		}
		_, err = tx.AddChannel(ctx, who.Actor(), row)
		return err
	})
	return row, err
}

// Ask gives a channel the sealed token, and the address by which it is asked: its own, else
// the platform's. box is opened only when there is something to seal.
func Ask(platform connector.Platform, box func() (*secret.Box, error), row *postgres.ChannelRow, token string) error {
	if token != "" {
		if err := seal(platform, box, row, token); err != nil {
			return err
		}
	}
	asked, ok := platform.(connector.Asked)
	_, tokened := platform.(connector.Tokened)
	switch {
	case !ok && row.Address != "":
		return triage.Errorf(triage.Invalid, "The platform %s calls us: there is no address to ask at.", platform.Name())
	case tokened && row.Token == nil && row.Address != "":
		return triage.Errorf(triage.Invalid, "The platform %s is asked by a token of the account only.", platform.Name())
	case !ok, tokened && row.Token == nil:
		return nil
	case row.Address == "" && asked.DefaultAddress() == "":
		return triage.Errorf(triage.Invalid, "The address is missing: which server does the account live on?")
	}
	row.Address = strings.TrimRight(cmp.Or(row.Address, asked.DefaultAddress()), "/")
	return nil
}

func seal(platform connector.Platform, box func() (*secret.Box, error), row *postgres.ChannelRow, token string) error {
	tokened, ok := platform.(connector.Tokened)
	if !ok {
		return triage.Errorf(triage.Invalid, "The platform %s takes no token of an account: its only secret is that of its endpoint.", platform.Name())
	}
	if err := tokened.CheckToken(token); err != nil {
		return err
	}
	open, err := box()
	if err != nil {
		return err
	}
	row.Token = open.Seal(string(row.ID), token)
	return nil
}

// public reports whether an address may be one of the public internet: administrators of a
// brand are not those of the house, whose other machines they shall not have asked.
func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || net.ParseIP(u.Hostname()) != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	last := host[strings.LastIndex(host, ".")+1:]
	switch last {
	case host, "local", "localhost", "internal", "lan", "home", "corp", "intranet", "onion":
		return false // one word only, or a name of a house
	}
	return strings.Trim(last, "0123456789") != "" // no number in another guise
}
