package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"triage/notify"
)

// User is somebody in Slack, as far as it decides who they are to us.
type User struct {
	ID       string
	Team     string
	Mail     string // empty unless Slack has proven it
	Language string // primary subtag of their locale
	Zone     string // IANA
	Outside  bool   // a guest, a bot, of another workspace, or gone
}

// User asks Slack about a user. Its error is a *notify.Failure.
func (c *Client) User(ctx context.Context, id string) (User, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u, err := c.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return User{}, failure(err)
	}
	found := User{
		ID: u.ID, Team: u.TeamID, Zone: u.TZ,
		Outside: u.Deleted || u.IsBot || u.IsRestricted || u.IsUltraRestricted || u.IsStranger,
	}
	if u.IsEmailConfirmed {
		found.Mail = u.Profile.Email
	}
	if len(u.Locale) >= 2 {
		found.Language = u.Locale[:2]
	}
	return found, nil
}

// Team returns the id of our workspace, which it asks for once. Its error is a
// *notify.Failure.
func (c *Client) Team(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.team != "" {
		return c.team, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	us, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return "", failure(err)
	}
	c.team = us.TeamID
	return c.team, nil
}

// answersHost is the only host that answers go to, unless Slack's base address is another.
const answersHost = "hooks.slack.com"

// Answer says n to whoever clicked or commanded, and to nobody else, by the address that
// came with it. An address of another host is refused without a call. Its error is a
// *notify.Failure.
func (c *Client) Answer(ctx context.Context, address string, n notify.Notice) error {
	to, err := url.Parse(address)
	official := err == nil && to.Scheme == "https" && to.Host == answersHost
	local := err == nil && c.base != nil && to.Scheme == c.base.Scheme && to.Host == c.base.Host
	if (!official && !local) || to.User != nil {
		return &notify.Failure{Failing: notify.Refused, Word: "foreign_response_url"}
	}
	m := render(n)
	body, err := json.Marshal(map[string]any{"response_type": "ephemeral", "replace_original": false, "text": m.fallback, "blocks": m.blocks})
	if err != nil {
		return &notify.Failure{Failing: notify.Refused, Word: "unwritable_answer"}
	}
	return c.send(ctx, address, body)
}

func (c *Client) send(ctx context.Context, address string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &notify.Failure{Failing: notify.Refused, Word: "bad_response_url"}
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := c.http.Do(request)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return &notify.Failure{Failing: notify.Away, Word: "stopped"}
		}
		return failure(err)
	}
	defer func() { _ = response.Body.Close() }() // what it says is not read
	switch {
	case response.StatusCode == http.StatusOK:
		return nil
	case response.StatusCode >= http.StatusInternalServerError, response.StatusCode == http.StatusTooManyRequests:
		return &notify.Failure{Failing: notify.Away, Word: "response_url_away"}
	}
	return &notify.Failure{Failing: notify.Refused, Word: "response_url_refused"}
}
