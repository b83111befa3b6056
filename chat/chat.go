// Package chat is what people do from a team messenger: clicks on notices, dialogs and
// commands. It finds out who they are here, lets the desk do what they ask for, and tells
// them the truth about it. It runs after the messenger has had its answer; it knows no
// HTTP, and of Slack only what notify/slack says.
package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/queue"
)

// messenger is where people are. Errors are *notify.Failure.
type messenger interface {
	Team(ctx context.Context) (string, error)
	User(ctx context.Context, id string) (slack.User, error)
	Answer(ctx context.Context, address string, n notify.Notice) error
	Open(ctx context.Context, trigger string, d notify.Dialog) error
}

// Clerk works on what people did. Every process may have one.
type Clerk struct {
	Store *postgres.Store
	Desk  *queue.Desk
	Slack messenger
	Voice notify.Voice // where neither person nor brand has said otherwise
	Log   *slog.Logger
	Now   func() time.Time // nil for time.Now
}

// The pace of the work. A dialog has to open within three seconds of its click.
const (
	lookEvery  = 150 * time.Millisecond
	callLease  = 20 * time.Second
	callTime   = 15 * time.Second
	callsAtime = 16
	callTries  = 4
	callStale  = 20 * time.Minute // then nobody waits for an answer any more
)

// Run works until ctx ends, and finishes what it has begun then.
func (c *Clerk) Run(ctx context.Context) {
	for {
		if _, err := c.Step(ctx); err != nil && ctx.Err() == nil {
			c.Log.WarnContext(ctx, "slack calls", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}

// Step works on what is due and returns how many calls that were.
func (c *Clerk) Step(ctx context.Context) (int, error) {
	var calls []postgres.SlackCall
	err := c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) (err error) {
		calls, err = tx.TakeSlackCalls(ctx, c.now(), callLease, callsAtime)
		return err
	})
	if err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx)
	failed := make([]error, len(calls))
	var working sync.WaitGroup
	for n, call := range calls {
		working.Go(func() { failed[n] = c.work(ctx, call) })
	}
	working.Wait()
	return len(calls), errors.Join(failed...)
}

// errLater makes a call be tried again soon.
var errLater = errors.New("not yet")

// work does one call. One that fails is tried again; then the person is told so.
func (c *Clerk) work(ctx context.Context, taken postgres.SlackCall) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var call slack.Call
	if err := json.Unmarshal(taken.Body, &call); err != nil {
		return errors.Join(fmt.Errorf("slack call %s: %w", taken.ID, err), c.end(ctx, taken))
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(fmt.Errorf("slack call %s panicked: %v", taken.ID, p), c.end(ctx, taken))
		}
	}()
	err = c.do(ctx, call, taken.Attempts)
	switch {
	case err == nil:
		return c.end(ctx, taken)
	case taken.Attempts >= callTries || c.now().Sub(taken.ReceivedAt) > callStale:
		c.say(ctx, call, c.Voice.Say(notify.SaidTrouble))
		return errors.Join(fmt.Errorf("slack call %s: %w", taken.ID, err), c.end(ctx, taken))
	}
	if errors.Is(err, errLater) {
		err = nil
	}
	return errors.Join(err, c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
		return tx.RetrySlackCall(ctx, taken.ID, c.now().Add(time.Duration(taken.Attempts)*time.Second))
	}))
}

func (c *Clerk) end(ctx context.Context, taken postgres.SlackCall) error {
	return c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error { return tx.EndSlackCall(ctx, taken.ID) })
}

func (c *Clerk) do(ctx context.Context, call slack.Call, attempt int) error {
	if call.Kind == slack.Event {
		c.Log.ErrorContext(ctx, "the Slack app was taken away", "event", call.Text)
		return nil
	}
	team, err := c.Slack.Team(ctx)
	if err != nil {
		return err
	}
	if call.Team != team || (call.UserTeam != "" && call.UserTeam != team) {
		c.say(ctx, call, c.Voice.Say(notify.SaidOutside))
		return nil
	}
	if call.Kind == slack.Command {
		return c.command(ctx, call)
	}
	who, ok, err := c.who(ctx, call)
	if err != nil || !ok {
		return err
	}
	if call.Kind == slack.Submit {
		return c.submit(ctx, call, who)
	}
	return c.click(ctx, call, who, attempt)
}

// say answers the person. That an answer does not arrive harms nothing that was done.
func (c *Clerk) say(ctx context.Context, call slack.Call, n notify.Notice) {
	if call.Answer == "" {
		return
	}
	if err := c.Slack.Answer(ctx, call.Answer, n); err != nil {
		c.Log.WarnContext(ctx, "slack answer not given", "err", err)
	}
}

func (c *Clerk) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
