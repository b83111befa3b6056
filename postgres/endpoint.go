package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// EndpointRow is one webhook address as it is stored: its secrets are sealed. Channels
// holds the accounts that are listened to under it, of any brand.
type EndpointRow struct {
	ID                triage.ID
	BrandID           triage.ID // the owner; channels may belong to other brands
	Platform          triage.Platform
	Secret            []byte
	PreviousSecret    []byte    // nil when there is none
	PreviousExpiresAt time.Time // zero when PreviousSecret is nil
	VerifyToken       []byte    // nil when there is none
	DisabledAt        time.Time // zero while enabled
	CreatedAt         time.Time
	Channels          []ChannelRow
}

// Disabled reports whether the endpoint refuses deliveries.
func (e EndpointRow) Disabled() bool { return !e.DisabledAt.IsZero() }

// ChannelRow is one account of a brand on a platform that we listen to.
type ChannelRow struct {
	ID         triage.ID
	BrandID    triage.ID
	EndpointID triage.ID
	Platform   triage.Platform
	ExternalID string
	Name       string
	Address    string // where it is asked for news; empty: the platform calls us
	Token      []byte // sealed for the channel; only AddChannel reads it here
	GrantedBy  string // the platform's id of whose token it is; empty when not known
	CreatedAt  time.Time

	StreamAddress string   // where its stream is; empty: where the platform has it
	Rooms         []string // the parts of it that are listened to; empty: all

	tokened bool // it has a token of its own
}

const endpointColumns = `id, brand_id, platform, secret, previous_secret, previous_expires_at,
	verify_token, disabled_at, created_at`

const channelColumns = `id, brand_id, endpoint_id, platform, external_id, name, address, stream_address, rooms, created_at`

// Endpoints returns every endpoint with its channels, oldest first.
func (r Reads) Endpoints(ctx context.Context) ([]EndpointRow, error) {
	return r.endpoints(ctx, `SELECT `+endpointColumns+` FROM endpoints ORDER BY created_at, id`)
}

// Endpoint returns one endpoint with its channels, or a NotFound error.
func (r Reads) Endpoint(ctx context.Context, id triage.ID) (EndpointRow, error) {
	found, err := r.endpoints(ctx, `SELECT `+endpointColumns+` FROM endpoints WHERE id = $1`, id)
	if err != nil {
		return EndpointRow{}, err
	}
	if len(found) == 0 {
		return EndpointRow{}, triage.Errorf(triage.NotFound, "There is no such endpoint.")
	}
	return found[0], nil
}

// BrandEndpoints returns the endpoints that a brand owns or has channels under.
func (r Reads) BrandEndpoints(ctx context.Context, brand triage.ID) ([]EndpointRow, error) {
	return r.endpoints(ctx, `SELECT `+endpointColumns+` FROM endpoints
		WHERE brand_id = $1 OR id IN (SELECT endpoint_id FROM channels WHERE brand_id = $1)
		ORDER BY created_at, id`, brand)
}

func (r Reads) endpoints(ctx context.Context, sql string, args ...any) ([]EndpointRow, error) {
	rows, _ := r.db.Query(ctx, sql, args...) // pgx reports a failed query when the rows are collected
	found, err := pgx.CollectRows(rows, scanEndpoint)
	if err != nil {
		return nil, unavailable(fmt.Errorf("endpoints: %w", err))
	}
	ids := make([]triage.ID, len(found))
	at := make(map[triage.ID]int, len(found))
	for i, e := range found {
		ids[i], at[e.ID] = e.ID, i
	}
	channels, err := r.channels(ctx, `SELECT `+channelColumns+` FROM channels
		WHERE endpoint_id = ANY($1) ORDER BY created_at, id`, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		e := &found[at[c.EndpointID]]
		e.Channels = append(e.Channels, c)
	}
	return found, nil
}

// BrandChannels returns the channels of a brand, oldest first.
func (r Reads) BrandChannels(ctx context.Context, brand triage.ID) ([]ChannelRow, error) {
	return r.channels(ctx, `SELECT `+channelColumns+` FROM channels WHERE brand_id = $1 ORDER BY created_at, id`, brand)
}

func (r Reads) channels(ctx context.Context, sql string, args ...any) ([]ChannelRow, error) {
	rows, _ := r.db.Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, scanChannel)
	if err != nil {
		return nil, unavailable(fmt.Errorf("channels: %w", err))
	}
	return found, nil
}

func scanEndpoint(row pgx.CollectableRow) (EndpointRow, error) {
	var e EndpointRow
	var expires, disabled *time.Time
	err := row.Scan(&e.ID, &e.BrandID, &e.Platform, &e.Secret, &e.PreviousSecret, &expires,
		&e.VerifyToken, &disabled, &e.CreatedAt)
	e.PreviousExpiresAt, e.DisabledAt = orZero(expires), orZero(disabled)
	return e, err
}

func scanChannel(row pgx.CollectableRow) (ChannelRow, error) {
	var c ChannelRow
	err := row.Scan(&c.ID, &c.BrandID, &c.EndpointID, &c.Platform, &c.ExternalID, &c.Name, &c.Address,
		&c.StreamAddress, &c.Rooms, &c.CreatedAt)
	return c, err
}

// AddEndpoint stores a new endpoint with its sealed secrets; e.ID is the caller's, since
// the seal is bound to it.
func (t *Tx) AddEndpoint(ctx context.Context, actor Actor, e EndpointRow) error {
	_, err := t.tx.Exec(ctx, `
		INSERT INTO endpoints (id, brand_id, platform, secret, verify_token, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, e.ID, e.BrandID, e.Platform, e.Secret, e.VerifyToken, t.Now)
	if err != nil {
		return fmt.Errorf("endpoint %s: %w", e.ID, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: e.BrandID, Actor: actor, Action: "endpoint.added",
		Subject: "endpoint", SubjectID: e.ID, Detail: map[string]any{"platform": e.Platform}})
}

// RotateSecret makes sealed the current secret of an endpoint. The one before it stays
// valid until keepUntil.
func (t *Tx) RotateSecret(ctx context.Context, actor Actor, id triage.ID, sealed []byte, keepUntil time.Time) error {
	var brand triage.ID
	err := t.tx.QueryRow(ctx, `
		UPDATE endpoints SET previous_secret = secret, previous_expires_at = $3, secret = $2
		WHERE id = $1 RETURNING brand_id`, id, sealed, keepUntil).Scan(&brand)
	if errors.Is(err, pgx.ErrNoRows) {
		return triage.Errorf(triage.NotFound, "There is no such endpoint.")
	}
	if err != nil {
		return fmt.Errorf("endpoint %s: %w", id, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "endpoint.rotated",
		Subject: "endpoint", SubjectID: id, Detail: map[string]any{"keep_until": keepUntil}})
}

// SetEndpointDisabled stops an endpoint from taking deliveries, or lets it take them again.
func (t *Tx) SetEndpointDisabled(ctx context.Context, actor Actor, id triage.ID, disabled bool) error {
	var brand triage.ID
	err := t.tx.QueryRow(ctx, `
		UPDATE endpoints SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, $3) END
		WHERE id = $1 RETURNING brand_id`, id, disabled, t.Now).Scan(&brand)
	if errors.Is(err, pgx.ErrNoRows) {
		return triage.Errorf(triage.NotFound, "There is no such endpoint.")
	}
	if err != nil {
		return fmt.Errorf("endpoint %s: %w", id, err)
	}
	action := "endpoint.enabled"
	if disabled {
		action = "endpoint.disabled"
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: action, Subject: "endpoint", SubjectID: id})
}

// SetToken gives a channel another token, sealed for it, and where it is asked by it.
func (t *Tx) SetToken(ctx context.Context, actor Actor, c ChannelRow) error {
	tag, err := t.tx.Exec(ctx, `UPDATE channels SET token = $3, granted_by = $4, address = $5, ended_at = NULL, ended_reason = '' WHERE brand_id = $1 AND id = $2`,
		c.BrandID, c.ID, c.Token, c.GrantedBy, c.Address)
	if err != nil {
		return fmt.Errorf("token of channel %s: %w", c.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return noSuchChannel
	}
	return t.Audit(ctx, AuditRow{BrandID: c.BrandID, Actor: actor, Action: "channel.token", Subject: "channel", SubjectID: c.ID})
}

var noSuchChannel = triage.Errorf(triage.NotFound, "There is no such channel.")

// Channel returns one channel, or a NotFound error.
func (r Reads) Channel(ctx context.Context, id triage.ID) (ChannelRow, error) {
	found, err := r.channels(ctx, `SELECT `+channelColumns+` FROM channels WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = noSuchChannel
	}
	if err != nil {
		return ChannelRow{}, err
	}
	return found[0], nil
}

// AddChannel lets an account be listened to under an endpoint. An account belongs to one
// brand only: when any brand has it there already the error is a Conflict. The id is the
// caller's when a token is sealed for it.
func (t *Tx) AddChannel(ctx context.Context, actor Actor, c ChannelRow) (triage.ID, error) {
	// The endpoint's row lock makes the check and the insert one step.
	var platform triage.Platform
	err := t.tx.QueryRow(ctx, `SELECT platform FROM endpoints WHERE id = $1 FOR UPDATE`, c.EndpointID).Scan(&platform)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", triage.Errorf(triage.NotFound, "There is no such endpoint.")
	}
	if err != nil {
		return "", fmt.Errorf("channel of endpoint %s: %w", c.EndpointID, err)
	}
	var taken bool
	err = t.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM channels WHERE endpoint_id = $1 AND external_id = $2)`,
		c.EndpointID, c.ExternalID).Scan(&taken)
	if err != nil {
		return "", fmt.Errorf("channel of endpoint %s: %w", c.EndpointID, err)
	}
	if taken {
		return "", triage.Errorf(triage.Conflict, "This endpoint already has a channel for that account.")
	}
	id := c.ID
	if id == "" {
		id = NewID()
	}
	_, err = t.tx.Exec(ctx, `
		INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name, address, stream_address, rooms, created_at, token, granted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, '{}'::text[]), $10, $11, $12)`,
		c.BrandID, id, c.EndpointID, platform, c.ExternalID, c.Name, c.Address, c.StreamAddress, c.Rooms, t.Now, c.Token, c.GrantedBy)
	if err != nil {
		return "", fmt.Errorf("channel of endpoint %s: %w", c.EndpointID, err)
	}
	return id, t.Audit(ctx, AuditRow{BrandID: c.BrandID, Actor: actor, Action: "channel.added",
		Subject: "channel", SubjectID: id, Detail: map[string]any{"endpoint": c.EndpointID}})
}
