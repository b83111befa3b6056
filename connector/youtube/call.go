package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"triage/connector"
)

// midnight returns the end of the day of quotas, which is that of Pacific time.
func (c *conversation) midnight(now time.Time) time.Time {
	local := now.In(c.day)
	return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, c.day).UTC()
}

// Budget returns how many units are used today. Every question costs one, an answered one
// and a refused one.
func (c *conversation) Budget() connector.Budget { return c.budget }

// spend takes a unit, or says how long there will be none.
func (c *conversation) spend(now time.Time) error {
	share := c.Daily / max(1, c.Shared)
	if !now.Before(c.budget.Until) {
		c.budget = connector.Budget{Until: c.midnight(now)}
	}
	if c.budget.Limit = share; c.budget.Spent >= share {
		return &connector.Limited{After: c.budget.Until.Sub(now)}
	}
	c.budget.Spent++
	c.cycle++
	return nil
}

// pace returns how long to rest, so that the units last until the day's end.
func (c *conversation) pace() time.Duration {
	now := time.Now()
	cost := c.cycle
	c.cycle = 0
	left := c.budget.Left(now)
	if left == 0 {
		return max(c.Every, c.budget.Until.Sub(now))
	}
	return max(c.Every, c.budget.Until.Sub(now)*time.Duration(cost)/time.Duration(left))
}

// call asks for a list and returns the time on the platform's clock.
func (c *conversation) call(ctx context.Context, resource string, query url.Values, into *list) (time.Time, error) {
	now := time.Now()
	if err := c.spend(now); err != nil {
		return now, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address+"/youtube/v3/"+resource+"?"+query.Encode(), nil)
	if err != nil {
		return now, errors.New("address of the API is malformed")
	}
	r.Header.Set("X-Goog-Api-Key", c.Secret) // not in the address, which others write down
	r.Header.Set("User-Agent", "triage")
	got, err := connector.Fetch(c.Client, r, now)
	if status := (*connector.StatusError)(nil); errors.As(err, &status) {
		return now, c.refusal(status, now)
	}
	if err == nil && json.Unmarshal(got.Body, into) != nil {
		err = fmt.Errorf("%s: %w", resource, connector.ErrAnswer)
	}
	return got.Clock(now), err
}

// reason reads the reason of an error (YouTube Data API, "Errors"). What is wrong with a key
// stands among the details.
func reason(body []byte) string {
	var said struct {
		Error struct {
			Errors  []struct{ Reason string } `json:"errors"`
			Details []struct{ Reason string } `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	found := ""
	for _, e := range said.Error.Errors {
		found = e.Reason
		break
	}
	for _, d := range said.Error.Details {
		if d.Reason != "" && (found == "" || found == "badRequest" || found == "forbidden") {
			found = d.Reason
		}
	}
	return found
}

func (c *conversation) refusal(status *connector.StatusError, now time.Time) error {
	switch reason(status.Body) {
	case "quotaExceeded", "dailyLimitExceeded":
		c.budget.Spent = c.budget.Limit // somebody else uses the project, too
		return &connector.Limited{After: c.budget.Until.Sub(now)}
	case "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED":
		return &connector.Limited{After: time.Minute}
	case "API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED", "SERVICE_DISABLED", "CONSUMER_SUSPENDED",
		"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked", "forbidden":
		return connector.ErrRefused
	}
	return status
}

// gone reports whether what was asked about is not there.
func gone(err error) bool {
	var status *connector.StatusError
	return errors.As(err, &status) && (status.Code == http.StatusNotFound || reason(status.Body) == "commentsDisabled")
}
