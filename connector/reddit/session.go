package reddit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"triage/connector"
)

// get asks with an access token, which lasts an hour, and once more with a new one when it
// has run out. The text comes as it was written only with raw_json.
func (c *conversation) get(ctx context.Context, path string, query url.Values) (connector.Fetched, error) {
	if c.access == "" {
		if err := c.begin(ctx); err != nil {
			return connector.Fetched{}, err
		}
		return c.ask(ctx, path, query)
	}
	got, err := c.ask(ctx, path, query)
	if !errors.Is(err, connector.ErrRefused) {
		return got, err
	}
	if err := c.begin(ctx); err != nil {
		return connector.Fetched{}, err
	}
	return c.ask(ctx, path, query)
}

func (c *conversation) ask(ctx context.Context, path string, query url.Values) (connector.Fetched, error) {
	query.Set("raw_json", "1")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address+path+"?"+query.Encode(), nil)
	if err != nil {
		return connector.Fetched{}, errors.New("address of the API is malformed")
	}
	r.Header.Set("Authorization", "Bearer "+c.access)
	r.Header.Set("User-Agent", c.agent())
	return connector.Fetch(c.Client, r, time.Now())
}

// agent names us in the form that Reddit wants; others are throttled.
func (c *conversation) agent() string { return "server:triage:1 (by /u/" + c.user + ")" }

// begin takes an access token for the refresh token (RFC 6749, section 6).
func (c *conversation) begin(ctx context.Context) error {
	c.access = ""
	k, ok := keyOf(c.Secret)
	if !ok {
		return connector.ErrRefused
	}
	at := c.Address
	if at == api {
		at = tokens
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.refresh}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/api/v1/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("address of the API is malformed")
	}
	r.SetBasicAuth(k.client, k.secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", c.agent())
	got, err := connector.Fetch(c.Client, r, time.Now())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusBadRequest {
		return connector.ErrRefused // how a refresh token that was taken back is answered
	}
	if err != nil {
		return err
	}
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	switch err := json.Unmarshal(got.Body, &answer); {
	case err != nil, answer.Token == "" && answer.Error == "":
		return fmt.Errorf("access token: %w", connector.ErrAnswer)
	case answer.Token == "":
		return connector.ErrRefused
	}
	c.access = answer.Token
	return nil
}
