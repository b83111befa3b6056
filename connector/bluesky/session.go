package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"triage/connector"
)

// session is what a server gives for a password. Servers allow few of them a day, so one
// is kept while the channel is ours, and refreshed.
type session struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
}

// call asks with a session, and once more with a new one when it has run out.
func (c *conversation) call(ctx context.Context, path string) (connector.Fetched, error) {
	c.asking.Lock()
	defer c.asking.Unlock()
	if c.session.Access == "" {
		if err := c.begin(ctx); err != nil {
			return connector.Fetched{}, err
		}
	}
	got, err := c.get(ctx, path, c.session.Access)
	if !expired(err) {
		return got, err
	}
	if err := c.renew(ctx); err != nil {
		return connector.Fetched{}, err
	}
	return c.get(ctx, path, c.session.Access)
}

// expired reports whether a session ended: servers say so with status 400 or 401.
func expired(err error) bool {
	var status *connector.StatusError
	return errors.Is(err, connector.ErrRefused) || errors.As(err, &status) && status.Code == http.StatusBadRequest && named(status.Body) == "ExpiredToken"
}

// named returns the name of an error in an answer.
func named(body []byte) string {
	var answer struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Error
}

// begin signs in. A wrong password and an account that was taken down are refusals.
func (c *conversation) begin(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"identifier": c.Account, "password": c.Secret})
	if err != nil {
		return err
	}
	return c.sign(ctx, "/xrpc/com.atproto.server.createSession", "", body)
}

// renew refreshes the session, or signs in again when it cannot be refreshed.
func (c *conversation) renew(ctx context.Context) error {
	refresh := c.session.Refresh
	c.session = session{}
	err := c.sign(ctx, "/xrpc/com.atproto.server.refreshSession", refresh, nil)
	if expired(err) {
		return c.begin(ctx)
	}
	return err
}

func (c *conversation) sign(ctx context.Context, path, token string, body []byte) error {
	r, err := c.request(ctx, http.MethodPost, path, token, body)
	if err != nil {
		return err
	}
	got, err := connector.Fetch(c.Client, r, time.Now())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) {
		switch named(status.Body) {
		case "AccountTakedown", "AuthFactorTokenRequired", "AccountDeactivated":
			return connector.ErrRefused
		}
	}
	if err != nil {
		return err
	}
	var s session
	if json.Unmarshal(got.Body, &s) != nil || s.Access == "" {
		return fmt.Errorf("session: %w", connector.ErrAnswer)
	}
	if s.DID != c.Account {
		return fmt.Errorf("session of another account: %w", connector.ErrRefused)
	}
	c.session = s
	return nil
}

func (c *conversation) get(ctx context.Context, path, token string) (connector.Fetched, error) {
	r, err := c.request(ctx, http.MethodGet, path, token, nil)
	if err != nil {
		return connector.Fetched{}, err
	}
	return connector.Fetch(c.Client, r, time.Now())
}

func (c *conversation) request(ctx context.Context, method, path, token string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.Address+path, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("address of the server is malformed")
	}
	r.Header.Set("User-Agent", "triage")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}
