package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

const secretHelp = "A secret on the command line can be seen in the list of processes; '--secret -' reads\n" +
	"it from the first line of the standard input instead."

// endpointAdded is the answer to programs.
type endpointAdded struct {
	ID   triage.ID `json:"id"`
	Path string    `json:"path"`
	URL  string    `json:"url"`
}

func endpointAdd(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("The endpoint's address is what the platform is told to call. It is kept encrypted under\n" +
		"TRIAGE_SECRET_KEY what you give as secret and verify token.\n\n" + secretHelp)
	brand := c.flags.String("brand", "", "the `brand` that owns it, by id or slug")
	name := c.flags.String("platform", "", "the `platform`, such as instagram, x or standard_webhooks")
	given := c.flags.String("secret", "", "the `secret` that signs deliveries (docs/platforms says which), or - for standard input")
	verify := c.flags.String("verify-token", "", "the `token` of the handshake (Meta's platforms)")
	if err := c.parse("brand", "platform", "secret"); err != nil {
		return err
	}
	platform, err := platformNamed(*name)
	if err != nil {
		return err
	}
	if _, shakes := platform.(connector.Handshaker); shakes && *verify == "" {
		return usagef("--verify-token is missing: %s confirms an address by it", platform.Name())
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	e := postgres.EndpointRow{ID: postgres.NewID(), Platform: platform.Name()}
	if e.Secret, err = c.sealedSecret(config, e.ID, platform, *given); err != nil {
		return err
	}
	if *verify != "" {
		box, err := config.Box()
		if err != nil {
			return err
		}
		e.VerifyToken = box.Seal(string(e.ID), *verify)
	}
	err = c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, *brand)
		if err != nil {
			return err
		}
		e.BrandID = b.ID
		return tx.AddEndpoint(ctx, byCommand, e)
	})
	if err != nil {
		return err
	}
	path := webhookPath(e)
	return c.answer(endpointAdded{e.ID, path, config.Address() + path},
		"Added endpoint "+string(e.ID), "Deliveries go to "+config.Address()+path)
}

// webhookPath is where an endpoint's deliveries are posted.
func webhookPath(e postgres.EndpointRow) string {
	return fmt.Sprintf("/webhooks/%s/%s", e.Platform, e.ID)
}

// secretLine returns a secret as it was given, or the first line of the standard input for "-".
func (c *call) secretLine(given string) string {
	if given != "-" {
		return given
	}
	line, _ := bufio.NewReader(c.Stdin).ReadString('\n') // an end without a newline is an end, too
	return strings.TrimRight(line, "\r\n")
}

// sealedSecret reads the secret that --secret gives, checks it by the platform's rules and
// seals it for the endpoint.
func (c *call) sealedSecret(config Config, id triage.ID, platform connector.Platform, given string) ([]byte, error) {
	given = c.secretLine(given)
	if err := platform.CheckSecret(given); err != nil {
		return nil, err
	}
	box, err := config.Box()
	if err != nil {
		return nil, err
	}
	return box.Seal(string(id), given), nil
}

func endpointRotate(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("Deliveries that the current secret signed are still taken while --keep lasts.\n\n" + secretHelp)
	id := c.flags.String("endpoint", "", "the `endpoint`, by id")
	given := c.flags.String("secret", "", "the new `secret`, or - for standard input")
	keep := c.flags.Duration("keep", 24*time.Hour, "how long the current secret stays valid")
	if err := c.parse("endpoint", "secret"); err != nil {
		return err
	}
	if *keep < 0 {
		return usagef("--keep must not be negative")
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	err = c.changeEndpoint(ctx, *id, func(tx *postgres.Tx, e postgres.EndpointRow) error {
		platform, err := platformNamed(string(e.Platform))
		if err != nil {
			return err
		}
		sealed, err := c.sealedSecret(config, e.ID, platform, *given)
		if err != nil {
			return err
		}
		return tx.RotateSecret(ctx, byCommand, e.ID, sealed, tx.Now.Add(*keep))
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: triage.ID(*id)}, fmt.Sprintf("Rotated the secret of endpoint %s; the one before it is valid for %s", *id, *keep))
}

func endpointDisable(ctx context.Context, c *call) error {
	return setDisabled(ctx, c, true, "Disabled")
}
func endpointEnable(ctx context.Context, c *call) error { return setDisabled(ctx, c, false, "Enabled") }

func setDisabled(ctx context.Context, c *call, disabled bool, done string) error {
	c.jsonFlag()
	id := c.flags.String("endpoint", "", "the `endpoint`, by id")
	if err := c.parse("endpoint"); err != nil {
		return err
	}
	err := c.changeEndpoint(ctx, *id, func(tx *postgres.Tx, e postgres.EndpointRow) error {
		return tx.SetEndpointDisabled(ctx, byCommand, e.ID, disabled)
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: triage.ID(*id)}, done+" endpoint "+*id)
}

func (c *call) changeEndpoint(ctx context.Context, id string, change func(*postgres.Tx, postgres.EndpointRow) error) error {
	if uuid.Validate(id) != nil {
		return usagef("the value of --endpoint is no id; 'triage endpoint list' shows them")
	}
	return c.inTx(ctx, func(tx *postgres.Tx) error {
		e, err := tx.Endpoint(ctx, triage.ID(id))
		if err != nil {
			return err
		}
		return change(tx, e)
	})
}

// endpointShown is an endpoint as list shows it: without anything secret.
type endpointShown struct {
	ID              triage.ID       `json:"id"`
	BrandID         triage.ID       `json:"brand_id"`
	Platform        triage.Platform `json:"platform"`
	Path            string          `json:"path"`
	Channels        int             `json:"channels"`
	Disabled        bool            `json:"disabled"`
	HasVerifyToken  bool            `json:"has_verify_token"`
	PreviousExpires *time.Time      `json:"previous_secret_expires_at,omitempty"`
}

func endpointList(ctx context.Context, c *call) error {
	c.jsonFlag()
	brand := c.flags.String("brand", "", "only the endpoints that this `brand` owns or listens under, by id or slug")
	if err := c.parse(); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	found, err := endpointsOf(ctx, store, *brand)
	if err != nil {
		return err
	}
	shown := make([]endpointShown, 0, len(found))
	var rows []string
	for _, e := range found {
		shown = append(shown, endpointShown{e.ID, e.BrandID, e.Platform, webhookPath(e), len(e.Channels),
			e.Disabled(), e.VerifyToken != nil, ifSet(!e.PreviousExpiresAt.IsZero(), &e.PreviousExpiresAt)})
		state := "enabled"
		if e.Disabled() {
			state = "disabled"
		}
		rows = append(rows, cells(e.ID, e.Platform, len(e.Channels), state, webhookPath(e)))
	}
	return c.answer(map[string]any{"endpoints": shown}, table(cells("ID", "PLATFORM", "CHANNELS", "STATE", "PATH"), rows))
}

func endpointsOf(ctx context.Context, store *postgres.Store, brand string) ([]postgres.EndpointRow, error) {
	if brand == "" {
		return store.Endpoints(ctx)
	}
	b, err := store.Brand(ctx, brand)
	if err != nil {
		return nil, err
	}
	return store.BrandEndpoints(ctx, b.ID)
}
