package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"triage/postgres"
	"triage/secret"
	"triage/setup"
	"triage/triage"
)

func channelAdd(ctx context.Context, c *call) error {
	var row postgres.ChannelRow
	c.jsonFlag()
	c.explain("An account belongs to one brand: what an endpoint already listens to is refused. While an\n" +
		"endpoint has a single channel, deliveries that name no account go there.\n\n" + tokenHelp)
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	endpoint := c.flags.String("endpoint", "", "the `endpoint`, by id")
	c.flags.StringVar(&row.ExternalID, "external-id", "", "the platform's `id` of the account (Page id, Instagram account id, …)")
	c.flags.StringVar(&row.Address, "address", "", "the `address` of the server that is asked for news, such as https://mastodon.example")
	given := c.flags.String("token", "", "the account's access `token`, or - for standard input")
	c.flags.StringVar(&row.GrantedBy, "granted-by", "", "the platform's `id` of the person whose token it is, for whom it ends when they take access back")
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
	row.ID = postgres.NewID()
	row.EndpointID, row.Rooms = triage.ID(*endpoint), listed(*rooms)
	if row.StreamAddress = strings.TrimRight(row.StreamAddress, "/"); row.StreamAddress != "" && !webAddress(row.StreamAddress) {
		return usagef("--stream must be an http or https address without user and password")
	}
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
		row.Platform = endpoint.Platform
		if err := c.asked(&row, *given); err != nil {
			return err
		}
		_, err = tx.AddChannel(ctx, byCommand, row)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: row.ID}, "Added channel "+string(row.ID))
}

const tokenHelp = "A platform that calls us tells more when it is asked, too: with an access token it is asked for\n" +
	"what deliveries leave out or missed. --token - reads it from the first line of the standard input."

func channelToken(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain(tokenHelp)
	id := c.flags.String("channel", "", "the `channel`, by id")
	given := c.flags.String("token", "", "the account's access `token`, or - for standard input")
	address := c.flags.String("address", "", "the `address` at which it is asked, where it is not the platform's own")
	by := c.flags.String("granted-by", "", "the platform's `id` of the person whose token it is")
	if err := c.parse("channel", "token"); err != nil {
		return err
	}
	err := c.changeChannel(ctx, *id, func(tx *postgres.Tx, row postgres.ChannelRow) error {
		row.GrantedBy, row.Address = *by, cmp.Or(*address, row.Address)
		if err := c.asked(&row, *given); err != nil {
			return err
		}
		return tx.SetToken(ctx, byCommand, row)
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: triage.ID(*id)}, "Channel "+*id+" has another token")
}

func channelExpect(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("Of an account that tells nothing for longer, its brand's team hears once, and again when it is\n" +
		"over. Without this, the account's own past says how long that is, by the hour of the week.")
	id := c.flags.String("channel", "", "the `channel`, by id")
	within := c.flags.Duration("within", 0, "the longest `duration` that it may tell nothing, such as 6h; 0 lets its own past say")
	if err := c.parse("channel"); err != nil {
		return err
	}
	if *within < 0 {
		return usagef("--within must not be negative")
	}
	err := c.changeChannel(ctx, *id, func(tx *postgres.Tx, row postgres.ChannelRow) error {
		return tx.Expect(ctx, byCommand, row, *within)
	})
	if err != nil {
		return err
	}
	said := "may tell nothing for " + within.String()
	if *within == 0 {
		said = "may tell nothing for as long as its past says"
	}
	return c.answer(added{ID: triage.ID(*id)}, "Channel "+*id+" "+said)
}

func (c *call) changeChannel(ctx context.Context, id string, change func(*postgres.Tx, postgres.ChannelRow) error) error {
	if uuid.Validate(id) != nil {
		return usagef("the value of --channel is no id; 'triage channel list' shows them")
	}
	return c.inTx(ctx, func(tx *postgres.Tx) error {
		row, err := tx.Channel(ctx, triage.ID(id))
		if err != nil {
			return err
		}
		return change(tx, row)
	})
}

// asked gives a channel the sealed token and the address by which it is asked.
func (c *call) asked(row *postgres.ChannelRow, token string) error {
	platform, err := platformNamed(string(row.Platform))
	if err != nil {
		return err
	}
	if row.Address != "" && !webAddress(strings.TrimRight(row.Address, "/")) {
		return usagef("--address must be an http or https address without user and password")
	}
	box := func() (*secret.Box, error) {
		config, err := c.config()
		if err != nil {
			return nil, err
		}
		return config.Box()
	}
	return setup.Ask(platform, box, row, c.secretLine(token))
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
