package main

import (
	"context"
	"errors"
	"fmt"

	"triage/postgres"
)

func migrate(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("'serve' does this by itself. Several may run at once: one migrates, the others wait. The\n" +
		"first migration creates the extension vector, which some servers allow to a superuser only.")
	if err := c.parse(); err != nil {
		return err
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	if config.DatabaseURL == "" {
		return errNoDatabase
	}
	applied, err := postgres.Migrate(ctx, config.DatabaseURL.Reveal())
	if err != nil {
		return err
	}
	return c.answer(map[string]int{"applied": applied}, fmt.Sprintf("Applied %d migrations; the database is up to date", applied))
}

var errNoDatabase = errors.New("DATABASE_URL is not set; 'make db' prints that of the private database")
