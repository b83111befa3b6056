package googlebusiness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"triage/connector"
)

// conversation asks about one location.
type conversation struct {
	Connector
	connector.Source
	access string // token
	seen   connector.Seen
}

// location is what an external id is.
var location = regexp.MustCompile(`^accounts/[0-9A-Za-z_-]+/locations/[0-9A-Za-z_-]+$`)

// perPage is the most that Google lists at once.
const perPage = "50"

// place is what a cursor says.
type place struct {
	connector.Backward
	N int `json:"n"` // of the answer, so that no two cursors are equal
}

// page is what Parse reads.
type page struct {
	Account string            `json:"account"`
	Reviews []json.RawMessage `json:"reviews"`
	Gone    []string          `json:"gone,omitempty"`
}

// Poll asks for one page of reviews, the last changed first, back to what is known. Before
// the first cursor it takes the newest page.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	if !location.MatchString(c.Account) {
		return connector.Page{}, fmt.Errorf("the external id is no location: %w", connector.ErrAnswer)
	}
	at := place{}
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	c.seen.From(cursor)
	query := url.Values{"pageSize": {perPage}, "orderBy": {"updateTime desc"}}
	if at.Page != "" {
		query.Set("pageToken", at.Page)
	}
	got, err := c.get(ctx, "/v4/"+c.Account+"/reviews?"+query.Encode())
	if err != nil {
		return connector.Page{}, err
	}
	var answer struct {
		Reviews []json.RawMessage `json:"reviews"`
		Next    string            `json:"nextPageToken"`
	}
	if json.Unmarshal(got.Body, &answer) != nil {
		return connector.Page{}, fmt.Errorf("reviews: %w", connector.ErrAnswer)
	}
	known := at.Known.IsZero()
	at.Begin(got.Clock(time.Now()))
	out := page{Account: c.Account}
	for _, raw := range answer.Reviews {
		var r struct {
			ID      string    `json:"reviewId"`
			Updated time.Time `json:"updateTime"`
		}
		if json.Unmarshal(raw, &r) == nil && r.Updated.Before(at.Known) {
			known = true
			continue
		}
		if c.seen.New(r.ID, r.Updated.String()) {
			out.Reviews = append(out.Reviews, raw)
		}
	}
	wait := got.Spent(time.Now())
	if !at.Turn(answer.Next, known) {
		wait = max(wait, c.Every)
	}
	return c.made(out, at, wait)
}

func (c *conversation) made(out page, at place, wait time.Duration) (p connector.Page, err error) {
	at.N++
	next, err := json.Marshal(at)
	if err != nil {
		return p, fmt.Errorf("cursor: %w", err)
	}
	p = connector.Page{Next: string(next), Wait: wait}
	c.seen.Until(p.Next)
	if len(out.Reviews) > 0 {
		p.Body, err = json.Marshal(out)
	}
	return p, err
}

// Rechecks says that every review is looked up from time to time, one question for each.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: 20, First: c.First, Longest: 7 * c.First}
}

// Recheck looks whether reviews are still there. Changes are told by Poll.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	var found connector.Checked
	out := page{Account: c.Account, Reviews: []json.RawMessage{}}
	for _, h := range held {
		_, err := c.get(ctx, "/v4/"+c.Account+"/reviews/"+url.PathEscape(h.ExternalID))
		status := (*connector.StatusError)(nil)
		switch {
		case err == nil:
		case !errors.As(err, &status) || status.Code != http.StatusNotFound:
			return found, err
		case h.Absent:
			out.Gone = append(out.Gone, h.ExternalID)
		default:
			found.Absent = append(found.Absent, h.ExternalID)
		}
	}
	if len(out.Gone) == 0 {
		return found, nil
	}
	var err error
	found.Body, err = json.Marshal(out)
	return found, err
}

// get asks with an access token, which lasts an hour, and once more with a new one when it
// has run out.
func (c *conversation) get(ctx context.Context, path string) (connector.Fetched, error) {
	begun := c.access == ""
	if begun {
		if err := c.begin(ctx); err != nil {
			return connector.Fetched{}, err
		}
	}
	got, err := c.ask(ctx, path)
	if begun || !errors.Is(err, connector.ErrRefused) {
		return got, err
	}
	if err := c.begin(ctx); err != nil {
		return connector.Fetched{}, err
	}
	return c.ask(ctx, path)
}

func (c *conversation) ask(ctx context.Context, path string) (connector.Fetched, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address+path, nil)
	if err != nil {
		return connector.Fetched{}, errors.New("address of the API is malformed")
	}
	r.Header.Set("Authorization", "Bearer "+c.access)
	r.Header.Set("User-Agent", "triage")
	return connector.Fetch(c.Client, r, time.Now())
}

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
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {k.client}, "client_secret": {k.secret}, "refresh_token": {k.refresh},
	}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/token", strings.NewReader(form))
	if err != nil {
		return errors.New("address of the API is malformed")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := connector.Fetch(c.Client, r, time.Now())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusBadRequest {
		return connector.ErrRefused // invalid_grant: taken back, or the app is a test that ran out
	}
	if err != nil {
		return err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal(got.Body, &answer) != nil || answer.Token == "" {
		return fmt.Errorf("access token: %w", connector.ErrAnswer)
	}
	c.access = answer.Token
	return nil
}
