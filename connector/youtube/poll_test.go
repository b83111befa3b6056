package youtube

import (
	"errors"
	"testing"
	"time"

	"triage/connector"
)

func open(t *testing.T, b connector.Budget) *conversation {
	t.Helper()
	c, ok := Connector{Daily: 1000}.Open(connector.Source{Account: "UC1", Shared: 4, Budget: b}).(*conversation)
	if !ok {
		t.Fatal("no conversation")
	}
	return c
}

func TestTheDayEndsAtMidnightInCalifornia(t *testing.T) {
	c := open(t, connector.Budget{})
	for in, want := range map[string]string{
		"2026-01-10T07:59:59Z": "2026-01-10T08:00:00Z", "2026-01-10T08:00:00Z": "2026-01-11T08:00:00Z",
		"2026-07-10T06:59:59Z": "2026-07-10T07:00:00Z", "2026-03-08T09:00:00Z": "2026-03-09T07:00:00Z", // that day has 23 hours
	} {
		now, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.midnight(now).Format(time.RFC3339); got != want {
			t.Errorf("at %s the day ends %s, not %s", in, got, want)
		}
	}
}

func TestUnitsAreSharedAndComeBackWithTheDay(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	c := open(t, connector.Budget{Limit: 250, Spent: 249, Until: now.Add(time.Hour)})
	if err := c.spend(now); err != nil || c.Budget().Spent != 250 || c.Budget().Limit != 250 {
		t.Errorf("the last unit: %v, %+v", err, c.Budget())
	}
	var limited *connector.Limited
	if err := c.spend(now); !errors.As(err, &limited) || limited.After != time.Hour {
		t.Errorf("without units: %v", err)
	}
	if err := c.spend(now.Add(time.Hour)); err != nil || c.Budget().Spent != 1 {
		t.Errorf("the next day: %v, %+v", err, c.Budget())
	}
}

func TestWhyYouTubeRefuses(t *testing.T) {
	c := open(t, connector.Budget{})
	now := time.Now()
	c.budget = connector.Budget{Limit: 250, Until: now.Add(5 * time.Hour)}
	body := func(reason, detail string) *connector.StatusError {
		return &connector.StatusError{Code: 403, Body: []byte(`{"error":{"errors":[{"reason":"` + reason + `"}],"details":[{"reason":"` + detail + `"}]}}`)}
	}
	for _, refused := range []*connector.StatusError{body("badRequest", "API_KEY_INVALID"), body("accessNotConfigured", ""), body("forbidden", "")} {
		if err := c.refusal(refused, now); !errors.Is(err, connector.ErrRefused) {
			t.Errorf("%s: %v", refused.Body, err)
		}
	}
	for said, after := range map[*connector.StatusError]time.Duration{body("quotaExceeded", ""): 5 * time.Hour, body("rateLimitExceeded", "RATE_LIMIT_EXCEEDED"): time.Minute} {
		var limited *connector.Limited
		if err := c.refusal(said, now); !errors.As(err, &limited) || limited.After != after {
			t.Errorf("%s: %v", said.Body, err)
		}
	}
	for _, passing := range []*connector.StatusError{body("commentsDisabled", ""), body("processingFailure", "")} {
		if err := c.refusal(passing, now); !errors.Is(err, passing) {
			t.Errorf("%s: %v", passing.Body, err)
		}
	}
}
