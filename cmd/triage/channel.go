package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

func channelAdd(ctx context.Context, c *call) error {
	var row postgres.ChannelRow
	c.jsonFlag()
	c.explain("An account belongs to one brand: what an endpoint already listens to is refused. While an\n" +
		"endpoint has a single channel, deliveries that name no account go there.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	endpoint := c.flags.String("endpoint", "", "the `endpoint`, by id")
	c.flags.StringVar(&row.ExternalID, "external-id", "", "the platform's `id` of the account (Page id, Instagram account id, …)")
	c.flags.StringVar(&row.Address, "address", "", "the `address` of the server that is asked for news, such as https://mastodon.example")
	c.flags.StringVar(&row.StreamAddress, "stream", "", "the `address` of its stream, where that is not where the platform has it")
	rooms := c.flags.String("rooms", "", "the `ids`, separated by commas, of the parts that are listened to (channels of a Discord server); else all")
	c.flags.StringVar(&row.Name, "name", "", "the account's `name`, for people")
	if err := c.parse("brand", "endpoint", "external-id", "name"); err != nil {
		return err
	}
	if uuid.Validate(*endpoint) != nil {
		return usagef("the value of --endpoint is no id; 'triage endpoint list' shows them")
	}
	if row.ExternalID == "" {
		return usagef("--external-id must not be empty")
	}
	row.EndpointID, row.Rooms = triage.ID(*endpoint), listed(*rooms)
	if row.StreamAddress = strings.TrimRight(row.StreamAddress, "/"); row.StreamAddress != "" && !webAddress(row.StreamAddress) {
		return usagef("--stream must be an http or https address without user and password")
	}
	var id triage.ID
	err := c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, *brand)
		if err != nil {
			return err
		}
		row.BrandID = b.ID
		endpoint, err := tx.Endpoint(ctx, row.EndpointID)
		if err != nil {
			return err
		}
		if row.Address, err = askedAt(endpoint.Platform, row.Address); err != nil {
			return err
		}
		id, err = tx.AddChannel(ctx, byCommand, row)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: id}, "Added channel "+string(id))
}

// askedAt returns the address that an account of the platform is asked at: the given one,
// else the platform's own; none where the platform calls us.
func askedAt(name triage.Platform, given string) (string, error) {
	platform, err := platformNamed(string(name))
	if err != nil {
		return "", err
	}
	asked, ok := platform.(connector.Asked)
	switch {
	case !ok && given != "":
		return "", usagef("--address is not for %s, which calls us", name)
	case !ok:
		return "", nil
	case given == "" && asked.DefaultAddress() == "":
		return "", usagef("--address is missing: which server does the account live on?")
	}
	address := strings.TrimRight(cmp.Or(given, asked.DefaultAddress()), "/")
	if !webAddress(address) {
		return "", usagef("--address must be an http or https address without user and password")
	}
	return address, nil
}

// channelShown is a channel as list shows it to programs.
type channelShown struct {
	ID         triage.ID       `json:"id"`
	EndpointID triage.ID       `json:"endpoint_id"`
	Platform   triage.Platform `json:"platform"`
	ExternalID string          `json:"external_id"`
	Rooms      []string        `json:"rooms,omitempty"`
	Name       string          `json:"name"`
	Address    string          `json:"address,omitempty"`
	State      string          `json:"state,omitempty"`
	Reason     string          `json:"reason,omitempty"`
}

func channelList(ctx context.Context, c *call) error {
	c.jsonFlag()
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	if err := c.parse("brand"); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := store.Brand(ctx, *brand)
	if err != nil {
		return err
	}
	found, err := store.ChannelHealth(ctx, b.ID)
	if err != nil {
		return err
	}
	shown := make([]channelShown, 0, len(found))
	var rows []string
	for _, ch := range found {
		shown = append(shown, channelShown{ch.ID, ch.EndpointID, ch.Platform, ch.ExternalID, ch.Rooms, ch.Name, ch.Address, ch.State, ch.Reason})
		rows = append(rows, cells(ch.ID, ch.Platform, ch.ExternalID, ch.Name, cmp.Or(ch.State, "called"), ch.EndpointID))
	}
	return c.answer(map[string]any{"channels": shown}, table(cells("ID", "PLATFORM", "ACCOUNT", "NAME", "STATE", "ENDPOINT"), rows))
}

// listed returns the words between commas.
func listed(words string) (out []string) {
	for word := range strings.SplitSeq(words, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}
