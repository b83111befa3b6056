package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// watchEvery is how often a watcher looks without having been told, in case an
// announcement was lost with a connection.
const watchEvery = 30 * time.Second

// Watch calls changed at once, on every notification of topic and every half minute,
// until ctx ends. It holds one connection of its own and replaces a broken one. An error
// of changed is not fatal: the next call may do better.
func (s *Store) Watch(ctx context.Context, topic string, changed func(context.Context) error) error {
	heard := func(ctx context.Context, _ string) error { return changed(ctx) }
	for ctx.Err() == nil {
		_ = s.listen(ctx, topic, watchEvery, heard) // the connection broke: take another
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

// listen calls heard with an empty payload at once and after each pause without an
// announcement, and with the payload of each announcement, until the connection breaks.
func (s *Store) listen(
	ctx context.Context, topic string, pause time.Duration, heard func(ctx context.Context, payload string) error,
) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it may be broken already
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{topic}.Sanitize()); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	payload := ""
	for {
		if err := heard(ctx, payload); err != nil && ctx.Err() != nil {
			return err
		}
		wait, cancel := context.WithTimeout(ctx, pause)
		told, err := conn.WaitForNotification(wait)
		timedOut := errors.Is(wait.Err(), context.DeadlineExceeded)
		cancel()
		if err != nil && !timedOut {
			return fmt.Errorf("listen: %w", err)
		}
		if conn.IsClosed() { // a cancelled wait closes the connection
			return nil
		}
		if payload = ""; told != nil {
			payload = told.Payload
		}
	}
}
