package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

func health(ctx context.Context, c *call) error {
	c.explain("It asks /readyz at TRIAGE_LISTEN and ends with 0 when the answer is 200, else with 1: made\n" +
		"for a container's health check.")
	timeout := c.flags.Duration("timeout", 3*time.Second, "how long to wait for the answer")
	if err := c.parse(); err != nil {
		return err
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	config.PublicURL = "" // the process beside us is meant, not what stands before it
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, config.Address()+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // only its status is of interest
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", response.Status)
	}
	return c.answer(nil, "ready")
}

func version(_ context.Context, c *call) error {
	c.jsonFlag()
	if err := c.parse(); err != nil {
		return err
	}
	v := buildVersion()
	return c.answer(map[string]string{"version": v}, "triage "+v)
}

// buildVersion is what the Go toolchain noted of the source: a module version, or the
// commit, with "+dirty" when files differed from it.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
